"""The whole town as dots, the drawn share of it coloured, and the chance of every group."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from deliberation.merging import EVERYONE
from deliberation.sortition.invitations.stratified import allocate
from deliberation.sortition.lottery import seeded_order
from panel.web.dutch import format_number

MOST_DOTS, ACROSS, PITCH = 1_000, 25, 10
MOST_AREAS = 16  # more would be a long page of small pictures: then the town is one


@dataclass(frozen=True)
class Block:
    """One area. `others` and `drawn` are the dots as path data of an SVG of `width` by `height`."""

    name: str
    people: int
    invited: int
    dots: int
    coloured: int
    others: str
    drawn: str
    width: int
    height: int

    @property
    def chance(self) -> str:
        return one_in(Fraction(self.invited, self.people))


@dataclass(frozen=True)
class Group:
    name: str
    people: int
    invited: int
    chance: Fraction

    @property
    def one_in(self) -> str:
        return one_in(self.chance)


def groups_of(frozen: Mapping[str, Any], invited: Mapping[tuple[str, ...], int] | None) -> list[Group]:
    """Every group of the draw; before the lot falls with the number that will be drawn."""
    return [
        Group(
            group_name(group["stratum"]),
            group["population"],
            group["seats"] if invited is None else invited[tuple(group["stratum"])],
            Fraction(group["chance"]),
        )
        for group in frozen["strata"]
    ]


def group_name(stratum: Sequence[str]) -> str:
    """What a group has in common; classes that were all taken together tell nothing."""
    return ", ".join(part.replace(" + ", " of ") for part in stratum if part != EVERYONE) or EVERYONE


def town_of(frozen: Mapping[str, Any], invited: Mapping[tuple[str, ...], int] | None) -> tuple[list[Block], int]:
    """A block of dots per area, and how many people one dot stands for. Nothing is coloured before the lot falls."""
    people, drawn = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for group in frozen["strata"]:
        stratum = tuple(group["stratum"])
        people[stratum[:1]] += group["population"]
        drawn[stratum[:1]] += invited[stratum] if invited is not None else 0
    if len(people) > MOST_AREAS:
        people, drawn = Counter({("Alle wijken",): people.total()}), Counter({("Alle wijken",): drawn.total()})
    total = people.total()
    dots = allocate(people, min(total, MOST_DOTS))
    share = round(Fraction(drawn.total() * sum(dots.values()), total))
    coloured = allocate(drawn, max(1, share)) if drawn.total() else drawn
    made = [
        _block(area[0], people[area], drawn[area], dots[area], min(coloured[area], dots[area]), frozen["commitment"])
        for area in sorted(people)
    ]
    return made, round(total / sum(dots.values()))


def _block(name: str, people: int, invited: int, dots: int, coloured: int, seed: str) -> Block:
    order = seeded_order(map(str, range(dots)), bytes.fromhex(seed), f"picture {name}")
    bright = {int(place) for place in order[:coloured]}
    rows = -(-dots // ACROSS)
    return Block(
        name,
        people,
        invited,
        dots,
        coloured,
        _path(place for place in range(dots) if place not in bright),
        _path(sorted(bright)),
        ACROSS * PITCH,
        rows * PITCH,
    )


def _path(places: Iterable[int]) -> str:
    """Dots are lines of no length with round ends."""
    middle = PITCH // 2
    return "".join(f"M{place % ACROSS * PITCH + middle} {place // ACROSS * PITCH + middle}h0" for place in places)


def spread(groups: Sequence[Group]) -> tuple[str, str]:
    """The smallest and the largest chance."""
    chances = [group.chance for group in groups]
    return one_in(min(chances)), one_in(max(chances))


def one_in(chance: Fraction) -> str:
    """1 op 90"""
    if not chance:
        return "geen"
    number = 1 / chance
    return f"1 op {format_number(float(number), 0 if number >= 10 or number.denominator == 1 else 1)}"
