"""What follows from mails that come back. What changes something assumes a unit of work."""

from datetime import UTC, datetime

from panel.audit import record
from panel.invitations.actions import WAITING, opt_out
from panel.invitations.models import LINK, Kind
from panel.invitations.sent import messages_of
from panel.mail.bounces import Kind as Found
from panel.mail.bounces import Returned
from panel.mail.models import RETURNED, Bounce, Message, State
from panel.mail.readable import Readable, readable
from panel.people.models import Member, OptOut
from panel.reviews.models import Review
from panel.reviews.models import State as Stage
from panel.settings import Settings

STATES = {
    Found.SOFT: State.BOUNCED_SOFT,
    Found.HARD: State.BOUNCED_HARD,
    Found.COMPLAINT: State.COMPLAINED,
}
KEPT = 64 * 1024  # bytes of a mail that a person has to read


class TooEarlyError(Exception):
    """The message is being sent at this moment; the same mail can be handed in again soon."""


async def record_returned(settings: Settings, returned: Returned) -> None:
    """Once for every mail: doing it again changes nothing."""
    message = await Message.get_or_none(id=returned.message_id)
    if message is None or await Bounce.filter(digest=returned.digest).exists():
        return
    if message.state in (State.CLAIMED, State.SENDING):
        raise TooEarlyError
    member = await _member(message)
    await Bounce.create(
        digest=returned.digest,
        message_id=message.id,
        review_id=member.review_id if member else None,
        kind=returned.notice.kind,
        code=returned.notice.code,
        content=returned.raw[:KEPT] if await _must_be_read(returned, member) else None,
    )
    state = STATES.get(returned.notice.kind)
    if state is None:
        return
    await _come_back(message, state, f"{returned.notice.code} {returned.notice.reason}".strip())
    if member and state is State.COMPLAINED:
        await opt_out(settings, member, OptOut.NEVER_AGAIN)
        await record("mail", "opted out by complaint", f"review {member.review_id}")
    if member and state is not State.BOUNCED_SOFT:
        await _stop_waiting(member)


async def unread(review: Review) -> list[Readable]:
    """The mails that a person has to read."""
    kept = await Bounce.filter(review_id=review.id, content__not_isnull=True).order_by("id")
    return [readable(bounce.content) for bounce in kept if bounce.content]


async def not_reached(review: Review) -> list[tuple[Member, Message]]:
    """Members of whom mail came back for good or with a complaint, each with the first message that did."""
    found: dict[int, Message] = {}
    states = (State.REFUSED, State.BOUNCED_HARD, State.COMPLAINED)
    for message in await (await messages_of(review.id)).filter(state__in=states).order_by("id"):
        found.setdefault(message.recipient_id, message)
    members = await Member.filter(id__in=list(found)).order_by("id")
    return [(member, found[member.id]) for member in members]


async def unread_of_closed() -> list[int]:
    """Mails whose text is kept although their review is not open any more."""
    still = Review.filter(state=Stage.OPEN).values_list("id", flat=True)
    kept = Bounce.filter(content__not_isnull=True).exclude(review_id__in=[int(str(id_)) for id_ in await still])
    return [bounce.id for bounce in await kept.only("id")]


async def discard_texts(ids: list[int]) -> None:
    await Bounce.filter(id__in=ids).update(content=None)


async def _member(message: Message) -> Member | None:
    """The member to whom a message went; None for mail to the staff."""
    if message.kind not in {*Kind, LINK}:
        return None
    return await Member.get_or_none(id=message.recipient_id)


async def _must_be_read(returned: Returned, member: Member | None) -> bool:
    if returned.notice.kind is not Found.UNKNOWN or member is None:
        return False
    return await Review.filter(id=member.review_id, state=Stage.OPEN).exists()


async def _come_back(message: Message, state: State, reason: str) -> None:
    """A later mail about a message can make it worse, never better."""
    weaker = Message.filter(id=message.id).exclude(state__in=RETURNED[RETURNED.index(state) :])
    await weaker.update(state=state, reply=reason[:300], lease_until=None, changed_at=datetime.now(UTC))


async def _stop_waiting(member: Member) -> None:
    """Nothing that still waits for this member goes out."""
    waiting = (await messages_of(member.review_id)).filter(recipient_id=member.id, state__in=WAITING)
    await waiting.update(state=State.SUPPRESSED, lease_until=None, changed_at=datetime.now(UTC))
