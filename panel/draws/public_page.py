"""The public page of a draw: what was frozen, what came out, whether it is fair, and how anybody checks it."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from deliberation.sortition.invitations.invitation_record import PARTS
from panel.draws import panel_page
from panel.draws.proof import NOBODY, in_lines, leads_to, read_code
from panel.draws.sources import source_of
from panel.draws.town import group_name, groups_of, one_in, spread, town_of
from panel.people.models import Draw, Member
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review
from panel.web.caching import FRESH, PUBLIC, kept
from panel.web.failures import failed
from panel.web.forms import read_fields
from panel.web.messages import sentence
from panel.web.templating import page

AGEING = "public, max-age=60"
PLACES = {name: place for place, name in enumerate(PARTS)}
FEW_GROUPS = 12
MOST_SIGNS = 60  # of a code, however it is typed


async def show(request: Request) -> Response:
    response = await _page(request, {})
    response.headers["Vary"] = "Cookie"  # which may hold that somebody reads large letters
    return kept(request, response, FRESH if request.cookies else AGEING)


async def _page(request: Request, errors: dict[str, str], typed: str = "", status: int = 200) -> Response:
    draws = await _draws(request)
    newest = draws[-1]
    review = await Review.get(id=newest.review_id).select_related("version")
    if newest.same_panel:
        return await _same_panel(request, review, newest, errors, status)
    own = panel_page.told_of(newest) if newest.from_volunteers else _told_of(newest)
    return page(
        request,
        "draws/panel.html" if newest.from_volunteers else "draws/fair.html",
        status,
        review=review,
        dossier=Dossier.from_json(review.version.content),
        draw=newest,
        frozen=newest.frozen,
        record=newest.record,
        source=source_of(newest.frozen["announced"]),
        earlier=[(draw, source_of(draw.frozen["announced"])) for draw in draws if draw.reason is not None],
        has_codes=await Member.filter(review=review, code__isnull=False).exists(),
        typed=typed,
        errors=errors,
        **own,
    )


async def _same_panel(request: Request, review: Review, draw: Draw, errors: dict[str, str], status: int) -> Response:
    """Of a follow-up: no lot fell."""
    first = await Review.get(id=draw.frozen["follows"])
    return page(request, "draws/same.html", status, review=review, first=first, draw=draw, errors=errors)


def _told_of(draw: Draw) -> dict[str, Any]:
    """What only the page of a draw of invitations tells."""
    invited = draw.invited if draw.record else None
    groups = groups_of(draw.frozen, invited)
    blocks, per_dot = town_of(draw.frozen, invited)
    shown = {"groups": groups, "spread": spread(groups), "few_groups": FEW_GROUPS}
    return shown | {"blocks": blocks, "per_dot": per_dot}


async def look_up(request: Request) -> Response:
    """Somebody's own place in the draw, for who has its code. Nothing is kept of it, and nothing logged."""
    review = await Review.get(id=request.path_params["id"])
    typed = (await read_fields(request)).typed().get("code", "")[:MOST_SIGNS]
    draw = (await _draws(request))[-1]
    if draw.from_volunteers:
        if draw.reason or (token := panel_page.token_in(draw, read_code(typed))) is None:
            return await _unknown(request, typed)
        return panel_page.show_person(request, review, draw, token, await panel_page.called(review, token))
    member = await Member.get_or_none(review=review, code=read_code(typed))
    proof: Mapping[str, Any] = member.proof if member and member.proof else NOBODY
    if not leads_to(proof, draw.frozen.get("root", "")):
        return await _unknown(request, typed)
    return page(
        request,
        "draws/looked_up.html",
        review=review,
        draw=draw,
        group=group_name(proof["group"]),
        chance=one_in(Fraction(proof["chance"])),
        shown=in_lines(proof, draw.frozen["root"]),
    )


async def _unknown(request: Request, typed: str) -> Response:
    return failed(request, await _page(request, {"code": sentence("people.unknown_code")}, typed, 422))


async def record(request: Request) -> Response:
    """What was frozen before the lot, the whole record after it."""
    return _as_file(request, (await _draws(request))[-1])


async def numbered_record(request: Request) -> Response:
    """Of any draw, also one that was put aside."""
    return _as_file(
        request, await Draw.get(review_id=request.path_params["id"], number=request.path_params["number"])
    )


def _as_file(request: Request, draw: Draw) -> Response:
    """JSON with a part per line, in the order in which they came to be."""
    final = draw.record is not None or draw.reason is not None
    parts = sorted(draw.published.items(), key=lambda part: PLACES.get(part[0], 0))
    lines = (f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in parts)
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    return kept(request, Response(text, media_type="application/json"), PUBLIC if final else AGEING)


async def _draws(request: Request) -> list[Draw]:
    draws = await Draw.filter(review_id=request.path_params["id"]).order_by("number")
    if not draws:
        raise HTTPException(404)
    return draws
