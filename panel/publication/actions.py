from datetime import date, timedelta

from panel.audit import record
from panel.invitations.actions import send_wave
from panel.invitations.models import Kind
from panel.publication.following import round_off_first
from panel.publication.models import CouncilReply, Decision
from panel.publication.reminding import forget_reminders
from panel.reports.actions import remake, require_accounted
from panel.reports.models import Report
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.dutch import today
from panel.web.messages import Refused

USUAL_TIME = timedelta(weeks=6)  # for the answer to the advice, when the council has no meeting about it ahead
LEAST_TIME = timedelta(weeks=1)
MOST_TIME = timedelta(days=366)
MOST_REASON = 4_000


def usual_reply_due(review: Review) -> date:
    """In time for the meeting in which the council forms its opinion, or else for its decision, if that can be."""
    wished = (review.judgement_on, review.decision_on - timedelta(days=1))
    can_be = (day for day in wished if LEAST_TIME <= day - today() <= MOST_TIME)
    return next(can_be, today() + USUAL_TIME)


async def publish(review: Review, reply_due: date, staff: Staff) -> None:
    """Make the report public and tell the members, in one unit of work. Then the time for the answer begins."""
    _check_due(reply_due)
    await advance(review, State.PUBLISHED, actor_of(staff))
    await require_accounted(review)
    await round_off_first(review, actor_of(staff))
    await Review.filter(id=review.id).update(reply_due=reply_due)
    await remake(review)  # the documents say by when the answer must be there
    await send_wave(review, Kind.RESULT, actor_of(staff))


async def postpone_reply(review: Review, reply_due: date, reason: str, staff: Staff) -> None:
    """Give the council more time for its answer, with a reason; what was mailed about the old day counts no more."""
    if not reason:
        raise Refused("review.no_reason", "reason")
    _check_due(reply_due)
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.PUBLISHED:
        raise Refused("review.not_published")
    if review.reply_due and reply_due <= review.reply_due:
        raise Refused("publication.only_later", "reply_due")
    await Review.filter(id=review.id).update(reply_due=reply_due)
    await remake(review)
    await forget_reminders(review)
    await record(actor_of(staff), "reply postponed", f"review {review.id}", f"until {reply_due}: {reason}")


def _check_due(reply_due: date) -> None:
    if not today() < reply_due <= today() + MOST_TIME:
        raise Refused("publication.due", "reply_due")


async def reply(review: Review, advice: str, decision: Decision, reason: str, staff: Staff) -> None:
    """What is done with one advice. Until every advice has its answer, each can be changed."""
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.PUBLISHED:
        raise Refused("review.not_published")
    if not reason:
        raise Refused("publication.no_reply", f"reason_{advice}")
    facts = {"decision": decision, "reason": reason, "replied_by": staff.name}
    await CouncilReply.update_or_create(facts, review=review, advice=advice)
    await record(actor_of(staff), "advice answered", f"review {review.id}", f"advice {advice}: {decision}")


async def finish_reply(review: Review, staff: Staff) -> None:
    """Every advice has its answer: it comes to stand in the report, and the members are told."""
    report = await Report.get(review=review)
    answered = await CouncilReply.filter(review=review).count()
    if left := len(report.findings["advices"]) - answered:
        raise Refused("publication.open", count=left)
    await advance(review, State.ANSWERED, actor_of(staff))
    await remake(review)
    await send_wave(review, Kind.REPLY, actor_of(staff))


async def follow_up(review: Review, text: str, staff: Staff) -> None:
    if not text:
        raise Refused("form.empty", "follow_up")
    await advance(review, State.FOLLOWED_UP, actor_of(staff))
    await Review.filter(id=review.id).update(follow_up=text)


async def replies_of(review: Review) -> dict[str, CouncilReply]:
    """By the number of the advice."""
    return {given.advice: given for given in await CouncilReply.filter(review=review)}
