"""Who is called when people drop out: the reserves that bring a panel nearest to its targets."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from deliberation.sortition.volunteers.panels import optimal, solver
from deliberation.sortition.volunteers.quotas import Pool, QuotaError, Target


@dataclass(frozen=True, slots=True)
class Replacement:
    """`called`: the reserves to call, in calling order. With them and all who stayed `empty` seats are left.

    `missed`: the targets that are then not kept, with the number of people held. `deviation`: in people, outside the
    targets plus empty seats; 0 when all is well.
    """

    called: tuple[str, ...]
    empty: int
    missed: tuple[tuple[Target, int], ...]

    @property
    def deviation(self) -> int:
        off = (max(target.minimum - held, held - target.maximum) for target, held in self.missed)
        return sum(off) + self.empty


def replacements(
    pool: Pool, seats: int, panel: Collection[str], alternates: Sequence[str], dropped: Collection[str]
) -> Replacement:
    """The alternates that bring the panel nearest to its targets, when the people in `dropped` do not come.

    `panel`: who has a seat, with alternates that were called before. `alternates`: in calling order; those who sit in
    the panel, or are in `dropped` because they cannot come either, are passed over. Targets stay as they are.
    Smallest deviation (people outside the targets plus empty seats), then most seats filled; of all such sets the
    first in calling order: each in turn is called if some best set has him and those called before. Exact (small
    mixed integer programs), so nobody has a choice to make.
    Raises QuotaError for people who are not in the pool, more stayers than seats, or two at one address.
    """
    gone = set(dropped)
    staying = [id_ for id_ in panel if id_ not in gone]
    free = [id_ for id_ in dict.fromkeys(alternates) if id_ not in gone and id_ not in set(panel)]
    type_of = {id_: type_ for type_, ids in zip(pool.types, pool.members, strict=True) for id_ in ids}
    _check(pool, seats, staying, free, type_of)
    held = Counter(place for id_ in staying for place in type_of[id_])
    room = [(target.minimum - held[f], target.maximum - held[f]) for f, target in enumerate(pool.targets)]
    called = tuple(free[i] for i in _first_best(room, seats - len(staying), [type_of[id_] for id_ in free]))
    held.update(place for id_ in called for place in type_of[id_])
    missed = [(target, held[f]) for f, target in enumerate(pool.targets)]
    return Replacement(
        called=called,
        empty=seats - len(staying) - len(called),
        missed=tuple((target, n) for target, n in missed if not target.minimum <= n <= target.maximum),
    )


def nearest(room: Sequence[tuple[int, int]], open_seats: int, types: Sequence[Sequence[int]]) -> highspy.Highs:
    """The program behind: fill at most `open_seats`, as near as can be to `room` (minimum, maximum per target).

    Columns: one per type (0 to 1; what it counts in), the empty seats, then people below and above per target, which
    are minimised. Rows: the targets, then the seats.
    """
    highs = solver()
    for low, high in [*room, (open_seats, open_seats)]:
        highs.addRow(low, high, 0, [], [])
    for type_ in types:
        rows = np.array([*type_, len(room)], dtype=np.int32)
        highs.addCol(0.0, 0, 1, len(rows), rows, np.ones(len(rows)))
    highs.addCol(1.0, 0, highspy.kHighsInf, 1, np.array([len(room)], dtype=np.int32), np.ones(1))
    for row in range(len(room)):
        for sign in (1.0, -1.0):
            highs.addCol(1.0, 0, highspy.kHighsInf, 1, np.array([row], dtype=np.int32), np.array([sign]))
    return highs


def _first_best(room: Sequence[tuple[int, int]], open_seats: int, types: Sequence[Sequence[int]]) -> Iterator[int]:
    """Places of those called: the first, in this order, of all best sets."""
    if not open_seats:
        return
    highs, count = nearest(room, open_seats, types), len(types)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.5)
    places = np.arange(count, dtype=np.int32)
    highs.changeColsIntegrality(count, places, np.full(count, highspy.HighsVarType.kInteger))
    weight = open_seats + 1
    costs = np.array([0.0] * count + [weight + 1.0] + [float(weight)] * (2 * len(room)))
    highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    best = _solve(highs, count) or []
    limit = highs.getInfo().objective_function_value + 0.5
    used = np.flatnonzero(costs).astype(np.int32)
    highs.addRow(-highspy.kHighsInf, limit, len(used), used, costs[used])
    for i in range(count):
        highs.changeColBounds(i, 1, 1)
        found = best if best[i] else _solve(highs, count)
        if found is None:
            highs.changeColBounds(i, 0, 0)
        else:
            best = found
            yield i


def _solve(highs: highspy.Highs, count: int) -> list[int] | None:
    if not optimal(highs):
        return None
    return [round(value) for value in highs.getSolution().col_value[:count]]


def _check(
    pool: Pool, seats: int, staying: Sequence[str], free: Sequence[str], type_of: dict[str, tuple[int, ...]]
) -> None:
    if any(id_ not in type_of for id_ in (*staying, *free)):
        raise QuotaError("Niet iedereen in de groep of bij de reserves staat in de lijst.")
    if len(staying) > seats:
        raise QuotaError(f"Er zitten {len(staying)} mensen in de groep, meer dan de {seats} plaatsen.")
    homes = [pool.homes[id_] for id_ in (*staying, *free) if id_ in pool.homes]
    if len(set(homes)) < len(homes):
        raise QuotaError("Twee mensen in de groep of bij de reserves hebben hetzelfde adres.")
