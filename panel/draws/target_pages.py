"""The desk's page of targets. It works without script; with it, the answer follows while somebody types."""

import asyncio
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from deliberation.sortition.frames.table import FrameError
from deliberation.sortition.volunteers.quotas import Target
from panel.draws.target_files import read_csv, write_csv
from panel.draws.targets import (
    Answer,
    Volunteers,
    answer,
    field,
    kept,
    propose,
    read_typed,
    save_targets,
    typed_of,
    volunteers_of,
)
from panel.people.models import Search, current_draw
from panel.reviews.models import Review, State
from panel.staff.access import staff_on
from panel.web.forms import read_fields, read_upload
from panel.web.messages import Refused
from panel.web.request import database_of, see
from panel.web.security import WITH_SCRIPT
from panel.web.templating import page

MOST_BYTES = 1_000_000
FIRST = field("min", 0, 0)  # where is told what is about all of them


async def ask(request: Request) -> Response:
    review, volunteers = await _volunteers(request)
    if volunteers is None:
        return _page(request, review, None, {}, None)
    targets = kept(volunteers.frame)
    shown = targets if targets is not None else propose(volunteers, review.sample_size)
    found = await asyncio.to_thread(answer, volunteers, shown, review.sample_size) if shown else None
    return await _with_state(
        request, review, volunteers, typed_of(volunteers, shown), found, saved=targets is not None
    )


async def do(request: Request) -> Response:
    """Look whether it can be, save, or take over the smallest repair; a mistake keeps what was typed."""
    review, volunteers = await _volunteers(request)
    fields = await read_fields(request)
    if volunteers is None:
        return _page(request, review, None, {}, None, status=422)
    step = fields.text("step") or "check"
    try:
        targets, errors = read_typed(fields, volunteers, review.sample_size)
        found = None if errors else await _answer(volunteers, targets, review.sample_size)
        if found is not None and step == "repair" and found.repair is not None:
            targets = list(found.repair.targets)
        if found is not None and step in ("save", "repair"):
            await database_of(request).write(save_targets(review, volunteers.frame, targets, staff_on(request)))
            return see(f"/bureau/{review.id}/streefaantallen")
    except Refused as refused:
        errors, found = {refused.field or FIRST: refused.sentence}, None
    status = 422 if errors else 200
    return await _with_state(request, review, volunteers, fields.typed(), found, errors, status)


async def _answer(volunteers: Volunteers, targets: Sequence[Target], seats: int) -> Answer:
    return await asyncio.to_thread(answer, volunteers, targets, seats)


async def take_file(request: Request) -> Response:
    """Targets in the CSV of the field, instead of those that were saved."""
    review, volunteers = await _volunteers(request)
    if volunteers is None:
        return _page(request, review, None, {}, None, status=422)
    try:
        _, content, _ = await read_upload(request, "file", MOST_BYTES)
        targets = await asyncio.to_thread(read_csv, content, volunteers)
        await database_of(request).write(save_targets(review, volunteers.frame, targets, staff_on(request)))
    except (FrameError, Refused) as error:
        sentence = error.sentence if isinstance(error, Refused) else str(error)
        shown = kept(volunteers.frame) or propose(volunteers, review.sample_size)
        typed = typed_of(volunteers, shown)
        return await _with_state(request, review, volunteers, typed, None, {"file": sentence}, 422)
    return see(f"/bureau/{review.id}/streefaantallen")


async def give_file(request: Request) -> Response:
    """The targets that were saved, or else the proposal."""
    review, volunteers = await _volunteers(request)
    if volunteers is None:
        return see(f"/bureau/{review.id}/streefaantallen")
    targets = kept(volunteers.frame) or propose(volunteers, review.sample_size)
    headers = {"Content-Disposition": 'attachment; filename="streefaantallen.csv"'}
    return Response(write_csv(targets), media_type="text/csv; charset=utf-8", headers=headers)


async def _volunteers(request: Request) -> tuple[Review, Volunteers | None]:
    review = await Review.get(id=request.path_params["id"])
    try:
        return review, await volunteers_of(review)
    except Refused as refused:
        request.state.refused = refused.sentence
        return review, None


async def _with_state(
    request: Request,
    review: Review,
    volunteers: Volunteers,
    typed: Mapping[str, str],
    found: Answer | None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    saved: bool = False,
) -> Response:
    fixed = review.state != State.RELEASED or await current_draw(review) is not None
    fixed = fixed or await Search.filter(review=review, trouble="").exists()
    return _page(request, review, volunteers, typed, found, errors or {}, status, saved, fixed)


def _page(
    request: Request,
    review: Review,
    volunteers: Volunteers | None,
    typed: Mapping[str, str],
    found: Answer | None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    saved: bool = False,
    fixed: bool = True,
) -> Response:
    response = page(
        request,
        "draws/targets.html",
        status,
        review=review,
        volunteers=volunteers,
        counts=volunteers.counts if volunteers else {},
        typed=typed,
        found=found,
        errors=errors or {},
        saved=saved,
        fixed=fixed,
        field=field,
        refused=getattr(request.state, "refused", ""),
    )
    response.headers.update(WITH_SCRIPT)
    return response
