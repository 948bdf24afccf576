"""The linear programs behind fair chances: over lotteries of whole panels, and over the relaxed polytope."""

from collections.abc import Iterable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from deliberation.sortition.panels import Panels, Vector, optimal, program, solver


class _Floor:
    """Rows that say chance_t ≥ z for every possible type; z is maximised.

    Chances are in units of seats / people, so that numbers stay near 1. `weights` of a solution are its dual values:
    y_t ≥ 0, Σ y = 1 over the possible types. Any such y proves z ≤ max_x Σ y_t x_t / size_t.
    """

    def __init__(self, highs: highspy.Highs, first: int, panels: Panels, possible: NDArray[np.bool_]) -> None:
        """Add z to `highs`, whose row `first` + t is chance_t ≥ 0. Types that are not `possible` have no floor."""
        self._highs, self._first, self._unit, self._possible = highs, first, unit(panels), possible
        rows = np.flatnonzero(possible).astype(np.int32) + first
        highs.addCol(1.0, 0, highspy.kHighsInf, len(rows), rows, np.full(len(rows), -1.0))
        highs.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def solve(self) -> tuple[float, Vector]:
        """The largest z, as a chance, and the weights."""
        if not optimal(self._highs):
            raise ArithmeticError("the program of chances has no optimum")
        rows = slice(self._first, self._first + len(self._possible))
        dual = np.abs(np.array(self._highs.getSolution().row_dual)[rows]) * self._possible
        return self._highs.getInfo().objective_function_value * self._unit, dual / dual.sum()


class Lottery:
    """A lottery over the panels found so far, as a linear program that stays warm while panels are added."""

    def __init__(self, panels: Panels, possible: NDArray[np.bool_]) -> None:
        highs, count = solver(), len(panels.sizes)
        for _ in range(count):
            highs.addRow(0.0, highspy.kHighsInf, 0, [], [])
        highs.addRow(1.0, 1.0, 0, [], [])
        self._floor = _Floor(highs, 0, panels, possible)
        self._scale, self._sizes, self._highs = panels.sizes * unit(panels), panels.sizes, highs
        self._panels: dict[tuple[int, ...], None] = {}

    def solve(self) -> tuple[float, Vector]:
        """The largest smallest chance with these panels, and the weights that say which types hold it down."""
        return self._floor.solve()

    def __len__(self) -> int:
        return len(self._panels)

    def add(self, found: Iterable[Vector]) -> None:
        """Add the panels that are not there yet."""
        for panel in found:
            key = tuple(int(number) for number in panel)
            if key not in self._panels:
                self._panels[key] = None
                places = np.flatnonzero(panel)
                rows = np.append(places, len(panel)).astype(np.int32)
                values = np.append(panel[places] / self._scale[places], 1.0)
                self._highs.addCol(0.0, 0, highspy.kHighsInf, len(rows), rows, values)

    def outcome(self) -> "Outcome":
        """The solution of the last `solve()`."""
        raw = np.array(self._highs.getSolution().col_value)[1:]
        used = sorted((panel, float(p)) for panel, p in zip(self._panels, raw, strict=True) if p > 1e-12)
        probabilities = np.array([p for _, p in used])
        probabilities /= probabilities.sum()
        chances = probabilities @ np.array([panel for panel, _ in used]) / self._sizes
        return Outcome(tuple(panel for panel, _ in used), tuple(map(float, probabilities)), chances)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Panels with a positive probability, sorted; their probabilities; the chance of each type."""

    panels: tuple[tuple[int, ...], ...]
    probabilities: tuple[float, ...]
    chances: Vector


def unit(panels: Panels) -> float:
    """The mean chance, seats / people."""
    return panels.seats / float(panels.sizes.sum())


def relaxed_maximin(panels: Panels, possible: NDArray[np.bool_]) -> tuple[Vector, Vector]:
    """Mean panel of the largest smallest chance when people could be split.

    Also its weights. The relaxation's chances are never below those of a lottery of whole panels,
    and in practice they are the same, so this is where to look for panels.
    """
    highs = program(
        panels.types, [int(size) for size in panels.sizes * possible], panels.bounds, panels.seats, whole=False
    )
    first, scale = highs.getNumRow(), panels.sizes * unit(panels)
    for t, size in enumerate(scale):
        highs.addRow(0.0, highspy.kHighsInf, 1, np.array([t], dtype=np.int32), np.array([1 / size]))
    _, weights = _Floor(highs, first, panels, possible).solve()
    return np.array(highs.getSolution().col_value)[: len(possible)], weights
