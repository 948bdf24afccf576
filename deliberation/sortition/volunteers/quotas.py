"""Targets for a panel: how many of each feature, who counts for what, whether they can be met, and what to change."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deliberation.sortition.volunteers.panels import Panels, relaxed_targets

Type = tuple[int, ...]
Home = tuple[Type, ...]


class QuotaError(ValueError):
    """People or targets that cannot be used. The message is a Dutch sentence that names the feature."""


@dataclass(frozen=True, slots=True)
class Target:
    """From `minimum` to `maximum` people (both included) of this `feature` in this `category`.

    A repair never goes below `least` or above `most` (None: no limit).
    """

    category: str
    feature: str
    minimum: int
    maximum: int
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """`count` addresses that look alike: each has as many members in `types` (places in `Pool.types`, sorted; twice
    the same place for two members alike). One of a household can be in a panel."""

    types: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Pool:
    """People grouped by what the targets see of them.

    `targets`: sorted by category and feature. `types`: per type the places in `targets` of its features, sorted. Who
    shares an address is of another type than who does not, or whose household differs: a type is told by features
    and household, so that its members are interchangeable. `members`: per type the ids, sorted; their number is the
    size of the type. `households`: those of two members or more. `homes`: id -> address, of their members.
    """

    targets: tuple[Target, ...]
    types: tuple[Type, ...]
    members: tuple[tuple[str, ...], ...]
    households: tuple[Household, ...] = ()
    homes: Mapping[str, str] = field(default_factory=dict)

    @property
    def sizes(self) -> tuple[int, ...]:
        """People per type."""
        return tuple(len(ids) for ids in self.members)

    @property
    def most(self) -> int:
        """People that can sit together: one per address."""
        return sum(self.sizes) - sum((len(home.types) - 1) * home.count for home in self.households)

    def panels(self, seats: int) -> Panels:
        """All panels of `seats` people that keep the targets and hold one person per address."""
        bounds = [(target.minimum, target.maximum) for target in self.targets]
        return Panels(self.places, self.sizes, bounds + self.one_each, seats)

    @property
    def places(self) -> list[Type]:
        """Per type the rows it counts in: its targets, then its household's."""
        own = {t: len(self.targets) + row for row, home in enumerate(self.households) for t in home.types}
        return [(*type_, own[t]) if t in own else type_ for t, type_ in enumerate(self.types)]

    @property
    def one_each(self) -> list[tuple[int, int]]:
        """Minimum and maximum of each household's row: as many people as there are such addresses."""
        return [(0, home.count) for home in self.households]


@dataclass(frozen=True, slots=True)
class Repair:
    """`targets`: all of them, repaired. `changed`: (before, after) of those that differ. `people`: total change."""

    targets: tuple[Target, ...]
    changed: tuple[tuple[Target, Target], ...]
    people: int


def group(
    people: Mapping[str, Mapping[str, str]], targets: Sequence[Target], homes: Mapping[str, str] | None = None
) -> Pool:
    """Group people (id → category → feature) into types under `targets`; case and blanks do not matter in names.

    Columns without a target are not looked at. The order of people and targets does not matter. `homes`: id →
    address; who is not in it, or has an empty one, lives alone.
    Raises QuotaError: no people or targets, a target given twice, a minimum below 0 or above its maximum, a person
    without a feature in a category that has targets, or with a feature that has no target.
    """
    if not people:
        raise QuotaError("Er zijn nog geen mensen om uit te loten.")
    ordered = _checked(targets)
    place = {(plain(target.category), plain(target.feature)): i for i, target in enumerate(ordered)}
    names = {plain(target.category): target.category for target in ordered}
    type_of = dict[str, Type]()
    for id_, features in people.items():
        own = {plain(category): feature for category, feature in features.items()}
        type_of[id_] = tuple(_place(own, key, name, place) for key, name in names.items())
    shared = _shared(type_of, homes or {})
    groups: dict[tuple[Home, Type], list[str]] = {}
    counts = Counter(tuple(sorted(type_of[id_] for id_ in ids)) for ids in shared.values())
    home_of = {id_: address for address, ids in shared.items() for id_ in ids}
    for id_, type_ in type_of.items():
        home = tuple(sorted(type_of[other] for other in shared[home_of[id_]])) if id_ in home_of else ()
        groups.setdefault((home, type_), []).append(id_)
    keys = sorted(groups)
    number = {key: t for t, key in enumerate(keys)}
    return Pool(
        targets=ordered,
        types=tuple(type_ for _, type_ in keys),
        members=tuple(tuple(sorted(groups[key])) for key in keys),
        households=tuple(
            Household(tuple(number[home, type_] for type_ in home), counts[home]) for home in sorted(counts)
        ),
        homes={id_: home_of[id_] for id_ in sorted(home_of)},
    )


def _shared(ids: Iterable[str], homes: Mapping[str, str]) -> dict[str, list[str]]:
    """The addresses with two people or more."""
    found = defaultdict[str, list[str]](list)
    for id_ in ids:
        if address := homes.get(id_):
            found[address].append(id_)
    return {address: residents for address, residents in found.items() if len(residents) > 1}


