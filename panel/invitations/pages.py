from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from panel.invitations.actions import opt_out
from panel.invitations.links import OPT_OUT, member_of_token
from panel.people.models import Member, OptOut
from panel.web.forms import read_fields
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page


async def ask_opt_out(request: Request) -> Response:
    return page(request, "invitations/opt_out.html", member=await _member(request), OptOut=OptOut)


async def record_opt_out(request: Request) -> Response:
    """From the page, or in one click from a mail program (RFC 8058), which names no choice: not this time."""
    member = await _member(request)
    fields = await read_fields(request)
    one_click = fields.text("List-Unsubscribe") == "One-Click"
    choice = OptOut.THIS_TIME if one_click else OptOut(fields.choice("choice", set(OptOut)))
    await database_of(request).write(opt_out(settings_of(request), member, choice))
    return PlainTextResponse("Uw afmelding is verwerkt.") if one_click else see(request.url.path)


async def _member(request: Request) -> Member:
    member = await member_of_token(settings_of(request), request.path_params["token"], OPT_OUT)
    if member is None:
        raise HTTPException(404)
    return member
