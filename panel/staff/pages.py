from starlette.requests import Request
from starlette.responses import Response

from panel.staff.access import SESSION_COOKIE
from panel.staff.actions import end_session, request_sign_in, staff_of_token, start_session
from panel.web.failures import failed, too_many
from panel.web.forms import read_fields
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page


async def ask_link(request: Request) -> Response:
    return page(request, "staff/ask_link.html")


async def send_link(request: Request) -> Response:
    """Every request counts as a failure, since nobody may see which address is known; it is served all the same."""
    fields = await read_fields(request)
    await database_of(request).write(request_sign_in(fields.text("email")))
    return failed(request, await link_sent(request) if too_many(request) else see("/bureau/aanmelden/verstuurd"))


async def link_sent(request: Request) -> Response:
    return page(request, "staff/link_sent.html")


async def open_link(request: Request) -> Response:
    staff = await staff_of_token(settings_of(request), request.path_params["token"])
    if staff is None:
        return failed(request, page(request, "staff/link_expired.html", 404))
    return page(request, "staff/open_link.html", name=staff.name)


async def sign_in(request: Request) -> Response:
    secret = await database_of(request).write(start_session(settings_of(request), request.path_params["token"]))
    if secret is None:
        return failed(request, page(request, "staff/link_expired.html", 404))
    response = see("/bureau")
    SESSION_COOKIE.write(request, response, secret)
    return response


async def sign_out(request: Request) -> Response:
    if secret := SESSION_COOKIE.read(request):
        await database_of(request).write(end_session(secret))
    response = see("/bureau/aanmelden")
    SESSION_COOKIE.clear(request, response)
    return response
