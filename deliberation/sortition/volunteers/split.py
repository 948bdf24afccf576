"""What the chances could be at best if people could be split: the linear relaxation of all lotteries over panels.

The chances of a lottery over panels are the mean of its panels, x_t / size_t, and that mean keeps the targets as
every panel does. So chances lie in a polytope with a row per target, which does not know the panels. In practice its
optimum is the mean of whole panels too (`dealing`); where it is not, a cut says so.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from deliberation.sortition.volunteers.panels import Panels, Places, Vector, optimal, solver

INFINITE = highspy.kHighsInf


@dataclass(frozen=True, slots=True)
class Row:
    """low ≤ Σ values · people of `types` ≤ high."""

    types: Places
    values: Vector
    low: float
    high: float


class Split:
    """Lotteries over `panels` as if people could be split: people per type between 0 and its size, and rows.

    `possible`: the types that can be selected; the others have no people. `unit`: the mean chance, seats / people;
    the programs below count chances in it, so that their numbers stay near 1.
    """

    def __init__(self, panels: Panels) -> None:
        self.sizes, self.unit = panels.sizes, panels.seats / float(panels.sizes.sum())
        self.possible = np.ones(len(panels.sizes), dtype=bool)
        members = [list[int]() for _ in panels.bounds]
        for t, places in enumerate(panels.types):
            for row in places:
                members[row].append(t)
        everyone = list(range(len(panels.types)))
        bounds = [*panels.bounds, (panels.seats, panels.seats)]
        self.rows = [
            Row(np.array(types, dtype=np.int32), np.ones(len(types)), low, high)
            for types, (low, high) in zip([*members, everyone], bounds, strict=True)
        ]

    @property
    def people(self) -> float:
        """How many people can be selected."""
        return float(self.sizes[self.possible].sum())

    @property
    def open(self) -> bool:
        """Whether all possible types can have a chance together."""
        return Tide(self).rise()[0] > 1e-9 * self.unit

    def forbid(self, types: Places) -> None:
        """These types are in no panel."""
        self.possible[types] = False

    def cut(self, values: Vector, high: float) -> None:
        """Σ values · people ≤ high holds for every whole panel."""
        types = np.flatnonzero(values).astype(np.int32)
        self.rows.append(Row(types, values[types], -INFINITE, high))


class Tide:
    """A level under the chances of `open` types that is raised; the others keep at least their floor.

    People of type t are floor_t + extra_t, or size_t × level + extra_t while it is open: a column per type (extra_t)
    and one for the level, so that the rows are those of `Split`, and a row size_t × level + extra_t ≤ size_t only for
    the types that need it.
    """

    def __init__(self, split: Split) -> None:
        self._split, self._highs, self.open = split, solver(), split.possible.copy()
        self._floors, self._full = np.zeros(len(split.sizes)), dict[int, int]()
        highs = self._highs
        highs.setOptionValue("primal_feasibility_tolerance", 1e-10)
        for size in np.where(split.possible, split.sizes, 0.0):
            highs.addCol(0.0, 0, size, 0, [], [])
        highs.addCol(1.0, 0, 1 / split.unit, 0, [], [])
        self._level = len(split.sizes)
        for row in split.rows:
            highs.addRow(row.low, row.high, len(row.types), row.types, row.values)
        for place in range(len(split.rows)):
            self._settle(place)
        highs.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def rise(self) -> tuple[float, Vector, Vector]:
        """The highest level, as a chance; chances at which it is reached; weights (≥ 0, sum 1 over open types).

        The weights prove the level when no floors are held: it is at most the largest Σ weight_t x_t / size_t.
        """
        sizes = self._split.sizes
        while True:
            if not optimal(self._highs):
                raise ArithmeticError("the program of chances has no optimum")
            solution = self._highs.getSolution()
            values = np.array(solution.col_value)
            level = float(values[-1]) * self._split.unit
            people = values[:-1] + np.where(self.open, sizes * level, self._floors)
            if not self._limit(np.flatnonzero(people > sizes * (1 + 1e-9))):
                break
        dual = np.maximum(-np.array(solution.col_dual)[:-1], 0) * sizes * self.open
        total = float(dual.sum())
        certain = level > 1 - 1e-7 or total == 0
        weights = self.open / self.open.sum() if certain else dual / total
        return level, np.minimum(people / sizes, 1.0), weights

    def hold(self, types: Places, level: float) -> None:
        """These open types keep at least `level`, and rise no more with the others."""
        self._floors[types] = self._split.sizes[types] * level * (1 - 1e-9)
        self.open[types] = False
        held = set(types.tolist())
        for place, row in enumerate(self._split.rows):
            if held.intersection(row.types.tolist()):
                self._settle(place)
        for t in types:
            room = self._split.sizes[t] - self._floors[t]
            self._highs.changeColBounds(int(t), 0.0, max(room, 0.0))
            if int(t) in self._full:
                self._highs.changeCoeff(self._full[int(t)], self._level, 0.0)

    def _limit(self, types: Places) -> bool:
        """Give types that have more people than they are a row of their own; False when all had one."""
        new = [int(t) for t in types if self.open[t] and int(t) not in self._full]
        for t in new:
            self._full[t] = self._highs.getNumRow()
            size = float(self._split.sizes[t])
            places = np.array([t, self._level], dtype=np.int32)
            self._highs.addRow(-INFINITE, size, 2, places, np.array([1.0, size * self._split.unit]))
        return bool(new)

    def _settle(self, place: int) -> None:
        row, split = self._split.rows[place], self._split
        rising = float((row.values * split.sizes[row.types])[self.open[row.types]].sum()) * split.unit
        held = float(row.values @ self._floors[row.types])
        self._highs.changeCoeff(place, self._level, rising)
        self._highs.changeRowBounds(place, row.low - held, row.high - held)
