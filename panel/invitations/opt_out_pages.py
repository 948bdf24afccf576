"""Not to be asked. Mail scanners press the first button and send the first form of what a link leads to.

So nothing is chosen beforehand, a form without a choice changes nothing, and the first choice is how it stands.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from panel.invitations.actions import opt_out, opt_out_by_mail
from panel.invitations.links import OPT_OUT, member_of_token
from panel.people.models import Member, OptOut
from panel.reviews.models import State
from panel.web.forms import read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.security import refuse_from_another_site
from panel.web.templating import page

ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}  # RFC 8058
CHOICES = {
    OptOut.NO: "Ik doe mee.",
    OptOut.THIS_TIME: "Deze keer niet. Ik doe niet mee met deze vragenlijst.",
    OptOut.NEVER_AGAIN: "Nooit meer vragen. Ik word ook de volgende keer niet geloot.",
}
CHOICES_AFTERWARDS = CHOICES | {
    OptOut.NO: "Stuur mij bericht als er nieuws is.",
    OptOut.THIS_TIME: "Liever geen e-mail meer hierover.",
}


async def ask(request: Request) -> Response:
    return _page(request, await _member(request), {})


async def record(request: Request) -> Response:
    """From the page, or in one click from a mail program, which names no choice: not this time."""
    member = await _member(request)
    fields = await read_fields(request)
    if fields == ONE_CLICK:
        await database_of(request).write(opt_out_by_mail(settings_of(request), member))
        return PlainTextResponse("Uw afmelding is verwerkt.")
    refuse_from_another_site(request)
    try:
        choice = OptOut(fields.choice("choice", set(OptOut)))
    except Refused as refused:
        return _page(request, member, {refused.field: refused.sentence}, 422)
    if choice != member.opt_out:
        await database_of(request).write(opt_out(settings_of(request), member, choice))
    return see(request.url.path + ("?terug" if choice is OptOut.NO else ""))


async def _member(request: Request) -> Member:
    member = await member_of_token(settings_of(request), request.path_params["token"], OPT_OUT)
    if member is None:
        raise HTTPException(404)
    return member


def _page(request: Request, member: Member, errors: dict[str, str], status: int = 200) -> Response:
    now = OptOut(member.opt_out)
    over = member.review.state not in (State.DRAWN, State.OPEN)
    choices = CHOICES_AFTERWARDS if over else CHOICES
    return page(
        request,
        "invitations/opt_out.html",
        status,
        member=member,
        OptOut=OptOut,
        back="terug" in request.query_params,
        over=over,
        choices={now: choices[now]} | choices,
        errors=errors,
    )
