"""Draw invitations from a frame: fixed numbers per stratum, equal chances within it, one person per address."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from deliberation.sortition.inclusion import inclusion
from deliberation.sortition.lottery import Stream, seeded_order
from deliberation.sortition.rounding import round_to_persons

Stratum = tuple[str, ...]


class DrawError(ValueError):
    """This draw cannot be made. The message is a Dutch sentence for the person who asked for it."""


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


def allocate(populations: Mapping[Stratum, int], size: int) -> dict[Stratum, int]:
    """Divide `size` seats over strata in proportion to their populations, by largest remainder (Hamilton).

    Equal remainders: the larger population first, then the stratum's name. No stratum gets more than its population.
    Raises DrawError when size is below 1 or above the total population.
    """
    total = sum(populations.values())
    if size < 1:
        raise DrawError("Het aantal te loten mensen moet 1 of meer zijn.")
    if size > total:
        raise DrawError(f"U wilt {size} mensen loten, maar er staan er {total} in het steekproefkader.")
    seats = {stratum: size * population // total for stratum, population in populations.items()}
    by_remainder = sorted(
        populations,
        key=lambda stratum: (-(size * populations[stratum] % total), -populations[stratum], stratum),
    )
    for stratum in by_remainder[: size - sum(seats.values())]:
        seats[stratum] += 1
    return seats


def draw(persons: Iterable[Candidate], size: int, seed: bytes) -> Draw:
    """Draw `size` persons: the seats of `allocate` per stratum, at most one per address, set by the seed alone.

    Within a stratum everyone has the same chance n_h / N_h, except members of addresses that would count for more
    than one person (see `inclusion`). The seats of a stratum are exact; only where one per address leaves too few
    people in a stratum does it get fewer, the others more, and then each count is the expected one rounded up or down
    by lot. A stratum without a seat has no chance: merge strata that small first. Method: dependent rounding (see
    `round_to_persons`).

    The same persons (in any order) and seed give the same draw on every machine.
    Raises DrawError for a size that cannot be reached, ids that occur twice, or an empty seed.
    """
    everyone = _in_seeded_order(list(persons), seed)
    members = _by_address(everyone)
    populations = Counter(person.stratum for person in everyone)
    seats = allocate(populations, size)
    if size > len(members):
        raise DrawError(f"U wilt {size} mensen loten, hoogstens één per adres, maar er zijn {len(members)} adressen.")
    names = sorted(populations)
    number = {name: place for place, name in enumerate(names)}
    strata = [number[person.stratum] for person in everyone]
    address_of = {person: place for place, persons_ in enumerate(members) for person in persons_}
    chances = inclusion(strata, [address_of[i] for i in range(len(everyone))], [seats[name] for name in names])
    chosen = round_to_persons(chances, strata, members, Stream(seed, "pivots"))
    invited = Counter(everyone[person].stratum for person in chosen)
    return Draw(
        chosen=tuple(seeded_order((everyone[person].id for person in chosen), seed, "panel")),
        chances={everyone[person].id: chances.chances[person] for person in chosen},
        strata=tuple(StratumCount(name, populations[name], invited[name]) for name in names),
        capped_addresses=len(chances.capped),
    )


def _in_seeded_order(persons: Sequence[Candidate], seed: bytes) -> list[Candidate]:
    people = {person.id: person for person in persons}
    if len(people) < len(persons):
        raise DrawError("In het steekproefkader komt een id meer dan één keer voor. Elke id mag één keer voorkomen.")
    if not seed:
        raise DrawError("Er is nog geen openbaar lot ingevuld. Zonder lot kan er niet worden geloot.")
    return [people[id_] for id_ in seeded_order(people, seed, "persons")]


def _by_address(persons: Sequence[Candidate]) -> list[list[int]]:
    """The places of the persons of each address, addresses in the order of their first person."""
    members: dict[tuple[str, str], list[int]] = {}
    for place, person in enumerate(persons):
        key = ("address", person.address) if person.address else ("alone", person.id)
        members.setdefault(key, []).append(place)
    return list(members.values())
