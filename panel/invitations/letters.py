"""The mails to members. Each is filled in when it is sent, from how things stand at that moment."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from panel.database import listed, rows
from panel.draws.proof import in_groups
from panel.invitations.links import opt_out_link, personal_link
from panel.invitations.models import Kind, Wave
from panel.invitations.rest import may_be_reminded
from panel.mail.letter import Copy, Form, Letter
from panel.mail.models import Message
from panel.mail.wording import Wording, languages_for, wording
from panel.people.models import Member, OptOut
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review, State
from panel.settings import Settings

READ = (
    *("id", "review_id", "name", "email", "language", "link_id", "link_version"),
    *("opt_out", "participated", "code", "token"),
)
STANDING = """
SELECT member.id, member.opt_out, member.participated, review.state
FROM member JOIN review ON review.id = member.review_id WHERE member.id IN (*)
"""


class Personal(NamedTuple):
    """What differs between letters of a wave that have the same sentences. Nothing stays nothing."""

    name: str
    link: str
    opt_out: str
    code: str


class WaveLetters:
    """The letters that are delivered now: what they need is read for many at once, and each wave is written once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.waves: dict[int, Wave] = {}
        self.members: dict[int, Member] = {}
        self._newest: dict[int, Member] = {}
        self._asked: set[int] = set()
        self._forms: dict[tuple[object, ...], tuple[Form, Personal]] = {}

    async def prepare(self, messages: Sequence[Message]) -> None:
        """For these messages; those of the time before can still be written."""
        before, self._asked = self._asked, {message.occasion_id for message in messages}
        waves = Wave.filter(id__in=before | self._asked).select_related("review__version", "review__follows")
        found = {wave.id: wave async for wave in waves}
        members = Member.filter(id__in=[message.recipient_id for message in messages]).only(*READ)
        newest = {member.id: member for member in await members}
        self.waves, self.members, self._newest = found, self._newest | newest, newest
        self._forms.clear()

    def write(self, message: Message) -> Copy | None:
        """The letter of one message, or None when this member does not need it any more."""
        wave, member = self.waves[message.occasion_id], self.members[message.recipient_id]
        if not needed(Kind(wave.kind), member, wave.review):
            return None
        personal = _personal(self._settings, member)
        form, marks = self._form(wave, member, personal)
        filled = dict(zip(marks, personal, strict=True))
        return Copy(form, member.name, member.email, personal.opt_out, filled)

    async def still_needed(self, messages: Sequence[Message]) -> dict[int, datetime | None]:
        """The ids of those that are needed now, and before when they may not go. Assumes a unit of work."""
        if not messages:
            return {}
        ids = {message.recipient_id for message in messages}
        standing = {row["id"]: row for row in await rows(listed(STANDING, ids), *ids)}
        found: dict[int, datetime | None] = {}
        for message in messages:
            wave, row = self.waves[message.occasion_id], standing.get(message.recipient_id)
            if row is None:
                continue
            member = self.members[message.recipient_id]
            member.opt_out, member.participated = row["opt_out"], bool(row["participated"])
            wave.review.state = row["state"]
            if needed(Kind(wave.kind), member, wave.review):
                found[message.id] = None
        if reminders := [m for m in messages if m.id in found and m.kind == Kind.REMINDER]:
            await self._rest(reminders, found)
        return found

    async def _rest(self, reminders: list[Message], found: dict[int, datetime | None]) -> None:
        """Leave out, or let wait, the reminders of a mail that did not arrive or that has only just arrived."""
        allowed = await may_be_reminded(self._settings, [m.recipient_id for m in reminders])
        for message in reminders:
            not_before = allowed.get(message.recipient_id)
            closes_at = self.waves[message.occasion_id].review.closes_at
            if not_before is None or max(not_before, datetime.now(UTC)) >= closes_at:
                del found[message.id]
            elif not_before > datetime.now(UTC):
                found[message.id] = not_before

    def _form(self, wave: Wave, member: Member, personal: Personal) -> tuple[Form, Personal]:
        volunteer = bool(member.token)
        variant = (wave.id, member.language, volunteer, *map(bool, personal))
        if variant not in self._forms:
            marks = Personal(*(secrets.token_hex(8) if words else "" for words in personal))
            texts = _write(self._settings, Kind(wave.kind), wave.review, marks, member.language, volunteer=volunteer)
            self._forms[variant] = Form(*texts, self._settings, [mark for mark in marks if mark]), marks
        return self._forms[variant]


def needed(kind: Kind, member: Member, review: Review) -> bool:
    if member.opt_out != OptOut.NO:
        return False
    match kind:
        case Kind.INVITATION:
            return review.state == State.OPEN
        case Kind.REMINDER:
            return review.state == State.OPEN and not member.participated
        case Kind.THANKS:
            return member.participated
        case Kind.RESULT | Kind.REPLY | Kind.WITHDRAWN:
            return True


def write_letter(settings: Settings, kind: Kind, member: Member, review: Review) -> Letter:
    """The whole letter of one member."""
    personal = _personal(settings, member)
    texts = _write(settings, kind, review, personal, member.language, volunteer=bool(member.token))
    return Letter(member.name, member.email, *texts, unsubscribe_url=personal.opt_out)


def _personal(settings: Settings, member: Member) -> Personal:
    code = in_groups(member.code) if member.code else ""
    return Personal(member.name, personal_link(settings, member), opt_out_link(settings, member), code)


def _write(
    settings: Settings, kind: Kind, review: Review, personal: Personal, language: str, *, volunteer: bool
) -> Wording:
    facts = {
        **personal._asdict(),
        "from_volunteers": volunteer,
        "review": review,
        "dossier": Dossier.from_json(review.version.content),
        "minutes": (review.questionnaire or {}).get("minutes", 10),  # once, every questionnaire was written for ten
        "public": f"{settings.base_url}/t/{review.id}",
        "first": review.follows if review.follows_id else None,  # the review that this one follows
    }
    return wording(kind, languages_for(language), settings, **facts)
