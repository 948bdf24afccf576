"""Brings a review to any state within a second, through the same actions as the pages use.

Every `to_…` starts from the state before it, and brings the review there first. Documents of a report are small
stand-ins, since setting a real one takes longer than everything else together; its findings are real.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.queryset import QuerySet

from deliberation.questionnaire import Question, Questionnaire, read
from deliberation.routing import relevant
from deliberation.sortition.frames.columns import guess_mapping
from deliberation.sortition.frames.table import read_table
from deliberation.sortition.seal import Announced
from panel.answers.actions import keys_of, record_ballot, save_answer
from panel.answers.closing import close_review
from panel.answers.vault import make_secret
from panel.arguments.actions import Judgement, moderate
from panel.arguments.models import Decision, Statement
from panel.database import Database
from panel.demo.proposal import read_proposal
from panel.demo.residents import make_frame
from panel.draws.actions import freeze_draw, keep_draw, keep_frozen, make_draw, put_aside
from panel.draws.same_panel import ask_same_panel
from panel.draws.sources import read_lot
from panel.invitations.actions import open_review, send_wave, withdraw_and_tell
from panel.invitations.models import Kind, Trial
from panel.invitations.trials import TRIAL, ask_trials
from panel.mail.models import Message
from panel.mail.models import State as MailState
from panel.people.actions import import_frame, read_file
from panel.people.models import Draw, Member
from panel.proposals.actions import register_proposal
from panel.proposals.dossier import Dossier
from panel.proposals.form import as_typed
from panel.proposals.models import ProposalVersion
from panel.publication.actions import finish_reply, follow_up, publish, reply, usual_reply_due
from panel.publication.files import DOWNLOADS
from panel.publication.models import Decision as Answer
from panel.reports.actions import report_folder
from panel.reports.findings import compute
from panel.reports.material import input_of_findings
from panel.reports.models import Build, Report
from panel.reviews.actions import Plan, approve, prepare_review
from panel.reviews.following import Indicator, start_follow_up
from panel.reviews.models import GRACE, Review, State, Step
from panel.reviews.states import LIFE, advance
from panel.settings import Settings
from panel.staff.actions import add_staff
from panel.staff.models import Role, Staff
from panel.web.dutch import today
from panel.web.forms import Fields
from panel.worker import Worker

FRAME, SAMPLE = 120, 40
SOURCE, THROWN = "De notaris gooit drie keer, vanavond in de raadzaal.", "3 5 6"
AREAS = {"Noord": 1, "Zuid": 1}
VOTES = ("voor", "aanpassen", "tegen", "blanco")


def dossier(**changes: Any) -> Dossier:
    """A complete proposal."""
    return replace(as_typed(Fields(read_proposal(None))), **changes)


def plan(**changes: Any) -> Plan:
    dates = {"closes_on": 21, "report_due": 28, "judgement_on": 45, "decision_on": 66}
    days = {name: today() + timedelta(number) for name, number in dates.items()}
    return Plan(**{"sample_size": SAMPLE, "quorum": 5, "majority_percent": 50, **days, **changes})


def frame(size: int = FRAME, seed: int = 1) -> bytes:
    return make_frame(size, seed, AREAS)


def answer_to(question: Question, rng: random.Random, words: str) -> Any:
    """Some answer that the question accepts."""
    match question.form:
        case "single":
            return rng.choice(question.keys)
        case "single_per_item":
            return {item.key: rng.choice(question.keys) for item in question.items}
        case "multi_with_direction":
            key = rng.choice([key for key in question.keys if key not in question.alone])
            return {key: rng.choice(question.directions).key}
        case "text":
            return f"{words} {question.id}"
        case "scale":
            return rng.randint(question.low, question.high)
        case "multi_other":
            return {"chosen": [rng.choice(question.keys)], "other": ""}


def answers_to(questionnaire: Questionnaire, seed: int, words: str = "Mijn mening") -> dict[str, Any]:
    rng = random.Random(seed)
    given = {question.id: answer_to(question, rng, words) for question in questionnaire.questions}
    return relevant(questionnaire, given)


@dataclass
class Stage:
    settings: Settings
    database: Database
    sample: int = SAMPLE
    people: bytes = field(default_factory=frame)

    async def hire(self) -> None:
        async def all_three() -> list[Staff]:
            return [
                await add_staff(f"{role}@voorbeeld.example", name, role, "test")
                for name, role in zip(("Griet Griffier", "Stef Steller", "Rana Raadslid"), Role, strict=True)
            ]

        self.clerk, self.drafter, self.council = await self.database.write(all_three())

    async def proposal(self, **changes: Any) -> ProposalVersion:
        return await self.database.write(register_proposal(dossier(**changes), self.drafter))

    async def review(self, state: State = State.DRAFT) -> Review:
        """A new review in this state."""
        review = await self.draft()
        if state is State.WITHDRAWN:
            await self.withdraw(review)
        else:
            await self.bring(review, state)
        return await Review.get(id=review.id)

    async def draft(self, version: ProposalVersion | None = None, **changes: Any) -> Review:
        fixed = plan(**{"sample_size": self.sample, **changes})
        return await self.database.write(prepare_review(version or await self.proposal(), fixed, self.clerk))

    async def bring(self, review: Review, state: State) -> Review:
        """Let everything happen that lies between where the review is and this state."""
        steps: dict[State, Callable[[Review], Awaitable[object]]] = {
            State.RELEASED: self.release,
            State.DRAWN: self.draw,
            State.OPEN: self.open,
            State.CLOSED: self.close,
            State.REPORTED: self.report,
            State.PUBLISHED: self.publish,
            State.ANSWERED: self.reply,
            State.FOLLOWED_UP: self.follow_up,
        }
        here = LIFE.index(State((await Review.get(id=review.id)).state))
        for step in LIFE[here + 1 : LIFE.index(state) + 1]:
            await steps[step](review)
        return await Review.get(id=review.id)

    async def release(self, review: Review) -> None:
        await self.database.write(approve(review, self.drafter))
        await self.database.write(approve(review, self.clerk))

    async def read_people(self, review: Review, content: bytes | None = None) -> None:
        # Other people for every review: who was drawn for one is left in peace when the next is drawn.
        content = content or self.people.replace(b"V0", b"R%d-0" % review.id)
        found = await read_file(self.settings, content, guess_mapping(read_table(content).header))
        await self.database.write(import_frame(review, "bevolking.csv", found, self.clerk))

    async def follow(self, first: Review) -> Review:
        """A released follow-up of a review that was answered, half a year later."""
        published = Step.filter(review=first, state=State.PUBLISHED)
        await self.change(published, at=datetime.now(UTC) - timedelta(days=200))
        version = await ProposalVersion.get(id=first.version_id)
        indicators = [Indicator("i1", "Minder mensen klagen.", "Fewer people complain.")]
        fixed = plan(sample_size=self.sample)
        started = await self.database.write(start_follow_up(first, version, fixed, indicators, self.clerk))
        return await self.bring(started, State.RELEASED)

    async def draw(self, review: Review) -> None:
        if review.follows_id:
            await self.database.write(ask_same_panel(self.settings, review, (), self.clerk))
            return
        await self.read_people(review)
        await self.draw_from_frame(review)

    async def draw_from_frame(self, review: Review, thrown: str = THROWN) -> None:
        await self.throw(review, await self.freeze(review), thrown)

    async def freeze(self, review: Review, announced: Announced | None = None) -> Draw:
        found, frozen = await freeze_draw(review, announced or Announced("dice", SOURCE))
        return await self.database.write(keep_frozen(review, found, frozen, self.clerk))

    async def throw(self, review: Review, frozen: Draw, thrown: str = THROWN) -> None:
        lot = await make_draw(review, frozen, read_lot(thrown, frozen.frozen["announced"]))
        await self.database.write(keep_draw(self.settings, review, lot, self.clerk))

    async def put_aside(self, review: Review, reason: str = "Er stond een wijk niet in het bestand.") -> None:
        await self.database.write(put_aside(self.settings, review, reason, self.clerk))

    async def try_mails(self, review: Review) -> None:
        """The clerk asks for a trial of every kind of mail, and the relay takes them all."""
        await self.database.write(ask_trials(review, self.clerk))
        await self.change(await self._trials(review), state=MailState.ACCEPTED)

    @staticmethod
    async def _trials(review: Review) -> QuerySet[Message]:
        return Message.filter(kind=TRIAL, occasion_id__in=[trial.id for trial in await Trial.filter(review=review)])

    async def open(self, review: Review) -> None:
        await self.try_mails(review)
        await self.database.write(open_review(review, self.clerk))
        await self.discard(await self._trials(review))  # so that tests count the mail to members only
        await self.database.vault.write(make_secret(review.id))

    async def members(self, review: Review) -> list[Member]:
        return await Member.filter(review=review).order_by("id")

    async def answer(self, member: Member, answers: dict[str, Any], hand_in: bool = True) -> None:
        review = await Review.get(id=member.review_id)
        keys, questionnaire = await keys_of(member), read(review.questionnaire)
        for question, given in answers.items():
            await self.database.write(save_answer(member, keys, questionnaire.question(question), given))
        if hand_in:
            await self.database.write(record_ballot(member, keys, questionnaire))

    async def answer_some(self, review: Review, number: int = 14) -> None:
        questionnaire = read((await Review.get(id=review.id)).questionnaire)
        members = await self.members(review)
        for place, member in enumerate(members[:number]):
            await self.answer(member, answers_to(questionnaire, place))
        half = answers_to(questionnaire, number)
        await self.answer(members[number], dict(list(half.items())[:4]), hand_in=False)

    async def pass_closing_date(self, review: Review) -> None:
        await self.change(Review.filter(id=review.id), closes_at=datetime.now(UTC) - GRACE - timedelta(seconds=1))

    async def change(self, rows: QuerySet[Any], **values: Any) -> None:
        """What no action does: time that passes, or a hand in the database."""

        async def update() -> None:
            await rows.update(**values)

        await self.database.write(update())

    async def discard(self, rows: QuerySet[Any]) -> None:
        async def delete() -> None:
            await rows.delete()

        await self.database.write(delete())

    async def close(self, review: Review) -> None:
        """With answers of some, and one who stopped halfway, unless there are answers already."""
        if not await Member.filter(review=review, participated=True).exists():
            await self.answer_some(review)
        await self.pass_closing_date(review)
        await self.database.write(close_review(review, "test"))
        await self.database.write(send_wave(review, Kind.THANKS, "test"))

    async def judge(self, review: Review) -> None:
        kept = {str(text.id): Judgement(Decision.KEEP) for text in await Statement.filter(review=review)}
        await self.database.write(moderate(review, kept, self.clerk))

    async def report(self, review: Review) -> None:
        await self.judge(review)
        findings = asdict(compute(await input_of_findings(await Review.get(id=review.id))))
        folder = report_folder(self.settings, review)
        (folder / "metadata").mkdir(parents=True)
        for name in (*DOWNLOADS, "vote.svg", "metadata/diwoo.xml"):
            (folder / name).write_text(f"stand-in for {name}")

        async def keep() -> None:
            frozen = {"findings": findings, "frozen_at": datetime.now(UTC), "build": Build.READY}
            await Report.update_or_create(frozen, review=review)
            await advance(review, State.REPORTED, "test")

        await self.database.write(keep())

    async def publish(self, review: Review) -> None:
        await self.database.write(publish(review, usual_reply_due(review), self.clerk))

    async def reply(self, review: Review) -> None:
        for advice in (await Report.get(review=review)).findings["advices"]:
            unit = reply(review, str(advice["number"]), Answer.PARTLY, "Een deel kan nu.", self.council)
            await self.database.write(unit)
        await self.database.write(finish_reply(review, self.council))

    async def follow_up(self, review: Review) -> None:
        await self.database.write(follow_up(review, "Het loket is open.", self.clerk))

    async def withdraw(self, review: Review) -> None:
        await self.database.write(withdraw_and_tell(review, "Het voorstel is van tafel.", self.clerk))

    async def work(self, done: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
        """Let the worker of the service work until something is so."""
        await work(self.database, self.settings, done, seconds)


async def work(
    database: Database, settings: Settings, done: Callable[[], Awaitable[bool]], seconds: float = 60
) -> None:
    worker = Worker(database, settings)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(seconds):
            while not await done():
                await asyncio.sleep(0.02)
    finally:
        worker.stop()
        await running
