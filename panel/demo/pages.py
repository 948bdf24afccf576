"""The mail that the demonstration caught: who reads along sees what members and staff get."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from panel.demo.catcher import Catcher
from panel.settings import Settings
from panel.web.templating import page

SHOWN = 30


@asynccontextmanager
async def caught_mail(settings: Settings) -> AsyncIterator[Catcher | None]:
    if not settings.demo:
        yield None
        return
    async with Catcher(settings.var / "mail", settings.smtp_port, refuse_some) as catcher:
        yield catcher


def refuse_some(address: str) -> str | None:
    """Made-up people whose address does not exist any more."""
    return "550 5.1.1 No such user" if address.startswith("verhuisd.") else None


async def post(request: Request) -> Response:
    catcher: Catcher = request.app.state.catcher
    search = request.query_params.get("zoek", "").strip().lower()
    found = [caught for caught in catcher.list() if search in f"{caught.to} {caught.subject}".lower()]
    return page(request, "demo/post.html", letters=found[:SHOWN], total=len(found), search=search)


async def letter(request: Request) -> Response:
    catcher: Catcher = request.app.state.catcher
    caught = catcher.get(request.path_params["number"])
    if caught is None:
        raise HTTPException(404)
    return page(request, "demo/letter.html", letter=caught)
