"""What a clerk looks at before people are drawn from a frame: who is in it, who is not, and what looks odd."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deliberation.sortition.frames.frame import Frame

UNKNOWN = "onbekend"
LARGEST_HOME = 7  # this size and larger are taken together
INSTITUTION = 20  # an address with more people than this is probably no home
MANY_UNKNOWN, MANY_REFUSED, MANY_SINGLE, FEW_COVERED = 0.01, 0.01, 0.8, 0.7
ODD_RATIO, ODD_AT_LEAST = 2.0, 100  # so much more or less than elsewhere, in areas with so many inhabitants


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of people in a frame; an unknown age, gender or area is called `UNKNOWN`."""

    excluded: int
    refused: int
    with_email: int
    unknown_addresses: int
    homes: Mapping[int, int]  # people at an address -> number of such addresses
    groups: Mapping[tuple[str, str], int]  # age class, gender -> people
    areas: Mapping[str, int]

    @property
    def accepted(self) -> int:
        return sum(self.groups.values())


@dataclass(frozen=True, slots=True)
class Homes:
    size: str
    addresses: int
    people: int


@dataclass(frozen=True, slots=True)
class Area:
    """`population`: who live there by the other source; `ratio`: people / population. None where one is missing."""

    area: str
    people: int
    population: int | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares are of the accepted people, 0 to 1."""

    counts: Counts
    email_share: float
    known_addresses: int
    homes: tuple[Homes, ...]
    institutions: int
    largest_home: int
    ages: tuple[str, ...]
    genders: tuple[str, ...]
    areas: tuple[Area, ...]
    missing_here: tuple[str, ...]  # areas of the other source in which nobody of the frame lives
    missing_there: tuple[str, ...]  # areas of the frame that the other source does not know
    coverage: float | None
    remarks: tuple[str, ...]


def count(frame: Frame) -> Counts:
    homes = Counter(person.address_key for person in frame.persons if person.address_key)
    people = frame.persons
    return Counts(
        excluded=sum(frame.excluded.values()),
        refused=len(frame.refused),
        with_email=sum(person.email is not None for person in people),
        unknown_addresses=sum(person.address_key is None for person in people),
        homes=Counter(homes.values()),
        groups=Counter((person.age_class or UNKNOWN, person.gender or UNKNOWN) for person in people),
        areas=Counter(person.area or UNKNOWN for person in people),
    )


def quality(frame: Frame, population: Mapping[str, int] | None = None) -> Quality:
    """`population`: area code -> inhabitants, as `areas.area_population` reads them."""
    return quality_of(count(frame), population)


def quality_of(counts: Counts, population: Mapping[str, int] | None = None, households: bool = False) -> Quality:
    """The same from counts. With `households`, `population` counts those, and says nothing about coverage."""
    compared = _comparable(counts, population or {})
    areas = tuple(_area(area, counts.areas.get(area, 0), compared.get(area)) for area in _areas(counts, compared))
    total = sum(compared.values())
    found = Quality(
        counts=counts,
        email_share=counts.with_email / counts.accepted if counts.accepted else 0.0,
        known_addresses=counts.accepted - counts.unknown_addresses,
        homes=_homes(counts.homes),
        institutions=sum(number for size, number in counts.homes.items() if size > INSTITUTION),
        largest_home=max(counts.homes, default=0),
        ages=tuple(sorted({age for age, _ in counts.groups}, key=_youngest_first)),
        genders=tuple(sorted({gender for _, gender in counts.groups}, key=lambda name: (name == UNKNOWN, name))),
        areas=areas,
        missing_here=tuple(area.area for area in areas if area.people == 0),
        missing_there=tuple(area.area for area in areas if area.population is None) if compared else (),
        coverage=counts.accepted / total if total and not households else None,
        remarks=(),
    )
    remarks = (*_remarks(found), *(_area_remarks(found, households) if population else ()))
    return Quality(**{name: getattr(found, name) for name in Quality.__slots__ if name != "remarks"}, remarks=remarks)


def _comparable(counts: Counts, population: Mapping[str, int]) -> dict[str, int]:
    """The figures of the same kind of area and the same municipalities as the frame's own codes."""
    kinds = Counter[str]()
    for area, people in counts.areas.items():
        if area[:2] in ("GM", "WK", "BU") and area[2:6].isdigit():
            kinds[area[:2]] += people
    kind = max(kinds, key=kinds.__getitem__, default="")
    towns = {area[2:6] for area in counts.areas if kind and area.startswith(kind)}
    return {area: number for area, number in population.items() if area[:2] == kind and area[2:6] in towns}


def _areas(counts: Counts, compared: Mapping[str, int]) -> list[str]:
    return sorted({*counts.areas, *(area for area, number in compared.items() if number > 0)})


