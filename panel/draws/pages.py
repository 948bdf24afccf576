"""The desk's page of the draw: what it shows and what can be done follow from how far the draw is."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from deliberation.sortition.invitations.stratified import DrawError
from deliberation.sortition.randomness import RandomnessError
from deliberation.sortition.volunteers.methods import METHODS
from deliberation.sortition.volunteers.portfolio import lottery_size
from panel.audit import record
from panel.draws import sources
from panel.draws.actions import freeze_draw, keep_draw, keep_frozen, list_for_inspection, make_draw, put_aside
from panel.draws.response import BANDS, read_rates, usual_rates
from panel.draws.search import USUAL, Wish, ready, set_way, stop_search, want_search
from panel.draws.volunteers import list_of_codes, panel_papers
from panel.people.models import Draw, Frame, Member, Search, current_draw
from panel.reviews.models import Review, State
from panel.staff.access import staff_on
from panel.staff.actions import actor_of
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page

DICE = {1_000: "drie", 10_000: "vier"}  # ten-sided ones, by the number of panels
SECONDS_BETWEEN = 5  # looks at a search that goes on
EVERYBODY, VOLUNTEERS = WAYS = ("everybody", "volunteers")
Step = Callable[[Request, Review, Fields], Coroutine[Any, Any, None]]


async def ask(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    return see(f"/bureau/{review.id}/zelfde-panel") if review.follows_id else await _page(request, {}, {})


async def do(request: Request) -> Response:
    """One of the steps; a mistake brings the page back with what was filled in."""
    review = await Review.get(id=request.path_params["id"])
    if review.follows_id:
        raise Refused("follow.same_panel")
    fields = await read_fields(request)
    step = fields.text("step")
    if step not in STEPS:
        raise HTTPException(400)
    take, field = STEPS[step]
    try:
        await take(request, review, fields)
    except (DrawError, RandomnessError) as error:
        return await _page(request, fields.typed(), {field: str(error)}, 422)
    except Refused as refused:
        return await _page(request, fields.typed(), {refused.field or field: refused.sentence}, 422)
    return see(f"/bureau/{review.id}/loting")


async def choose_way(request: Request) -> Response:
    """Whether everybody in the file can be invited, or a panel is chosen from who volunteered."""
    review = await Review.get(id=request.path_params["id"])
    fields = await read_fields(request)
    try:
        way = fields.choice("way", WAYS)
        await database_of(request).write(set_way(review, way == VOLUNTEERS))
    except Refused as refused:
        return await _page(request, fields.typed(), {"way": refused.sentence}, 422)
    return see(f"/bureau/{review.id}/loting")


async def _search(request: Request, review: Review, fields: Fields) -> None:
    volunteers = await ready(review)
    wish = Wish(
        fields.choice("method", METHODS),
        fields.number("reserves", 0, volunteers.frame.accepted),
        fields.number("dropout", 0, 90),
    )
    announced = sources.ten_sided(sources.read_announced(fields, review))
    await database_of(request).write(want_search(review, volunteers, wish, announced, staff_on(request)))


async def _stop(request: Request, review: Review, _fields: Fields) -> None:
    await database_of(request).write(stop_search(review, staff_on(request)))


async def _freeze(request: Request, review: Review, fields: Fields) -> None:
    if await Frame.filter(review=review, volunteers=True).exists():
        await _search(request, review, fields)
        return
    announced = sources.read_announced(fields, review)
    found, frozen = await freeze_draw(review, announced, read_rates(fields))
    sources.require_unknown(asdict(announced))
    await database_of(request).write(keep_frozen(review, found, frozen, staff_on(request)))


async def _draw(request: Request, review: Review, fields: Fields) -> None:
    draw = await current_draw(review)
    if draw is None or draw.record is not None:
        raise Refused("people.not_waiting")
    lot = sources.read_lot(fields.required("lot", sources.MOST_SIGNS), draw.frozen["announced"])
    made = await make_draw(review, draw, lot)
    await database_of(request).write(keep_draw(settings_of(request), review, made, staff_on(request)))


async def _put_aside(request: Request, review: Review, fields: Fields) -> None:
    reason = fields.required("reason", 1_000)
    await database_of(request).write(put_aside(settings_of(request), review, reason, staff_on(request)))


# What each does, and the field at which a mistake is told.
STEPS: Mapping[str, tuple[Step, str]] = {
    "freeze": (_freeze, "kind"),
    "stop": (_stop, "stop"),
    "draw": (_draw, "lot"),
    "put_aside": (_put_aside, "reason"),
}


async def _page(request: Request, typed: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    review = await Review.get(id=request.path_params["id"])
    draw = await current_draw(review)
    source = sources.source_of(draw.frozen["announced"]) if draw else None
    frame = await Frame.get_or_none(review=review)
    search = await Search.get_or_none(review=review)
    if search and search.trouble and frame and frame.volunteers and not draw:
        errors = {"method": search.trouble} | errors
    wished = {name: str(search.wish[name]) for name in asdict(USUAL)} if search else asdict(USUAL)
    again = search is not None and not search.trouble and "stil" not in request.query_params
    response = page(
        request,
        "draws/lot.html",
        status,
        review=review,
        State=State,
        frame=frame,
        search=search,
        out_of=draw.out_of if draw else 0,
        composition=draw.composition if draw else None,
        draw=draw,
        frozen=draw.frozen if draw else None,
        source=source,
        too_early=bool(source and source.when and source.when > datetime.now(UTC)),
        earlier=await Draw.filter(review=review, reason__isnull=False).order_by("number"),
        dice=DICE[lottery_size(frame.accepted, review.sample_size)] if frame else "",
        by_letter=await Member.filter(review=review, email="").count(),
        bands=BANDS,
        typed=sources.suggestion()
        | usual_rates()
        | wished
        | {"reason": "", "way": VOLUNTEERS if frame and frame.volunteers else EVERYBODY}
        | ({} if search else {"reserves": review.sample_size // 2})
        | typed,
        errors=errors,
        again=again,
    )
    if again:
        response.headers["Refresh"] = str(SECONDS_BETWEEN)
    return response


async def give_list(request: Request) -> Response:
    """For an inspector who makes the draw again at the town hall, or the codes for letters. Each time is logged."""
    review = await Review.get(id=request.path_params["id"])
    name = request.path_params.get("name", "lijst")
    if name not in LISTS:
        raise HTTPException(404)
    content = await LISTS[name](review)
    actor = actor_of(staff_on(request))
    await database_of(request).write(record(actor, f"{name} of the draw given out", f"review {review.id}"))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _people(review: Review) -> bytes:
    return (await panel_papers(review))[2].people


async def _categories(review: Review) -> bytes:
    return (await panel_papers(review))[2].categories


LISTS: Mapping[str, Callable[[Review], Coroutine[Any, Any, bytes]]] = {
    "lijst": list_for_inspection,  # of everybody who could be drawn; the others are of a panel from volunteers
    "mensen": _people,
    "streefaantallen": _categories,
    "codes": list_of_codes,
}
