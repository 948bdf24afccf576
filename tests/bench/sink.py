"""A relay in a process of its own that takes every message and throws it away."""

import asyncio
import os
import shutil
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop

from panel.demo.service import free_port
from tests.bench import postfix

OURS, SMTP_SINK, POSTFIX = "a sink in Python", "smtp-sink of Postfix", "Postfix itself, on loopback"


def sinks() -> list[str]:
    """Those that there are on this machine."""
    return [SMTP_SINK if shutil.which("smtp-sink") else OURS, *([POSTFIX] if postfix.is_here() else [])]


@asynccontextmanager
async def sink(kind: str) -> AsyncIterator[int]:
    """The port it listens on."""
    if kind == POSTFIX:
        async with postfix.postfix() as port:
            await _until_it_listens(port)
            yield port
        return
    port = free_port()
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    command = {
        OURS: [sys.executable, "-m", "tests.bench.sink", str(port)],
        SMTP_SINK: ["smtp-sink", *user, f"127.0.0.1:{port}", "64"],
    }
    process = await asyncio.create_subprocess_exec(*command[kind])
    try:
        await _until_it_listens(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _until_it_listens(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.write(b"QUIT\r\n")
                return writer.close()


async def _take(reader: StreamReader, writer: StreamWriter) -> None:
    writer.write(b"220 sink.example\r\n")
    while line := await reader.readline():
        match line[:4].upper():
            case b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 2.0.0 thrown away\r\n")
            case b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            case _:
                writer.write(b"250 OK\r\n")
    writer.close()


async def _serve(port: int) -> None:
    server = await asyncio.start_server(_take, "127.0.0.1", port, limit=2**20)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
