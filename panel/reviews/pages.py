from starlette.requests import Request
from starlette.responses import Response

from panel.proposals.dossier import Dossier
from panel.proposals.models import ProposalVersion
from panel.reviews.actions import Plan, approve, change_plan, extend, mark_of, prepare_review
from panel.reviews.models import Review
from panel.reviews.questions_pages import about_questions
from panel.staff.access import staff_on
from panel.web.dutch import local
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused, sentence
from panel.web.request import database_of, see
from panel.web.templating import page

MOST_PEOPLE = 100_000
NUMBERS = ("sample_size", "quorum", "majority_percent")
USUAL = {"sample_size": "600", "quorum": "150", "majority_percent": "50"}


async def new(request: Request) -> Response:
    return await _form(request, await ProposalVersion.get(id=request.path_params["version"]), USUAL, {})


async def prepare(request: Request) -> Response:
    version = await ProposalVersion.get(id=request.path_params["version"])
    fields = await read_fields(request)
    try:
        plan = read_plan(fields)
        review = await database_of(request).write(prepare_review(version, plan, staff_on(request)))
    except Refused as refused:
        typed = fields.typed()
        return await _form(request, version, typed, {refused.field: refused.sentence}, 422)
    return see(f"/bureau/{review.id}")


async def _form(
    request: Request,
    version: ProposalVersion,
    typed: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
    *,
    follows: bool = False,
) -> Response:
    dossier = Dossier.from_json(version.content)
    return page(
        request,
        "reviews/form.html",
        status,
        version=version,
        dossier=dossier,
        typed=dict.fromkeys(NUMBERS, "") | typed,
        errors=errors,
        missing=[sentence(f"dossier.{code}") for code in dossier.missing()],
        follows=follows,
    )


def read_plan(fields: Fields) -> Plan:
    return Plan(
        sample_size=fields.number("sample_size", 1, MOST_PEOPLE),
        quorum=fields.number("quorum", 1, MOST_PEOPLE),
        majority_percent=fields.number("majority_percent", 50, 99),
        closes_on=fields.date("closes_on"),
        report_due=fields.date("report_due"),
        judgement_on=fields.date("judgement_on"),
        decision_on=fields.date("decision_on"),
    )


async def ask_approval(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"]).select_related(
        "version", "approved_by_drafter", "approved_by_clerk"
    )
    dossier = Dossier.from_json(review.version.content)
    about = about_questions(review) | {"review": review, "dossier": dossier, "seen": mark_of(review)}
    return page(request, "reviews/approve.html", **about)


async def give_approval(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    seen = (await read_fields(request)).text("seen")
    await database_of(request).write(approve(review, staff_on(request), seen))
    return see(f"/bureau/{review.id}")


async def ask_change(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    version = await ProposalVersion.get(id=review.version_id)
    return await _form(request, version, _typed(review), {}, follows=review.follows_id is not None)


async def give_change(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    version = await ProposalVersion.get(id=review.version_id)
    fields = await read_fields(request)
    try:
        await database_of(request).write(change_plan(review, read_plan(fields), staff_on(request)))
    except Refused as refused:
        typed = fields.typed()
        errors = {refused.field: refused.sentence}
        return await _form(request, version, typed, errors, 422, follows=review.follows_id is not None)
    return see(f"/bureau/{review.id}")


def _typed(review: Review) -> dict[str, str]:
    """The plan of a review as the form shows it."""
    names = ("sample_size", "quorum", "majority_percent", "report_due", "judgement_on", "decision_on")
    return {name: str(getattr(review, name)) for name in names} | {"closes_on": str(local(review.closes_at).date())}


async def ask_extension(request: Request) -> Response:
    return await _reason_page(request, "reviews/extend.html", Fields(), {})


async def give_extension(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    fields = await read_fields(request)
    try:
        unit = extend(review, fields.date("closes_on"), fields.text("reason", 2_000), staff_on(request))
        await database_of(request).write(unit)
    except Refused as refused:
        return await _reason_page(request, "reviews/extend.html", fields, {refused.field: refused.sentence}, 422)
    return see(f"/bureau/{review.id}")


async def _reason_page(
    request: Request, template: str, fields: Fields, errors: dict[str, str], status: int = 200
) -> Response:
    review = await Review.get(id=request.path_params["id"])
    typed = fields.typed()
    return page(
        request, template, status, review=review, typed={"closes_on": "", "reason": ""} | typed, errors=errors
    )
