"""A review in which two hundred members answer over all channels and change their minds."""

import io
import logging
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from deliberation.questionnaire import Questionnaire, read
from panel.answers.vault import ReviewSecret
from panel.app import create_app
from panel.demo.service import free_port
from panel.mail.models import UNDER_WAY, Message
from panel.paper.actions import enter
from panel.people.models import Channel
from panel.reviews.models import Review, State
from panel.settings import Settings
from tests.panel.stage import Stage, answer_to, answers_to, frame

MEMBERS, REVISIONS = 200, 3
CHANGED_AT_A_TIME = 2
OWN_WORDS = "q12_indicator"
CHANNELS = {0: Channel.PAPER, 1: Channel.PHONE}  # last digit of the member: typed in by the clerk, once
Answers = dict[str, Any]


@dataclass
class Story:
    stage: Stage
    rng: random.Random
    review: Review = field(init=False)
    questionnaire: Questionnaire = field(init=False)
    answers: dict[int, Answers] = field(default_factory=dict)  # of each member, what was handed in last
    order: list[int] = field(default_factory=list)  # of members, as they began
    last: list[int] = field(default_factory=list)  # of members, as they handed in for the last time

    async def begin(self, members: int = MEMBERS) -> None:
        self.stage.sample, self.stage.people = members, frame(4 * members, self.rng.randrange(10**6))
        self.review = await self.stage.review(State.OPEN)
        self.questionnaire = read(self.review.questionnaire)
        await self.stage.work(_mail_done)

    async def take_part(self) -> None:
        """Everybody, in an order without a pattern: all questions first; on the pages a few of them again, twice."""
        members = {member.id: member for member in await self.stage.members(self.review)}
        last: dict[int, int] = {}
        for revision in range(REVISIONS):
            order = [id_ for id_ in members if not revision or id_ % 10 not in CHANNELS]
            self.rng.shuffle(order)
            self.order = self.order or order
            for id_ in order:
                last.pop(id_, None)
                last[id_] = revision
                given = self._changes() if revision else self._fresh()
                self.answers[id_] = self.answers.get(id_, {}) | given
                if channel := CHANNELS.get(id_ % 10):
                    unit = enter(members[id_], self.questionnaire, given, channel, self.stage.clerk)
                    await self.stage.database.write(unit)
                else:
                    await self.stage.answer(members[id_], given)
        self.last = list(last)

    def _fresh(self) -> Answers:
        given = answers_to(self.questionnaire, self.rng.randrange(10**9))
        return {name: self._with_words(name, answer) for name, answer in given.items()}

    def _changes(self) -> Answers:
        chosen = self.rng.sample(self.questionnaire.questions, CHANGED_AT_A_TIME)
        return {q.id: self._with_words(q.id, answer_to(q, self.rng, "")) for q in chosen}

    def _with_words(self, name: str, answer: Any) -> Any:
        if isinstance(answer, str) and name in self.texts:
            return self._words()
        if name == OWN_WORDS and self.rng.random() < 0.5:
            return {"chosen": self.rng.choice([answer["chosen"], []]), "other": self._words()}
        return answer

    def _words(self) -> str:
        return " ".join("".join(self.rng.choices("aeinorst", k=7)) for _ in range(self.rng.randint(2, 20)))

    @property
    def texts(self) -> list[str]:
        return [question.id for question in self.questionnaire.questions if question.form == "text"]

    async def close(self) -> None:
        await self.stage.pass_closing_date(self.review)
        await self.stage.work(_closed_and_forgotten)
        await self.stage.work(_mail_done)


async def _mail_done() -> bool:
    return not await Message.filter(state__in=UNDER_WAY).exists()


async def _closed_and_forgotten() -> bool:
    return await Review.filter(state=State.CLOSED).exists() and not await ReviewSecret.all().exists()


@asynccontextmanager
async def told(settings: Settings, seed: int, members: int = MEMBERS) -> AsyncIterator[Story]:
    """An installation of its own, with a review that is open and everybody's answers."""
    own = replace(settings, demo=True, smtp_port=free_port(), base_url="http://localhost")
    app = create_app(own)
    async with app.router.lifespan_context(app):
        story = Story(Stage(own, app.state.database), random.Random(seed))
        await story.stage.hire()
        await story.begin(members)
        await story.take_part()
        yield story


@contextmanager
def log_kept() -> Iterator[io.StringIO]:
    """What the service writes down, and all details of its own."""
    kept, root = io.StringIO(), logging.getLogger()
    handler, own = logging.StreamHandler(kept), logging.getLogger("panel")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    levels = root.level, own.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    own.setLevel(logging.DEBUG)
    try:
        yield kept
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        own.setLevel(levels[1])
