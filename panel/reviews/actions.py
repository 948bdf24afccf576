import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from deliberation.filling import fill
from deliberation.questionnaire import QuestionnaireError, read
from deliberation.reading import minutes
from deliberation.routing import faults
from panel.audit import record
from panel.proposals.dossier import Dossier
from panel.proposals.models import ProposalVersion
from panel.proposals.questions import library
from panel.reviews.composing import questions_of
from panel.reviews.judging import in_words
from panel.reviews.models import Review, State
from panel.reviews.states import advance, withdraw
from panel.staff.actions import actor_of
from panel.staff.models import Role, Staff
from panel.web.dutch import AMSTERDAM, today
from panel.web.messages import Refused, sentence

CLOSING_TIME = time(23, 59)
PLANNED = ("sample_size", "quorum", "majority_percent", "closes_at", "report_due", "judgement_on", "decision_on")


@dataclass(frozen=True)
class Plan:
    """What is fixed when a review is released: the size, the conditions, and the dates of the council's calendar."""

    sample_size: int
    quorum: int
    majority_percent: int
    closes_on: date
    report_due: date
    judgement_on: date
    decision_on: date

    def check(self) -> None:
        if self.closes_on <= today():
            raise Refused("review.closes_in_the_past", "closes_on")
        if self.quorum > self.sample_size:
            raise Refused("review.quorum_above_sample", "quorum")
        if self.report_due <= self.closes_on:
            raise Refused("review.report_before_closing", "report_due")
        if self.judgement_on < self.report_due:
            raise Refused("review.judgement_before_report", "judgement_on")
        if self.decision_on < self.judgement_on:
            raise Refused("review.decision_before_judgement", "decision_on")


async def prepare_review(version: ProposalVersion, plan: Plan, staff: Staff) -> Review:
    plan.check()
    review = await Review.create(version=version, title=Dossier.from_json(version.content).title, **_columns(plan))
    await record(actor_of(staff), "review prepared", f"review {review.id}", f"proposal version {version.id}")
    return review


async def change_plan(review: Review, plan: Plan, staff: Staff) -> None:
    plan.check()
    changed = await Review.filter(id=review.id, state=State.DRAFT).update(
        approved_by_drafter_id=None, approved_by_clerk_id=None, **_columns(plan)
    )
    if not changed:
        raise Refused("review.not_draft")
    await record(actor_of(staff), "review changed", f"review {review.id}")


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "sample_size": plan.sample_size,
        "quorum": plan.quorum,
        "majority_percent": plan.majority_percent,
        "closes_at": datetime.combine(plan.closes_on, CLOSING_TIME, AMSTERDAM).astimezone(UTC),
        "report_due": plan.report_due,
        "judgement_on": plan.judgement_on,
        "decision_on": plan.decision_on,
    }


def mark_of(review: Review) -> str:
    """Another one when something changed that people approve."""
    plan = [str(getattr(review, name)) for name in PLANNED]
    seen = json.dumps([review.version_id, *plan, questions_of(review.composed)])
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


async def approve(review: Review, staff: Staff, seen: str = "") -> None:
    """One of the two who must agree, to what `seen` marks. The second approval releases the review.

    Refused to either while something is wrong with the proposal or the questions: nobody agrees to what cannot be.
    """
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.DRAFT:
        raise Refused("review.not_draft")
    if seen and seen != mark_of(review):
        raise Refused("review.changed_meanwhile")
    if staff.role == Role.CLERK:
        other, review.approved_by_clerk = review.approved_by_drafter_id, staff
    else:
        other, review.approved_by_drafter = review.approved_by_clerk_id, staff
    if other == staff.id:
        raise Refused("review.same_person")
    frozen = freeze_questionnaire(await review.version, review.composed)
    await record(actor_of(staff), "review approved", f"review {review.id}", staff.role)
    if other is not None:
        review.questionnaire = frozen
    await review.save(update_fields=["approved_by_clerk_id", "approved_by_drafter_id", "questionnaire"])
    if other is not None:
        await advance(review, State.RELEASED, actor_of(staff))


def freeze_questionnaire(version: ProposalVersion, composed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The questions (none: the default ones), filled in from the proposal and proven, with a version of their own."""
    dossier = Dossier.from_json(version.content)
    if missing := dossier.missing():
        raise Refused("review.incomplete", missing=" ".join(sentence(f"dossier.{code}") for code in missing))
    questions = questions_of(composed)
    try:
        frozen = fill({"version": "", "questions": questions}, dossier.fillings())
        found = faults(read(frozen))
    except QuestionnaireError as error:
        found = (error,)
    if found:
        said = " ".join(in_words(fault, questions) for fault in found)
        raise Refused("review.questionnaire", faults=said)
    digest = hashlib.sha256(json.dumps(frozen["questions"], ensure_ascii=False).encode()).hexdigest()
    needed = math.ceil(minutes(read(frozen), dossier.summary))
    return frozen | {"version": f"{library()['version']}-{digest[:8]}", "minutes": needed}


async def extend(review: Review, closes_on: date, reason: str, staff: Staff) -> None:
    """After release only the closing date can move: later, and with a reason."""
    if not reason:
        raise Refused("review.no_reason", "reason")
    review = await Review.select_for_update().get(id=review.id)
    closes_at = datetime.combine(closes_on, CLOSING_TIME, AMSTERDAM).astimezone(UTC)
    if review.state not in (State.RELEASED, State.DRAWN, State.OPEN):
        raise Refused("review.not_extendable")
    if closes_at <= review.closes_at:
        raise Refused("review.only_later", "closes_on")
    await Review.filter(id=review.id).update(closes_at=closes_at, reason=reason)
    await record(actor_of(staff), "review extended", f"review {review.id}", f"until {closes_on}: {reason}")


async def withdraw_review(review: Review, reason: str, staff: Staff) -> None:
    await withdraw(review, reason, actor_of(staff))
