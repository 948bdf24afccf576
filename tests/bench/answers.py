"""Members who all answer at the same time: keeping an answer, opening a question, and everything they do together."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

import httpx2

from deliberation.questionnaire import read
from panel.answers.actions import keys_of, record_ballot, save_answer
from panel.answers.models import Ballot, Written
from panel.answers.vault import make_secret
from panel.answers.wording import typed_values
from panel.database import dialect, writers
from panel.demo.service import free_port
from panel.invitations.links import personal_link
from panel.reviews.models import Review
from tests.bench.load import Visitor
from tests.bench.members import as_members_do
from tests.bench.opened import Opened, opened_review
from tests.bench.server import server, spent, visit
from tests.bench.timing import Clock, Contender, Cost, compare, console
from tests.databases import Urls
from tests.panel.stage import answers_to

AT_ONCE = 32
MEMBERS = 10 * AT_ONCE
TWICE = 2
FLUSHES = 500


async def run(folder: Path, databases: Urls | None = None) -> None:
    console.print(f"This disk flushes a block in {1e6 * _flush(folder / 'flush'):.0f} µs.\n")
    async with opened_review(folder, MEMBERS, free_port(), databases) as opened:
        await opened.stage.database.vault.write(make_secret(opened.review.id))
        await _keep(opened, folder)
        await _hand_in(opened)
        visitors = [await _begin(opened, place) for place in range(MEMBERS)]
    async with server(opened.stage.settings) as port:
        await _open(port, visitors[:AT_ONCE])
    await as_members_do(opened.stage.settings, visitors)


def _flush(file: Path) -> float:
    """Seconds that it takes to have one more block on disk, the middle one of many."""
    taken = []
    with file.open("wb", buffering=0) as out:
        for _ in range(FLUSHES):
            out.write(os.urandom(4096))
            began = perf_counter()
            os.fdatasync(out.fileno())
            taken.append(perf_counter() - began)
    return median(taken)


async def _keep(opened: Opened, folder: Path) -> None:
    database, members = opened.stage.database, opened.members[:AT_ONCE]
    questionnaire = read((await Review.get(id=opened.review.id)).questionnaire)
    keys = [await keys_of(member) for member in members]
    answers = [answers_to(questionnaire, place) for place in range(AT_ONCE)]
    units = TWICE * sum(map(len, answers))

    async def fill_in(place: int) -> None:
        for question, given in [*answers[place].items()] * TWICE:
            unit = save_answer(members[place], keys[place], questionnaire.question(question), given)
            await database.write(unit)

    async def work(*, together: bool) -> Cost:
        await _forget(opened)
        clock = Clock()
        if together:
            await asyncio.gather(*map(fill_in, range(AT_ONCE)))
        else:
            for place in range(AT_ONCE):
                await fill_in(place)
        return clock.stop()

    async def rows() -> Cost:
        return _raw_rows(folder / "raw.sqlite3", [json.dumps(answers[number % AT_ONCE]) for number in range(units)])

    each, raw = "a commit each", "a row and a commit each, bare sqlite3"
    await compare(
        "Answers that are kept, on disk",
        "answer",
        [
            Contender(f"{AT_ONCE} members at once", lambda: work(together=True), units, (each, raw)),
            Contender(each, lambda: _a_commit_each(work), units, (raw,)),
            Contender(raw, rows, units),
        ],
    )


async def _a_commit_each(work: object) -> Cost:
    """The same members at once, without sharing; on PostgreSQL, where the server shares, one after the other."""
    assert callable(work)
    shared, writers.SHARED_COMMIT = writers.SHARED_COMMIT, 1
    try:
        cost: Cost = await work(together=dialect() == "sqlite")
        return cost
    finally:
        writers.SHARED_COMMIT = shared


async def _forget(opened: Opened) -> None:
    async def delete() -> None:
        await Ballot.all().delete()
        await Written.all().delete()

    await opened.stage.database.write(delete())


async def _hand_in(opened: Opened) -> None:
    """Everybody fills in everything, and then hands it in."""
    database, members = opened.stage.database, opened.members
    questionnaire = read((await Review.get(id=opened.review.id)).questionnaire)
    keys = [await keys_of(member) for member in members]
    await _forget(opened)

    async def fill_in(place: int) -> None:
        for question, given in answers_to(questionnaire, place).items():
            unit = save_answer(members[place], keys[place], questionnaire.question(question), given)
            await database.write(unit)

    await asyncio.gather(*map(fill_in, range(MEMBERS)))

    async def work(*, together: bool) -> Cost:
        async def some(first: int) -> None:
            for place in range(first, MEMBERS, AT_ONCE):
                await database.write(record_ballot(members[place], keys[place], questionnaire))

        clock = Clock()
        if together:
            await asyncio.gather(*map(some, range(AT_ONCE)))
        else:
            for first in range(AT_ONCE):
                await some(first)
        return clock.stop()

    each = "a commit each"
    await compare(
        "Answers that are handed in, on disk",
        "member",
        [
            Contender(f"{AT_ONCE} members at once", lambda: work(together=True), MEMBERS, (each,)),
            Contender(each, lambda: _a_commit_each(work), MEMBERS),
        ],
    )


def _raw_rows(file: Path, texts: Sequence[str]) -> Cost:
    """With nothing but sqlite3, as durable and as thorough in forgetting as the service."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("DROP TABLE IF EXISTS ballot")
        connection.execute("CREATE TABLE ballot (id INTEGER PRIMARY KEY, draft TEXT)")
        clock = Clock()
        for text in texts:
            connection.execute("INSERT INTO ballot (draft) VALUES (?)", (text,))
        return clock.stop()


async def _begin(opened: Opened, place: int) -> Visitor:
    """Press Start on the page of a personal link."""
    settings = opened.stage.settings
    link = personal_link(settings, opened.members[place])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=opened.app)) as client:
        response = await client.post(link)
    questionnaire = read((await Review.get(id=opened.review.id)).questionnaire)
    forms = {}
    for name, given in answers_to(questionnaire, place + 1).items():
        fields = typed_values(questionnaire.question(name), given)
        forms[name] = urlencode({**fields, "go": "next"}, doseq=True)
    cookie = response.headers["set-cookie"].partition(";")[0]
    return Visitor(cookie, link.removeprefix(settings.base_url), forms)


async def _open(port: int, visitors: Sequence[Visitor]) -> None:
    questions = [f"/mening/vraag/{name}" for name in visitors[0].forms]
    same_size = [f"/bench/plain/{len(content)}" for content in await visit(port, questions, visitors[0].cookie)]
    units = len(questions) * len(visitors)

    async def all_visit(addresses: Sequence[str]) -> Cost:
        before, clock = await spent(port), Clock()
        await asyncio.gather(*(visit(port, addresses, one.cookie) for one in visitors))
        return Cost(clock.stop().wall, await spent(port) - before)

    await compare(
        f"Questions that are opened over {len(visitors)} connections: CPU of the server",
        "page",
        [
            Contender("a question", lambda: all_visit([*questions] * 4), 4 * units, ("as many plain bytes",)),
            Contender("as many plain bytes", lambda: all_visit(same_size * 20), 20 * units),
        ],
    )
