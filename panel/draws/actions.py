"""The draw: frozen and public before the lot falls, kept after it, and made once more only with a public reason."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deliberation.sortition.frames.table import read_table, table_digest
from deliberation.sortition.invitations.candidate_list import write_list
from deliberation.sortition.invitations.invitation_record import (
    draw_invitations,
    frame_root,
    freeze_invitations,
    leaf_of,
)
from deliberation.sortition.invitations.stratified import Candidate, Prepared
from deliberation.sortition.merkle import Tree, salt
from deliberation.sortition.randomness import Randomness
from deliberation.sortition.seal import Announced
from panel.audit import record
from panel.draws.classes import CLASSES, groups_for
from panel.draws.lot import Chosen, Lot
from panel.draws.proof import code_of, proof_of
from panel.draws.response import response_of
from panel.draws.volunteers import make_panel_draw
from panel.people.exclusions import rest, wake
from panel.people.models import Draw, Frame, Member, Person, current_draw
from panel.reviews.models import Review, State
from panel.reviews.states import advance, take_back
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused

KEY_BYTES = 32
WORDS_OF_A_REASON = 4


@dataclass(frozen=True)
class Candidates:
    """Everybody in the frame, in the group in which they are drawn."""

    frame: Frame
    people: Sequence[Candidate]
    key: bytes
    ages: Sequence[str] = ()  # of these people, before groups were taken together

    def salts(self) -> dict[str, str]:
        return {person.id: salt(self.key, person.id) for person in self.people}


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


async def freeze_draw(
    review: Review, announced: Announced, rates: Sequence[int] | None = None
) -> tuple[Candidates, dict[str, object]]:
    """All that is published before the lot falls, outside any unit of work. Raises DrawError.

    `rates`: percent that is expected to answer per band of age (`response.BANDS`), to invite more where few do.
    """
    found = await _candidates(review, new_key())
    previous = await previous_of(review)
    return found, await asyncio.to_thread(_freeze, found, review.sample_size, announced, previous, rates)


async def previous_of(review: Review) -> dict[str, str] | None:
    """The draw that was put aside before this one."""
    last = await Draw.filter(review=review).order_by("-number").first()
    if last is None:
        return None
    known = last.published
    return {"digest": known["digest"] if last.record else known["commitment"], "reason": last.reason or ""}


def _freeze(
    found: Candidates,
    size: int,
    announced: Announced,
    previous: Mapping[str, str] | None,
    rates: Sequence[int] | None,
) -> dict[str, object]:
    response = response_of(found.people, found.ages, rates) if rates else None
    # To no use but this: what cannot be drawn must not become public.
    Prepared(found.people).draw(size, found.key, response)
    salts = found.salts()
    facts = {
        "digest": table_digest(read_table(write_list(found.people, CLASSES, salts))),
        "accepted": found.frame.accepted,
        "excluded": found.frame.excluded,
        "refused": found.frame.refused_count,
    }
    return freeze_invitations(
        facts, CLASSES, found.people, size, announced, response=response, salts=salts, previous=previous
    )


async def keep_frozen(review: Review, found: Candidates, frozen: Mapping[str, object], staff: Staff) -> Draw:
    return await publish(review, found.frame.id, found.key, frozen, actor_of(staff))


async def publish(
    review: Review,
    frame_id: int,
    key: bytes,
    frozen: Mapping[str, object],
    actor: str,
    composition: Sequence[Sequence[object]] | None = None,
) -> Draw:
    """From here on it is public, and the file stays as it is."""
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.RELEASED or await current_draw(review):
        raise Refused("people.frozen_already")
    if not await Frame.filter(id=frame_id).exists():
        raise Refused("people.frame_changed")
    number = await Draw.filter(review=review).count() + 1
    kept = await Draw.create(review=review, number=number, frozen=frozen, salt_key=key, composition=composition)
    await record(actor, "draw frozen", f"review {review.id}", f"draw {number}: {frozen['commitment']}")
    return kept


async def make_draw(review: Review, draw: Draw, randomness: Randomness) -> Lot:
    """Draw by lot what was frozen, outside any unit of work."""
    if draw.from_volunteers:
        return await make_panel_draw(review, draw, randomness)
    found = await _candidates(review, draw.salt_key or b"")
    return await asyncio.to_thread(_make, draw, found, randomness)


def _make(draw: Draw, found: Candidates, randomness: Randomness) -> Lot:
    salts = found.salts()
    if frame_root(found.people, salts) != draw.frozen["root"]:
        raise Refused("people.frame_changed")
    drawn, whole = draw_invitations(draw.frozen, found.people, randomness)
    tree = Tree(leaf_of(person, salts[person.id]) for person in found.people)

    def chosen(person: Candidate) -> Chosen:
        secret = salts[person.id]
        proof = proof_of(person, secret, tree.proof(leaf_of(person, secret)), drawn.chances[person.id])
        return Chosen(person.stratum, code_of(secret), proof)

    return Lot(draw, {person.id: chosen(person) for person in found.people if person.id in drawn.chances}, whole)


async def keep_draw(settings: Settings, review: Review, lot: Lot, staff: Staff) -> None:
    """Make members of the people who were drawn, and publish the whole record."""
    actor = actor_of(staff)
    await advance(review, State.DRAWN, actor)
    kept = await Draw.filter(id=lot.draw.id, reason=None, drawn_at=None).update(
        record=lot.record, drawn_at=datetime.now(UTC), composition=lot.composition
    )
    if not kept:
        raise Refused("people.frame_changed")
    await make_members(settings, review, lot.chosen)
    result = f"{len(lot.chosen)} members, {lot.record['digest']}"
    await record(actor, "draw made", f"review {review.id}", result)


async def make_members(settings: Settings, review: Review, chosen: Mapping[str, Chosen]) -> list[Member]:
    """These people can be invited, and are left in peace by other draws for a while."""
    people = await Person.filter(frame__review_id=review.id, pseudonym__in=list(chosen))
    if len(people) < len(chosen):
        raise Refused("people.frame_changed")
    made = [_member(review, person, chosen[person.pseudonym]) for person in people]
    await Member.bulk_create(made)
    await rest(settings, chosen)
    return made


def _member(review: Review, person: Person, chosen: Chosen) -> Member:
    return Member(
        review=review,
        pseudonym=person.pseudonym,
        name=person.name,
        email=person.email,
        address=person.address,
        language=person.language,
        link_id=secrets.token_urlsafe(8),
        code=chosen.code,
        proof=chosen.proof,
        token=chosen.token,
        **dict(zip(CLASSES, chosen.classes, strict=True)),
    )


async def put_aside(settings: Settings, review: Review, reason: str, staff: Staff) -> None:
    """This draw does not count any more: it stays public, with the reason. Who was drawn is no member any more."""
    if len(reason.split()) < WORDS_OF_A_REASON:
        raise Refused("people.no_reason", "reason")
    review = await Review.select_for_update().get(id=review.id)
    draw = await current_draw(review)
    if draw is None or draw.same_panel or review.state not in (State.RELEASED, State.DRAWN):
        raise Refused("people.no_other_draw", "reason")
    if draw.record is not None:
        await take_back(review, reason, actor_of(staff))
        members = await Member.filter(review=review)
        await wake(settings, [member.pseudonym for member in members])
        await Member.filter(review=review).delete()
    await Draw.filter(id=draw.id).update(reason=reason, salt_key=None, ended_at=datetime.now(UTC))
    await record(actor_of(staff), "draw put aside", f"review {review.id}", f"draw {draw.number}: {reason}")


async def list_for_inspection(review: Review) -> bytes:
    """Everybody who could be drawn, without names: enough to make the draw again. Outside any unit of work."""
    draw = await current_draw(review)
    if draw is None or draw.salt_key is None or draw.from_volunteers:
        raise Refused("people.no_list")
    found = await _candidates(review, draw.salt_key)
    return await asyncio.to_thread(lambda: write_list(found.people, CLASSES, found.salts()))


async def _candidates(review: Review, key: bytes) -> Candidates:
    frame = await Frame.get_or_none(review=review)
    if frame is None:
        raise Refused("people.no_frame")
    rows: Any = await Person.filter(frame=frame).values_list("pseudonym", "address_key", *CLASSES)
    ages = [age for _, _, _, age, _ in rows]
    return Candidates(frame, await asyncio.to_thread(_grouped, rows, review.sample_size), key, ages)


def _grouped(rows: Sequence[tuple[str, ...]], size: int) -> list[Candidate]:
    groups = groups_for([tuple(row[2:]) for row in rows], size)
    return [Candidate(row[0], group, row[1]) for row, group in zip(rows, groups, strict=True)]
