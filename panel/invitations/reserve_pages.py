"""The desk's page of who dropped out and which reserves come in their place."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from panel.draws.reserves import Plan, call_reserves, mark, plan_reserves
from panel.invitations.actions import send_wave
from panel.invitations.models import Kind, Wave
from panel.people.models import Person
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.staff.access import staff_on
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page

STEPS = ("drop", "back", "call")


async def ask(request: Request) -> Response:
    return await _page(request, {})


async def do(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    fields = await read_fields(request)
    try:
        await _take(request, review, fields, fields.choice("step", STEPS))
    except Refused as refused:
        return await _page(request, {"step": refused.sentence}, 422)
    return see(f"/bureau/{review.id}/reserve")


async def _take(request: Request, review: Review, fields: Fields, step: str) -> None:
    database, staff = database_of(request), staff_on(request)
    if step == "call":
        plan = await plan_reserves(review)
        if fields.text("seen", 100_000) != plan.seen:
            raise Refused("reserves.changed")
        await database.write(_call_and_invite(settings_of(request), review, plan, staff))
    else:
        member = fields.number("member", 1, 999_999_999)
        await database.write(mark(review, member, step == "drop", staff))


async def _call_and_invite(settings: Settings, review: Review, plan: Plan, staff: Staff) -> None:
    """Before opening they are invited with all others, after it at once; and reminded later, if others were."""
    await call_reserves(settings, review, plan, staff)
    if await Review.filter(id=review.id, state=State.OPEN).exists():
        await send_wave(review, Kind.INVITATION, actor_of(staff))
        if await Wave.filter(review=review, kind=Kind.REMINDER).exists():
            await send_wave(review, Kind.REMINDER, actor_of(staff))


async def _page(request: Request, errors: Mapping[str, str], status: int = 200) -> Response:
    review = await Review.get(id=request.path_params["id"])
    plan, refused = None, ""
    names: dict[str, Person] = {}
    try:
        plan = await plan_reserves(review)
        wanted = [reserve.pseudonym for reserve in plan.called]
        people = await Person.filter(frame__review_id=review.id, pseudonym__in=wanted)
        names = {person.pseudonym: person for person in people}
    except Refused as error:
        refused = error.sentence
    return page(
        request,
        "invitations/reserves.html",
        status,
        review=review,
        plan=plan,
        people=names,
        refused=refused,
        errors=errors,
        State=State,
    )
