"""The desk's pages for answers on paper or by telephone. No name is on them, only the code of the form."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from deliberation.questionnaire import read
from panel.answers.actions import require_known_secret
from panel.answers.models import PaperEntry
from panel.answers.vault import make_secret
from panel.paper import actions as paper
from panel.paper.codes import refuse_code
from panel.paper.form import Typed, form_page, read_form
from panel.people.models import Channel, Member
from panel.reviews.models import Review
from panel.staff.access import staff_on
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see
from panel.web.templating import page

CHANNELS = (Channel.PAPER, Channel.PHONE)


async def ask_code(request: Request) -> Response:
    return await _code_page(request, await paper.open_review(request.path_params["id"]), Fields())


async def take_code(request: Request) -> Response:
    review, fields = await paper.open_review(request.path_params["id"]), await read_fields(request)
    try:
        member, _ = await _whose(review, fields)
    except Refused as refused:
        return refuse_code(request, refused, await _code_page(request, review, fields, refused))
    return form_page(request, review, member, fields, Typed())


async def take_answers(request: Request) -> Response:
    """What is wrong comes back with everything that was typed; what does not count is said before it is left out."""
    review, fields = await paper.open_review(request.path_params["id"]), await read_fields(request)
    questionnaire = read(review.questionnaire)
    try:
        member, channel = await _whose(review, fields)
        typed = read_form(questionnaire, fields)
        if not typed.complete:
            return form_page(request, review, member, fields, typed, status=422)
        await require_known_secret(review.id)
        await database_of(request).vault.write(make_secret(review.id))
        unit = paper.enter(member, questionnaire, typed.answers, channel, staff_on(request))
        await database_of(request).write(unit)
    except Refused as refused:
        if not refused.field:
            raise
        return refuse_code(request, refused, await _code_page(request, review, fields, refused))
    return see(f"/bureau/{review.id}/papier/opgeslagen")


async def saved(request: Request) -> Response:
    review = await paper.open_review(request.path_params["id"])
    return page(request, "paper/saved.html", review=review, checked=False)


async def _whose(review: Review, fields: Fields) -> tuple[Member, Channel]:
    member = await paper.member_with_code(review, fields.text("code"))
    channel = Channel(fields.choice("channel", CHANNELS))
    paper.require_no_answer(member)
    return member, channel


async def _code_page(request: Request, review: Review, fields: Fields, refused: Refused | None = None) -> Response:
    entries = PaperEntry.filter(review=review)
    return page(
        request,
        "paper/index.html",
        422 if refused else 200,
        review=review,
        late=datetime.now(UTC) >= review.closes_at,
        typed=fields.typed(),
        errors={refused.field: refused.sentence} if refused else {},
        entered=await entries.count(),
        to_check=await entries.filter(sample=True).count(),
    )
