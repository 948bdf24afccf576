"""Disclosure control: hide small cells, and whatever would reveal them.

Threshold rule and secondary suppression with protection intervals: Hundepool et al., Statistical Disclosure Control
(Wiley, 2012), chapter 4. Shares that are too uncertain to print: NCHS, Data Presentation Standards for Proportions
(2017). A zero is a small cell as well: "nobody voted against" tells about everyone. So is a group in which nearly all
gave the same answer: the others in it are small cells, and with them the answer of nearly all is hidden.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence, Set
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
    """What a reader knows besides the tables: `low` ≤ Σ coefficient × count ≤ `high`.

    `given`: only as long as all these cells are shown, as it is published with them.
    """

    coefficients: Mapping[Cell, float]
    low: float
    high: float
    given: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Cells:
    """Counts of people and how they hang together.

    `sums`: tuples of a whole and its parts; `public`: cells that are known anyway; `slack`: what nobody publishes and
    what tells nothing by itself; `limits`: further knowledge.
    """

    counts: Mapping[Cell, int]
    sums: Sequence[Sum] = ()
    public: Collection[Cell] = ()
    slack: Collection[Cell] = ()
    limits: Sequence[Limit] = ()


@dataclass(frozen=True)
class Hidden:
    """The cells to hide, and those of them that can be derived all the same, since nothing more can be hidden."""

    cells: frozenset[Cell]
    exposed: frozenset[Cell]


@dataclass(frozen=True)
class Extra:
    """Something that is published only if it does not reveal a hidden cell: what it adds to the cells.

    Of what reveals something the extras with the highest `rank` are left out first.
    """

    name: Hashable
    cells: Cells
    rank: int = 1


@dataclass(frozen=True)
class Protected:
    """The cells to hide, the names of the extras that are left out, and all that is published as one system.

    `exposed`: hidden cells that can be derived all the same, since nothing more can be hidden.
    """

    hidden: frozenset[Cell]
    withheld: frozenset[Hashable]
    system: Cells
    exposed: frozenset[Cell] = frozenset()


def share_reason(n: int, effective_n: float, interval: Interval, thresholds: Thresholds) -> str:
    """Why a share may not be printed: "few" (n or effective n), "wide" (interval), or "" when it may."""
    if min(n, effective_n) < thresholds.share_n:
        return "few"
    return "wide" if interval.high - interval.low > thresholds.width + ROUNDING else ""


def together(parts: Iterable[Cells]) -> Cells:
    """Several systems of cells as one."""
    counts: dict[Cell, int] = {}
    sums: list[Sum] = []
    limits: list[Limit] = []
    public: set[Cell] = set()
    slack: set[Cell] = set()
    for part in parts:
        counts |= part.counts
        sums += part.sums
        limits += part.limits
        public |= set(part.public)
        slack |= set(part.slack)
    return Cells(counts, sums, public, slack, limits)


def protect(core: Cells, extras: Sequence[Extra], floor: int = 10) -> Protected:
    """Choose what to hide of what comes first, all together.

    `core` is published in any case. For the `extras` more cells of the core are hidden; what reveals something all
    the same is left out.
    """
    kept, withheld = list(extras), set[Hashable]()
    hidden = hide(together([core, *(extra.cells for extra in kept)]), floor)
    while hidden.exposed and (dropped := _revealing(core, kept, hidden.exposed)):
        withheld |= {extra.name for extra in dropped}
        kept = [extra for extra in kept if extra.name not in withheld]
        hidden = hide(together([core, *(extra.cells for extra in kept)]), floor)
    system = together([core, *(extra.cells for extra in kept)])
    return Protected(hidden.cells, frozenset(withheld), system, hidden.exposed)


def beside(safe: Protected, extras: Sequence[Extra], floor: int = 10) -> Protected:
    """The same with what is published beside it, for which no cell of what is there is hidden.

    An extra of which cells, or through which cells that were there, could be derived, is left out.
    """
    cells, withheld, system = safe.hidden, set(safe.withheld), safe.system
    for extra in extras:
        more = hide(together([system, extra.cells]), floor, hidden=cells, fixed=system.counts, near=extra.cells)
        if more.exposed - safe.exposed:
            withheld.add(extra.name)
            cells |= frozenset(cell for cell in extra.cells.counts if cell not in extra.cells.public)
        else:
            cells, system = cells | more.cells, together([system, extra.cells])
    return Protected(cells, frozenset(withheld), system, safe.exposed)


def nothing(core: Cells, extras: Sequence[Extra]) -> Protected:
    """Everything hidden, and every extra left out."""
    return Protected(frozenset(core.counts), frozenset(extra.name for extra in extras), core)


def _revealing(core: Cells, extras: Sequence[Extra], exposed: Collection[Cell]) -> list[Extra]:
    """The extras of the highest rank that hang together with an exposed cell."""
    parts = _parts(together([core, *(extra.cells for extra in extras)]))
    near = [set(part.counts) for part in parts if not set(exposed).isdisjoint(part.counts)]
    found = [extra for extra in extras if any(not part.isdisjoint(_mentioned(extra.cells)) for part in near)]
    return [extra for extra in found if extra.rank == max(extra.rank for extra in found)]


def _mentioned(cells: Cells) -> set[Cell]:
    in_sums = {cell for total in cells.sums for cell in total}
    return {*cells.counts, *in_sums, *(cell for limit in cells.limits for cell in limit.coefficients)}


def hide(
    cells: Cells,
    floor: int = 10,
    *,
    hidden: Collection[Cell] = (),
    fixed: Collection[Cell] = (),
    near: Cells | None = None,
) -> Hidden:
    """Choose the cells to hide.

    Every cell below `floor` that is not public is hidden, and the `hidden` ones are to begin with. As long as a
    reader can narrow a hidden cell down to fewer than `floor` numbers above its least (linear programmes over all
    sums and limits), one more cell is hidden: the least of a sum in which one hidden cell stands alone (if possible
    one that stands alone in no other sum), else the smallest that hangs together with it, else the smallest of all;
    never one of `fixed`. The order of `counts` decides ties. `near`: only what hangs together with these cells.
    """
    wanted = set(cells.counts) if near is None else _mentioned(near)
    parts = [part for part in _parts(cells) if not wanted.isdisjoint(part.counts)]
    found = [_hide_part(part, floor, hidden, fixed) for part in parts]
    return Hidden(
        frozenset(cell for part in found for cell in part.cells),
        frozenset(cell for part in found for cell in part.exposed),
    )


def _hide_part(cells: Cells, floor: int, before: Collection[Cell], fixed: Collection[Cell]) -> Hidden:
    kept = {*cells.public, *fixed}
    small = [c for c, count in cells.counts.items() if c in before or (count < floor and c not in kept)]
    hidden = [c for c in small if c not in cells.slack]
    if not hidden:
        return Hidden(frozenset(), frozenset())
    exposed: set[Cell] = set()
    reach = _Reach(cells)
    while (cell := reach.first_unsafe([*hidden, *cells.slack], exposed, floor)) is not None:
        candidates = _candidates(cells, hidden, kept, cell)
        if candidates:
            hidden.append(min(candidates, key=cells.counts.__getitem__))
        else:
            exposed.add(cell)
    return Hidden(frozenset(hidden), frozenset(exposed))


def _candidates(cells: Cells, hidden: Collection[Cell], kept: Collection[Cell], cell: Cell) -> list[Cell]:
    unknown = {*hidden, *cells.slack}
    can_hide = [c for c in cells.counts if c not in kept and c not in unknown]
    connected, near = [cell], set()
    for known in connected:
        for total in (t for t in cells.sums if known in t):
            shown = [c for c in can_hide if c in total]
            if shown and sum(c in unknown for c in total) == 1:
                return [c for c in shown if not _alone(cells.sums, c, unknown, total)] or shown
            near |= set(shown)
            connected += [c for c in total if c in unknown and c not in connected]
    return [c for c in can_hide if c in near] or can_hide


def _alone(sums: Sequence[Sum], cell: Cell, unknown: Set[Cell], beside: Sum) -> bool:
    """Whether this cell, once hidden, stands alone in some other sum."""
    return any(cell in total and total is not beside and unknown.isdisjoint(total) for total in sums)


def _parts(cells: Cells) -> list[Cells]:
    """The systems that do not hang together, apart."""
    lead = {cell: cell for cell in cells.counts}

    def find(cell: Cell) -> Cell:
        while lead[cell] != cell:
            lead[cell] = lead[lead[cell]]
            cell = lead[cell]
        return cell

    for group in (*cells.sums, *(tuple(limit.coefficients) for limit in cells.limits)):
        for other in group[1:]:
            lead[find(other)] = find(group[0])
    counts: dict[Cell, dict[Cell, int]] = {}
    for cell, count in cells.counts.items():
        counts.setdefault(find(cell), {})[cell] = count
    sums: dict[Cell, list[Sum]] = {}
    for total in cells.sums:
        sums.setdefault(find(total[0]), []).append(total)
    limits: dict[Cell, list[Limit]] = {}
    for limit in cells.limits:
        limits.setdefault(find(next(iter(limit.coefficients))), []).append(limit)
    slack = dict.fromkeys(cell for cell in cells.counts if cell in cells.slack)
    return [
        Cells(part, sums.get(root, []), cells.public, [c for c in slack if c in part], limits.get(root, []))
        for root, part in counts.items()
    ]


def derivable(cells: Cells, hidden: Iterable[Cell], cell: Cell) -> tuple[float, float]:
    """The least and the largest count that `cell` can have, for a reader who sees all cells but the hidden ones."""
    reach = _Reach(cells)
    reach.widen([*hidden, *cells.slack], cell)
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
            self.widen(hidden, cell, floor)
            if not self._safe(cell, floor):
                return cell
        return None

    def _safe(self, cell: Cell, floor: float) -> bool:
        return self.high[cell] - self.low[cell] >= floor - ROUNDING

    def widen(self, hidden: Sequence[Cell], cell: Cell, enough: float = np.inf) -> None:
        """Find the most and the least that the cell can be, until they are `enough` apart."""
        unknown = {c: number for number, c in enumerate(dict.fromkeys(hidden))}
        equal, equal_to = self._equations(unknown)
        below, below_to = self._inequalities(unknown)
        for sign in (-1.0, 1.0):
            if self._safe(cell, enough):
                return
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
        limits = [limit for limit in self.cells.limits if unknown.keys().isdisjoint(limit.given)]
        if not limits:
            return None, None
        matrix, known = self._linear([limit.coefficients for limit in limits], unknown)
        high = np.array([limit.high for limit in limits]) + known
        low = np.array([limit.low for limit in limits]) + known
        both, bounds = np.vstack([matrix, -matrix]), np.concatenate([high, -low])
        used = np.isfinite(bounds) & (np.abs(both).sum(axis=1) > 0)
        return both[used], bounds[used]

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
