"""A hundred thousand presses of members on the service as it runs, with two processes that serve pages."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from os import sysconf
from pathlib import Path
from typing import Any

from rich.table import Table

from panel.demo.service import service
from panel.settings import Settings
from tests.bench.load import Visitor
from tests.bench.timing import console

REQUESTS = 100_000
CONNECTIONS = 32
PROCESSES = 2


async def as_members_do(settings: Settings, visitors: Sequence[Visitor]) -> None:
    async with service(settings, "--processes", str(PROCESSES)) as served:
        pids = _with_children(served.pid)
        assert len(pids) == PROCESSES
        await _press(settings.port, visitors, REQUESTS // 50)  # to warm up
        before = [_spent(pid) for pid in pids]
        found = await _press(settings.port, visitors, REQUESTS)
        cpu = [_spent(pid) - at for pid, at in zip(pids, before, strict=True)]
    _tell(found, cpu)


async def _press(port: int, visitors: Sequence[Visitor], requests: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.load"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    given = {"port": port, "connections": CONNECTIONS, "requests": requests, "visitors": list(map(asdict, visitors))}
    printed, _ = await process.communicate(json.dumps(given).encode())
    found: dict[str, Any] = json.loads(printed)
    return found


def _with_children(pid: int) -> list[int]:
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def _spent(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / sysconf("SC_CLK_TCK")


def _tell(found: dict[str, Any], cpu: Sequence[float]) -> None:
    title = f"{REQUESTS:,} presses over {CONNECTIONS} connections, {PROCESSES} processes"
    table = Table("", "presses", "half within", "99 in 100 within", "longest", title=title, title_justify="left")
    for kind, (number, *seconds) in found["taken"].items():
        table.add_row(kind, f"{number:,}", *(f"{1e3 * each:.1f} ms" for each in seconds))
    console.print(table)
    total = found["taken"]["all"][0]
    shares = " + ".join(f"{each:.1f}" for each in cpu)
    console.print(
        f"Not as it should be: {sum(found['wrong'].values())} {found['wrong'] or ''}. "
        f"{total / found['seconds']:,.0f} a second. "
        f"CPU of the servers: {shares} s, {1e6 * sum(cpu) / total:.0f} µs for each press."
    )
