"""The draw: frozen and public before the lot falls, kept after it, and made once more only with a public reason."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deliberation.sortition.candidate_list import write_list
from deliberation.sortition.invitation_record import draw_invitations, frame_root, freeze_invitations, leaf_of
from deliberation.sortition.merkle import Proof, Tree, salt
from deliberation.sortition.randomness import Randomness
from deliberation.sortition.seal import Announced
from deliberation.sortition.stratified import Candidate, Prepared
from deliberation.sortition.stratified import Draw as Drawn
from deliberation.sortition.table import read_table, table_digest
from deliberation.weighting import merge_classes
from panel.audit import record
from panel.people.classes import CLASSES, variables_of
from panel.people.exclusions import rest, wake
from panel.people.models import Draw, Frame, Member, Person, current_draw
from panel.people.proof import code_of, proof_of
from panel.reviews.models import Review, State
from panel.reviews.states import advance, take_back
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused

# So many invitations are expected in every group of area, age and gender; smaller groups are taken together, because
# a ballot that keeps its group must not single anybody out.
FEWEST_IN_A_GROUP = 10
KEY_BYTES = 32
WORDS_OF_A_REASON = 4


@dataclass(frozen=True)
class Candidates:
    """Everybody in the frame, in the group in which they are drawn."""

    frame: Frame
    people: Sequence[Candidate]
    key: bytes

    def salts(self) -> dict[str, str]:
        return {person.id: salt(self.key, person.id) for person in self.people}


@dataclass(frozen=True)
class Lot:
    """A draw that was computed and not yet kept."""

    draw: Draw
    drawn: Drawn
    record: Mapping[str, object]
    people: Mapping[str, Candidate]  # those drawn
    salts: Mapping[str, str]
    paths: Mapping[str, Proof]


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


async def freeze_draw(review: Review, announced: Announced) -> tuple[Candidates, dict[str, object]]:
    """All that is published before the lot falls, outside any unit of work. Raises DrawError."""
    found = await _candidates(review, new_key())
    last = await Draw.filter(review=review).order_by("-number").first()
    previous = _as_previous(last) if last else None
    return found, await asyncio.to_thread(_freeze, found, review.sample_size, announced, previous)


def _as_previous(draw: Draw) -> dict[str, str]:
    known = draw.published
    return {"digest": known["digest"] if draw.record else known["commitment"], "reason": draw.reason or ""}


def _freeze(
    found: Candidates, size: int, announced: Announced, previous: Mapping[str, str] | None
) -> dict[str, object]:
    Prepared(found.people).draw(size, found.key)  # to no use but this: what cannot be drawn must not become public
    salts = found.salts()
    facts = {
        "digest": table_digest(read_table(write_list(found.people, CLASSES, salts))),
        "accepted": found.frame.accepted,
        "excluded": found.frame.excluded,
        "refused": found.frame.refused_count,
    }
    return freeze_invitations(facts, CLASSES, found.people, size, announced, salts=salts, previous=previous)


async def keep_frozen(review: Review, found: Candidates, frozen: Mapping[str, object], staff: Staff) -> Draw:
    """From here on it is public, and the file stays as it is."""
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.RELEASED or await current_draw(review):
        raise Refused("people.frozen_already")
    if not await Frame.filter(id=found.frame.id).exists():
        raise Refused("people.frame_changed")
    number = await Draw.filter(review=review).count() + 1
    kept = await Draw.create(review=review, number=number, frozen=frozen, salt_key=found.key)
    await record(actor_of(staff), "draw frozen", f"review {review.id}", f"draw {number}: {frozen['commitment']}")
    return kept


async def make_draw(review: Review, draw: Draw, randomness: Randomness) -> Lot:
    """Draw by lot what was frozen, outside any unit of work."""
    found = await _candidates(review, draw.salt_key or b"")
    return await asyncio.to_thread(_make, draw, found, randomness)


def _make(draw: Draw, found: Candidates, randomness: Randomness) -> Lot:
    salts = found.salts()
    if frame_root(found.people, salts) != draw.frozen["root"]:
        raise Refused("people.frame_changed")
    drawn, whole = draw_invitations(draw.frozen, found.people, randomness)
    chosen = {person.id: person for person in found.people if person.id in drawn.chances}
    tree = Tree(leaf_of(person, salts[person.id]) for person in found.people)
    paths = {id_: tree.proof(leaf_of(person, salts[id_])) for id_, person in chosen.items()}
    return Lot(draw, drawn, whole, chosen, salts, paths)


async def keep_draw(settings: Settings, review: Review, lot: Lot, staff: Staff) -> None:
    """Make members of the people who were drawn, and publish the whole record."""
    actor = actor_of(staff)
    await advance(review, State.DRAWN, actor)
    kept = await Draw.filter(id=lot.draw.id, reason=None, drawn_at=None).update(
        record=lot.record, drawn_at=datetime.now(UTC)
    )
    if not kept:
        raise Refused("people.frame_changed")
    drawn = await Person.filter(frame__review_id=review.id, pseudonym__in=lot.drawn.chosen)
    await Member.bulk_create([_member(review, person, lot) for person in drawn])
    await rest(settings, lot.drawn.chosen)
    result = f"{len(drawn)} members, {lot.record['digest']}"
    await record(actor, "draw made", f"review {review.id}", result)


def _member(review: Review, person: Person, lot: Lot) -> Member:
    candidate, own_salt = lot.people[person.pseudonym], lot.salts[person.pseudonym]
    return Member(
        review=review,
        pseudonym=person.pseudonym,
        name=person.name,
        email=person.email,
        address=person.address,
        link_id=secrets.token_urlsafe(8),
        code=code_of(own_salt),
        proof=proof_of(candidate, own_salt, lot.paths[candidate.id], lot.drawn.chances[candidate.id]),
        **dict(zip(CLASSES, candidate.stratum, strict=True)),
    )


async def put_aside(settings: Settings, review: Review, reason: str, staff: Staff) -> None:
    """This draw does not count any more: it stays public, with the reason. Who was drawn is no member any more."""
    if len(reason.split()) < WORDS_OF_A_REASON:
        raise Refused("people.no_reason", "reason")
    review = await Review.select_for_update().get(id=review.id)
    draw = await current_draw(review)
    if draw is None or review.state not in (State.RELEASED, State.DRAWN):
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
    if draw is None or draw.salt_key is None:
        raise Refused("people.no_list")
    found = await _candidates(review, draw.salt_key)
    return await asyncio.to_thread(lambda: write_list(found.people, CLASSES, found.salts()))


async def _candidates(review: Review, key: bytes) -> Candidates:
    frame = await Frame.get_or_none(review=review)
    if frame is None:
        raise Refused("people.no_frame")
    rows: Any = await Person.filter(frame=frame).values_list("pseudonym", "address_key", *CLASSES)
    return Candidates(frame, await asyncio.to_thread(_grouped, rows, review.sample_size), key)


def _grouped(rows: Sequence[tuple[str, ...]], size: int) -> list[Candidate]:
    cells: Counter[tuple[str, ...]] = Counter(tuple(row[2:]) for row in rows)
    share = size / len(rows) if rows else 1
    merged = merge_classes(
        variables_of(cells), {cell: count * share for cell, count in cells.items()}, FEWEST_IN_A_GROUP
    )
    maps = [merged.mapping[name] for name in CLASSES]
    return [
        Candidate(row[0], tuple(names[value] for names, value in zip(maps, row[2:], strict=True)), row[1])
        for row in rows
    ]
