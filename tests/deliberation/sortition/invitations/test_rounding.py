"""Exact: every way the coins can fall, each with its chance, instead of many seeds."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.invitations.blocks import blocks
from deliberation.sortition.invitations.households import Households, group
from deliberation.sortition.invitations.inclusion import inclusion
from deliberation.sortition.invitations.rounding import DIGIT, Seat, coins, round_to_seats
from deliberation.sortition.lottery import Stream

people = st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 12)), min_size=1, max_size=40)


def homes_of(rows: Sequence[tuple[int, int | None]]) -> Households:
    strata = np.array([stratum for stratum, _ in rows], dtype=np.int64)
    return group(strata, [None if address is None else f"a{address}" for _, address in rows])


class AllWays:
    """Coins that fall as told, then on True; `falls` keeps the chance of each, so that all can be gone through."""

    def __init__(self, told: Sequence[bool]) -> None:
        self.told, self.falls = told, list[tuple[bool, Fraction]]()

    def __call__(self, part: int, whole: int) -> bool:
        assert 0 < part < whole
        fall = self.told[len(self.falls)] if len(self.falls) < len(self.told) else True
        self.falls.append((fall, Fraction(part if fall else whole - part, whole)))
        return fall


def outcomes(unit: int, targets: Sequence[int], seats: Sequence[Seat]) -> Iterator[tuple[list[int], Fraction]]:
    """Every outcome of the rounding with its chance: depth first through the tree of falls."""
    told: list[bool] | None = []
    while told is not None:
        coin = AllWays(told)
        given = round_to_seats(unit, targets, seats, coin)
        chance = Fraction(1)
        falls = coin.falls
        for _, share in falls:
            chance *= share
        yield given, chance
        last = max((place for place, (fall, _) in enumerate(falls) if fall), default=None)
        told = None if last is None else [fall for fall, _ in falls[:last]] + [False]


@st.composite
def whole_tables(draw: st.DrawFn) -> tuple[int, list[int], list[Seat]]:
    """Chances of strata in blocks: blocks to at most one, all to a whole number; the last stratum makes it whole."""
    unit = draw(st.integers(2, 12))
    seats = []
    for block in range(draw(st.integers(1, 4))):
        room = unit
        for stratum in range(draw(st.integers(1, 3))):
            value = draw(st.integers(0, room))
            seats.append(Seat(block, stratum, value))
            room -= value
    missing = -sum(seat.value for seat in seats) % unit
    seats.append(Seat(4, 3, missing))
    targets = [sum(seat.value for seat in seats if seat.stratum == stratum) for stratum in range(4)]
    return unit, targets, seats


@given(whole_tables())
def test_every_seat_has_exactly_its_chance_and_every_outcome_keeps_to_the_rules(
    table: tuple[int, list[int], list[Seat]],
) -> None:
    unit, targets, seats = table
    total, chances = Fraction(0), [Fraction(0)] * len(seats)
    for given_seats, chance in outcomes(unit, targets, seats):
        total += chance
        assert len(set(given_seats)) == len(given_seats) == sum(targets) // unit
        for place in given_seats:
            chances[place] += chance
        assert max(Counter(seats[place].block for place in given_seats).values(), default=0) <= 1
        strata = Counter(seats[place].stratum for place in given_seats)
        assert all(target // unit <= strata[h] <= -(-target // unit) for h, target in enumerate(targets))
    assert total == 1
    assert chances == [Fraction(seat.value, unit) for seat in seats]


@given(people, st.binary(min_size=1, max_size=4), st.data())
def test_a_block_counts_for_at_most_one_person_and_its_addresses_are_whole(
    rows: list[tuple[int, int | None]], seed: bytes, data: st.DataObject
) -> None:
    homes = homes_of(rows)
    addresses = len(homes.start) - 1
    counts = np.bincount(homes.stratum)
    size = data.draw(st.integers(0, addresses))
    seats = [size * int(count) // len(rows) for count in counts]
    chances = inclusion(homes, seats)
    block = blocks(homes, chances, seed)
    loads: defaultdict[int, Fraction] = defaultdict(Fraction)
    for address in range(addresses):
        own = chances.capped.get(address)
        of_members = [chances.rates[stratum] for stratum in homes.members(address).tolist()]
        loads[int(block[address])] += sum(own.values() if own else of_members, Fraction(0))
    assert set(loads) == set(range(len(loads)))
    assert max(loads.values()) <= 1
    assert sum(loads.values()) == sum(seats)
    for address, own in chances.capped.items():
        assert sum(own.values()) == 1
        assert (block == block[address]).sum() == 1


@given(people)
def test_households_are_the_people_of_an_address_by_stratum(rows: list[tuple[int, int | None]]) -> None:
    homes = homes_of(rows)
    assert sorted(homes.person.tolist()) == list(range(len(rows)))
    found = []
    for first, after in pairwise(homes.start.tolist()):
        members = [rows[person] for person in homes.person[first:after].tolist()]
        assert homes.stratum[first:after].tolist() == [stratum for stratum, _ in members]
        assert members == sorted(members, key=lambda member: member[0])
        [address] = {address for _, address in members}
        assert address is not None or len(members) == 1
        found.append(address)
    known = [address for address in found if address is not None]
    assert len(known) == len(set(known)) == len({address for _, address in rows} - {None})


@given(people, st.data())
def test_chances_are_equal_within_a_stratum_but_for_capped_addresses_and_add_up(
    rows: list[tuple[int, int | None]], data: st.DataObject
) -> None:
    homes = homes_of(rows)
    counts = np.bincount(homes.stratum)
    size = data.draw(st.integers(0, len(homes.start) - 1))
    seats = [size * int(count) // len(rows) for count in counts]
    chances = inclusion(homes, seats)
    free = Counter(homes.stratum.tolist())
    capped: defaultdict[int, Fraction] = defaultdict(Fraction)
    for address, own in chances.capped.items():
        free.subtract(homes.members(address).tolist())
        for stratum, share in own.items():
            capped[stratum] += share
    for stratum, target in enumerate(chances.targets):
        assert chances.rates[stratum] * free[stratum] + capped[stratum] == target
        assert (target == seats[stratum]) or chances.capped
    assert sum(chances.targets) == sum(seats)
    assert all(0 <= rate <= 1 for stratum, rate in enumerate(chances.rates) if free[stratum])


class Told(Stream):
    """A stream of the digits it is told."""

    def __init__(self, digits: Sequence[int]) -> None:
        self._told = sum(digit << DIGIT * place for place, digit in enumerate(reversed(digits)))

    def below(self, n: int) -> int:
        assert n == 1 << 4 * DIGIT
        return self._told


@pytest.mark.parametrize(
    ("digits", "falls"),
    [
        ([(1 << DIGIT) // 3 - 1, 0, 0, 0], True),
        ([(1 << DIGIT) // 3 + 1, 0, 0, 0], False),
        ([(1 << DIGIT) // 3, (1 << DIGIT) // 3, (1 << DIGIT) // 3 - 1, 0], True),
        ([(1 << DIGIT) // 3, (1 << DIGIT) // 3, (1 << DIGIT) // 3 + 1, 0], False),
    ],
)
def test_a_coin_looks_at_the_next_digit_when_one_does_not_decide(digits: list[int], falls: bool) -> None:
    assert coins(Told(digits))(1, 3) is falls


def test_coins_fall_as_often_as_their_chance_says() -> None:
    happens, throws = coins(Stream(b"seed", "coins")), 20_000
    for part, whole in (1, 3), (1, 2), (9, 10), (1, 7**400):
        share = sum(happens(part, whole) for _ in range(throws)) / throws
        chance = part / whole
        assert abs(share - chance) <= 4 * sqrt(chance * (1 - chance) / throws)
