"""Who comes in the place of members who drop out: the lot fixed the order, nobody at the desk chooses."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deliberation.sortition.volunteers.quotas import Pool, Target
from deliberation.sortition.volunteers.replacements import Replacement, replacements
from panel.audit import record
from panel.draws.actions import make_members
from panel.draws.lot import Chosen
from panel.draws.volunteers import Papers, facts_and_pool, panel_papers, people_of
from panel.people.models import Draw, Member, OptOut, finished_draw
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused

STATES = (State.DRAWN, State.OPEN)


@dataclass(frozen=True)
class Reserve:
    """`place`: in the order of the lot, 1 for the first."""

    place: int
    token: str
    pseudonym: str
    person: Chosen


@dataclass(frozen=True)
class Plan:
    """What to do about who dropped out. `called`: who is next. `missed`: targets not kept even then, with people."""

    draw: Draw
    members: Sequence[Member]
    called: Sequence[Reserve]
    left: int  # reserves who are not called
    empty: int
    missed: Sequence[tuple[Target, int]]

    @property
    def gone(self) -> list[Member]:
        return [member for member in self.members if dropped(member)]

    @property
    def staying(self) -> list[Member]:
        return [member for member in self.members if not dropped(member)]

    @property
    def seen(self) -> str:
        """What the plan was made of, to notice when it has changed."""
        return " ".join(reserve.token for reserve in self.called)


def dropped(member: Member) -> bool:
    """Who answered before opting out has taken part."""
    return member.opt_out != OptOut.NO and not member.participated


async def plan_reserves(review: Review) -> Plan:
    """Outside any unit of work. Refuses when there is no panel of volunteers whose lists are still there."""
    if review.state not in STATES:
        raise Refused("reserves.not_now")
    if not (await finished_draw(review)).from_volunteers:
        raise Refused("reserves.none")
    draw, volunteers, papers = await panel_papers(review)
    members = await Member.filter(review=review).order_by("name", "id")
    people = await asyncio.to_thread(people_of, volunteers, papers, review.sample_size)
    return await asyncio.to_thread(_plan, draw, members, papers, people)


def _plan(draw: Draw, members: Sequence[Member], papers: Papers, people: Mapping[str, Chosen]) -> Plan:
    _, pool = facts_and_pool(papers.people, papers.categories, None)
    panel = [member.token or "" for member in members]
    gone = {member.token or "" for member in members if dropped(member)}
    order = list(draw.record["alternates"])
    waiting = [token for token in order if token not in panel]
    seats = draw.record["size"]
    found = _replacement(pool, seats, panel, waiting, gone)
    owner = {token: id_ for id_, token in papers.tokens.items()}
    called = [Reserve(order.index(token) + 1, token, owner[token], people[owner[token]]) for token in found.called]
    return Plan(draw, members, called, len(waiting) - len(called), found.empty, found.missed)


def _replacement(pool: Pool, seats: int, panel: Sequence[str], waiting: Sequence[str], gone: set[str]) -> Replacement:
    """Who came back after somebody was called in his place stays: then nobody is called."""
    staying = [token for token in panel if token not in gone]
    if len(staying) < seats:
        return replacements(pool, seats, panel, waiting, gone)
    type_of = {id_: type_ for type_, ids in zip(pool.types, pool.members, strict=True) for id_ in ids}
    held = Counter(place for token in staying for place in type_of[token])
    missed = ((target, held[place]) for place, target in enumerate(pool.targets))
    return Replacement((), 0, tuple((t, n) for t, n in missed if not t.minimum <= n <= t.maximum))


async def call_reserves(settings: Settings, review: Review, plan: Plan, staff: Staff) -> list[Member]:
    """Make members of those who are next, if nobody dropped out or came back meanwhile."""
    review = await Review.select_for_update().get(id=review.id)
    if review.state not in STATES:
        raise Refused("reserves.not_now")
    known = {member.id: dropped(member) for member in plan.members}
    if {member.id: dropped(member) for member in await Member.filter(review=review)} != known or not plan.called:
        raise Refused("reserves.changed")
    made = await make_members(settings, review, {reserve.pseudonym: reserve.person for reserve in plan.called})
    places = ", ".join(str(reserve.place) for reserve in plan.called)
    await record(actor_of(staff), "reserves called", f"review {review.id}", f"{len(made)} reserves: {places}")
    return made


async def mark(review: Review, member_id: int, out: bool, staff: Staff) -> None:
    """Somebody told the clerk that he drops out, or that he comes after all. An opt-out of his own stays his."""
    if (await Review.select_for_update().get(id=review.id)).state not in STATES:
        raise Refused("reserves.not_now")
    member = Member.filter(id=member_id, review=review)
    if out and await member.filter(participated=True).exists():
        raise Refused("reserves.answered")
    if out:
        done = await member.filter(opt_out=OptOut.NO, participated=False).update(
            opt_out=OptOut.THIS_TIME, dropped_out=True
        )
    else:
        done = await member.filter(opt_out=OptOut.THIS_TIME, dropped_out=True).update(
            opt_out=OptOut.NO, dropped_out=False
        )
    if not done:
        raise Refused("reserves.changed")
    action = "member dropped out" if out else "member came back"
    await record(actor_of(staff), action, f"review {review.id}", f"member {member_id}")
