from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from panel.invitations.actions import opt_out, opt_out_by_mail
from panel.invitations.links import OPT_OUT, member_of_token
from panel.people.models import Member, OptOut
from panel.web.forms import read_fields
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page


async def ask(request: Request) -> Response:
    undone = "terug" in request.query_params
    return page(request, "invitations/opt_out.html", member=await _member(request), OptOut=OptOut, undone=undone)


async def record(request: Request) -> Response:
    """From the page, or in one click from a mail program (RFC 8058), which names no choice: not this time."""
    member = await _member(request)
    fields = await read_fields(request)
    if fields.text("List-Unsubscribe") == "One-Click":
        await database_of(request).write(opt_out_by_mail(settings_of(request), member))
        return PlainTextResponse("Uw afmelding is verwerkt.")
    choice = OptOut(fields.choice("choice", set(OptOut)))
    await database_of(request).write(opt_out(settings_of(request), member, choice))
    return see(request.url.path + ("?terug" if choice is OptOut.NO else ""))


async def _member(request: Request) -> Member:
    member = await member_of_token(settings_of(request), request.path_params["token"], OPT_OUT)
    if member is None:
        raise HTTPException(404)
    return member
