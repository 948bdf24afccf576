"""The service as a process, members who save and hand in without end, and somebody who kills it in the middle.

Every member keeps account of what was acknowledged. After each kill the database is compared with those accounts: a
save or a hand-in that was acknowledged is there; of the one that was on its way all is there, or nothing. The service
reads and writes over HTTP only; this process only looks.
"""

import asyncio
import random
import string
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2

from deliberation.questionnaire import Question, Questionnaire, read
from deliberation.routing import relevant
from panel.answers.actions import Filled, filled_in, keys_of
from panel.answers.models import Ballot
from panel.answers.wording import typed_values
from panel.audit import first_broken
from panel.database import Database, current, dialect
from panel.demo.browser import new_client
from panel.demo.service import free_port, service
from panel.invitations.links import ANSWER, make_token
from panel.mail.models import Message
from panel.people.models import Member
from panel.reviews.models import State
from panel.settings import Settings
from tests.panel.stage import Stage, answer_to, frame

HAND_IN_SHARE = 0.2
LONGEST_LIFE = 1.0  # seconds under full load, at most, before the service is killed
BUSY = """
SELECT 1 FROM pg_stat_activity
WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()
"""
Answers = dict[str, Any]


@dataclass
class Tally:
    kills: int = 0
    members: int = 0
    saves: int = 0  # acknowledged
    hand_ins: int = 0  # acknowledged
    on_their_way: int = 0  # at the moment of a kill
    on_their_way_and_stored: int = 0
    lost: int = 0
    mixed: int = 0  # what stands there is of no moment at all
    ballots_too_many: int = 0
    words_in_ballots: int = 0
    refused: int = 0  # answers of the service other than it must give
    audit_broken: int = 0

    def faults(self) -> list[str]:
        """What must not be; empty when all is well."""
        never = ("lost", "mixed", "ballots_too_many", "words_in_ballots", "refused", "audit_broken")
        return [f"{name}: {getattr(self, name)}" for name in never if getattr(self, name)]


@dataclass
class Account:
    """What stands in the database as far as this member was told."""

    draft: Answers = field(default_factory=dict)
    answers: Answers | None = None


@dataclass
class Writer:
    """A member who fills in everything, and then keeps changing and handing in."""

    member: Member
    questionnaire: Questionnaire
    rng: random.Random
    tally: Tally
    known: Account = field(default_factory=Account)
    on_its_way: Account | None = None
    versions: Iterator[int] = field(default_factory=count)

    async def keep_writing(self, settings: Settings) -> None:
        async with new_client(settings.base_url) as browser:
            browser.follow_redirects = False
            try:
                await self._begin(browser, settings)
                while True:
                    await self._step(browser)
            except httpx2.TransportError:
                return  # the service was killed

    async def finish(self, settings: Settings) -> None:
        """Hand in what stands there, once the service runs again."""
        async with new_client(settings.base_url) as browser:
            browser.follow_redirects = False
            await self._begin(browser, settings)
            for question in self._left_open():
                await self._save(browser, question)
            await self._hand_in(browser)

    async def _begin(self, browser: httpx2.AsyncClient, settings: Settings) -> None:
        await browser.post(f"/m/{make_token(settings, self.member, ANSWER)}")

    async def _step(self, browser: httpx2.AsyncClient) -> None:
        if left := self._left_open():
            await self._save(browser, left[0])
        elif self.rng.random() < HAND_IN_SHARE:
            await self._hand_in(browser)
        else:
            await self._save(browser, self.rng.choice(self.questionnaire.questions))

    def _left_open(self) -> list[Question]:
        return [question for question in self.questionnaire.questions if question.id not in self.known.draft]

    async def _save(self, browser: httpx2.AsyncClient, question: Question) -> None:
        answer = self._new_answer(question)
        after = replace(self.known, draft=self.known.draft | {question.id: answer})
        if await self._send(browser, f"/mening/vraag/{question.id}", typed_values(question, answer), after):
            self.tally.saves += 1

    def _new_answer(self, question: Question) -> Any:
        words = f"Versie {_letters(next(self.versions))} van {_letters(self.member.id)}"
        answer = answer_to(question, self.rng, words)
        return answer | {"other": words} if question.form == "multi_other" else answer

    async def _hand_in(self, browser: httpx2.AsyncClient) -> None:
        after = replace(self.known, answers=relevant(self.questionnaire, self.known.draft))
        if await self._send(browser, "/mening/versturen", {}, after):
            self.tally.hand_ins += 1

    async def _send(
        self, browser: httpx2.AsyncClient, address: str, values: Mapping[str, list[str]], after: Account
    ) -> bool:
        self.on_its_way = after
        response = await browser.post(address, data=dict(values))
        self.on_its_way = None
        if response.status_code != 303:
            self.tally.refused += 1
            return False
        self.known = after
        return True

    def compare(self, found: Filled) -> None:
        """What stands there is what was acknowledged, or what was on its way; from now on, that is what is known."""
        there = Account(dict(found.draft), None if found.answers is None else dict(found.answers))
        sent, self.on_its_way = self.on_its_way, None
        self.tally.on_their_way += sent is not None
        if there == self.known:
            return
        if there == sent:
            self.tally.on_their_way_and_stored += 1
        elif len(there.draft) < len(self.known.draft) or (there.answers is None and self.known.answers):
            self.tally.lost += 1
        else:
            self.tally.mixed += 1
        self.known = deepcopy(there)


