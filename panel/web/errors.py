"""What a person sees when something cannot be shown or done, and what the operator finds in the log."""

import logging

import asyncpg
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tortoise.exceptions import DoesNotExist, OperationalError

from panel.web.faults import where
from panel.web.messages import Refused
from panel.web.templating import page

log = logging.getLogger(__name__)


async def http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    kind = status if status in (403, 404, 405, 413) else 400
    return page(request, "web/error.html", status, kind=kind, sentence="")


async def not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return page(request, "web/error.html", 404, kind=404, sentence="")


async def refused(request: Request, error: Exception) -> Response:
    """A refusal that no form of its own could show."""
    assert isinstance(error, Refused)  # noqa: S101 - the handler is registered for this class only
    return page(request, "web/error.html", 409, kind=409, sentence=error.sentence)


async def storage_failed(request: Request, error: Exception) -> Response:
    log.error("storage failed: %s", where(error))
    return page(request, "web/error.html", 503, kind=503, sentence="")


# What the driver says when a server is gone in the middle.
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError)
HANDLERS = {
    HTTPException: http_error,
    DoesNotExist: not_found,
    Refused: refused,
    **dict.fromkeys((OperationalError, *LOST), storage_failed),
}


class LastResort:
    """Answers for whatever nobody foresaw, and keeps the words of the error out of every log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            log.error("unexpected error: %s", where(error))  # noqa: TRY400 - the words of the error stay out of the log
            if scope["type"] != "http" or started:
                return
            response = page(Request(scope), "web/error.html", 500, kind=500, sentence="")
            await response(scope, receive, send)
