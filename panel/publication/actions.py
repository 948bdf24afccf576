from panel.audit import record
from panel.invitations.actions import send_wave
from panel.invitations.models import Kind
from panel.publication.models import CouncilReply, Decision
from panel.reports.models import Report
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused


async def publish(review: Review, staff: Staff) -> None:
    """Make the report public and tell the members, in one unit of work."""
    await advance(review, State.PUBLISHED, actor_of(staff))
    await send_wave(review, Kind.RESULT, actor_of(staff))


async def reply(review: Review, advice: str, decision: Decision, reason: str, staff: Staff) -> None:
    """What is done with one advice. Until every advice has its answer, each can be changed."""
    review = await Review.get(id=review.id)
    if review.state != State.PUBLISHED:
        raise Refused("review.not_published")
    if not reason:
        raise Refused("publication.no_reply", f"reason_{advice}")
    facts = {"decision": decision, "reason": reason, "replied_by": staff.name}
    await CouncilReply.update_or_create(facts, review=review, advice=advice)
    await record(actor_of(staff), "advice answered", f"review {review.id}", f"advice {advice}: {decision}")


async def finish_reply(review: Review, staff: Staff) -> None:
    """Every advice has its answer: tell the members."""
    report = await Report.get(review=review)
    answered = await CouncilReply.filter(review=review).count()
    if left := len(report.findings["advices"]) - answered:
        raise Refused("publication.open", count=left)
    await advance(review, State.ANSWERED, actor_of(staff))
    await send_wave(review, Kind.REPLY, actor_of(staff))


async def follow_up(review: Review, text: str, staff: Staff) -> None:
    if not text:
        raise Refused("form.empty", "follow_up")
    await advance(review, State.FOLLOWED_UP, actor_of(staff))
    await Review.filter(id=review.id).update(follow_up=text)
