"""The desk's page to ask the same panel again."""

from collections.abc import Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from panel.proposals.models import ProposalVersion
from panel.publication.following import indicators_of, panel_of, versions_for
from panel.reviews.following import require_followable, season_of, start_follow_up
from panel.reviews.models import Review
from panel.reviews.pages import read_plan
from panel.staff.access import staff_on
from panel.web.dutch import today
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page

USUAL_DAYS = {"closes_on": 28, "report_due": 35, "judgement_on": 56, "decision_on": 77}


async def ask(request: Request) -> Response:
    return await _page(request, await _review(request), {}, {})


async def do(request: Request) -> Response:
    review = await _review(request)
    await require_followable(review)
    fields = await read_fields(request)
    panel = await panel_of(settings_of(request), review)
    fields["sample_size"] = [str(len(panel.asked))]  # who is asked follows from the first time
    try:
        version = await _version(review, fields)
        indicators, _ = await indicators_of(review)
        unit = start_follow_up(review, version, read_plan(fields), indicators, staff_on(request))
        started = await database_of(request).write(unit)
    except Refused as refused:
        return await _page(request, review, fields.typed(), {refused.field: refused.sentence}, 422)
    return see(f"/bureau/{started.id}")


async def _version(review: Review, fields: Fields) -> ProposalVersion:
    versions = {str(version.id): version for version in await versions_for(review)}
    return versions[fields.choice("version", versions)] if len(versions) > 1 else versions[str(review.version_id)]


async def _page(
    request: Request, review: Review, typed: dict[str, str], errors: Mapping[str, str], status: int = 200
) -> Response:
    try:
        await require_followable(review)
        refusal = ""
    except Refused as refused:
        refusal = refused.sentence
    indicators, counted = await indicators_of(review) if review.questionnaire else ([], False)
    panel = await panel_of(settings_of(request), review)
    usual = {name: (today() + timedelta(days)).isoformat() for name, days in USUAL_DAYS.items()}
    quorum = {"quorum": str(min(review.quorum, len(panel.asked))), "majority_percent": str(review.majority_percent)}
    return page(
        request,
        "publication/ask_again.html",
        status,
        review=review,
        refusal=refusal,
        season=await season_of(review),
        today=today(),
        indicators=indicators,
        counted=counted,
        panel=panel,
        versions=await versions_for(review),
        typed={"version": str(review.version_id)} | usual | quorum | typed,
        errors=errors,
    )


async def _review(request: Request) -> Review:
    return await Review.get(id=request.path_params["id"]).select_related("version")
