"""Whoever lost their mail asks for the personal link again, with nothing but an address.

The page that takes the address looks at nothing but the list of requests, so it does the same, as fast, for an
address that is known and for one that is not. The worker finds whose it is.
"""

from datetime import UTC, datetime

from tortoise.functions import Lower

from panel.invitations.actions import gone
from panel.invitations.models import LINK, LinkRequest
from panel.mail.letter import LetterError, wire_address
from panel.mail.outbox import URGENT, queue
from panel.people.models import Member, OptOut
from panel.reviews.models import State
from panel.web.messages import Refused

MOST_WAITING = 600  # requests; whoever asks while so many wait is answered the same, and nothing is written
LONGEST = 254  # characters of an address


async def request_link(address: str) -> None:
    """Write down that somebody asked."""
    if await LinkRequest.all().count() < MOST_WAITING:
        await LinkRequest.create(address=address)


def usable(address: str, field: str) -> str:
    """The address as it is compared. Raises Refused when no mail can go there."""
    try:
        usable = wire_address(address).lower()
    except LetterError:
        raise Refused("link.address", field) from None
    if len(usable) > LONGEST:
        raise Refused("link.address", field)
    return usable


async def answer_requests() -> int:
    """Queue a mail for every member who has one of these addresses; says how many requests that were.

    At most one for a member in an hour of the clock: another has the same key in the outbox.
    """
    asked = await LinkRequest.all().select_for_update(skip_locked=True)
    members = await _members([request.address for request in asked])
    await queue(LINK, _hour(), [member.id for member in members], URGENT)
    await LinkRequest.filter(id__in=[request.id for request in asked]).delete()
    return len(asked)


async def _members(addresses: list[str]) -> list[Member]:
    """Those who can take part now; who said not this time thought better of it. Where mail came back, none goes."""
    known = Member.filter(review__state=State.OPEN).exclude(opt_out=OptOut.NEVER_AGAIN).select_related("review")
    members = await known.annotate(reached_at=Lower("email")).filter(reached_at__in=addresses).order_by("id")
    lost = {id_ for review in {member.review for member in members} for id_ in await gone(review)}
    return [member for member in members if member.id not in lost]


def _hour() -> int:
    return int(datetime.now(UTC).timestamp()) // 3600
