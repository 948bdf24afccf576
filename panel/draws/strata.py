"""The groups of a draw, with how many people they stand for and how many of them were invited."""

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, pairwise

from panel.draws.classes import CLASSES
from panel.draws.same_panel import lot_of
from panel.people.models import Draw, Member


@dataclass(frozen=True)
class DrawnGroup:
    classes: tuple[str, ...]
    population: int
    invited: int


async def drawn_groups(draw: Draw) -> list[DrawnGroup]:
    """Of the draw by which the members were chosen.

    A panel from volunteers is made up by its targets, not by how many volunteered: each of its groups stands for its
    share of the panel. So everybody counts the same, and who answers less is weighted to the panel as it was chosen.
    Those of a follow-up are the groups of the first review, with all who were invited then.
    """
    draw = await lot_of(draw)
    if not draw.from_volunteers:
        return [
            DrawnGroup(tuple(group["stratum"]), group["population"], draw.invited[tuple(group["stratum"])])
            for group in draw.frozen["strata"]
        ]
    members = await Member.filter(review_id=draw.review_id)
    invited = Counter(tuple(str(getattr(member, name)) for name in CLASSES) for member in members)
    groups = sorted(invited)
    ends = [draw.out_of * end // len(members) for end in accumulate((invited[group] for group in groups), initial=0)]
    return [
        DrawnGroup(group, high - low, invited[group])
        for group, (low, high) in zip(groups, pairwise(ends), strict=True)
    ]
