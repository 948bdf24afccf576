"""A hundred thousand invitations: how fast they are queued, and whether a worker grows in memory as it sends them.

Each database has a process of its own: `python -m tests.bench.volume sqlite|postgres [number]`.
"""

import asyncio
import os
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import linear_regression
from tempfile import TemporaryDirectory
from time import perf_counter

import asyncpg
import uvloop

from panel.database import Database, dialect
from panel.invitations.actions import send_wave
from panel.invitations.models import Kind, Wave
from panel.mail.models import Message, State
from panel.mail.outbox import queue
from panel.people.models import Member
from panel.reviews.models import Review
from panel.reviews.models import State as ReviewState
from panel.settings import PREFIX, ROOT, Settings
from tests.bench.sink import OURS, sink
from tests.bench.timing import console
from tests.databases import KINDS, SECRET, fresh_databases
from tests.panel.stage import Stage

MESSAGES, ROUNDS, SAMPLES = 100_000, 3, 20
COLUMNS = ("kind", "occasion_id", "recipient_id", "state", "attempts", "due_at", "reply", "changed_at")
ADD = """
INSERT INTO message (kind, occasion_id, recipient_id, state, attempts, due_at, reply, changed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


async def run(_: Path) -> None:
    for kind in KINDS:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.volume", kind, cwd=ROOT)
        if await process.wait():
            raise RuntimeError(f"measuring on {kind} failed")


async def measure(settings: Settings, number: int) -> None:
    async with Database(settings) as database, sink(OURS) as port:
        stage = Stage(settings, database)
        await stage.hire()
        review = await stage.review(ReviewState.OPEN)
        await database.write(_add_members(review, number))
        await _queueing(stage, review, number)
        await _sending(stage, replace(settings, smtp_port=port))


async def _add_members(review: Review, number: int) -> None:
    await Message.all().delete()
    like = await Member.filter(review=review).order_by("id").first()
    assert like
    person = {"area": like.area, "age": like.age, "gender": like.gender, "address": like.address}
    more = [
        Member(
            review=review,
            pseudonym=f"M{n}",
            name=f"Bewoner {n}",
            email=f"bewoner{n}@voorbeeld.example",
            link_id=f"m{n:010}",
            **person,
        )
        for n in range(number - await Member.filter(review=review).count())
    ]
    await Member.bulk_create(more, batch_size=1000)


async def _queueing(stage: Stage, review: Review, number: int) -> None:
    ids = [member.id for member in await stage.members(review)]
    wave = await Wave.get(review=review, kind=Kind.INVITATION)
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "send_wave": lambda: stage.database.write(send_wave(review, Kind.INVITATION, "bench")),
        "queue": lambda: stage.database.write(queue(Kind.INVITATION, wave.id, ids)),
        "the driver alone": lambda: _bare(stage.settings, wave.id, ids),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            await stage.database.write(_empty_outbox())
            began = perf_counter()
            await way()
            taken[name].append(perf_counter() - began)
            assert await Message.all().count() == number
    for name, seconds in taken.items():
        middle = sorted(seconds)[ROUNDS // 2]
        console.print(f"{number:,} queued with {name}: {middle:.2f} s ({min(seconds):.2f}–{max(seconds):.2f})")


async def _bare(settings: Settings, wave: int, ids: list[int]) -> None:
    """The same rows without the service: executemany of sqlite3, COPY of asyncpg."""
    now = datetime.now(UTC)
    if dialect() == "sqlite":
        rows = [(Kind.INVITATION.value, wave, n, "ready", 0, str(now), "", str(now)) for n in ids]

        def insert() -> None:
            with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite://"))) as connection, connection:
                connection.execute("PRAGMA synchronous = FULL")
                connection.executemany(ADD, rows)

        await asyncio.to_thread(insert)
        return
    own = await asyncpg.connect(settings.database_url.replace("postgres:@/", "postgres@/"))
    records = [(Kind.INVITATION.value, wave, n, "ready", 0, now, "", now) for n in ids]
    await own.copy_records_to_table("message", records=records, columns=COLUMNS)
    await own.close()


async def _empty_outbox() -> None:
    await Message.all().delete()


async def _sending(stage: Stage, settings: Settings) -> None:
    """The worker in a process of its own; its memory as the system sees it, every so many messages."""
    own = {PREFIX + field.name.upper(): str(getattr(settings, field.name)) for field in fields(settings)}
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.panel.mail.working", cwd=ROOT, env=os.environ | own, stdout=PIPE
    )
    number = await Message.all().count()
    began, seen = perf_counter(), list[tuple[int, float]]()
    try:
        while await Message.exclude(state=State.ACCEPTED).exists():
            sent = await Message.filter(state=State.ACCEPTED).count()
            if sent >= number / SAMPLES * (len(seen) + 1):
                seen.append((sent, _resident_kb(worker.pid)))
            await asyncio.sleep(0.2)
    finally:
        seconds = perf_counter() - began
        worker.terminate()
        await worker.wait()
    console.print(f"{number:,} sent in {seconds:.0f} s, {number / seconds:,.0f} a second")
    console.print("MB of the worker:", *(f"{kb / 1024:.0f}" for _, kb in seen))
    for name, part in (("all", seen), ("the second half", seen[len(seen) // 2 :])):
        slope = linear_regression(*zip(*part, strict=True)).slope * 1000
        console.print(f"line through {name}: {slope:+.1f} KB per 1,000 messages")


def _resident_kb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def main(kind: str, number: int) -> None:
    var = ROOT / "var"  # where the service keeps its databases, so on the same disk
    var.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="volume-", dir=var) as folder:
        urls = fresh_databases(kind, Path(folder), durable=True)()
        settings = Settings(
            secret_key=SECRET, var=Path(folder), database_url=urls.main, vault_url=urls.vault, smtp_tls="none"
        )
        console.print(f"On {kind}:")
        uvloop.run(measure(settings, number))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else MESSAGES)
