"""The desk's pages on which a second person types a form in again. They never show what is stored."""

from starlette.requests import Request
from starlette.responses import Response

from deliberation.questionnaire import read
from panel.answers.models import PaperEntry
from panel.draws.proof import in_groups
from panel.paper import actions as paper
from panel.paper.codes import refuse_code
from panel.paper.form import Typed, at_each, form_page, read_form
from panel.people.models import Member
from panel.reviews.models import Review
from panel.staff.access import staff_on
from panel.staff.models import Staff
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused, sentence
from panel.web.request import database_of, see
from panel.web.templating import page


async def ask_code(request: Request) -> Response:
    return await _code_page(request, await paper.open_review(request.path_params["id"]), Fields())


async def take_code(request: Request) -> Response:
    review, fields = await paper.open_review(request.path_params["id"]), await read_fields(request)
    try:
        member, compared = await _whose(review, fields, staff_on(request))
    except Refused as refused:
        return refuse_code(request, refused, await _code_page(request, review, fields, refused))
    return form_page(request, review, member, fields, Typed(), again=True, compared=compared)


async def take_answers(request: Request) -> Response:
    """A comparison first, once. Where something differs the form is looked at again; what is typed then counts."""
    review, fields = await paper.open_review(request.path_params["id"]), await read_fields(request)
    questionnaire, staff = read(review.questionnaire), staff_on(request)
    try:
        member, compared = await _whose(review, fields, staff)
        typed = read_form(questionnaire, fields)
        if not typed.complete:
            return form_page(request, review, member, fields, typed, status=422, again=True, compared=compared)
        if compared and not fields.text("sure"):
            return form_page(request, review, member, fields, typed, again=True, compared=True)
        if compared:
            await database_of(request).write(paper.replace(member, questionnaire, typed.answers, staff))
        elif found := await database_of(request).write(paper.compare(member, questionnaire, typed.answers, staff)):
            typed.errors = at_each(questionnaire, [question.id for question in found], sentence("paper.differs"))
            return form_page(request, review, member, fields, typed, again=True, compared=True)
    except Refused as refused:
        if not refused.field:
            raise
        return refuse_code(request, refused, await _code_page(request, review, fields, refused))
    return see(f"/bureau/{review.id}/papier/nagekeken")


async def checked(request: Request) -> Response:
    review = await paper.open_review(request.path_params["id"])
    return page(request, "paper/saved.html", review=review, checked=True)


async def _whose(review: Review, fields: Fields, staff: Staff) -> tuple[Member, bool]:
    """The member, and whether this person compared the form already."""
    member = await paper.member_with_code(review, fields.text("code"))
    entry = await paper.entry_to_check(member, staff)
    return member, entry.checked_by_id is not None


async def _code_page(request: Request, review: Review, fields: Fields, refused: Refused | None = None) -> Response:
    codes: dict[str, list[str]] = {"mine": [], "own": [], "others": []}
    for entry in await PaperEntry.filter(review=review, sample=True).select_related("member"):
        codes[_for_whom(entry, staff_on(request))].append(in_groups(entry.member.code or ""))
    return page(
        request,
        "paper/check.html",
        422 if refused else 200,
        review=review,
        typed=fields.typed(),
        errors={refused.field: refused.sentence} if refused else {},
        codes={whom: sorted(found) for whom, found in codes.items()},
    )


def _for_whom(entry: PaperEntry, staff: Staff) -> str:
    if entry.entered_by_id == staff.id:
        return "own"
    return "mine" if entry.checked_by_id in (None, staff.id) else "others"
