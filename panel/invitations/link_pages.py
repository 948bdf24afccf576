from starlette.requests import Request
from starlette.responses import Response

from panel.invitations.link_requests import request_link, usable
from panel.web.display import as_here, language_of
from panel.web.forms import read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see
from panel.web.templating import page


async def ask(request: Request) -> Response:
    return _page(request, "", {})


async def take(request: Request) -> Response:
    """Answers the same for an address that is known and for one that is not, after the same work."""
    fields = await read_fields(request)
    try:
        address = usable(fields.required("email"), "email")
    except Refused as refused:
        return _page(request, fields.typed().get("email", ""), refused.said_in(language_of(request)), 422)
    await database_of(request).write(request_link(address))
    return see(as_here(request, "/link/gevraagd"))


async def asked(request: Request) -> Response:
    return page(request, "invitations/link_asked.html", lang=language_of(request))


def _page(request: Request, typed: str, errors: dict[str, str], status: int = 200) -> Response:
    return page(request, "invitations/link.html", status, lang=language_of(request), typed=typed, errors=errors)
