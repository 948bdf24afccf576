"""The page of the reminder. Nobody is reminded of a questionnaire that cannot be opened."""

from starlette.requests import Request
from starlette.responses import Response

from panel.answers.actions import is_secret_lost
from panel.invitations.actions import number_told, remind
from panel.invitations.models import Kind, Wave
from panel.invitations.trials import example_letter
from panel.reviews.models import Review, State
from panel.staff.access import staff_on
from panel.staff.actions import actor_of
from panel.web.messages import Refused, sentence
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page


async def ask_remind(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    return page(
        request,
        "invitations/remind.html",
        review=review,
        refused=await _why_no_reminder(review),
        waiting=await number_told(review, Kind.REMINDER),
        example=await example_letter(settings_of(request), review, Kind.REMINDER),
    )


async def _why_no_reminder(review: Review) -> str:
    if review.state != State.OPEN:
        return sentence("review.not_open")
    if review.is_closing:
        return sentence("reminder.closing")
    if await is_secret_lost(review.id):
        return sentence("desk.secret_lost")
    return sentence("reminder.sent") if await Wave.exists(review=review, kind=Kind.REMINDER) else ""


async def do_remind(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    if review.state == State.OPEN and await is_secret_lost(review.id):
        raise Refused("desk.secret_lost")
    await database_of(request).write(remind(review, actor_of(staff_on(request))))
    return see(f"/bureau/{review.id}")
