import asyncio
import json
import re
from collections.abc import Mapping, Sequence

from deliberation.sortition.frames import frame as sampling
from deliberation.sortition.frames.table import Table, read_table
from panel.audit import record
from panel.database import current, dialect
from panel.people.columns import Columns, remember
from panel.people.exclusions import rules
from panel.people.models import Frame, Member, current_draw
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.dutch import today
from panel.web.messages import Refused

UNKNOWN = "onbekend"
GENDERS = {"M": "man", "V": "vrouw", "X": "anders"}
SHOWN_REFUSALS = 1_000
PEOPLE_AT_ONCE = 10_000
COLUMNS = "frame_id, pseudonym, name, email, address, address_key, area, age, gender, language"
LANGUAGES = {  # of letters, by what a file calls them
    **dict.fromkeys(("nl", "nld", "dut", "nederlands", "dutch"), "nl"),
    **dict.fromkeys(("en", "eng", "engels", "english"), "en"),
}


async def read_file(
    settings: Settings, content: bytes, mapping: Mapping[str, str], extra: Sequence[str] = ()
) -> sampling.Frame:
    """Read a municipality's file, outside any unit of work: it may take a while. Raises FrameError."""
    return await read_rows(settings, await asyncio.to_thread(read_table, content), mapping, extra)


async def read_rows(
    settings: Settings, table: Table, mapping: Mapping[str, str], extra: Sequence[str] = ()
) -> sampling.Frame:
    known = await rules(settings)
    return await asyncio.to_thread(sampling.frame_of, table, mapping, today(), known, extra)


async def import_frame(
    review: Review, file_name: str, read: sampling.Frame, staff: Staff, columns: Columns | None = None
) -> Frame:
    """Keep the people who can be drawn; an earlier file for this review is replaced."""
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.RELEASED:
        raise Refused("review.not_released")
    if review.follows_id:
        raise Refused("follow.same_panel")
    if await current_draw(review):
        raise Refused("people.frozen")
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
        extra=list(read.extra),
        volunteers=bool(read.extra) or (earlier is not None and earlier.volunteers),
        targets=earlier and earlier.targets,
    )
    if columns:
        await remember(columns)
    await _store(frame, people, read.extra)
    result = f"{len(people)} accepted, {sum(excluded.values())} excluded, {len(read.refused)} refused"
    await record(actor_of(staff), "frame imported", f"review {review.id}", result)
    return frame


async def _store(frame: Frame, people: Sequence[sampling.Person], extra: Sequence[str]) -> None:
    """Past the model layer: a frame may hold a million rows."""
    columns = f"{COLUMNS}, features" if extra else COLUMNS
    numbers = range(1, columns.count(",") + 2)
    places = ", ".join("?" if dialect() == "sqlite" else f"${number}" for number in numbers)
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        rows = [_row(frame, person) for person in people[start : start + PEOPLE_AT_ONCE]]
        if extra:
            for row, person in zip(rows, people[start : start + PEOPLE_AT_ONCE], strict=True):
                row.append(_features(extra, person))
        await current().execute_many(f"INSERT INTO person ({columns}) VALUES ({places})", rows)  # noqa: S608 - our own names


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
        language_of_letters(person.language or ""),
    ]


async def choose_language(member: Member, language: str) -> None:
    """Of the pages for this member, and of the mail from now on."""
    await Member.filter(id=member.id).update(language=language)


def language_of_letters(cell: str) -> str:
    """nl, en, or nothing for another language or none: then a letter is in both. Also of codes such as en-GB."""
    first, *_ = re.split(r"[-_ (]", cell.strip().casefold(), maxsplit=1)
    return LANGUAGES.get(first, "")


def _features(extra: Sequence[str], person: sampling.Person) -> str:
    known = {name: feature or UNKNOWN for name, feature in zip(extra, person.features, strict=True)}
    return json.dumps(known, ensure_ascii=False)


def _address(person: sampling.Person) -> str:
    street = " ".join(part for part in (person.street, person.house_number, person.house_addition) if part)
    town = " ".join(part for part in (person.postcode, person.city) if part)
    return ", ".join(part for part in (street, town) if part)
