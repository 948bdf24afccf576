"""What a person sees when something cannot be shown or done, and what the operator finds in the log."""

import logging

import asyncpg
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tortoise.exceptions import DoesNotExist, OperationalError

from panel.web.display import DUTCH, Language, language_of
from panel.web.failures import Wrong, failed
from panel.web.faults import where
from panel.web.messages import Refused
from panel.web.templating import page

log = logging.getLogger(__name__)
MEMBERS = ("/m/", "/u/", "/mening", "/link")  # where people come who choose their language


async def http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    kind = status if status in (403, 404, 405, 413) else 400
    return _page(request, status, kind)


async def wrong(request: Request, error: Exception) -> Response:
    return failed(request, await not_found(request, error))


async def not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return _page(request, 404, 404)


async def refused(request: Request, error: Exception) -> Response:
    """A refusal that no form of its own could show."""
    assert isinstance(error, Refused)  # noqa: S101 - the handler is registered for this class only
    [sentence] = error.said_in(_language(request)).values()
    return _page(request, 409, 409, sentence)


async def storage_failed(request: Request, error: Exception) -> Response:
    log.error("storage failed: %s", where(error))
    return _page(request, 503, 503)


def _page(request: Request, status: int, kind: int, sentence: str = "") -> Response:
    facts = {"kind": kind, "sentence": sentence, "of_members": _of_members(request)}
    return page(request, "web/error.html", status, lang=_language(request), **facts)


def _language(request: Request) -> Language:
    return language_of(request) if _of_members(request) else DUTCH


def _of_members(request: Request) -> bool:
    return request.url.path.startswith(MEMBERS)


# What the driver says when a server is gone in the middle.
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError)
HANDLERS = {
    HTTPException: http_error,
    Wrong: wrong,
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
            response = _page(Request(scope), 500, 500)
            await response(scope, receive, send)
