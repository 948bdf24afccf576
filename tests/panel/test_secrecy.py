"""What is left of a review that closed or was withdrawn; answers/test_unlinking.py tries to join it again."""

import asyncio
import json
import logging
import random
import re
import sqlite3
from collections import Counter
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass

import asyncpg
import pytest

from deliberation.questionnaire import read
from panel.answers.actions import keys_of
from panel.answers.closing import FLOOR
from panel.answers.models import Ballot
from panel.answers.vault import ReviewSecret
from panel.arguments.models import Statement
from panel.database import current
from panel.mail.models import Message
from panel.mail.models import State as MailState
from panel.people.models import Member, Person
from panel.reviews.models import Review, State
from tests.panel.answers.evidence import files_of, statistics_of
from tests.panel.contents import contents, texts
from tests.panel.stage import Stage, answers_to, frame

SAMPLE, ANSWERED, CHANGED, HALFWAY = 60, 50, 8, 5


@dataclass
class Known:
    """What was known while the review was open."""

    review: Review
    members: list[Member]
    handed_in: list[Member]  # in the order in which they did
    answers: dict[int, dict[str, object]]
    keys: list[str]
    ballot_ids: list[str]
    secret: bytes
    log: str = ""


@pytest.fixture
async def known(stage: Stage, caplog: pytest.LogCaptureFixture) -> Known:
    """A review that closed by itself, after members answered, changed their mind, and stopped halfway."""
    stage.sample, stage.people = SAMPLE, frame(200)
    rng = random.Random(8)
    with caplog.at_level(logging.INFO):
        review = await stage.review(State.OPEN)
        questionnaire = read(review.questionnaire)
        members = await stage.members(review)
        order = rng.sample(members, ANSWERED)
        answers = {m.id: answers_to(questionnaire, m.id, f"Mening{m.id}x") for m in order}
        for place, member in enumerate(order):
            if place < CHANGED:
                await stage.answer(member, answers_to(questionnaire, 1000 + place, f"Eerder{member.id}x"))
            await stage.answer(member, answers[member.id])
        for member in [member for member in members if member not in order][:HALFWAY]:
            half = answers_to(questionnaire, member.id, f"Halverwege{member.id}x")
            await stage.answer(member, half, hand_in=False)
        keys = [(await keys_of(member)).ballot for member in members]
        ballot_ids = [str(ballot.id) for ballot in await Ballot.all()]
        secret = (await ReviewSecret.get(review_id=review.id)).secret
        await _let_the_server_look(stage)
        await stage.pass_closing_date(review)
        await stage.work(_closed_and_forgotten)
    return Known(review, members, order, answers, keys, ballot_ids, secret, caplog.text)


async def _let_the_server_look(stage: Stage) -> None:
    """What PostgreSQL does by itself every now and then: it notes down values of every column, to plan with."""

    async def analyze(name: str) -> None:
        await current(name).execute_query("ANALYZE")

    if current().capabilities.dialect == "postgres":
        await stage.database.write(analyze("main"))
        await stage.database.vault.write(analyze("vault"))


async def _closed_and_forgotten() -> bool:
    return await Review.filter(state=State.CLOSED).exists() and not await ReviewSecret.all().exists()


async def _mail_done() -> bool:
    return not await Message.filter(state__in=(MailState.READY, MailState.CLAIMED, MailState.SENDING)).exists()


async def test_no_key_of_a_ballot_is_left_in_the_databases_the_files_the_mail_or_the_log(
    known: Known, stage: Stage
) -> None:
    await stage.work(_mail_done)
    places = [("a table", repr(await contents())), ("the log", known.log)]
    places += [(file.name, file.read_bytes().decode("latin-1")) for file in await files_of(stage.settings)]
    assert sum(name.endswith(".eml") for name, _ in places) > ANSWERED / 2, "the thanks were caught as well"
    for secret in (*known.keys, *known.ballot_ids, known.secret.decode("latin-1"), known.secret.hex()):
        assert not [place for place, content in places if secret in content]


async def test_a_ballot_holds_nothing_but_answers_and_coarse_classes(known: Known) -> None:
    ballots = (await contents())["main.ballot"]
    assert len(ballots) == ANSWERED
    for ballot in ballots:
        assert set(ballot) == {"id", "review_id", "key", "version", "area", "age", "gender", "draft", "answers"}
        assert ballot["key"] is None
        assert json.loads(ballot["draft"]) == {}
    for statement in (await contents())["main.statement"]:
        judged = {"decision", "codes", "outside"}  # by the clerk, afterwards
        assert set(statement) == {"id", "review_id", "question", "side", "text", "marks", *judged}


