"""What protects every page: headers, and the refusal of forms that another site sent.

A form is refused when the browser says that another site sent it (Sec-Fetch-Site, or else Origin). Every browser of
the last years says so and a page cannot suppress it; cookies are SameSite as well. Mail providers that carry out a
one-click opt-out are no browsers and mostly send neither header. Because one may send any, a form to an opt-out
address gets through, and its page takes nothing from elsewhere but that one click: no cookie counts there, and the
token in the address is the proof. So no form needs a token that can go stale in an open tab.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from panel.settings import Settings

OPT_OUT = "/u/"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# A page with a script of ours, which may ask this service something. All works without it.
WITH_SCRIPT = {"Content-Security-Policy": f"{POLICY}; script-src 'self'; connect-src 'self'"}
# The report is one file of its own that carries its style; it holds no script either.
REPORT_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
# A page that shows mail in frames, and such a mail: it carries its style, and can do nothing.
FRAME_POLICY = f"{POLICY}; frame-src 'self'"
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)


class Security:
    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        headers = {
            "Content-Security-Policy": POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "Cache-Control": "no-store",
        }
        if settings.secure:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._host = urlsplit(settings.base_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in self._headers if one[0] not in there)]
            await send(message)

        foreign = scope["method"] not in SAFE_METHODS and self._from_another_site(Headers(scope=scope))
        scope.setdefault("state", {})["from_another_site"] = foreign
        if foreign and not scope["path"].startswith(OPT_OUT):
            response = PlainTextResponse("Dit formulier kwam van een andere website.", status_code=403)
            await response(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _from_another_site(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        origin = headers.get("origin")
        return origin is not None and urlsplit(origin).netloc not in (self._host, headers.get("host"))


def refuse_from_another_site(request: Request) -> None:
    """For a page whose forms get through, from wherever they come."""
    if request.state.from_another_site:
        raise HTTPException(403)
