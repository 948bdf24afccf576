"""The desk's page on which the panel of the first review becomes that of its follow-up."""

from starlette.requests import Request
from starlette.responses import Response

from panel.draws.same_panel import ask_same_panel, same_panel
from panel.invitations.actions import gone
from panel.people.models import current_draw
from panel.reviews.models import Review, State
from panel.staff.access import staff_on
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page


async def ask(request: Request) -> Response:
    review, first = await _both(request)
    return page(
        request,
        "invitations/same_panel.html",
        review=review,
        panel=await same_panel(settings_of(request), review, await gone(first)),
        draw=await current_draw(review),
        State=State,
    )


async def do(request: Request) -> Response:
    review, first = await _both(request)
    settings, staff = settings_of(request), staff_on(request)

    async def unit() -> None:
        await ask_same_panel(settings, review, await gone(first), staff)

    await database_of(request).write(unit())
    return see(f"/bureau/{review.id}")


async def _both(request: Request) -> tuple[Review, Review]:
    """The follow-up, and the review that it follows."""
    review = await Review.get(id=request.path_params["id"])
    if review.follows_id is None:
        raise Refused("follow.none")
    return review, await Review.get(id=review.follows_id)