def _area(area: str, people: int, population: int | None) -> Area:
    return Area(area, people, population, people / population if population else None)


def _homes(homes: Mapping[int, int]) -> tuple[Homes, ...]:
    rows = [Homes(str(size), homes.get(size, 0), size * homes.get(size, 0)) for size in range(1, LARGEST_HOME)]
    larger = {size: number for size, number in homes.items() if size >= LARGEST_HOME}
    people = sum(size * number for size, number in larger.items())
    return (*rows, Homes(f"{LARGEST_HOME} of meer", sum(larger.values()), people))


def _youngest_first(age: str) -> tuple[bool, int, str]:
    digits = age.partition("–")[0].rstrip("+")
    return age == UNKNOWN, int(digits) if digits.isdigit() else 0, age


def _remarks(found: Quality) -> Iterator[str]:
    counts, accepted = found.counts, found.counts.accepted
    if not accepted:
        yield "Er is niemand die kan worden geloot. Kijk waarom de rijen zijn geweigerd of overgeslagen."
        return
    if counts.refused > MANY_REFUSED * (rows := accepted + counts.excluded + counts.refused):
        yield f"{_percent(counts.refused / rows)} van de rijen is geweigerd. Laat de leverancier die verbeteren."
    if counts.unknown_addresses > MANY_UNKNOWN * accepted:
        yield (
            f"Van {_percent(counts.unknown_addresses / accepted)} van de mensen is het adres onbekend. "
            "Zij tellen als alleenwonend: van hun adres kunnen er meer worden geloot."
        )
    if found.institutions:
        one = found.institutions == 1
        yield (
            f"Op {_number(found.institutions)} {'adres wonen' if one else 'adressen wonen'} meer dan {INSTITUTION} "
            f"mensen{'' if one else ', op het grootste'}: {_number(found.largest_home)}. Dat is waarschijnlijk een "
            "instelling, zoals een verpleeghuis. Ook van zo’n adres wordt hoogstens één mens geloot."
        )
    if (homes := sum(counts.homes.values())) >= ODD_AT_LEAST and counts.homes.get(1, 0) > MANY_SINGLE * homes:
        yield "Op bijna elk adres staat één mens. Misschien is dit bestand al een steekproef en niet iedereen."
    for name, number in (
        ("de leeftijd", sum(number for (age, _), number in counts.groups.items() if age == UNKNOWN)),
        ("het geslacht", sum(number for (_, gender), number in counts.groups.items() if gender == UNKNOWN)),
        ("de wijk", counts.areas.get(UNKNOWN, 0)),
    ):
        if number > MANY_UNKNOWN * accepted:
            yield f"Van {_percent(number / accepted)} van de mensen is {name} onbekend. Zij vormen een eigen groep."


def _area_remarks(found: Quality, households: bool) -> Iterator[str]:
    who = "huishoudens" if households else "inwoners"
    if not any(area.population for area in found.areas):
        yield (
            "De wijken in dit bestand zijn niet te vergelijken met de cijfers van het CBS. "
            "Dat kan alleen met codes van het CBS, zoals WK036301, van dezelfde gemeente."
        )
        return
    if found.missing_here:
        yield f"In deze gebieden wonen mensen, maar niemand staat in het bestand: {_list(found.missing_here)}."
    if found.missing_there:
        yield f"Deze gebieden kent het CBS niet, of er staat geen aantal bij: {_list(found.missing_there)}."
    known = [area for area in found.areas if area.population and area.people]
    overall = sum(area.people for area in known) / max(1, sum(area.population or 0 for area in known))
    odd = [
        area.area
        for area in known
        if (area.population or 0) >= ODD_AT_LEAST
        and not overall / ODD_RATIO <= (area.ratio or 0) <= overall * ODD_RATIO
    ]
    if odd:
        yield f"Naar het aantal {who} staan hier veel meer of minder mensen in dan elders: {_list(tuple(odd))}."
    if found.coverage is not None and found.coverage > 1:
        yield "Er staan meer mensen in het bestand dan er wonen. Kijk of mensen er dubbel in staan."
    elif found.coverage is not None and found.coverage < FEW_COVERED:
        yield (
            f"In het bestand staat {_percent(found.coverage)} van alle inwoners. Zonder kinderen is dat meestal ruim "
            "80 %. Misschien ontbreekt een groep."
        )
    if households:
        yield "De cijfers zijn huishoudens, geen inwoners. Per huishouden is rond de 2 mensen gewoon."


def _percent(share: float) -> str:
    return f"{max(1, round(100 * share))} %"


def _number(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _list(names: tuple[str, ...], most: int = 10) -> str:
    more = f" en nog {len(names) - most}" if len(names) > most else ""
    return ", ".join(names[:most]) + more
