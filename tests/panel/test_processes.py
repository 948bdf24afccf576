"""More processes that serve pages."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from panel.demo.service import free_port, service
from panel.settings import Settings


@pytest.fixture
def alone(settings: Settings) -> Settings:
    port = free_port()
    return replace(settings, port=port, base_url=f"http://127.0.0.1:{port}")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def until_nobody_listens(port: int) -> bool:
    for _ in range(200):
        try:
            httpx2.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=1)
        except httpx2.ConnectError:
            return True
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("victim", ["first", "second"])
async def test_two_processes_serve_pages_and_when_one_is_killed_both_end(alone: Settings, victim: str) -> None:
    async with service(alone, "--processes", "2") as process:
        [second] = children(process.pid)
        for _ in range(20):  # each on a connection of its own, so that both get some
            assert httpx2.get(f"{alone.base_url}/", trust_env=False).status_code == 200
        os.kill(process.pid if victim == "first" else second, signal.SIGKILL)
        await process.wait()
        assert until_nobody_listens(alone.port)
