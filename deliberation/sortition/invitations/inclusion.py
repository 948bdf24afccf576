"""The chance of every person, exact, such that no address counts for more than one person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm

import numpy as np

from deliberation.sortition.invitations.households import Households, Numbers

FINE = 1 << 64  # what the members of a capped address share one seat in
COARSE = 1 << 32  # for sums that may be a little too high, never too low


@dataclass(frozen=True, slots=True)
class Inclusion:
    """`rates[h]`: the chance of everybody in stratum h, but for `capped`: per address the seats expected per stratum.

    Those of a capped address sum to exactly one, shared evenly by its members of a stratum. The chances of all in
    stratum h sum to `targets[h]`, those of an address to at most one.
    """

    rates: Sequence[Fraction]
    targets: Sequence[Fraction]
    capped: dict[int, dict[int, Fraction]]

    @property
    def unit(self) -> int:
        """The smallest number that makes whole numbers of all these fractions."""
        shares = [share for seats in self.capped.values() for share in seats.values()]
        return lcm(*{share.denominator for share in [*self.rates, *self.targets, *shares]})


def inclusion(homes: Households, seats: Sequence[int]) -> Inclusion:
    """Chances such that stratum h gets `seats[h]` and nobody's address more than one.

    Everyone in stratum h has n_h / N_h. Where the members of an address sum to more than one they are scaled to sum
    to exactly one (in parts of 2^−64), and what they lose goes to the others of their stratum; again until no address
    is above one. A stratum where everyone is capped hands what it cannot seat to the strata that still have others,
    so `targets` need not be whole.

    Expects sum(seats) ≤ the number of addresses. Then it always succeeds: every round caps an address.
    """
    targets = [Fraction(seat) for seat in seats]
    left, free = targets.copy(), np.bincount(homes.stratum, minlength=len(seats)).tolist()
    capped: dict[int, dict[int, Fraction]] = {}
    while True:
        rates = [total / people if people else Fraction(0) for total, people in zip(left, free, strict=True)]
        over = _above_one(homes, rates, capped)
        if not over:
            return Inclusion(rates, targets, capped)
        for address, members in over.items():
            capped[address] = _scaled_to_one(members, rates)
            for stratum, people in members.items():
                left[stratum] -= capped[address].get(stratum, 0)
                free[stratum] -= people
        _hand_over(left, targets, free)


def upper(rates: Sequence[Fraction]) -> Numbers:
    """The rates in parts of 2^−32, rounded up."""
    return np.array([ceil(rate * COARSE) for rate in rates], dtype=np.int64)


def _above_one(
    homes: Households, rates: Sequence[Fraction], capped: dict[int, dict[int, Fraction]]
) -> dict[int, Counter[int]]:
    """The strata of the members of each address that counts for more than one person."""
    loads = homes.per_address(upper(rates)[homes.stratum])
    over = {}
    for address in np.flatnonzero(loads > COARSE).tolist():
        members = Counter(homes.members(address).tolist())
        if address not in capped and sum(rates[stratum] * people for stratum, people in members.items()) > 1:
            over[address] = members
    return over


def _scaled_to_one(members: Counter[int], rates: Sequence[Fraction]) -> dict[int, Fraction]:
    """The shares in one seat, in whole parts. The largest gets the odd parts; the parts are so small that it still
    gets no more than it had: k strata leave less than k parts over, and it loses at least (total − 1) / k."""
    wanted = {stratum: rates[stratum] * people for stratum, people in members.items() if rates[stratum]}
    total, fine = sum(wanted.values()), FINE
    while len(wanted) ** 2 > (total - 1) * fine:
        fine <<= 64
    parts = {stratum: floor(share / total * fine) for stratum, share in wanted.items()}
    parts[max(parts, key=parts.__getitem__)] += fine - sum(parts.values())
    return {stratum: Fraction(part, fine) for stratum, part in parts.items()}


def _hand_over(left: list[Fraction], targets: list[Fraction], free: Sequence[int]) -> None:
    """Move what strata without free members cannot seat to the others, in proportion to their free members."""
    surplus = sum(total for total, people in zip(left, free, strict=True) if not people)
    if not surplus:
        return
    total_free = sum(free)
    moves = [
        Fraction(floor(surplus * people / total_free * FINE), FINE) if people else -left[stratum]
        for stratum, people in enumerate(free)
    ]
    moves[next(stratum for stratum, people in enumerate(free) if people)] -= sum(moves)
    for stratum, move in enumerate(moves):
        targets[stratum] += move
        left[stratum] += move
