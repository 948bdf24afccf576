from datetime import UTC, datetime

from panel.audit import record
from panel.invitations.models import Kind, Wave
from panel.mail.models import Message
from panel.mail.models import State as MailState
from panel.mail.outbox import queue
from panel.people.exclusions import set_opted_out
from panel.people.models import Member, OptOut
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.settings import Settings
from panel.web.messages import Refused


async def open_review(review: Review, actor: str) -> int:
    """Open the ballot box and put one invitation per member in the outbox, in one unit of work."""
    await advance(review, State.OPEN, actor)
    if (await Review.get(id=review.id)).closes_at <= datetime.now(UTC):
        raise Refused("review.closes_in_the_past")
    return await send_wave(review, Kind.INVITATION, actor)


async def remind(review: Review, actor: str) -> int:
    """Remind once; whether somebody still needs it is decided when the message is sent."""
    review = await Review.get(id=review.id)
    if review.state != State.OPEN:
        raise Refused("review.not_open")
    return await send_wave(review, Kind.REMINDER, actor)


async def send_wave(review: Review, kind: Kind, actor: str) -> int:
    """One message per member, at most once per kind: asking again adds nothing."""
    wave, _ = await Wave.get_or_create(review=review, kind=kind, number=1)
    added = await queue(kind, wave.id, [member.id for member in await receivers(review, kind)])
    if added:
        await record(actor, f"{kind} queued", f"review {review.id}", f"{added} messages")
    return added


async def receivers(review: Review, kind: Kind) -> list[Member]:
    """Whom a message of this kind can reach; who has opted out meanwhile is spared when it is sent."""
    members = Member.filter(review=review).exclude(opt_out=OptOut.NEVER_AGAIN).exclude(email="")
    if kind is not Kind.INVITATION:
        members = members.exclude(id__in=await _unreachable(review))
    if kind is Kind.THANKS:
        members = members.filter(participated=True)
    return await members.order_by("id")


async def _unreachable(review: Review) -> list[int]:
    """Members whose address the relay refused: writing there again helps nobody and harms our name."""
    wave = await Wave.get(review=review, kind=Kind.INVITATION)
    refused = await Message.filter(kind=Kind.INVITATION, occasion_id=wave.id, state=MailState.REFUSED)
    return [message.recipient_id for message in refused]


async def opt_out_by_mail(settings: Settings, member: Member) -> None:
    """One click in a mail program: not this time, unless more than that was asked before."""
    if member.opt_out != OptOut.NEVER_AGAIN:
        await opt_out(settings, member, OptOut.THIS_TIME)


async def opt_out(settings: Settings, member: Member, choice: OptOut) -> None:
    """Not this time, never again, or after all: the last choice counts."""
    await Member.filter(id=member.id).update(opt_out=choice)
    await set_opted_out(settings, member, never_again=choice is OptOut.NEVER_AGAIN)
