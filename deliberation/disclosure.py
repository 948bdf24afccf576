"""Disclosure control: hide small cells, and whatever would reveal them.

Threshold rule and secondary suppression with protection intervals: Hundepool et al., Statistical Disclosure Control
(Wiley, 2012), chapter 4. Shares that are too uncertain to print: NCHS, Data Presentation Standards for Proportions
(2017). A zero is a small cell as well: "nobody voted against" tells about everyone.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from deliberation.figures import Interval, Thresholds
from deliberation.weighting import Floats

Cell = Hashable
Sum = tuple[Cell, ...]
ROUNDING = 1e-6


@dataclass(frozen=True)
class Limit:
    """What a reader knows besides the tables: `low` ≤ Σ coefficient × count ≤ `high`."""

    coefficients: Mapping[Cell, float]
    low: float
    high: float


@dataclass(frozen=True)
class Cells:
    """Counts of people and how they hang together.

    `sums`: tuples of a whole and its parts; `public`: cells that are known anyway; `slack`: cells that nobody
    publishes and that tell nothing by themselves; `limits`: further knowledge.
    """

    counts: Mapping[Cell, int]
    sums: Sequence[Sum]
    public: Collection[Cell] = ()
    slack: Collection[Cell] = ()
    limits: Sequence[Limit] = ()


@dataclass(frozen=True)
class Hidden:
    """The cells to hide, and those of them that can be derived all the same, since nothing more can be hidden."""

    cells: frozenset[Cell]
    exposed: frozenset[Cell]


def share_reason(n: int, effective_n: float, interval: Interval, thresholds: Thresholds) -> str:
    """Why a share may not be printed: "few" (n or effective n), "wide" (interval), or "" when it may."""
    if min(n, effective_n) < thresholds.share_n:
        return "few"
    return "wide" if interval.high - interval.low > thresholds.width + ROUNDING else ""


def hide(cells: Cells, floor: int = 10) -> Hidden:
    """Choose the cells to hide.

    Every cell below `floor` that is not public is hidden. As long as a reader can narrow a hidden cell down to fewer
    than `floor` numbers above its least (linear programmes over all sums and limits), one more cell is hidden: the
    smallest of a sum in which one hidden cell stands alone, else the smallest that hangs together with it, else the
    smallest of all. The order of `counts` decides ties.
    """
    small = [cell for cell, count in cells.counts.items() if count < floor and cell not in cells.public]
    hidden = list(dict.fromkeys([*small, *cells.slack]))
    exposed: set[Cell] = set()
    reach = _Reach(cells)
    while (cell := reach.first_unsafe(hidden, exposed, floor)) is not None:
        candidates = _candidates(cells, hidden, cell)
        if candidates:
            hidden.append(min(candidates, key=cells.counts.__getitem__))
        else:
            exposed.add(cell)
    return Hidden(frozenset(hidden) - frozenset(cells.slack), frozenset(exposed))


def _candidates(cells: Cells, hidden: Collection[Cell], cell: Cell) -> list[Cell]:
    can_hide = [c for c in cells.counts if c not in cells.public and c not in hidden]
    connected, near = [cell], set()
    for known in connected:
        for total in (t for t in cells.sums if known in t):
            shown = [c for c in can_hide if c in total]
            if shown and sum(c in hidden for c in total) == 1:
                return shown
            near |= set(shown)
            connected += [c for c in total if c in hidden and c not in connected]
    return [c for c in can_hide if c in near] or can_hide


def derivable(cells: Cells, hidden: Iterable[Cell], cell: Cell) -> tuple[float, float]:
    """The least and the largest count that `cell` can have, for a reader who sees all cells but the hidden ones."""
    reach = _Reach(cells)
    unknown = [*hidden, *cells.slack]
    reach.widen(unknown, cell)
    return reach.low[cell], reach.high[cell]


class _Reach:
    """What a reader can find out. Hiding more only widens it, so that what was reached once stays reached."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.low = {cell: float(count) for cell, count in cells.counts.items()}
        self.high = dict(self.low)

    def first_unsafe(self, hidden: Sequence[Cell], exposed: Collection[Cell], floor: int) -> Cell | None:
        for cell in hidden:
            if cell in exposed or cell in self.cells.slack or self._safe(cell, floor):
                continue
            self.widen(hidden, cell)
            if not self._safe(cell, floor):
                return cell
        return None

    def _safe(self, cell: Cell, floor: int) -> bool:
        return self.high[cell] - self.low[cell] >= floor - ROUNDING

    def widen(self, hidden: Sequence[Cell], cell: Cell) -> None:
        unknown = {c: number for number, c in enumerate(dict.fromkeys(hidden))}
        equal, equal_to = self._equations(unknown)
        below, below_to = self._inequalities(unknown)
        for sign in (1.0, -1.0):
            goal = np.zeros(len(unknown))
            goal[unknown[cell]] = sign
            found = linprog(goal, A_ub=below, b_ub=below_to, A_eq=equal, b_eq=equal_to, method="highs")
            if found.status == 3:
                self.high[cell] = np.inf
            elif found.x is not None:
                for c, value in zip(unknown, found.x.tolist(), strict=True):
                    self.low[c] = min(self.low[c], value)
                    self.high[c] = max(self.high[c], value)

    def _equations(self, unknown: Mapping[Cell, int]) -> tuple[Floats | None, Floats | None]:
        rows = [(total, [1.0] + [-1.0] * (len(total) - 1)) for total in self.cells.sums]
        matrix, right = self._linear([dict(zip(total, signs, strict=True)) for total, signs in rows], unknown)
        used = np.abs(matrix).sum(axis=1) > 0
        return (matrix[used], right[used]) if used.any() else (None, None)

    def _inequalities(self, unknown: Mapping[Cell, int]) -> tuple[Floats | None, Floats | None]:
        limits = self.cells.limits
        if not limits:
            return None, None
        matrix, known = self._linear([limit.coefficients for limit in limits], unknown)
        high = np.array([limit.high for limit in limits]) + known
        low = np.array([limit.low for limit in limits]) + known
        both, bounds = np.vstack([matrix, -matrix]), np.concatenate([high, -low])
        return both[np.isfinite(bounds)], bounds[np.isfinite(bounds)]

    def _linear(self, rows: Sequence[Mapping[Cell, float]], unknown: Mapping[Cell, int]) -> tuple[Floats, Floats]:
        """Coefficients of the unknown cells, and minus what the known cells add up to, per row."""
        matrix, known = np.zeros((len(rows), len(unknown))), np.zeros(len(rows))
        for number, row in enumerate(rows):
            for cell, coefficient in row.items():
                if cell in unknown:
                    matrix[number, unknown[cell]] += coefficient
                else:
                    known[number] -= coefficient * self.cells.counts[cell]
        return matrix, known
