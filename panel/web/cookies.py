"""Cookies that say who somebody is: signed, short-lived, unreadable for scripts, bound to this host."""

from starlette.requests import Request
from starlette.responses import Response

from panel.settings import Settings
from panel.web.signing import sign, unsign


class SignedCookie:
    def __init__(self, name: str, max_age: int) -> None:
        self._name = name
        self._max_age = max_age

    def read(self, request: Request) -> str | None:
        settings: Settings = request.app.state.settings
        value = request.cookies.get(self._key(settings), "")
        return unsign(settings, f"cookie {self._name}", value, self._max_age)

    def write(self, request: Request, response: Response, value: str) -> None:
        settings: Settings = request.app.state.settings
        response.set_cookie(
            self._key(settings),
            sign(settings, f"cookie {self._name}", value),
            max_age=self._max_age,
            secure=settings.secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, request: Request, response: Response) -> None:
        settings: Settings = request.app.state.settings
        response.delete_cookie(self._key(settings), secure=settings.secure, httponly=True, samesite="lax")

    def _key(self, settings: Settings) -> str:
        # The prefix makes the browser insist on a secure connection and on this very host.
        return f"__Host-{self._name}" if settings.secure else self._name
