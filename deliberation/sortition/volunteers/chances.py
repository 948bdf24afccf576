"""Lotteries over the panels found so far: a linear program that stays warm while panels are added."""

from collections.abc import Iterable, Iterator

import highspy
import numpy as np

from deliberation.sortition.volunteers.panels import Panels, Vector, optimal, solver

VARIANTS, SMOOTHING, EXACT = 30, (0.8, 0.4, 0.0), 1e-9


class Lottery:
    """The largest share for which some lottery gives every type at least share × its goal (a chance, > 0 where it
    counts). Weights y of a solution are its dual values: y ≥ 0, Σ y · goal = 1; any such y proves that the share is
    at most the largest Σ y_t x_t / size_t over all panels.
    """

    def __init__(self, panels: Panels, goal: Vector) -> None:
        self._panels, self._goal, self._highs = panels, goal, solver()
        self._highs.setOptionValue("primal_feasibility_tolerance", 1e-10)
        self._found = dict[tuple[int, ...], None]()
        for _ in goal:
            self._highs.addRow(0.0, highspy.kHighsInf, 0, [], [])
        self._highs.addRow(1.0, 1.0, 0, [], [])
        rows = np.flatnonzero(goal > 0).astype(np.int32)
        self._highs.addCol(1.0, 0, highspy.kHighsInf, len(rows), rows, np.full(len(rows), -1.0))
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._scale = np.where(goal > 0, panels.sizes * goal, 1.0)

    def add(self, found: Iterable[Vector]) -> None:
        """Add the panels that are not there yet."""
        for panel in found:
            key = tuple(int(number) for number in panel)
            if key not in self._found:
                self._found[key] = None
                places = np.flatnonzero(panel * (self._goal > 0))
                rows = np.append(places, len(panel)).astype(np.int32)
                values = np.append(panel[places] / self._scale[places], 1.0)
                self._highs.addCol(0.0, 0, highspy.kHighsInf, len(rows), rows, values)

    def raise_(self) -> tuple[float, Vector, float]:
        """Add panels until the share is 1, or proven within 1e-9: the share, weights and what they prove.

        Column generation: panels priced by the dual values, which are smoothed (Wentges, Int. Trans. Oper. Res. 4
        (1997)) towards the best weights so far.
        """
        share, dual = self._solve()
        best, upper = dual, np.inf
        while share < 1 - EXACT and upper > share * (1 + EXACT):
            before = len(self._found)
            for smooth in SMOOTHING:
                trial = smooth * best + (1 - smooth) * dual
                proven = self._price(trial)
                if proven < upper:
                    upper, best = proven, trial
            if len(self._found) == before:
                break
            self.add(self._variants(dual))
            share, dual = self._solve()
        return share, best, upper

    @property
    def panels(self) -> list[Vector]:
        """All panels found so far."""
        return [np.array(panel, dtype=float) for panel in self._found]

    def outcome(self) -> list[tuple[Vector, float]]:
        """Panels and their probabilities in the last solution."""
        raw = np.array(self._highs.getSolution().col_value)[1:]
        return [(np.array(panel, dtype=float), p) for panel, p in zip(self._found, raw, strict=True) if p > 1e-12]

    def _solve(self) -> tuple[float, Vector]:
        if not optimal(self._highs):
            raise ArithmeticError("the program of chances has no optimum")
        counts = self._goal > 0
        dual = np.abs(np.array(self._highs.getSolution().row_dual)[:-1]) * counts
        weights = np.where(counts, dual / np.where(counts, self._goal, 1.0), 0.0) / dual.sum()
        return self._highs.getInfo().objective_function_value, weights

    def _price(self, weights: Vector) -> float:
        panel, value = self._panels.best(weights / self._panels.sizes)
        self.add([panel])
        return value

    def _variants(self, weights: Vector) -> Iterator[Vector]:
        """Good panels for `weights` that differ: types that have had a seat weigh less in the next."""
        left = weights / self._panels.sizes
        for _ in range(VARIANTS):
            panel = self._panels.near(left)
            left = np.where(panel > 0, 0.7 * left, left)
            yield panel
