"""The service under uvicorn in a process of its own, and visitors who keep their connection.

Beside the service's own addresses it has `/bench/plain/SIZE`, the yardstick, and `/bench/cpu`, the seconds of
processor time that the process has used.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import process_time

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from panel.app import create_app
from panel.demo.service import free_port
from panel.settings import PREFIX, Settings, read_settings

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


async def plain(request: Request) -> Response:
    return HTMLResponse("x" * int(request.path_params["size"]))


async def cpu(_request: Request) -> Response:
    return PlainTextResponse(str(process_time()))


yardstick = Starlette(routes=[Route("/bench/plain/{size:int}", plain), Route("/bench/cpu", cpu)])


def both(service: ASGIApp) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        chosen = yardstick if scope.get("path", "").startswith("/bench/") else service
        await chosen(scope, receive, send)

    return app


@asynccontextmanager
async def server(settings: Settings) -> AsyncIterator[int]:
    """The port at which the service of these settings listens."""
    port = free_port()
    names = ("secret_key", "var", "database_url", "vault_url", "worker", "base_url")
    given = {f"{PREFIX}{name.upper()}": str(getattr(settings, name)) for name in names}
    command = (sys.executable, "-m", "tests.bench.server", str(port))
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **given})
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    await visit(port, ["/healthz"])
                    break
                except OSError:
                    await asyncio.sleep(0.05)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def spent(port: int) -> float:
    return float((await visit(port, ["/bench/cpu"]))[0])


async def visit(port: int, addresses: Sequence[str], cookie: str = "") -> list[bytes]:
    """Get these one after the other over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    pages = []
    for address in addresses:
        writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        status, length = head.split(b"\r\n")[0].decode(), LENGTH.search(head)
        if " 200 " not in status or length is None:
            raise RuntimeError(f"{address} answered {status}")
        pages.append(await reader.readexactly(int(length[1])))
    writer.close()
    await writer.wait_closed()
    return pages


if __name__ == "__main__":
    app = both(create_app(read_settings()))
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, server_header=False, log_level="warning")
