"""At the desk: making public, the council's answer, and what was done with it."""

from starlette.requests import Request
from starlette.responses import Response

from panel.invitations.actions import number_told
from panel.invitations.models import Kind
from panel.invitations.trials import example_letter
from panel.publication.actions import (
    MOST_REASON,
    finish_reply,
    follow_up,
    postpone_reply,
    publish,
    replies_of,
    reply,
    usual_reply_due,
)
from panel.publication.files import downloads_of, file_response
from panel.publication.models import Decision
from panel.publication.outcome import describe_outcome
from panel.publication.reminding import is_overdue
from panel.publication.reply_file import MOST_BYTES, read_reply
from panel.reports.models import Report
from panel.reviews.models import Review, State
from panel.reviews.states import has_reached
from panel.staff.access import staff_on
from panel.web.forms import Fields, read_fields, read_upload
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page


async def preview(request: Request) -> Response:
    """The files of a report, before anything is public."""
    return file_response(request, await _review(request), request.path_params["name"])


async def preview_metadata(request: Request) -> Response:
    return file_response(request, await _review(request), f"metadata/{request.path_params['name']}")


async def ask_publish(request: Request) -> Response:
    return await _publish_page(request, usual_reply_due(await _review(request)).isoformat(), {})


async def do_publish(request: Request) -> Response:
    review, fields = await _review(request), await read_fields(request)
    try:
        await database_of(request).write(publish(review, fields.date("reply_due"), staff_on(request)))
    except Refused as refused:
        if not refused.field:
            raise
        typed = fields.typed().get("reply_due", "")
        return await _publish_page(request, typed, {refused.field: refused.sentence}, 422)
    return see(f"/bureau/{review.id}")


async def _publish_page(request: Request, reply_due: str, errors: dict[str, str], status: int = 200) -> Response:
    review, settings = await _review(request), settings_of(request)
    return page(
        request,
        "publication/publish.html",
        status,
        review=review,
        files=downloads_of(settings, review),
        told=await number_told(review, Kind.RESULT),
        example=await example_letter(settings, review, Kind.RESULT),
        reply_due=reply_due,
        errors=errors,
    )


async def ask_postponement(request: Request) -> Response:
    return await _postponement_page(request, Fields(), {})


async def give_postponement(request: Request) -> Response:
    review, fields = await _review(request), await read_fields(request)
    try:
        unit = postpone_reply(review, fields.date("reply_due"), fields.text("reason", 2_000), staff_on(request))
        await database_of(request).write(unit)
    except Refused as refused:
        if not refused.field:
            raise
        return await _postponement_page(request, fields, {refused.field: refused.sentence}, 422)
    return see(f"/bureau/{review.id}")


async def _postponement_page(request: Request, fields: Fields, errors: dict[str, str], status: int = 200) -> Response:
    typed = {"reply_due": "", "reason": ""} | fields.typed()
    facts = {"review": await _review(request), "typed": typed, "errors": errors}
    return page(request, "publication/postpone.html", status, **facts)


async def ask_reply(request: Request) -> Response:
    return await _reply_page(request, {}, {})


async def do_reply(request: Request) -> Response:
    """Keep every answer that is complete; the form comes back for the rest."""
    review = await _review(request)
    report = await _report(review)
    fields = await read_fields(request)
    finish = bool(fields.text("finish"))
    stored = await replies_of(review)
    errors: dict[str, str] = {}
    for advice in describe_outcome(review, report.findings).advices:
        try:
            chosen = fields.text(f"decision_{advice.id}")
            reason = fields.text(f"reason_{advice.id}", MOST_REASON)
            if not chosen and not reason and not (finish and advice.id not in stored):
                continue
            if chosen not in set(Decision):
                raise Refused("publication.no_reply", f"decision_{advice.id}")
            unit = reply(review, advice.id, Decision(chosen), reason, staff_on(request))
            await database_of(request).write(unit)
        except Refused as refused:
            if not refused.field:
                raise
            errors[refused.field] = refused.sentence
    if errors:
        return await _reply_page(request, fields.typed(), errors, 422)
    if finish:
        await database_of(request).write(finish_reply(review, staff_on(request)))
        return see(f"/bureau/{review.id}")
    return see(f"/bureau/{review.id}/antwoord?bewaard=1")


async def take_reply_file(request: Request) -> Response:
    """Fill in the form from a file. Nothing is kept before somebody has looked at it and saves."""
    review = await _review(request)
    report = await _report(review)
    try:
        _, content, _ = await read_upload(request, "file", MOST_BYTES)
        filled = read_reply(content, [advice.id for advice in describe_outcome(review, report.findings).advices])
    except Refused as refused:
        return await _reply_page(request, {}, {refused.field: refused.sentence}, 422)
    errors = {"file": filled.said} if filled.wrong else {}
    return await _reply_page(request, filled.typed, errors, 422 if errors else 200, read=len(filled.typed) // 2)


async def _reply_page(
    request: Request, typed: dict[str, str], errors: dict[str, str], status: int = 200, read: int = 0
) -> Response:
    review = await _review(request)
    report = await _report(review)
    replies = await replies_of(review)
    stored = {f"decision_{advice}": given.decision for advice, given in replies.items()}
    stored |= {f"reason_{advice}": given.reason for advice, given in replies.items()}
    return page(
        request,
        "publication/reply.html",
        status,
        review=review,
        outcome=describe_outcome(review, report.findings),
        told=await number_told(review, Kind.REPLY),
        overdue=is_overdue(review),
        answered=len(replies),
        saved="bewaard" in request.query_params,
        read=read,
        typed=stored | typed,
        errors=errors,
    )


async def ask_follow_up(request: Request) -> Response:
    return page(request, "publication/follow_up.html", review=await _review(request), typed="", errors={})


async def do_follow_up(request: Request) -> Response:
    review, fields = await _review(request), await read_fields(request)
    try:
        unit = follow_up(review, fields.text("follow_up", 4_000), staff_on(request))
        await database_of(request).write(unit)
    except Refused as refused:
        [typed, *_] = fields.get("follow_up", [""])
        errors = {refused.field: refused.sentence}
        return page(request, "publication/follow_up.html", 422, review=review, typed=typed, errors=errors)
    return see(f"/bureau/{review.id}")


async def _review(request: Request) -> Review:
    return await Review.get(id=request.path_params["id"])


async def _report(review: Review) -> Report:
    """The report that is answered."""
    if not has_reached(review, State.PUBLISHED):
        raise Refused("review.not_published")
    return await Report.get(review=review)