async def test_nothing_of_a_member_stands_in_a_table_other_than_that_of_the_members(known: Known) -> None:
    found = await contents()
    assert not found["main.person"]
    found.pop("main.member")
    for member in known.members:
        for trait in (member.link_id, member.pseudonym, member.email, member.address):
            assert not [place for place, text in texts(found) if trait in text]


async def test_the_log_names_no_member(known: Known) -> None:
    assert re.search(r"message \d+: accepted", known.log)
    for member in known.members:
        for trait in (member.link_id, member.pseudonym, member.email, member.name, member.address):
            assert trait not in known.log


async def test_what_was_written_stands_once_on_disk_and_what_was_withdrawn_nowhere(
    known: Known, stage: Stage
) -> None:
    disk = b"".join([file.read_bytes() for file in await files_of(stage.settings)])
    assert not re.findall(rb"Eerder\d+x|Halverwege\d+x", disk)
    found = Counter(re.findall(rb"Mening\d+x q\d+_\w+", disk))
    assert len(found) == len(await Statement.all()) == 2 * ANSWERED
    assert set(found.values()) == {1}


async def test_a_server_keeps_no_sample_of_what_was_deleted(known: Known) -> None:
    noted = {row["table"] for name in ("main", "vault") for row in await statistics_of(name)}
    if current().capabilities.dialect == "postgres":
        assert "member" in noted, "it did look"
    assert not noted & {"ballot", "written", "paper_entry", "person", "draw", "link_request", "review_secret"}


async def test_every_combination_of_classes_is_shared(known: Known) -> None:
    shared = Counter([(ballot.area, ballot.age, ballot.gender) for ballot in await Ballot.all()])
    assert len(shared) > 1, "this review is large enough to keep some classes"
    assert min(shared.values()) >= FLOOR


@pytest.mark.parametrize("answered", [1, 4, 7])
async def test_with_few_ballots_all_share_their_classes(stage: Stage, answered: int) -> None:
    review = await stage.review(State.OPEN)
    await stage.answer_some(review, answered)
    await stage.close(review)
    shared = Counter([(ballot.area, ballot.age, ballot.gender) for ballot in await Ballot.all()])
    assert len(shared) == 1


async def test_nothing_that_was_answered_survives_a_withdrawal(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    await stage.answer_some(review, 6)
    assert await Person.all().exists()
    assert await Member.exclude(channel="").exists()
    secret = (await ReviewSecret.get(review_id=review.id)).secret
    await stage.withdraw(review)

    async def cleared() -> bool:
        return not (await Ballot.all().exists() or await Person.all().exists() or await ReviewSecret.all().exists())

    await stage.work(cleared)
    disk = b"".join([file.read_bytes() for file in await files_of(stage.settings)])
    assert b"Mijn mening" not in disk
    assert secret not in disk
    assert not await Member.exclude(channel="").exists(), "nor in which way it came"


async def test_somebody_who_reads_during_the_closing_does_not_keep_what_must_go(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    await stage.answer_some(review, 6)
    secret = (await ReviewSecret.get(review_id=review.id)).secret
    keys = [ballot.key async for ballot in Ballot.all()]
    reading = [await _start_reading(url) for url in (stage.settings.database_url, stage.settings.vault_url)]

    async def stop_reading() -> None:
        await asyncio.sleep(1)
        for reader in reading:
            await reader.aclose()

    stopping = asyncio.create_task(stop_reading())
    await stage.pass_closing_date(review)
    await stage.work(_closed_and_forgotten)
    await stopping
    disk = b"".join([file.read_bytes() for file in await files_of(stage.settings)])
    assert secret not in disk
    assert not [key for key in keys if key and key.encode() in disk]


async def _start_reading(url: str) -> AsyncExitStack:
    """A transaction of somebody else that sees how things are now until it is closed."""
    stack = AsyncExitStack()
    if url.startswith("sqlite://"):
        file = stack.enter_context(closing(sqlite3.connect(url.removeprefix("sqlite://"))))
        file.execute("BEGIN")
        file.execute("SELECT count(*) FROM sqlite_master")
    else:
        server = await asyncpg.connect(url.replace("postgres:@/", "postgres@/"))
        stack.push_async_callback(server.close)
        await stack.enter_async_context(server.transaction(isolation="repeatable_read"))
        await server.execute("SELECT count(*) FROM pg_class")
    return stack
