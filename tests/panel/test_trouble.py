"""The relay, the disk, the database server, a process: each may fail in the middle, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from starlette.applications import Starlette

from panel.answers.actions import keys_of
from panel.answers.models import Ballot, Written
from panel.arguments.models import Decision, Statement
from panel.audit import AuditEntry, first_broken
from panel.database import Database, current
from panel.demo.browser import new_client
from panel.demo.service import free_port, service
from panel.invitations.links import ANSWER, make_token
from panel.mail.models import UNDER_WAY, Message, Pause
from panel.mail.models import State as MailState
from panel.people.models import Member
from panel.reports.models import Build, Report
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.staff.models import Staff
from panel.web.messages import sentence
from tests.panel.slow_relay import SlowRelay
from tests.panel.stage import Stage, work

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
WORDS = "q10_reden"


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[SlowRelay]:
    relay = SlowRelay(tmp_path / "relay", seconds=0.02)
    async with relay:
        yield relay


async def mail_done() -> bool:
    return not await Message.filter(state__in=UNDER_WAY).exists()


async def let_mail_time_pass(stage: Stage) -> None:
    """Leases have run out, pauses are over, and what waits is due."""
    past = datetime.now(UTC) - timedelta(hours=5)
    await stage.change(Message.filter(lease_until__isnull=False), lease_until=past)
    await stage.change(Message.filter(state__in=UNDER_WAY), due_at=past)
    await stage.change(Pause.filter(), until=past)


async def test_when_the_relay_goes_down_in_a_wave_mail_waits_and_is_sent_later_once(
    stage: Stage, relay: SlowRelay, sign_in: SignIn
) -> None:
    review, clerk = await stage.review(State.OPEN), await sign_in(stage.clerk)
    settings = replace(stage.settings, smtp_port=relay.port)

    async def paused() -> bool:
        return await Pause.all().exists()

    async def goes_down() -> None:
        await relay.has(10)
        await relay.stop()

    going_down = asyncio.create_task(goes_down())
    await work(stage.database, settings, paused)
    await going_down
    page = await clerk.get(f"/bureau/{review.id}/post")
    assert "neemt de mailserver geen e-mail van ons aan. Er is niets verloren." in page.text
    assert await Message.filter(state=MailState.READY).count() >= 20

    await let_mail_time_pass(stage)
    await relay.start()
    await work(stage.database, settings, mail_done)
    assert "Alle e-mail wacht" not in (await clerk.get(f"/bureau/{review.id}/post")).text
    assert max(relay.received.values()) == 1
    accepted = await Message.filter(state=MailState.ACCEPTED)
    members = {member.id: member.email for member in await stage.members(review)}
    assert {members[message.recipient_id] for message in accepted} <= set(relay.received)
    in_doubt = await Message.filter(state=MailState.IN_DOUBT).count()
    assert len(accepted) + in_doubt == len(members)
    assert in_doubt <= 4, "only what was on its way over the four connections"


async def test_when_the_disk_is_full_people_are_told_and_earlier_answers_stay(
    app: Starlette, stage: Stage, client: httpx2.AsyncClient
) -> None:
    writer = stage.database._context.connections.get("main_writer")
    if writer.capabilities.dialect != "sqlite":
        pytest.skip("the disk of a database server is not ours")
    review = await stage.review(State.OPEN)
    first, *others = await stage.members(review)
    await client.post(f"/m/{make_token(stage.settings, first, ANSWER)}")
    page = f"/mening/vraag/{WORDS}"
    assert (await client.post(page, data={"answer": "Dit staat op schijf."})).status_code == 303

    [row] = await writer.execute_query_dict("PRAGMA page_count")
    await writer.execute_query(f"PRAGMA max_page_count = {row['page_count']}")
    told = []
    for member in others:
        await client.post(f"/m/{make_token(stage.settings, member, ANSWER)}")
        told.append(await client.post(page, data={"answer": f"Lange tekst van {member.id}. " * 35}))
    codes = [answer.status_code for answer in told]
    assert set(codes) == {303, 503}
    sorry = next(answer for answer in told if answer.status_code == 503)
    assert "Wat u net invulde is <strong>niet</strong> opgeslagen. Wat u eerder opsloeg wel." in sorry.text
    stored = [written.draft for written in await Written.all()]
    assert len(stored) == 1 + codes.count(303), "what was acknowledged is there, and nothing else"
    assert "Dit staat op schijf." in stored
    assert (await client.get("/")).status_code == 200

    await writer.execute_query("PRAGMA max_page_count = 1000000")
    again = await client.post(page, data={"answer": "Nu past het."})
    assert again.status_code == 303
    assert await first_broken() is None


async def test_when_the_database_server_drops_every_connection_the_service_goes_on(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    if current().capabilities.dialect != "postgres":
        pytest.skip("there is no database server")
    review = await stage.review(State.OPEN)
    [member, *_] = await stage.members(review)
    await client.post(f"/m/{make_token(stage.settings, member, ANSWER)}")
    assert (await client.post(f"/mening/vraag/{WORDS}", data={"answer": "Eerst."})).status_code == 303
    import asyncpg

    own = await asyncpg.connect(stage.settings.database_url.replace("postgres:@/", "postgres@/"))
    await own.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    await own.close()
    codes = [(await client.post(f"/mening/vraag/{WORDS}", data={"answer": "Daarna."})).status_code for _ in range(4)]
    assert set(codes) <= {303, 503}
    assert codes[-1] == 303
    assert (await Written.get()).draft == "Daarna."


@dataclass
class Writing:
    """A member who keeps changing an answer: the last one that was acknowledged, and the one on its way."""

    member: Member
    acknowledged: str = ""
    on_its_way: str = ""
    times: int = field(default=0)

    async def keep_writing(self, settings: Settings) -> None:
        async with new_client(settings.base_url) as browser:
            browser.follow_redirects = False
            try:
                await browser.post(f"/m/{make_token(settings, self.member, ANSWER)}")
                while True:
                    self.times += 1
                    self.on_its_way = f"Versie {self.times} van {self.member.id}"
                    done = await browser.post(f"/mening/vraag/{WORDS}", data={"answer": self.on_its_way})
                    if done.status_code == 303:
                        self.acknowledged = self.on_its_way
            except httpx2.TransportError:
                return  # the service was killed


@pytest.fixture
async def outside(settings: Settings, relay: SlowRelay) -> AsyncIterator[Stage]:
    """A review that is about to open, and a service that is not yet running: this process only looks."""
    port = free_port()
    own = replace(settings, port=port, base_url=f"http://127.0.0.1:{port}", smtp_port=relay.port)
    async with Database(own) as database:
        stage = Stage(own, database)
        await stage.hire()
        yield stage


async def test_after_kills_in_the_middle_of_a_wave_and_of_answering_nothing_is_lost_or_sent_twice(
    outside: Stage, relay: SlowRelay
) -> None:
    relay.seconds = 0.2
    review = await outside.review(State.OPEN)
    members = await outside.members(review)
    writers = [Writing(member) for member in members[:8]]
    for kill in (1, 2):
        async with service(outside.settings) as process:
            writing = [asyncio.create_task(writer.keep_writing(outside.settings)) for writer in writers]
            await relay.has(10 * kill)
            while min(writer.times for writer in writers) < 3 * kill:
                await asyncio.sleep(0.01)
            process.kill()
            await process.wait()
            await asyncio.gather(*writing)
        for writer in writers:
            assert writer.acknowledged
            written = await Written.get(key=(await keys_of(writer.member)).words(WORDS))
            assert written.draft in (writer.acknowledged, writer.on_its_way)
        assert await Message.filter(state=MailState.SENDING).exists(), "it was killed in the middle"
        await let_mail_time_pass(outside)

    relay.seconds = 0
    async with service(outside.settings), asyncio.timeout(30):
        while not await mail_done():
            await asyncio.sleep(0.05)
    states = {message.recipient_id: message.state async for message in Message.all()}
    assert len(states) == len(members)
    assert set(states.values()) <= {MailState.ACCEPTED, MailState.REFUSED, MailState.IN_DOUBT}
    assert set(relay.received.values()) == {1}, "nobody gets it twice"
    by_id = {member.id: member.email for member in members}
    for id_, state in states.items():
        assert state != MailState.ACCEPTED or relay.received[by_id[id_]] == 1
    assert list(states.values()).count(MailState.IN_DOUBT) <= 2 * 4
    assert await Ballot.all().count() == len(writers)
    assert await first_broken() is None


async def test_a_report_process_that_is_killed_leaves_no_half_report_and_can_be_asked_again(
    stage: Stage, sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    review, clerk = await stage.review(State.CLOSED), await sign_in(stage.clerk)
    await stage.judge(review)
    dying = tmp_path / "python"
    dying.write_text(
        f'#!/bin/sh\ncase "$*" in *--findings) exec {sys.executable} "$@";; *) echo "1/7 lezen"; kill -9 $$;; esac\n'
    )
    dying.chmod(0o755)

    async def settled() -> bool:
        return (await Report.get(review=review)).build in (Build.FAILED, Build.READY)

    with monkeypatch.context() as patch:
        patch.setattr("panel.web.process.sys", SimpleNamespace(executable=str(dying)))
        await clerk.post(f"/bureau/{review.id}/rapport")
        await stage.work(settled)
    assert (await Report.get(review=review)).build == Build.FAILED
    assert (await Review.get(id=review.id)).state == State.CLOSED
    left = _files_below(stage.settings.var / "reports")
    assert [file.name for file in left] == [f".{review.id}.lock"], "of a report nothing is left, only who may make it"
    page = await clerk.get(f"/bureau/{review.id}")
    assert sentence("desk.report_failed") in page.text
    assert f'href="/bureau/{review.id}/rapport"' in page.text
    assert await AuditEntry.filter(action="report failed").count() == 1

    [text, *_] = await Statement.filter(review=review)
    await clerk.post(f"/bureau/{review.id}/teksten", data={"shown": text.id, f"text_{text.id}": Decision.HOLD_BACK})
    assert (await clerk.post(f"/bureau/{review.id}/rapport")).status_code == 303
    await stage.change(Report.filter(), build=Build.BUILDING)  # as a killed worker leaves it
    await stage.work(settled, seconds=100)
    report = await Report.get(review=review)
    assert report.build == Build.READY
    assert (await Review.get(id=review.id)).state == State.REPORTED
    frozen = AuditEntry.filter(action="findings frozen")
    assert await frozen.count() == 2, "anew, without the text that was held back since"
    assert (await frozen.order_by("-id"))[0].result == report.digest


def _files_below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]
