from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from tortoise.expressions import Q

from panel.invitations.actions import number_told
from panel.invitations.models import Kind
from panel.invitations.trials import example_letter
from panel.people.models import Draw, current_draw
from panel.proposals.dossier import Dossier
from panel.publication.actions import finish_reply, follow_up, publish, reply
from panel.publication.models import CouncilReply, Decision
from panel.publication.outcome import describe_outcome
from panel.reports.actions import report_folder
from panel.reports.models import Report
from panel.reviews.models import Review, State
from panel.reviews.states import LIFE
from panel.staff.access import staff_on
from panel.web.display import ENGLISH, language_of
from panel.web.forms import read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.security import REPORT_POLICY
from panel.web.templating import page

PUBLIC = LIFE[LIFE.index(State.PUBLISHED) :]
ANNOUNCED = LIFE[LIFE.index(State.DRAWN) :]
DOWNLOADS = {
    "report.html": "Het rapport als webpagina",
    "report.pdf": "Het rapport als PDF",
    "results.csv": "De cijfers als tabel (CSV)",
    "results.json": "De cijfers voor programma’s (JSON)",
    "codebook.csv": "Uitleg bij de cijfers (CSV)",
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
DECISIONS = {
    Decision.ADOPTED: "Overgenomen",
    Decision.PARTLY: "Voor een deel overgenomen",
    Decision.NOT: "Niet overgenomen",
    Decision.OUTSIDE: "Daar gaat de raad niet over",
}


async def index(request: Request) -> Response:
    reviews = await Review.filter(await _announced()).order_by("-id").select_related("version")
    dossiers = {review.id: Dossier.from_json(review.version.content) for review in reviews}
    return page(request, "publication/index.html", reviews=reviews, dossiers=dossiers, State=State, public=PUBLIC)


async def _announced() -> Q:
    """A review is public from the moment that its draw is frozen."""
    frozen: Any = await Draw.filter(review__state=State.RELEASED).values_list("review_id", flat=True)
    return Q(state__in=ANNOUNCED) | Q(id__in=list(frozen))


async def show(request: Request) -> Response:
    review = await Review.get(await _announced(), id=request.path_params["id"]).select_related("version")
    report = await Report.get(review=review) if review.state in PUBLIC else None
    draw = await current_draw(review)
    return page(
        request,
        "publication/show.html",
        review=review,
        dossier=Dossier.from_json(review.version.content),
        record=draw.record if draw else None,
        draw=draw,
        outcome=describe_outcome(review, report.findings) if report else None,
        replies=await _replies(review),
        decisions=DECISIONS,
        downloads=DOWNLOADS,
        State=State,
    )


async def download(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"], state__in=PUBLIC)
    return send_file(request, review, request.path_params["name"])


async def preview(request: Request) -> Response:
    """The same files at the desk, before anything is public."""
    review = await Review.get(id=request.path_params["id"])
    return send_file(request, review, request.path_params["name"])


def send_file(request: Request, review: Review, name: str) -> Response:
    folder = report_folder(settings_of(request), review)
    if name not in (*DOWNLOADS, "vote.svg") or not (folder / name).is_file():
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=300"} if review.state in PUBLIC else {}
    if name == "report.html":
        headers["Content-Security-Policy"] = REPORT_POLICY
    return FileResponse(folder / name, headers=headers, media_type=TYPES[Path(name).suffix])


async def ask_publish(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    return page(
        request,
        "publication/publish.html",
        review=review,
        downloads=DOWNLOADS,
        told=await number_told(review, Kind.RESULT),
        example=await example_letter(settings_of(request), review, Kind.RESULT),
    )


async def do_publish(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    await database_of(request).write(publish(review, staff_on(request)))
    return see(f"/bureau/{review.id}")


async def ask_reply(request: Request) -> Response:
    return await _reply_page(request, {}, {})


async def do_reply(request: Request) -> Response:
    """Keep every answer that is complete; the form comes back for the rest."""
    review = await Review.get(id=request.path_params["id"])
    report = await Report.get(review=review)
    fields = await read_fields(request)
    errors: dict[str, str] = {}
    for advice in describe_outcome(review, report.findings).advices:
        try:
            chosen = fields.text(f"decision_{advice.id}")
            reason = fields.text(f"reason_{advice.id}", 4_000)
            if not chosen and not reason:
                continue
            if chosen not in set(Decision):
                raise Refused("publication.no_reply", f"decision_{advice.id}")
            unit = reply(review, advice.id, Decision(chosen), reason, staff_on(request))
            await database_of(request).write(unit)
        except Refused as refused:
            errors[refused.field] = refused.sentence
    if errors:
        return await _reply_page(request, fields.typed(), errors, 422)
    if fields.text("finish"):
        await database_of(request).write(finish_reply(review, staff_on(request)))
    return see(f"/bureau/{review.id}")


async def _reply_page(request: Request, typed: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    review = await Review.get(id=request.path_params["id"])
    report = await Report.get(review=review)
    replies = await _replies(review)
    stored = {f"decision_{advice}": given.decision for advice, given in replies.items()}
    stored |= {f"reason_{advice}": given.reason for advice, given in replies.items()}
    return page(
        request,
        "publication/reply.html",
        status,
        review=review,
        outcome=describe_outcome(review, report.findings),
        decisions=list(DECISIONS.items()),
        told=await number_told(review, Kind.REPLY),
        typed=stored | typed,
        errors=errors,
    )


async def ask_follow_up(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    return page(request, "publication/follow_up.html", review=review, typed="", errors={})


async def do_follow_up(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    fields = await read_fields(request)
    try:
        unit = follow_up(review, fields.text("follow_up", 4_000), staff_on(request))
        await database_of(request).write(unit)
    except Refused as refused:
        [typed, *_] = fields.get("follow_up", [""])
        errors = {refused.field: refused.sentence}
        return page(request, "publication/follow_up.html", 422, review=review, typed=typed, errors=errors)
    return see(f"/bureau/{review.id}")


async def _replies(review: Review) -> dict[str, CouncilReply]:
    return {given.advice: given for given in await CouncilReply.filter(review=review)}


async def accessibility(request: Request) -> Response:
    return _in_either(request, "publication/accessibility.html", "publication/accessibility_english.html")


async def privacy(request: Request) -> Response:
    return _in_either(request, "publication/privacy.html", "publication/privacy_english.html")


def _in_either(request: Request, dutch: str, english: str) -> Response:
    """The English is another, shorter text."""
    lang = language_of(request)
    return page(request, english if lang == ENGLISH else dutch, lang=lang)


async def contact(request: Request) -> Response:
    return page(request, "publication/contact.html", lang=language_of(request))