def _letters(number: int) -> str:
    """A number without digits: nothing that could be somebody's house."""
    return "".join(string.ascii_lowercase[int(digit)] for digit in str(number))


@dataclass
class Harness:
    stage: Stage
    questionnaire: Questionnaire
    writers: list[Writer]
    rng: random.Random
    tally: Tally
    on_kill: Callable[[], object] = lambda: None

    async def kill(self) -> None:
        """Start the service, let everybody write, kill it at a random moment, and compare."""
        async with service(self.stage.settings) as process:
            before = self.tally.saves
            writing = [asyncio.create_task(writer.keep_writing(self.stage.settings)) for writer in self.writers]
            async with asyncio.timeout(30):
                while self.tally.saves < before + len(self.writers):
                    await asyncio.sleep(0.005)
            await asyncio.sleep(self.rng.uniform(0, LONGEST_LIFE))
            if self.rng.random() < 0.5:
                self._wait_for_a_commit()
            process.kill()
            await process.wait()
            await asyncio.gather(*writing)
        self.tally.kills += 1
        await self._settled()
        await self.compare()
        self.on_kill()

    def _wait_for_a_commit(self) -> None:
        """The moment that hurts most is between what is stored and the word that it is."""
        url = self.stage.settings.database_url
        if url.startswith("sqlite://"):
            journal, until = Path(url.removeprefix("sqlite://") + "-wal"), monotonic() + 1
            before = journal.stat().st_mtime_ns
            while journal.stat().st_mtime_ns == before and monotonic() < until:
                pass

    async def finish(self) -> None:
        """Everybody can go on as if nothing had happened."""
        async with service(self.stage.settings):
            await asyncio.gather(*[writer.finish(self.stage.settings) for writer in self.writers])
        await self.compare()

    async def compare(self) -> None:
        for writer in self.writers:
            writer.compare(await filled_in(await keys_of(writer.member), self.questionnaire))
        keys = {(await keys_of(writer.member)).ballot for writer in self.writers}
        ballots = await Ballot.all()
        self.tally.ballots_too_many += len(ballots) - len({ballot.key for ballot in ballots} & keys)
        texts = "\n".join([f"{ballot.draft} {ballot.answers}" for ballot in ballots])
        self.tally.words_in_ballots += texts.count("Versie")
        self.tally.audit_broken += await first_broken() is not None

    async def _settled(self) -> None:
        """A server goes on with what it was told before the service died."""
        if dialect() == "postgres":
            async with asyncio.timeout(30):
                while await current().execute_query_dict(BUSY):
                    await asyncio.sleep(0.01)


@asynccontextmanager
async def harness(settings: Settings, members: int, seed: int) -> AsyncIterator[Harness]:
    """A review that is open, with so many members who answer."""
    rng, port = random.Random(seed), free_port()
    own = replace(settings, port=port, base_url=f"http://127.0.0.1:{port}", smtp_port=free_port())
    async with Database(own) as database:
        stage = Stage(own, database, members, frame(4 * members, seed))
        await stage.hire()
        review = await stage.review(State.OPEN)
        await stage.discard(Message.filter(id__gt=0))  # mail is killed elsewhere
        questionnaire, tally = read(review.questionnaire), Tally(members=members)
        found = await stage.members(review)
        writers = [Writer(member, questionnaire, random.Random(rng.random()), tally) for member in found]
        yield Harness(stage, questionnaire, writers, rng, tally)
