"""The panel of a follow-up: the members of the first review, without a new frame and without a new lot.

They stand for the same people as the first time. Whoever is not asked again counts as somebody who did not answer.
"""

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from deliberation.sortition.frames.frame import keyed_hash
from deliberation.sortition.merkle import SALT_BYTES
from deliberation.sortition.same_panel import same_panel_record
from panel.audit import record
from panel.draws.proof import code_of
from panel.people.exclusions import hash_key, rest, rules
from panel.people.models import Draw, Member, OptOut, finished_draw
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused

NEVER_AGAIN, UNREACHABLE, ERASED = LEFT_OUT = ("never_again", "unreachable", "erased")


@dataclass(frozen=True)
class SamePanel:
    """Members of the first review who are asked again, and how many are not, by the reason."""

    first: Review
    members: int
    asked: Sequence[Member]
    left_out: dict[str, int]


async def same_panel(settings: Settings, review: Review, gone: Collection[int]) -> SamePanel:
    """As things stand now. `gone`: members of the first review whose e-mail address is no use."""
    if review.follows_id is None:
        raise Refused("follow.none")
    first = await Review.get(id=review.follows_id)
    return await members_of(settings, first, gone)


async def members_of(settings: Settings, first: Review, gone: Collection[int]) -> SamePanel:
    never, key = (await rules(settings)).opted_out, hash_key(settings)
    asked: list[Member] = []
    left_out: Counter[str] = Counter()
    members = await Member.filter(review=first).order_by("id")
    for member in members:
        email = "" if member.id in gone else member.email
        if not (member.name or member.email or member.address):
            left_out[ERASED] += 1
        elif member.opt_out == OptOut.NEVER_AGAIN or keyed_hash(member.pseudonym, key) in never:
            left_out[NEVER_AGAIN] += 1
        elif not (email or member.address):
            left_out[UNREACHABLE] += 1
        else:
            asked.append(_again(member, email))
    return SamePanel(first, len(members), asked, {reason: left_out[reason] for reason in LEFT_OUT})


def _again(member: Member, email: str) -> Member:
    """Another member of another review: a new link, and a new code for a form on paper."""
    return Member(
        pseudonym=member.pseudonym,
        name=member.name,
        email=email,
        address=member.address,
        area=member.area,
        age=member.age,
        gender=member.gender,
        language=member.language,
        link_id=secrets.token_urlsafe(8),
        code=code_of(secrets.token_hex(SALT_BYTES)),
    )


async def ask_same_panel(settings: Settings, review: Review, gone: Collection[int], staff: Staff) -> Draw:
    """Make them members, and publish from whom and how many; inside a unit of work."""
    actor = actor_of(staff)
    await advance(review, State.DRAWN, actor)
    panel = await same_panel(settings, review, gone)
    if len(panel.asked) < review.quorum:
        raise Refused("follow.too_few", asked=len(panel.asked), quorum=review.quorum)
    drawn = await finished_draw(panel.first)
    told = same_panel_record(panel.first.id, drawn.record["digest"], panel.members, panel.left_out)
    number = await Draw.filter(review=review).count() + 1
    draw = await Draw.create(
        review=review, number=number, frozen=told, record=told, drawn_at=datetime.now(UTC), coarse=None
    )
    for member in panel.asked:
        member.review_id = review.id
    await Member.bulk_create(panel.asked)
    await rest(settings, [member.pseudonym for member in panel.asked])
    await record(actor, "same panel asked", f"review {review.id}", f"{told['size']} members, {told['digest']}")
    return draw


async def lot_of(draw: Draw) -> Draw:
    """The draw in which the lot fell on these members: for a follow-up that of the first review."""
    return await finished_draw(await Review.get(id=draw.frozen["follows"])) if draw.same_panel else draw


def losses(draw: Draw) -> dict[str, int]:
    """How many of who were drawn were not asked again, by the reason; nobody of a draw of its own."""
    found: dict[str, int] = draw.frozen["left_out"] if draw.same_panel else {}
    return found
