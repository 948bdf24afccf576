"""Not to be asked. Mail scanners press the first button and send the first form of what a link leads to.

So nothing is chosen beforehand, a form without a choice changes nothing, and the first choice is how it stands.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from panel.invitations.actions import opt_out, opt_out_by_mail
from panel.invitations.links import OPT_OUT, member_of_token
from panel.people.models import Member, OptOut
from panel.reviews.models import State
from panel.web.display import chosen_language, language_of, remember_language
from panel.web.failures import Wrong
from panel.web.forms import read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.security import refuse_from_another_site
from panel.web.templating import page

ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}  # RFC 8058


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
        return _page(request, member, refused.said_in(language_of(request)), 422)
    if choice != member.opt_out:
        await database_of(request).write(opt_out(settings_of(request), member, choice))
    language = {"taal": chosen} if (chosen := chosen_language(request)) else {}
    back = {"terug": "1"} if choice is OptOut.NO else {}
    return see(f"{request.url.path}?{urlencode(language | back)}".rstrip("?"))


async def _member(request: Request) -> Member:
    member = await member_of_token(settings_of(request), request.path_params["token"], OPT_OUT)
    if member is None:
        raise Wrong
    remember_language(request, member.language)
    return member


def _page(request: Request, member: Member, errors: dict[str, str], status: int = 200) -> Response:
    return page(
        request,
        "invitations/opt_out.html",
        status,
        lang=language_of(request),
        member=member,
        OptOut=OptOut,
        back="terug" in request.query_params,
        over=member.review.state not in (State.DRAWN, State.OPEN),
        now=OptOut(member.opt_out),
        errors=errors,
    )
