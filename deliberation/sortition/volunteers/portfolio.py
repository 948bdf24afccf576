"""A lottery people can watch: m panels of equal chance 1/m, whose mean chances are those of the fair lottery.

Flanigan, Kehne, Procaccia, "Fair Sortition Made Transparent", NeurIPS 2021: with m = 1,000 panels three ten-sided
dice draw the panel, and little fairness is lost. They round the probabilities of the panels given. We also exchange
single seats afterwards, which makes other panels, and brings nearly every type within one or two seats of its due.
"""

import highspy
import numpy as np
from numpy.typing import NDArray

from deliberation.sortition.volunteers.fair import FairLottery
from deliberation.sortition.volunteers.panels import Vector, solver
from deliberation.sortition.volunteers.quotas import Pool

Whole = NDArray[np.int16]
Flags = NDArray[np.bool_]
PASSES = (64, 0.5), (256, 0.5), (2048, 1.0)
FAR, TRIED, NODES, EASED = 1.5, 3, 5, 0.1
LEAST, MOST = 1000, 10000


def lottery_size(people: int, seats: int) -> int:
    """How many panels to draw from: the smallest power of ten that is at least 10 × people / seats.

    Never below 1,000 nor above 10,000. An average person is then in ten panels or more: one panel more or less
    changes a chance by a tenth at most.
    """
    size = LEAST
    while size < MOST and size * seats < 10 * people:
        size *= 10
    return size


def round_to_panels(pool: Pool, seats: int, lottery: FairLottery, m: int) -> Whole:
    """`m` panels (rows of numbers per type, sorted, repeats allowed) whose mean chances are near `lottery.chances`.

    Each panel gets the whole part of m × its probability. Herding among the lottery's panels fills the rest: the one
    that leaves the smallest Σ (seats missing)² / (seats due) (Welling, ICML 2009). Then single seats move from a
    type with too many to one with too few, within a panel that keeps all targets. The same lottery gives the same
    panels. ValueError when m is below 1.
    """
    if m < 1:
        raise ValueError("m must be at least 1")
    panels = np.array(lottery.panels, dtype=float)
    due = m * np.array(pool.sizes) * np.array(lottery.chances)
    times = _herd(panels, np.array(lottery.probabilities) * m, due, m)
    rounded = np.asfortranarray(np.repeat(panels.astype(np.int16), times, axis=0))
    exchange = _Exchange(pool, seats, rounded, due)
    for look, enough in PASSES:
        exchange.run(look, enough)
    exchange.run(TRIED, FAR, together=True)
    return rounded[np.lexsort(rounded.T[::-1])]


def _herd(panels: Vector, shares: Vector, due: Vector, m: int) -> NDArray[np.int64]:
    """How many times each panel, in all m."""
    times = np.floor(shares + 1e-9).astype(np.int64)
    weighted = panels / np.maximum(due, 1)
    likeness = weighted @ panels.T
    gain = 2 * weighted @ (due - times @ panels) - likeness.diagonal()
    for _ in range(m - int(times.sum())):
        best = int(gain.argmax())
        times[best] += 1
        gain -= 2 * likeness[best]
    return times


