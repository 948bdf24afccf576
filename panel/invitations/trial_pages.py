"""The desk's pages on which mail is read before members get it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from panel.invitations.models import Kind
from panel.invitations.trials import ask_trials, example_letter
from panel.reviews.models import Review
from panel.staff.access import staff_on
from panel.web.request import database_of, see, settings_of
from panel.web.security import FRAME_POLICY, LETTER_POLICY
from panel.web.templating import page


async def send(request: Request) -> Response:
    """Every kind of mail to whoever presses."""
    review = await Review.get(id=request.path_params["id"])
    await database_of(request).write(ask_trials(review, staff_on(request)))
    return see(f"/bureau/{review.id}/openen")


async def examples(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    letters = {kind: await example_letter(settings_of(request), review, kind) for kind in Kind}
    response = page(request, "invitations/examples.html", review=review, letters=letters)
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    return response


async def example(request: Request) -> Response:
    """One letter as a mail program shows it, for a frame that can do nothing."""
    review = await Review.get(id=request.path_params["id"])
    kind = request.path_params["kind"]
    if kind not in set(Kind):
        raise HTTPException(404)
    letter = await example_letter(settings_of(request), review, Kind(kind))
    return HTMLResponse(letter.html, headers={"Content-Security-Policy": LETTER_POLICY})
