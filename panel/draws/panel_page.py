"""The public page of a panel from volunteers: the targets, the chances, the panel that the lot chose, the check."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from panel.draws.proof import salt_of
from panel.draws.town import one_in
from panel.draws.volunteers import token_of
from panel.people.models import Draw, Member
from panel.reviews.models import Review
from panel.web.templating import page

STEPS = (1, 1.5, 2, 3, 5, 7)
CLOSE = 1e-9


@dataclass(frozen=True)
class Bar:
    """How many people have about this chance, in words."""

    words: str
    people: int


@dataclass(frozen=True)
class Chances:
    smallest: str
    largest: str
    equal: bool
    bars: Sequence[Bar]
    left_out: int


def told_of(draw: Draw) -> dict[str, Any]:
    """What only the page of a panel from volunteers tells."""
    return {
        "rows": targets_of(draw),
        "chances": chances_of(draw.frozen),
        "number": numbered(draw.record, draw.frozen),
    }


def targets_of(draw: Draw) -> list[dict[str, Any]]:
    """Every target with the volunteers it is about, and after the draw the people in the panel."""
    counted = {(row[0], row[1]): row[2:] for row in draw.composition or []}
    found = []
    for category, feature, low, high, *_ in draw.frozen["targets"]:
        people, *seated = counted.get((category, feature), [None])
        wanted = str(low) if low == high else f"{low} tot en met {high}"
        found.append(
            {"category": category, "feature": feature, "people": people, "target": wanted}
            | {"panel": seated[0] if seated else None}
        )
    return found


def chances_of(frozen: Mapping[str, Any]) -> Chances:
    """Of everybody who can be in some panel."""
    out = set(frozen["excluded"])
    values = [chance for id_, chance in frozen["chances_rounded"].items() if id_ not in out]
    exact = [Fraction(chance).limit_denominator(len(frozen["panels"])) for chance in (min(values), max(values))]
    return Chances(in_words(exact[0]), in_words(exact[1]), exact[0] == exact[1], bars_of(values), len(out))


def in_words(chance: Fraction) -> str:
    return "zeker: in elk panel" if chance == 1 else one_in(chance)


def bars_of(chances: Sequence[float]) -> list[Bar]:
    """People by chance, in classes that grow with it: 7 to 10 %, 10 to 15 %, 15 to 20 %, and so on."""
    percents = [100 * chance for chance in chances]
    lowest, highest = min(percents), max(percents)
    edges = [round(step * 10.0**power, 6) for power in range(-4, 3) for step in STEPS if step * 10.0**power <= 100]
    first = max(place for place, edge in enumerate(edges[:-1]) if edge <= lowest * (1 + CLOSE) or not place)
    last = min(place for place, edge in enumerate(edges) if edge >= highest * (1 - CLOSE))
    edges = edges[first : max(last, first + 1) + 1]
    counts = Counter(
        max(0, min(bisect_right(edges, percent * (1 + CLOSE)) - 1, len(edges) - 2)) for percent in percents
    )
    return [
        Bar(f"{_short(low)} tot {_short(high)} %", counts[place]) for place, (low, high) in enumerate(pairwise(edges))
    ]


def _short(percent: float) -> str:
    return format(percent, "g").replace(".", ",")


def numbered(record: Mapping[str, Any] | None, frozen: Mapping[str, Any]) -> str:
    """Which panel the lot chose: as the dice showed it, 000 to 999."""
    return "" if record is None else f"{record['index']:0{len(str(len(frozen['panels']) - 1))}d}"


def token_in(draw: Draw, code: str) -> str | None:
    """The name that belongs to a code, when somebody in this draw has it."""
    token = token_of(salt_of(code)) if salt_of(code) else ""
    return token if token in draw.frozen["chances"] else None


async def called(review: Review, token: str) -> bool:
    return await Member.exists(review=review, token=token)


def show_person(request: Request, review: Review, draw: Draw, token: str, member: bool) -> Response:
    record, frozen = draw.record or {}, draw.frozen
    panels = [number for number, panel in enumerate(frozen["panels"]) if token in panel]
    reserves = list(record.get("alternates", []))
    return page(
        request,
        "draws/panel_person.html",
        review=review,
        draw=draw,
        frozen=frozen,
        token=token,
        chance=in_words(Fraction(len(panels), len(frozen["panels"]))),
        times=len(panels),
        drawn=token in record.get("panel", []),
        place=reserves.index(token) + 1 if token in reserves else 0,
        called=member,
        left_out=token in frozen["excluded"],
    )