class _Exchange:
    """Moves single seats between types, within panels, until each type has about the seats due to it."""

    def __init__(self, pool: Pool, seats: int, rounded: Whole, due: Vector) -> None:
        """`rounded` (m × types) is changed in place."""
        bounds = [(target.minimum, target.maximum) for target in pool.targets] + pool.one_each
        width = max(map(len, pool.places))
        nowhere = len(bounds)
        self._rows = np.array([[*rows, *[nowhere] * (width - len(rows))] for rows in pool.places])
        self._low, self._high = np.array([*bounds, (-seats, 2 * seats)]).T
        self._panels, self._sizes = rounded, np.array(pool.sizes)
        self._over = rounded.sum(axis=0) - due
        self._held = np.zeros((len(rounded), nowhere + 1), dtype=np.int64)
        for rows, numbers in zip(self._rows, rounded.T, strict=True):
            self._held[:, np.unique(rows)] += numbers[:, None]
        self._held[:, nowhere] = 0
        own = [[*sorted({*rows}), nowhere] for rows in pool.places]  # of a seat more, then of a seat less
        ends = np.cumsum([0, *map(len, own * 2)], dtype=np.int32)
        rows = np.array([row for rows in own * 2 for row in rows], dtype=np.int32)
        self._columns = ends[:-1], rows, np.repeat([1.0, -1.0], len(rows) // 2)

    def run(self, look: int, enough: float, together: bool = False) -> None:
        """Exchange with whoever is farthest off, until no type is off by more than `enough` seats or can be helped.

        An exchange brings two types nearer to their due: Σ over² falls, so this ends. Of each type some `look`
        panels, evenly spread, are looked at. With `together` several seats of a panel may change
        at once, and what counts is how far each member of a type is off.
        """
        stuck = np.zeros(len(self._over), dtype=bool)
        while True:
            off = np.where(stuck, 0, np.abs(self._over) / (self._sizes if together else 1))
            worst = int(off.argmax())
            if off[worst] <= enough:
                return
            help_ = self._rework if together else self._help
            stuck[worst] = not help_(worst, 1 if self._over[worst] > 0 else -1, look)

    def _help(self, type_: int, sign: int, look: int) -> bool:
        """Take a seat from this type (sign 1), or give it one (−1), in exchange with the type that gains most."""
        seen = self._seen(type_, sign, look)
        gain = np.where(self._fits(seen, type_, sign), sign * (self._over[type_] - self._over), 0)
        if not gain.size or gain.max() <= 1:
            return False
        place, other = np.unravel_index(gain.argmax(), gain.shape)
        self._move(int(seen[place]), type_, -sign)
        self._move(int(seen[place]), int(other), sign)
        return True

    def _rework(self, type_: int, sign: int, look: int) -> bool:
        """As `_help`, by changing several seats of a panel at once: the change that lowers Σ over² most."""
        seen = self._seen(type_, sign, look)
        for panel in seen.tolist():
            change = self._change(panel, type_, sign)
            if change is not None and ((self._over + change) ** 2).sum() < (self._over**2).sum() - EASED:
                for other in np.flatnonzero(change).tolist():
                    for _ in range(abs(change[other])):
                        self._move(panel, other, int(np.sign(change[other])))
                return True
        return False

    def _change(self, panel: int, type_: int, sign: int) -> NDArray[np.int64] | None:
        """Seats more or less per type, at most one each, that keep the panel's rows; `type_` loses one (sign 1).

        A mixed integer program: a seat more costs 2 over + 1, a seat less 1 − 2 over, which is what Σ over² changes.
        """
        own, held = self._panels[panel], self._held[panel, :-1]
        highs, count = solver(), len(own)
        for low, high in zip(self._low[:-1] - held, self._high[:-1] - held, strict=True):
            highs.addRow(low, high, 0, [], [])
        highs.addRow(0, 0, 0, [], [])
        must = np.arange(count) == type_
        cost = np.concatenate([1 + 2 * self._over, 1 - 2 * self._over])
        least = np.concatenate([must & (sign < 0), must & (sign > 0)]).astype(float)
        most = np.concatenate([own < self._sizes, own > 0]).astype(float)
        starts, rows, values = self._columns
        highs.addCols(2 * count, cost, least, most, len(rows), starts, rows, values)
        columns = np.arange(2 * count, dtype=np.int32)
        highs.changeColsIntegrality(len(columns), columns, np.full(len(columns), highspy.HighsVarType.kInteger))
        highs.setOptionValue("mip_max_nodes", NODES)
        highs.run()
        if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        more, less = np.rint(highs.getSolution().col_value).astype(np.int64).reshape(2, count)
        change: NDArray[np.int64] = more - less
        return change

    def _seen(self, type_: int, sign: int, look: int) -> NDArray[np.int64]:
        """Panels in which this type has a seat (or, sign −1, could have one more)."""
        own = self._panels[:, type_]
        free = np.flatnonzero(own > 0 if sign > 0 else own < self._sizes[type_])
        return free[:: 1 + len(free) // look]

    def _fits(self, seen: NDArray[np.int64], type_: int, sign: int) -> Flags:
        """For each panel seen and each type: may that type take the seat of `type_` (or, sign −1, give its own)?

        Once the seat of `type_` is gone, rows at their maximum bar whoever counts in them, and rows below their
        minimum ask for somebody who does. Giving is taking with all signs turned.
        """
        most, least = (self._high, self._low) if sign > 0 else (-self._low, -self._high)
        held = sign * self._held[seen]
        held[:, np.unique(self._rows[type_])] -= 1
        held[:, -1] = 0
        barred = (held >= most)[:, self._rows].any(axis=2)
        short = held < least
        asked = short[:, self._rows].sum(axis=2) == short.sum(axis=1)[:, None]
        room = self._panels[seen] < self._sizes if sign > 0 else self._panels[seen] > 0
        return np.asarray(~barred & asked & room)

    def _move(self, panel: int, type_: int, by: int) -> None:
        self._panels[panel, type_] += by
        self._held[panel, np.unique(self._rows[type_])] += by
        self._held[panel, -1] = 0
        self._over[type_] += by
