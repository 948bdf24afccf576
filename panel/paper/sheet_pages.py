"""The questionnaire on paper: for a member behind the personal link, and for who prints one at the desk."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from deliberation.questionnaire import read
from panel.answers.start_pages import member_of_link
from panel.draws.proof import in_groups
from panel.paper import actions as paper
from panel.paper.codes import refuse_code
from panel.people.models import Member
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review, State
from panel.reviews.routing_words import only_if
from panel.web.display import DUTCH, LANGUAGES, Language, as_here, known_language, language_of
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused
from panel.web.request import see
from panel.web.templating import page


async def show(request: Request) -> Response:
    member = await member_of_link(request)
    in_time = member.review.state == State.OPEN and datetime.now(UTC) < member.review.closes_at
    if member.participated or not in_time or not member.code:
        return see(as_here(request, request.url.path.removesuffix("/papier")))  # which says why
    return await _sheet(request, member, language_of(request))


async def ask_code(request: Request) -> Response:
    return _code_page(request, await paper.open_review(request.path_params["id"]), Fields())


async def make(request: Request) -> Response:
    review, fields = await paper.open_review(request.path_params["id"]), await read_fields(request)
    try:
        member = await paper.member_with_code(review, fields.text("code"))
        paper.require_no_answer(member)
        language = known_language(fields.choice("language", LANGUAGES)) or DUTCH
    except Refused as refused:
        return refuse_code(request, refused, _code_page(request, review, fields, refused))
    return await _sheet(request, member, language)


def _code_page(request: Request, review: Review, fields: Fields, refused: Refused | None = None) -> Response:
    errors = {refused.field: refused.sentence} if refused else {}
    status = 422 if refused else 200
    return page(request, "paper/sheet_ask.html", status, review=review, typed=fields.typed(), errors=errors)


async def _sheet(request: Request, member: Member, language: Language) -> Response:
    review = await Review.get(id=member.review_id).select_related("version")
    questionnaire = read(review.questionnaire, language)
    return page(
        request,
        "paper/sheet.html",
        lang=language,
        review=review,
        dossier=Dossier.from_json(review.version.content),
        questionnaire=questionnaire,
        only_if={one.id: only_if(questionnaire, one, language) for one in questionnaire.questions},
        code=in_groups(member.code or ""),
    )
