"""Draw invitations from a frame: fixed numbers per stratum, equal chances within it, one person per address."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, repeat
from operator import attrgetter, eq

import numpy as np

from deliberation.sortition.invitations.allocation import DrawError, Response, Stratum, allocate, check_addresses
from deliberation.sortition.invitations.blocks import blocks
from deliberation.sortition.invitations.households import group
from deliberation.sortition.invitations.inclusion import Inclusion, inclusion
from deliberation.sortition.invitations.rounding import Seat, coins, round_to_seats
from deliberation.sortition.lottery import Stream, seeded_order

__all__ = ["Candidate", "Draw", "DrawError", "Prepared", "Stratum", "StratumCount", "allocate", "draw"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone who can be drawn. An unknown address (None or empty) is an address of one's own."""

    id: str
    stratum: Stratum
    address: str | None


@dataclass(frozen=True, slots=True)
class StratumCount:
    stratum: Stratum
    population: int
    invited: int


@dataclass(frozen=True, slots=True)
class Draw:
    """The outcome of a draw.

    `chosen`: ids in the order of the lot. `chances`: the inclusion probability of each chosen id, exact.
    `capped_addresses`: how many addresses would have counted for more than one person; their members had a smaller
    chance than the others of their stratum.
    """

    chosen: tuple[str, ...]
    chances: Mapping[str, Fraction]
    strata: tuple[StratumCount, ...]
    capped_addresses: int


def draw(persons: Iterable[Candidate], size: int, seed: bytes, response: Response | None = None) -> Draw:
    """Draw `size` persons: the seats of `allocate` per stratum, at most one per address, set by the seed alone.

    Within a stratum everyone has the same chance n_h / N_h, except members of addresses that would count for more
    than one person (see `inclusion`). The seats of a stratum are exact; only where one per address leaves too few
    people in a stratum does it get fewer, the others more, and then each count is the expected one rounded up or down
    by lot. A stratum without a seat has no chance: merge strata that small first.

    Method: addresses are put in random blocks that count for at most one person (see `blocks`); dependent rounding
    decides which stratum of which block gets a seat (see `round_to_seats`); the people of that stratum in that block
    have equal chances to take it. Whatever the blocks, m people of stratum h in one block get the seat with chance
    m · n_h / N_h, so each of them has n_h / N_h.

    `response`: the share expected to answer per stratum, to invite more where few answer (see `allocate`). Chances
    then differ between strata; `Draw.chances` has them for the weights.

    The same persons (in any order) and seed give the same draw on every machine.
    Raises DrawError for a size that cannot be reached, ids that occur twice, or an empty seed.
    """
    return Prepared(persons).draw(size, seed, response)


class Prepared:
    """A frame that is ready to be drawn from: who lives with whom is worked out once, for any number of draws."""

    def __init__(self, persons: Iterable[Candidate]) -> None:
        """Raises DrawError for ids that occur twice."""
        people = sorted(persons, key=attrgetter("id"))
        self._ids = [person.id for person in people]
        if any(map(eq, self._ids, islice(self._ids, 1, None))):
            raise DrawError(
                "In het steekproefkader komt een id meer dan één keer voor. Elke id mag één keer voorkomen."
            )
        self._populations = Counter(person.stratum for person in people)
        self._names = sorted(self._populations)
        number = {name: place for place, name in enumerate(self._names)}
        strata = np.fromiter((number[person.stratum] for person in people), dtype=np.int64, count=len(people))
        self._homes = group(strata, [person.address for person in people])

    def draw(self, size: int, seed: bytes, response: Response | None = None) -> Draw:
        """As `draw` does."""
        if not seed:
            raise DrawError("Er is nog geen openbaar lot ingevuld. Zonder lot kan er niet worden geloot.")
        seats = allocate(self._populations, size, response)
        check_addresses(size, len(self._homes.start) - 1)
        chances = inclusion(self._homes, [seats[name] for name in self._names])
        chosen = self._round(chances, seed)
        invited = Counter(self._names[stratum] for stratum, _ in chosen.values())
        return Draw(
            chosen=tuple(seeded_order(chosen, seed, "panel")),
            chances={id_: chance for id_, (_, chance) in chosen.items()},
            strata=tuple(StratumCount(name, self._populations[name], invited[name]) for name in self._names),
            capped_addresses=len(chances.capped),
        )

    def _round(self, chances: Inclusion, seed: bytes) -> dict[str, tuple[int, Fraction]]:
        """The ids of the chosen, each with the number of his stratum and his chance."""
        homes, width, unit = self._homes, len(self._names), chances.unit
        block = blocks(homes, chances, seed)
        place = homes.per_person(block) * width + homes.stratum
        order = np.argsort(place, kind="stable")
        places, starts, counts = np.unique(place[order], return_index=True, return_counts=True)
        capped = {int(block[address]): shares for address, shares in chances.capped.items()}
        rates = [int(rate * unit) for rate in chances.rates]
        seats = [
            Seat(b, h, int(capped[b].get(h, 0) * unit) if b in capped else people * rates[h])
            for (b, h), people in zip(map(divmod, places.tolist(), repeat(width)), counts.tolist(), strict=True)
        ]
        targets = [int(target * unit) for target in chances.targets]
        given = round_to_seats(unit, targets, seats, coins(Stream(seed, "pivots")))
        member, chosen = Stream(seed, "persons"), {}
        for number in sorted(given):
            people, seat = int(counts[number]), seats[number]
            person = homes.person[order[starts[number] + member.below(people)]]
            chosen[self._ids[person]] = (seat.stratum, Fraction(seat.value, people * unit))
        return chosen
