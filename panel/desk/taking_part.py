"""How many took part per group: only what tells nothing about anybody in it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.disclosure import Cell, Cells, hide
from deliberation.figures import Thresholds
from panel.draws.classes import CLASSES
from panel.people.models import Member
from panel.reviews.models import Review

NAMES = {"area": "Wijk", "age": "Leeftijd", "gender": "Geslacht"}
Classes = tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """`took_part` is None when it may not be shown."""

    variable: str
    name: str
    invited: int
    took_part: int | None


async def taking_part(review: Review) -> list[Group]:
    members = await Member.filter(review=review)
    classes = [(tuple(str(getattr(member, name)) for name in CLASSES), member.participated) for member in members]
    return await asyncio.to_thread(groups_of, classes)


def groups_of(members: Sequence[tuple[Classes, bool]]) -> list[Group]:
    """Per class of area, age and gender, but for what all have in common.

    It is no secret how many were invited per group, and how many took part in all. From those, and from what is shown
    here, nobody can tell to within ten people how many of another group took part, or did not.
    """
    totals = Counter(took_part for _, took_part in members)
    counts = Counter((place, name, took_part) for classes, took_part in members for place, name in enumerate(classes))
    several = [
        (place, name)
        for place in range(len(CLASSES))
        if len(names := sorted({classes[place] for classes, _ in members})) > 1
        for name in names
    ]
    shown = _shown(totals, counts, several)
    return [
        Group(
            NAMES[CLASSES[place]],
            name,
            counts[place, name, True] + counts[place, name, False],
            counts[place, name, True] if (place, name) in shown else None,
        )
        for place, name in several
    ]


def _shown(
    totals: Counter[bool], counts: Counter[tuple[int, str, bool]], several: Sequence[tuple[int, str]]
) -> set[tuple[int, str]]:
    """Those whose number may be shown. Both who took part and who did not are cells: one follows from the other."""
    cells: dict[Cell, int] = {took_part: totals[took_part] for took_part in (True, False)}
    sums: list[tuple[Cell, ...]] = []
    for place, name in several:
        cells[place, name] = counts[place, name, True] + counts[place, name, False]
        both = [(place, name, took_part) for took_part in (True, False)]
        cells |= {cell: counts[cell] for cell in both}
        sums.append(((place, name), *both))
    for place in {place for place, _ in several}:
        sums += [
            (took_part, *[(place, name, took_part) for other, name in several if other == place])
            for took_part in (True, False)
        ]
    public = {True, False, *several}
    hidden = hide(Cells(cells, sums, public), Thresholds.floor)
    exposed = {cell[0] for cell in hidden.exposed if isinstance(cell, tuple)}
    return {
        (place, name) for place, name in several if (place, name, True) not in hidden.cells and place not in exposed
    }
