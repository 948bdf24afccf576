"""The whole job, without a hand: everything goes through pages and mail, as it would for people."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress

from panel.answers.models import Ballot
from panel.database import Database
from panel.demo import desk
from panel.demo.browser import Browser, new_client
from panel.demo.mailbox import Mailbox
from panel.demo.members import SHARE_ANSWERS, SHARE_LATE, MadeUpMember, Outcome, answer_all
from panel.invitations.models import Kind, Wave
from panel.mail.models import State as MailState
from panel.mail.outbox import counts
from panel.people.models import Member
from panel.reports.models import Build, Report
from panel.reviews.models import GRACE, Review, State
from panel.settings import Settings
from panel.staff.actions import add_staff
from panel.staff.models import Role

WAIT_SECONDS = 120
STAFF = (
    (desk.CLERK, "Griet Griffier", Role.CLERK),
    (desk.DRAFTER, "Stef Steller", Role.DRAFTER),
    (desk.COUNCIL, "Rana Raadslid", Role.COUNCIL_MEMBER),
)


class DemoError(RuntimeError):
    """The demonstration could not go on; the message says at which step, and why."""


@dataclass
class Counts:
    """What happened, counted on every side."""

    invited: int = 0
    accepted: int = 0
    refused: int = 0
    in_doubt: int = 0
    reminded: int = 0
    members: Outcome = field(default_factory=Outcome)
    participated: int = 0
    ballots: int = 0
    keys_left: int = 0
    report_n: int = 0
    texts: int = 0
    advices: int = 0
    mails: int = 0

    def problems(self) -> list[str]:
        """What does not add up; empty when everything does."""
        sums = {
            "invited = accepted + refused + in doubt": self.invited == self.accepted + self.refused + self.in_doubt,
            "ballots = submitted answers": self.ballots == self.members.handed_in == self.participated,
            "the report's n = ballots": self.report_n == self.ballots,
            "no key left on a ballot": self.keys_left == 0,
        }
        return [name for name, holds in sums.items() if not holds]


@dataclass
class Council:
    """The three at the desk, signed in."""

    clerk: Browser
    drafter: Browser
    member: Browser


class Play:
    def __init__(self, settings: Settings, database: Database, progress: Progress) -> None:
        self._settings = settings
        self._database = database
        self._progress = progress
        self._mailbox = Mailbox(settings.var / "mail")
        self._stack = AsyncExitStack()
        self.counts = Counts()

    async def __aenter__(self) -> "Play":
        for email, name, role in STAFF:
            await self._database.write(add_staff(email, name, role, "demonstration"))
        browsers = []
        for email, _, _ in STAFF:
            browser = Browser(await self._stack.enter_async_context(new_client(self._settings.base_url)))
            await desk.sign_in(browser, self._mailbox, email)
            browsers.append(browser)
        self._council = Council(*browsers)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def until_open(self, proposal: Path | None, frame: tuple[str, bytes], size: int, quorum: int) -> Review:
        """From a proposal to an open ballot box."""
        task = self._progress.add_task("voorstel, bestand en loting", total=6)
        people = self._council
        version = await desk.register_proposal(people.drafter, proposal)
        self._progress.advance(task)
        address = await desk.prepare_review(people.clerk, version, size, quorum)
        self._progress.advance(task)
        await desk.approve(people.drafter, address)
        await desk.approve(people.clerk, address)
        self._progress.advance(task)
        await desk.import_frame(people.clerk, address, *frame)
        self._progress.advance(task)
        await desk.draw(people.clerk, address)
        self._progress.advance(task)
        await desk.open_box(people.clerk, address)
        self._progress.advance(task)
        return await Review.get(id=int(address.rsplit("/", 1)[1]))

    async def invite(self, review: Review) -> list[MadeUpMember]:
        """Wait until every invitation has been dealt with, and give the ones that arrived to made-up members."""
        await self._mail_done(review, Kind.INVITATION, "uitnodigingen")
        members: list[MadeUpMember] = []
        for mail in self._mailbox.new():
            if "/m/" in mail.text and mail.to != desk.CLERK:  # who read them all as a trial
                members.append(MadeUpMember(mail.link("/m/"), mail.link("/u/"), len(members)))
        return members

    async def whole(self, proposal: Path | None, frame: tuple[str, bytes], size: int, quorum: int) -> Review:
        review = await self.until_open(proposal, frame, size, quorum)
        members = await self.invite(review)
        early = members[: round(len(members) * SHARE_ANSWERS)]
        await self._answers("antwoorden", early)
        await desk.remind(self._council.clerk, f"/bureau/{review.id}")
        await self._mail_done(review, Kind.REMINDER, "herinneringen")
        late = members[len(early) :]
        await self._answers("antwoorden na de herinnering", late[: round(len(late) * SHARE_LATE)])
        await self.close(review)
        await self.report(review)
        await self.publish(review)
        await self._count(review)
        return review

    async def close(self, review: Review) -> None:
        """The weeks until the closing date pass at once; the worker then closes the review by itself."""
        await self._database.write(_pass_time(review))

        async def closed() -> bool:
            return await Review.filter(id=review.id, state=State.CLOSED).exists()

        await self._wait("sluiten", closed)
        await self._mail_done(review, Kind.THANKS, "bedankjes")

    async def report(self, review: Review) -> None:
        task = self._progress.add_task("teksten beoordelen", total=1)
        self.counts.texts = await desk.judge_texts(self._council.clerk, f"/bureau/{review.id}")
        self._progress.advance(task)
        await desk.ask_report(self._council.clerk, f"/bureau/{review.id}")

        async def made() -> bool:
            report = await Report.get_or_none(review=review)
            if report and report.build == Build.FAILED:
                raise DemoError(f"the report could not be made: {report.progress}")
            return await Review.filter(id=review.id, state=State.REPORTED).exists()

        await self._wait("rapport maken", made)

    async def publish(self, review: Review) -> None:
        await desk.publish(self._council.clerk, f"/bureau/{review.id}")
        await self._mail_done(review, Kind.RESULT, "bericht aan de leden")
        self.counts.advices = await desk.answer_advice(self._council.member, f"/bureau/{review.id}")
        await self._mail_done(review, Kind.REPLY, "antwoord van de raad")

    async def _answers(self, title: str, members: list[MadeUpMember]) -> None:
        task = self._progress.add_task(title, total=len(members))
        tell: Callable[[int], None] = lambda number: self._progress.advance(task, number)  # noqa: E731
        await answer_all(self._settings.base_url, members, self.counts.members, tell)

    async def _mail_done(self, review: Review, kind: Kind, title: str) -> None:
        task = self._progress.add_task(title, total=None)
        wave = await Wave.get(review=review, kind=kind)

        async def done() -> bool:
            states = await counts(kind, wave.id)
            waiting = sum(states.get(state, 0) for state in (MailState.READY, MailState.CLAIMED, MailState.SENDING))
            total = sum(states.values())
            self._progress.update(task, total=total, completed=total - waiting)
            return waiting == 0

        await _until(done, title)

    async def _wait(self, title: str, ready: Callable[[], Awaitable[bool]]) -> None:
        task = self._progress.add_task(title, total=1)
        await _until(ready, title)
        self._progress.advance(task)

    async def _count(self, review: Review) -> None:
        found = self.counts
        wave = await Wave.get(review=review, kind=Kind.INVITATION)
        states = await counts(Kind.INVITATION, wave.id)
        found.invited = await Member.filter(review=review).count()
        found.accepted = states.get(MailState.ACCEPTED, 0)
        found.refused = states.get(MailState.REFUSED, 0)
        found.in_doubt = states.get(MailState.IN_DOUBT, 0)
        reminder = await Wave.get(review=review, kind=Kind.REMINDER)
        found.reminded = (await counts(Kind.REMINDER, reminder.id)).get(MailState.ACCEPTED, 0)
        found.participated = await Member.filter(review=review, participated=True).count()
        found.ballots = await Ballot.filter(review=review).count()
        found.keys_left = await Ballot.filter(review=review, key__isnull=False).count()
        report = await Report.get(review=review)
        found.report_n = report.findings["participation"]["answered"]
        found.mails = len(list((self._settings.var / "mail").glob("*.eml")))


async def _pass_time(review: Review) -> None:
    await Review.filter(id=review.id).update(closes_at=datetime.now(UTC) - GRACE)


async def _until(ready: Callable[[], Awaitable[bool]], title: str) -> None:
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while not await ready():  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoError(f"{title}: not done after {WAIT_SECONDS} seconds") from None