def check(pool: Pool, seats: int) -> tuple[str, ...]:
    """Dutch sentences that say why no panel of `seats` people keeps the targets; empty when one does.

    First what a count shows (a feature with too few people, a category whose minima or maxima do not fit the seats);
    else one smallest set of targets that cannot be kept together, found by leaving out targets one by one
    (deletion filter; Chinneck, Dravnieks, ORSA J. Computing 3 (1991)).
    """
    if seats < 1:
        return ("Het aantal plaatsen moet 1 of meer zijn.",)
    if seats > sum(pool.sizes):
        return (f"Er zijn {sum(pool.sizes)} mensen voor {seats} plaatsen. Kies minder plaatsen.",)
    if seats > pool.most:
        return (
            f"Er zijn {pool.most} adressen voor {seats} plaatsen, hoogstens één per adres. Kies minder plaatsen.",
        )
    if found := _counted(pool, seats):
        return found
    if pool.panels(seats).feasible():
        return ()
    clash = " en ".join(_clash(pool, seats))
    return (f"Deze streefaantallen gaan niet samen: {clash}. Maak er minstens één ruimer.",)


def repair(pool: Pool, seats: int) -> Repair:
    """The smallest change of minima (down) and maxima (up), in people, with which a panel of `seats` exists.

    Minimises the sum of all changes, exactly (a mixed integer program, HiGHS). Nothing changes when a panel exists.
    One per address stays. Raises QuotaError when seats is below 1 or above the number of people or addresses, or when
    the targets may not change so far (`Target.least` and `most`).
    """
    if seats < 1 or seats > pool.most:
        raise QuotaError(check(pool, seats)[0])
    bounds = [(target.minimum, target.maximum) for target in pool.targets]
    limits = [(target.least, seats if target.most is None else target.most) for target in pool.targets]
    found = relaxed_targets(pool.places, pool.sizes, bounds, limits, pool.one_each, seats)
    if found is None:
        raise QuotaError(
            "Ook met de ruimste streefaantallen kan dit niet: geef meer ruimte, of kies minder plaatsen."
        )
    after = tuple(
        replace(target, minimum=low, maximum=high) for target, (low, high) in zip(pool.targets, found, strict=True)
    )
    changed = tuple((old, new) for old, new in zip(pool.targets, after, strict=True) if old != new)
    people = sum(old.minimum - new.minimum + new.maximum - old.maximum for old, new in changed)
    return Repair(after, changed, people)


def plain(text: str) -> str:
    """A name as it is compared: without case, accents put together, blanks single."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _checked(targets: Sequence[Target]) -> tuple[Target, ...]:
    if not targets:
        raise QuotaError("Er zijn nog geen streefaantallen.")
    ordered = tuple(sorted(targets, key=lambda target: (plain(target.category), plain(target.feature))))
    counts = Counter((plain(target.category), plain(target.feature)) for target in ordered)
    for target in ordered:
        if counts[plain(target.category), plain(target.feature)] > 1:
            raise QuotaError(f"{_name(target)} staat meer dan één keer bij de streefaantallen.")
        if target.minimum < 0:
            raise QuotaError(f"Het minimum van {_name(target)} is {target.minimum}. Kies 0 of meer.")
        if target.minimum > target.maximum:
            raise QuotaError(
                f"Het minimum van {_name(target)} is {target.minimum}, meer dan het maximum {target.maximum}."
            )
    return ordered


def _place(features: Mapping[str, str], key: str, category: str, place: Mapping[tuple[str, str], int]) -> int:
    feature = features.get(key, "")
    if not plain(feature):
        raise QuotaError(f"Niet bij iedereen is ‘{category}’ ingevuld. Vul het in, of laat die mensen weg.")
    if (key, plain(feature)) not in place:
        raise QuotaError(f"Voor ‘{feature.strip()}’ bij ‘{category}’ is geen streefaantal. Voeg het toe.")
    return place[key, plain(feature)]


def _name(target: Target) -> str:
    return f"‘{target.feature}’ bij ‘{target.category}’"


def _counted(pool: Pool, seats: int) -> tuple[str, ...]:
    found = list[str]()
    people = Counter[int]()
    for type_, size in zip(pool.types, pool.sizes, strict=True):
        people.update(dict.fromkeys(type_, size))
    for i, target in enumerate(pool.targets):
        if people[i] < target.minimum:
            found.append(f"Het minimum van {_name(target)} is {target.minimum}, maar er zijn {people[i]} mensen.")
    for category in dict.fromkeys(plain(target.category) for target in pool.targets):
        own = [target for target in pool.targets if plain(target.category) == category]
        low, high = sum(target.minimum for target in own), sum(target.maximum for target in own)
        name = own[0].category
        if low > seats:
            found.append(f"De minima van ‘{name}’ zijn samen {low}, meer dan de {seats} plaatsen.")
        if high < seats:
            found.append(f"De maxima van ‘{name}’ zijn samen {high}, minder dan de {seats} plaatsen.")
    return tuple(found)


def _clash(pool: Pool, seats: int) -> list[str]:
    targets = list(pool.targets)
    needed = list[str]()
    for i, target in enumerate(pool.targets):
        for end in ("minimum", "maximum"):
            kept = targets[i]
            targets[i] = replace(kept, minimum=0) if end == "minimum" else replace(kept, maximum=seats)
            if targets[i] != kept and replace(pool, targets=tuple(targets)).panels(seats).feasible():
                targets[i] = kept
                words = f"minstens {target.minimum}" if end == "minimum" else f"hoogstens {target.maximum}"
                needed.append(f"{words} keer {_name(target)}")
    return needed
