"""A running service with its people's mail, for the journeys."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from panel.database import Database
from panel.demo import desk
from panel.demo.browser import Browser
from panel.demo.mailbox import Mail, Mailbox
from panel.invitations.actions import remind
from panel.reviews.models import GRACE, Review
from panel.reviews.states import withdraw
from panel.settings import Settings
from tests.journeys.visitor import Visitor

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NewVisitor = Callable[..., Awaitable[Visitor]]


@dataclass(frozen=True)
class Town:
    """A running service, and the mail that its people get."""

    settings: Settings

    @property
    def url(self) -> str:
        return self.settings.base_url

    def mailbox(self) -> Mailbox:
        """A mailbox that gives what arrives from now on."""
        box = Mailbox(self.settings.var / "mail")
        for _ in box.new():
            pass
        return box

    async def remind(self, review: str) -> None:
        """Half of the time of the review at this address of the desk is over."""
        number = int(review.rsplit("/", 1)[1])
        async with Database(self.settings) as database:
            await database.write(remind(await Review.get(id=number), "journeys"))

    async def pass_time(self, review: str) -> None:
        """The review at this address of the desk is past its closing moment, and past the half hour after it."""
        await self._close(review, datetime.now(UTC) - GRACE)

    async def reach_closing(self, review: str) -> None:
        """The closing moment of the review at this address of the desk is now."""
        await self._close(review, datetime.now(UTC))

    async def ask_also(self, review: str, *questions: dict[str, Any]) -> None:
        """More questions in the frozen questionnaire of the review at this address of the desk."""
        number = int(review.rsplit("/", 1)[1])

        async def add() -> None:
            frozen = (await Review.get(id=number)).questionnaire
            frozen["questions"] += questions
            await Review.filter(id=number).update(questionnaire=frozen)

        async with Database(self.settings) as database:
            await database.write(add())

    async def withdraw(self, review: str) -> None:
        async def stop() -> None:
            await withdraw(
                await Review.get(id=int(review.rsplit("/", 1)[1])), "Het voorstel is van tafel.", "journeys"
            )

        async with Database(self.settings) as database:
            await database.write(stop())

    async def _close(self, review: str, moment: datetime) -> None:
        async def move() -> None:
            await Review.filter(id=int(review.rsplit("/", 1)[1])).update(closes_at=moment)

        async with Database(self.settings) as database:
            await database.write(move())


@dataclass
class Round:
    """An open review: its address at the desk, and the invitations that arrived."""

    address: str
    mails: list[Mail]

    def next_mail(self) -> Mail:
        return self.mails.pop()


OpenRound = Callable[[int], Awaitable[Round]]


async def invitations(clerk: Browser, address: str, box: Mailbox) -> list[Mail]:
    """The invitations that arrived, once none is waiting any more."""
    found: list[Mail] = []
    waiting = True
    while waiting:
        waiting = not re.search(r'data-label="Onderweg">0<', (await clerk.open(f"{address}/post")).html)
        found += [mail for mail in box.new() if "/m/" in mail.text and mail.to != desk.CLERK]
    return found
