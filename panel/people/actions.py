import asyncio
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deliberation.sortition import frame as sampling
from deliberation.sortition.record import make_record
from deliberation.sortition.stratified import Candidate, draw
from deliberation.sortition.stratified import Draw as Drawn
from deliberation.sortition.table import Table, read_table
from deliberation.weighting import Merged, merge_classes
from panel.audit import record
from panel.database import current, dialect
from panel.people.classes import CLASSES, variables_of
from panel.people.columns import Columns, remember
from panel.people.exclusions import rest, rules
from panel.people.models import Draw, Frame, Member, Person
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.dutch import today
from panel.web.messages import Refused

UNKNOWN = "onbekend"
GENDERS = {"M": "man", "V": "vrouw", "X": "anders"}
# So many invitations are expected in every group of area, age and gender; smaller groups are taken together, because
# a ballot that keeps its group must not single anybody out.
FEWEST_IN_A_GROUP = 10
SHOWN_REFUSALS = 1_000
PEOPLE_AT_ONCE = 10_000
INSERT_PERSON = "INSERT INTO person (frame_id, pseudonym, name, email, address, address_key, area, age, gender)"


async def read_file(settings: Settings, content: bytes, mapping: Mapping[str, str]) -> sampling.Frame:
    """Read a municipality's file, outside any unit of work: it may take a while. Raises FrameError."""
    return await read_rows(settings, await asyncio.to_thread(read_table, content), mapping)


async def read_rows(settings: Settings, table: Table, mapping: Mapping[str, str]) -> sampling.Frame:
    known = await rules(settings)
    return await asyncio.to_thread(sampling.frame_of, table, mapping, today(), known)


async def import_frame(
    review: Review, file_name: str, read: sampling.Frame, staff: Staff, columns: Columns | None = None
) -> Frame:
    """Keep the people who can be drawn; an earlier file for this review is replaced."""
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.RELEASED:
        raise Refused("review.not_released")
    earlier = await Frame.get_or_none(review=review)
    await Frame.filter(review=review).delete()
    colleagues = {staff.email for staff in await Staff.filter(active=True)}
    people = [person for person in read.persons if (person.email or "").lower() not in colleagues]
    excluded = dict(read.excluded)
    if left_out := len(read.persons) - len(people):
        excluded["council_or_staff"] = excluded.get("council_or_staff", 0) + left_out
    frame = await Frame.create(
        review=review,
        file_name=file_name,
        digest=sampling.frame_digest(people),
        accepted=len(people),
        excluded=excluded,
        refused_count=len(read.refused),
        refused=[{"row": refusal.row, "sentence": refusal.sentence} for refusal in read.refused[:SHOWN_REFUSALS]],
        columns=columns and columns.described(),
        area_figures=earlier and earlier.area_figures,
    )
    if columns:
        await remember(columns)
    await _store(frame, people)
    result = f"{len(people)} accepted, {sum(excluded.values())} excluded, {len(read.refused)} refused"
    await record(actor_of(staff), "frame imported", f"review {review.id}", result)
    return frame


async def _store(frame: Frame, people: Sequence[sampling.Person]) -> None:
    """Past the model layer: a frame may hold a million rows."""
    places = "?, ?, ?, ?, ?, ?, ?, ?, ?" if dialect() == "sqlite" else "$1, $2, $3, $4, $5, $6, $7, $8, $9"
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        rows = [_row(frame, person) for person in people[start : start + PEOPLE_AT_ONCE]]
        await current().execute_many(f"{INSERT_PERSON} VALUES ({places})", rows)


def _row(frame: Frame, person: sampling.Person) -> list[object]:
    return [
        frame.id,
        person.id,
        person.name or "",
        person.email or "",
        _address(person),
        person.address_key,
        person.area or UNKNOWN,
        person.age_class or UNKNOWN,
        GENDERS.get(person.gender or "", UNKNOWN),
    ]


def _address(person: sampling.Person) -> str:
    street = " ".join(part for part in (person.street, person.house_number, person.house_addition) if part)
    town = " ".join(part for part in (person.postcode, person.city) if part)
    return ", ".join(part for part in (street, town) if part)


@dataclass(frozen=True)
class Lot:
    """A draw that was computed and not yet kept."""

    frame_id: int
    drawn: Drawn
    candidates: Sequence[Candidate]
    merged: Merged


async def compute_lot(review: Review, seed: str) -> Lot:
    """Draw by lot, outside any unit of work. The same frame and seed give the same people anywhere."""
    if not seed:
        raise Refused("people.no_seed", "seed")
    frame = await Frame.get_or_none(review=review)
    if frame is None:
        raise Refused("people.no_frame")
    rows = await Person.filter(frame=frame).values_list("pseudonym", "address_key", *CLASSES)
    return await asyncio.to_thread(_compute, frame.id, rows, review.sample_size, seed)


def _compute(frame_id: int, rows: Sequence[tuple[str, ...]], size: int, seed: str) -> Lot:
    cells: Counter[tuple[str, ...]] = Counter(tuple(row[2:]) for row in rows)
    share = size / len(rows) if rows else 1
    merged = merge_classes(
        variables_of(cells), {cell: count * share for cell, count in cells.items()}, FEWEST_IN_A_GROUP
    )
    maps = [merged.mapping[name] for name in CLASSES]
    candidates = [
        Candidate(row[0], tuple(names[value] for names, value in zip(maps, row[2:], strict=True)), row[1])
        for row in rows
    ]
    return Lot(frame_id, draw(candidates, size, seed.encode()), candidates, merged)


async def keep_lot(settings: Settings, review: Review, lot: Lot, seed: str, seed_source: str, staff: Staff) -> Draw:
    """Make members of the people who were drawn, and keep the public record of the draw."""
    await advance(review, State.DRAWN, actor_of(staff))
    frame = await Frame.get_or_none(id=lot.frame_id)
    if frame is None:
        raise Refused("people.frame_changed")
    stratum_of = lot.merged.mapping
    drawn = await Person.filter(frame=frame, pseudonym__in=lot.drawn.chosen)
    members = [
        Member(
            review=review,
            pseudonym=person.pseudonym,
            name=person.name,
            email=person.email,
            address=person.address,
            link_id=secrets.token_urlsafe(8),
            **{name: stratum_of[name][getattr(person, name)] for name in CLASSES},
        )
        for person in drawn
    ]
    await Member.bulk_create(members)
    await rest(settings, lot.drawn.chosen)
    summary = sampling.FrameSummary(frame.digest, frame.accepted, frame.excluded, frame.refused_count)
    public = make_record(summary, lot.candidates, lot.drawn, seed.encode(), seed_source)
    kept = await Draw.create(review=review, record=public)
    await record(
        actor_of(staff), "draw made", f"review {review.id}", f"{len(members)} members, seed from {seed_source}"
    )
    return kept
