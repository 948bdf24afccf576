"""What became of the mail of a review: in numbers that add up to its members, and person by person."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from panel.audit import record
from panel.invitations.actions import GONE, gone
from panel.invitations.bounced import not_reached
from panel.invitations.models import LINK, Kind, Wave
from panel.invitations.sent import messages_of
from panel.mail.models import UNDER_WAY, Message, State
from panel.mail.reply_codes import codes_in, explain
from panel.people.models import Member, OptOut
from panel.reviews.models import Review

LEAST, MOST = 3, 20  # characters to search for, people to show


class Unmailed(StrEnum):
    """Why a member has no message in a wave."""

    NEVER_AGAIN = "never_again"
    NO_ADDRESS = "no_address"
    FAILED = "failed_before"
    NOT_MEANT = "not_meant"


GROUPS: dict[str, tuple[State | Unmailed, ...]] = {
    "under_way": UNDER_WAY,
    "accepted": (State.ACCEPTED,),
    "in_doubt": (State.IN_DOUBT,),
    "failed": (State.REFUSED, State.BOUNCED_SOFT, State.BOUNCED_HARD, State.COMPLAINED),
    "not_sent": (State.SUPPRESSED, State.CANCELLED),
    "no_mail": tuple(Unmailed),
}


@dataclass(frozen=True)
class Tally:
    """All members of a review by what became of one kind of mail to them."""

    kind: Kind
    numbers: Counter[str]

    def of(self, group: str) -> int:
        return sum(self.numbers[state] for state in GROUPS[group])


async def tallies(review: Review) -> list[Tally]:
    """One for every wave, in the order in which they went out."""
    members = await Member.filter(review=review).only("id", "email", "opt_out")
    failed = set(await gone(review))
    found = []
    for wave in await Wave.filter(review=review).order_by("id"):
        messages = Message.filter(kind=wave.kind, occasion_id=wave.id)
        states: dict[int, str] = dict(await messages.values_list("recipient_id", "state"))
        numbers = Counter(states.get(member.id) or _why_unmailed(member, failed) for member in members)
        found.append(Tally(Kind(wave.kind), numbers))
    return found


def _why_unmailed(member: Member, failed: set[int]) -> Unmailed:
    if member.opt_out == OptOut.NEVER_AGAIN:
        return Unmailed.NEVER_AGAIN
    if not member.email:
        return Unmailed.NO_ADDRESS
    return Unmailed.FAILED if member.id in failed else Unmailed.NOT_MEANT


async def before_opening(review: Review) -> dict[str, int]:
    """All members by how they will be asked: mail, letter, this_time (who said no already) and never_again."""
    numbers = dict.fromkeys(("mail", "letter", "this_time", "never_again"), 0)
    for member in await Member.filter(review=review).only("id", "email", "opt_out"):
        asked = "mail" if member.email else "letter"
        numbers[asked if member.opt_out == OptOut.NO else member.opt_out] += 1
    return numbers


async def without_address(review: Review) -> list[Member]:
    """Who is asked by letter."""
    return await Member.filter(review=review, email="", opt_out=OptOut.NO).order_by("id")


async def failed_by_mail(review: Review) -> list[Member]:
    """Whose mail did not arrive, for good, and who did not ask to be left in peace."""
    found = await not_reached(review)
    return [m for m, message in found if m.opt_out == OptOut.NO and message.state != State.COMPLAINED]


async def send_again(review: Review, kind: Kind, actor: str) -> int:
    """What may or may not have arrived goes out once more, with the same Message-ID; says how many."""
    now, number = datetime.now(UTC), 0
    for wave in await Wave.filter(review=review, kind=kind):
        in_doubt = Message.filter(kind=wave.kind, occasion_id=wave.id, state=State.IN_DOUBT)
        number += await in_doubt.update(state=State.READY, due_at=now, reply="", changed_at=now)
    if number:
        await record(actor, f"{kind} sent again", f"review {review.id}", f"{number} messages in doubt")
    return number


@dataclass(frozen=True)
class Item:
    """A message to somebody. `hushed`: whether it was sent would tell if this person answered."""

    message: Message
    hushed: bool
    meaning: str


@dataclass(frozen=True)
class Found:
    member: Member
    items: list[Item]
    reached: str  # letter, waiting, yes, unsure, not_sent, no


async def look_up(review: Review, words: str) -> tuple[list[Found], int]:
    """Members with these words in name, mail address or address; and how many there are, shown or not."""
    sought = fold(words)
    members = await Member.filter(review=review).order_by("name", "id")
    matching = [m for m in members if any(sought in fold(text) for text in (m.name, m.email, m.address))]
    shown = matching[:MOST]
    to_them = (await messages_of(review.id)).filter(recipient_id__in=[member.id for member in shown])
    messages = await to_them.order_by("id")
    found = [_found(member, [m for m in messages if m.recipient_id == member.id]) for member in shown]
    return found, len(matching)


def _found(member: Member, messages: list[Message]) -> Found:
    # A thank-you goes only to who answered: that somebody got one is nobody's business.
    shown = [message for message in messages if message.kind != Kind.THANKS]
    items = [Item(message, _is_hushed(message, member), meaning(message.reply)) for message in shown]
    return Found(member, items, _reached(member, messages))


def _is_hushed(message: Message, member: Member) -> bool:
    to_all = message.kind in (Kind.INVITATION, LINK)
    depends = message.kind == Kind.REMINDER or (not to_all and member.opt_out != OptOut.NO)
    return depends and message.state in (State.ACCEPTED, State.SUPPRESSED)


def _reached(member: Member, messages: Iterable[Message]) -> str:
    states = {message.kind: message.state for message in messages}
    if not member.email:
        return "letter"
    if set(states.values()) & set(GONE):
        return "no"
    match states.get(Kind.INVITATION.value):
        case State.ACCEPTED:
            return "yes"
        case State.IN_DOUBT | State.BOUNCED_SOFT:
            return "unsure"
        case State.SUPPRESSED | State.CANCELLED:
            return "not_sent"
    return "waiting"


def meaning(reply: str) -> str:
    """What a mail system said, in the words of `reply_codes`; empty when it gave no reason that is known."""
    codes = codes_in(reply)
    return explain(codes[0]) if codes else ""


def fold(text: str) -> str:
    """Without capitals and accents, and with single spaces."""
    plain = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(plain).casefold().split())
