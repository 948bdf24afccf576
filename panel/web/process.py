"""Work that would keep pages waiting, done in a process of its own."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

Told = Callable[[str], Awaitable[None]]
MOST_BYTES = 2**28  # of one line


class ProcessError(RuntimeError):
    """The process failed; the message holds the end of what it said."""


async def run(module: list[str], document: Any, told: Told | None = None) -> list[str]:
    """Run a module of ours with a document on standard input; the lines that it prints come back.

    `told` hears each line as it comes. Whoever stops waiting stops the process too.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        limit=MOST_BYTES,
    )
    assert process.stdin is not None  # noqa: S101 - all three are pipes, see above
    assert process.stdout is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    errors = asyncio.create_task(process.stderr.read())
    try:
        with suppress(ConnectionError):  # a process that is gone says why on its other pipes
            process.stdin.write(json.dumps(document).encode())
            await process.stdin.drain()
            process.stdin.close()
            await process.stdin.wait_closed()
        printed = []
        async for line in process.stdout:
            printed.append(line.decode().rstrip("\n"))
            if told:
                await told(printed[-1])
        if await process.wait():
            raise ProcessError((await errors).decode().strip() or "the process was killed")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            await errors
    return printed
