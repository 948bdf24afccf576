"""The chance of every person, in whole units, such that no address counts for more than one person."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm


@dataclass(frozen=True, slots=True)
class Inclusion:
    """`values[i] / unit` is person i's chance; those of stratum h sum to `targets[h]`, those of an address to ≤ unit.

    `chances` are the same as fractions, without the odd units that did not divide. `capped`: addresses scaled down.
    """

    unit: int
    values: Sequence[int]
    targets: Sequence[int]
    chances: Sequence[Fraction]
    capped: frozenset[int]


def inclusion(strata: Sequence[int], addresses: Sequence[int], seats: Sequence[int]) -> Inclusion:
    """Chances for persons 0 … n − 1 of stratum `strata[i]` and address `addresses[i]`; `seats[h]` per stratum.

    Everyone in stratum h has n_h / N_h: exact, for the unit is a multiple of every N_h (2^64 times their lcm).
    Where the members of an address sum to more than one they are scaled to sum to exactly one, and what they lose
    goes to the others of their stratum; again until no address is above one. A stratum where everyone is capped hands
    what it cannot seat to the strata that still have others, so `targets` need not be whole numbers of persons.
    Odd units go to the first persons: offer persons in a random order and that favours nobody.

    Expects sum(seats) ≤ the number of addresses. Then it always succeeds: every round caps an address.
    """
    unit = lcm(*Counter(strata).values()) << 64
    targets = [seat * unit for seat in seats]
    left, values, capped = targets.copy(), [0] * len(strata), set[int]()
    free: list[list[int]] = [[] for _ in seats]
    for person, stratum in enumerate(strata):
        free[stratum].append(person)
    while True:
        for total, members in zip(left, free, strict=True):
            _spread(total, members, values)
        over = _above_one(unit, values, addresses) - capped
        if not over:
            break
        capped |= over
        _scale_to_one(unit, values, addresses, over)
        for stratum, members in enumerate(free):
            left[stratum] -= sum(values[person] for person in members if addresses[person] in over)
            free[stratum] = [person for person in members if addresses[person] not in over]
        _hand_over(left, targets, free)
    rates = [
        Fraction(total, len(members) * unit) if members else Fraction(0)
        for total, members in zip(left, free, strict=True)
    ]
    chances = [
        Fraction(value, unit) if address in capped else rates[stratum]
        for value, address, stratum in zip(values, addresses, strata, strict=True)
    ]
    return Inclusion(unit, values, targets, chances, frozenset(capped))


def _spread(total: int, members: Sequence[int], values: list[int]) -> None:
    if members:
        each, odd = divmod(total, len(members))
        for place, person in enumerate(members):
            values[person] = each + (place < odd)


def _above_one(unit: int, values: Sequence[int], addresses: Sequence[int]) -> set[int]:
    load: defaultdict[int, int] = defaultdict(int)
    for value, address in zip(values, addresses, strict=True):
        load[address] += value
    return {address for address, total in load.items() if total > unit}


def _scale_to_one(unit: int, values: list[int], addresses: Sequence[int], over: Collection[int]) -> None:
    members: defaultdict[int, list[int]] = defaultdict(list)
    for person, address in enumerate(addresses):
        if address in over and values[person]:
            members[address].append(person)
    for persons in members.values():
        total = sum(values[person] for person in persons)
        for person in persons:
            values[person] = values[person] * unit // total
        for person in persons[: unit - sum(values[person] for person in persons)]:
            values[person] += 1


def _hand_over(left: list[int], targets: list[int], free: Sequence[Sequence[int]]) -> None:
    """Move what strata without free members cannot seat to the others, in proportion to their free members."""
    surplus = sum(total for total, members in zip(left, free, strict=True) if not members)
    total_free = sum(len(members) for members in free)
    if not surplus:
        return
    moves = [surplus * len(members) // total_free if members else -left[h] for h, members in enumerate(free)]
    moves[next(h for h, members in enumerate(free) if members)] -= sum(moves)
    for stratum, move in enumerate(moves):
        targets[stratum] += move
        left[stratum] += move
