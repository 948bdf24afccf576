"""Members who all answer at the same time: keeping an answer, and opening a question."""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2

from deliberation.questionnaire import Questionnaire, read
from panel.answers.actions import keys_of, save_answer
from panel.answers.models import Ballot
from panel.answers.vault import make_secret
from panel.invitations.links import personal_link
from panel.reviews.models import Review
from tests.bench.opened import Opened, opened_review
from tests.bench.server import both, server, spent, visit
from tests.bench.timing import Clock, Contender, Cost, compare
from tests.panel.stage import answers_to

AT_ONCE = 32


async def run(folder: Path) -> None:
    async with opened_review(folder, AT_ONCE) as opened:
        questionnaire = read((await Review.get(id=opened.review.id)).questionnaire)
        questions = [f"/mening/vraag/{question.id}" for question in questionnaire.questions]
        await _keep(opened, folder, questionnaire, [answers_to(questionnaire, number) for number in range(AT_ONCE)])
        cookies = [await _begin(opened, place) for place in range(AT_ONCE)]
        await _open_in_this_process(opened, questions, cookies[0])
    async with server(opened.stage.settings) as port:
        await _open_over_connections(port, questions, cookies)


async def _keep(
    opened: Opened, folder: Path, questionnaire: Questionnaire, answers: Sequence[dict[str, Any]]
) -> None:
    database, members = opened.stage.database, opened.members
    await database.vault.write(make_secret(opened.review.id))
    keys = [await keys_of(member) for member in members]
    units = 2 * sum(map(len, answers))

    async def fill_in(place: int) -> None:
        for name, given in [*answers[place].items()] * 2:
            question = questionnaire.question(name)
            await database.write(save_answer(members[place], keys[place], question, given))

    async def forget() -> None:
        await Ballot.all().delete()

    async def together() -> Cost:
        await database.write(forget())
        clock = Clock()
        await asyncio.gather(*map(fill_in, range(AT_ONCE)))
        return clock.stop()

    async def one_by_one() -> Cost:
        await database.write(forget())
        clock = Clock()
        for place in range(AT_ONCE):
            await fill_in(place)
        return clock.stop()

    async def rows() -> Cost:
        return _raw_rows(folder / "raw.sqlite3", [json.dumps(answers[number % AT_ONCE]) for number in range(units)])

    beside = ("a row and a commit each",)
    await compare(
        "Answers that are kept, on disk",
        "answer",
        [
            Contender(f"{AT_ONCE} members at once", together, units, beside),
            Contender("one by one", one_by_one, units, beside),
            Contender(*beside, rows, units),
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


async def _begin(opened: Opened, place: int) -> str:
    """Press Start on the page of a personal link; gives the cookie."""
    link = personal_link(opened.stage.settings, opened.members[place])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=opened.app)) as client:
        response = await client.post(link)
    return str(response.headers["set-cookie"].partition(";")[0])


async def _open_in_this_process(opened: Opened, questions: Sequence[str], cookie: str) -> None:
    transport = httpx2.ASGITransport(app=both(opened.app))
    times = 8

    async def get(client: httpx2.AsyncClient, addresses: Sequence[str]) -> list[bytes]:
        return [(await client.get(address)).raise_for_status().content for address in addresses]

    base = opened.stage.settings.base_url
    async with httpx2.AsyncClient(transport=transport, base_url=base, headers={"Cookie": cookie}) as client:
        same_size = [f"/bench/plain/{len(content)}" for content in await get(client, questions)]

        async def pages() -> Cost:
            clock = Clock()
            await get(client, [*questions] * times)
            return clock.stop()

        async def plain() -> Cost:
            clock = Clock()
            await get(client, same_size * times)
            return clock.stop()

        await compare(
            "Questions that are opened, in one process with the visitor",
            "page",
            [
                Contender("a question", pages, times * len(questions), ("as many plain bytes",)),
                Contender("as many plain bytes", plain, times * len(questions)),
            ],
        )


async def _open_over_connections(port: int, questions: Sequence[str], cookies: Sequence[str]) -> None:
    same_size = [f"/bench/plain/{len(content)}" for content in await visit(port, questions, cookies[0])]
    units = len(questions) * len(cookies)

    async def all_visit(addresses: Sequence[str]) -> Cost:
        before, clock = await spent(port), Clock()
        await asyncio.gather(*(visit(port, addresses, cookie) for cookie in cookies))
        return Cost(clock.stop().wall, await spent(port) - before)

    await compare(
        f"Questions that are opened over {len(cookies)} connections: CPU of the server",
        "page",
        [
            Contender("a question", lambda: all_visit([*questions] * 2), 2 * units, ("as many plain bytes",)),
            Contender("as many plain bytes", lambda: all_visit(same_size * 20), 20 * units),
        ],
    )
