"""The service as a process of its own, for the demonstration."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from typing import Any

import httpx2

from panel.settings import PREFIX, Settings

START_SECONDS = 30


class ServiceError(RuntimeError):
    """The service did not start, or stopped by itself."""


def demo_settings(settings: Settings, **changes: object) -> Settings:
    """Settings of a service whose mail is caught on this machine."""
    own: dict[str, Any] = {"demo": True, "smtp_host": "127.0.0.1", "smtp_tls": "none", "smtp_user": ""}
    return replace(settings, **(own | {"reminder_rest_hours": 0} | changes))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def service(settings: Settings, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `samenspraak serve` until the block ends."""
    names = [field.name for field in fields(Settings) if field.name not in ("smtp_password", "theme", "worker")]
    own = {f"{PREFIX}{name.upper()}": str(getattr(settings, name)) for name in names}
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / "service.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "panel",
            "serve",
            *options,
            env={**others, **own},
            stdin=asyncio.subprocess.DEVNULL,
            stderr=log,
        )
    try:
        await _until_healthy(settings, process)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _until_healthy(settings: Settings, process: asyncio.subprocess.Process) -> None:
    async with httpx2.AsyncClient(base_url=f"http://{settings.host}:{settings.port}", trust_env=False) as client:
        for _ in range(START_SECONDS * 20):
            if process.returncode is not None:
                raise ServiceError(
                    f"The service stopped with status {process.returncode}. See {settings.var / 'service.log'}."
                )
            try:
                if (await client.get("/healthz")).status_code == 200:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.05)
    raise ServiceError(f"The service did not answer within {START_SECONDS} seconds.")
