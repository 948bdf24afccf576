"""The desk's pages from which mail goes out: opening and withdrawing."""

from starlette.requests import Request
from starlette.responses import Response

from panel.invitations.actions import number_told, open_review, withdraw_and_tell
from panel.invitations.models import Kind, Wave
from panel.invitations.post import before_opening, meaning
from panel.invitations.trials import all_arrived, example_letter, just_asked, trials_of
from panel.mail.pause import pause
from panel.reviews.models import Review, State
from panel.reviews.states import STOPPABLE
from panel.staff.access import staff_on
from panel.web.forms import read_fields
from panel.web.messages import Refused, sentence
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page


async def ask_open(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    trials = await trials_of(review, staff_on(request))
    return page(
        request,
        "invitations/open.html",
        review=review,
        numbers=await before_opening(review),
        trials=trials,
        asked=any(trials.values()),
        arrived=all_arrived(trials),
        just_asked=just_asked(trials),
        example=await example_letter(settings_of(request), review, Kind.INVITATION),
        meaning=meaning,
        pause=await pause(),
        State=State,
    )


async def do_open(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    await database_of(request).write(open_review(review, staff_on(request)))
    return see(f"/bureau/{review.id}")


async def ask_withdrawal(request: Request) -> Response:
    return await _withdrawal_page(request, "", {})


async def do_withdrawal(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    fields = await read_fields(request)
    typed = (fields.get("reason") or [""])[0]
    try:
        unit = withdraw_and_tell(review, fields.text("reason", 2_000), staff_on(request))
        await database_of(request).write(unit)
    except Refused as refused:
        return await _withdrawal_page(request, typed, {refused.field: refused.sentence}, 422)
    return see(f"/bureau/{review.id}")


async def _withdrawal_page(request: Request, reason: str, errors: dict[str, str], status: int = 200) -> Response:
    review = await Review.get(id=request.path_params["id"])
    invited = await Wave.filter(review=review, kind=Kind.INVITATION).exists()
    return page(
        request,
        "invitations/withdraw.html",
        status,
        review=review,
        refused="" if review.state in STOPPABLE else sentence("review.not_withdrawable"),
        invited=invited,
        told=await number_told(review, Kind.WITHDRAWN) if invited else 0,
        example=await example_letter(settings_of(request), review, Kind.WITHDRAWN) if invited else None,
        reason=reason,
        errors=errors,
    )
