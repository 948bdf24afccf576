from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet, ValuesQuery

from panel.audit import record
from panel.invitations.letters import needed
from panel.invitations.models import Kind, Wave
from panel.invitations.sent import messages_of
from panel.invitations.trials import require_trials
from panel.mail.models import Message
from panel.mail.models import State as MailState
from panel.mail.outbox import queue
from panel.people.exclusions import set_opted_out
from panel.people.models import Member, OptOut
from panel.reviews.actions import withdraw_review
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused

ARRIVED = (MailState.ACCEPTED, MailState.IN_DOUBT, MailState.SENDING, MailState.BOUNCED_SOFT)
WAITING = (MailState.READY, MailState.CLAIMED, MailState.DEFERRED)
GONE = (MailState.REFUSED, MailState.BOUNCED_HARD, MailState.COMPLAINED)


async def open_review(review: Review, staff: Staff) -> int:
    """Open the ballot box and put one invitation per member in the outbox, in one unit of work.

    Refused until whoever opens it got every kind of mail as a trial.
    """
    await advance(review, State.OPEN, actor_of(staff))
    if (await Review.get(id=review.id)).closes_at <= datetime.now(UTC):
        raise Refused("review.closes_in_the_past")
    await require_trials(review, staff)
    return await send_wave(review, Kind.INVITATION, actor_of(staff))


async def remind(review: Review, actor: str) -> int:
    """Remind once; whether somebody still needs it is decided when the message is sent."""
    review = await Review.get(id=review.id)
    if review.state != State.OPEN:
        raise Refused("review.not_open")
    if review.is_closing:
        raise Refused("reminder.closing")
    return await send_wave(review, Kind.REMINDER, actor)


async def withdraw_and_tell(review: Review, reason: str, staff: Staff) -> None:
    """Stop a review, and say so to whoever was invited."""
    await withdraw_review(review, reason, staff)
    await call_off(review, actor_of(staff))
    if await Wave.filter(review=review, kind=Kind.INVITATION).exists():
        await send_wave(review, Kind.WITHDRAWN, actor_of(staff))


async def call_off(review: Review, actor: str) -> None:
    """What asks people to answer and still waits does not go out any more: there is nothing left to answer."""
    for wave in await Wave.filter(review=review, kind__in=(Kind.INVITATION, Kind.REMINDER)).order_by("id"):
        waiting = Message.filter(kind=wave.kind, occasion_id=wave.id, state__in=WAITING)
        number = await waiting.update(state=MailState.CANCELLED, lease_until=None, changed_at=datetime.now(UTC))
        if number:
            await record(actor, f"{wave.kind} called off", f"review {review.id}", f"{number} messages")


async def send_wave(review: Review, kind: Kind, actor: str) -> int:
    """One message per member, at most once per kind: asking again adds nothing."""
    wave, _ = await Wave.get_or_create(review=review, kind=kind, number=1)
    ids = await (await _receivers(review, kind)).values_list("id")
    added = await queue(kind, wave.id, [number for (number,) in ids])
    if added:
        await record(actor, f"{kind} queued", f"review {review.id}", f"{added} messages")
    return added


async def receivers(review: Review, kind: Kind) -> list[Member]:
    return await (await _receivers(review, kind))


async def _receivers(review: Review, kind: Kind) -> QuerySet[Member]:
    """Whom a message of this kind can reach; who has opted out meanwhile is spared when it is sent.

    Where an invitation was refused, or any mail came back for good, no further mail goes: it helps nobody and harms
    our name.
    """
    members = Member.filter(review=review).exclude(opt_out=OptOut.NEVER_AGAIN).exclude(email="")
    if kind is not Kind.INVITATION:
        members = members.exclude(id__in=await gone(review))
    if kind is Kind.WITHDRAWN:
        members = members.filter(id__in=Subquery(await _invited(review, ARRIVED)))
    if kind is Kind.THANKS:
        members = members.filter(participated=True)
    return members.order_by("id")


async def number_told(review: Review, kind: Kind) -> int:
    """How many members will get this mail, as things stand now."""
    return sum(needed(kind, member, review) for member in await receivers(review, kind))


async def _invited(review: Review, states: Sequence[MailState]) -> ValuesQuery[Any]:
    """Members whose invitation is in one of these states."""
    wave = await Wave.get(review=review, kind=Kind.INVITATION)
    found = Message.filter(kind=Kind.INVITATION, occasion_id=wave.id, state__in=states)
    return found.values("recipient_id")


async def gone(review: Review) -> list[int]:
    """Members whose address is no use: the relay refused the invitation, or some mail of ours came back for good."""
    found = await (await messages_of(review.id)).filter(state__in=GONE)
    return [
        message.recipient_id
        for message in found
        if message.state != MailState.REFUSED or message.kind == Kind.INVITATION
    ]


async def opt_out_by_mail(settings: Settings, member: Member) -> None:
    """One click in a mail program: not this time, unless more than that was asked before."""
    if member.opt_out != OptOut.NEVER_AGAIN:
        await opt_out(settings, member, OptOut.THIS_TIME)


async def opt_out(settings: Settings, member: Member, choice: OptOut) -> None:
    """Not this time, never again, or after all: the last choice counts.

    Never again, and what takes that back, is for every review in which they are asked: a follow-up asks them anew.
    """
    elsewhere = Member.filter(pseudonym=member.pseudonym)
    if choice is not OptOut.NEVER_AGAIN:
        elsewhere = elsewhere.filter(opt_out=OptOut.NEVER_AGAIN)
    await elsewhere.update(opt_out=choice)
    await Member.filter(id=member.id).update(opt_out=choice)
    await set_opted_out(settings, member, never_again=choice is OptOut.NEVER_AGAIN)
