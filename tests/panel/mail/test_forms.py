"""A letter that is filled in as bytes says what the same letter says when it is written and encoded at once."""

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.invitations.letters import WaveLetters, write_letter
from panel.invitations.models import Kind, Wave
from panel.mail.letter import Form, build
from panel.mail.models import Message
from panel.people.models import Member, OptOut
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review, State
from panel.settings import Settings
from tests.panel.mail.decoding import decoded, decoded_parts, flat, unfolded
from tests.panel.stage import dossier

SETTINGS = Settings(secret_key="a secret of the tests, long enough to be one", var=Path("unused"))
PROPOSAL = dossier()
words = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        st.sampled_from(
            [
                "Jan",
                "<b>&amp;",
                "=3D=",
                "\r\n.",
                ".",
                " ",
                "Şükrü",
                "محمد",
                "田中",
                "ประเทศ",
                "Ольга",
                "👩‍👩‍👧‍👦",
                "{{ name }}",
            ]
        ),
    ),
    max_size=9,
).map("".join)


def unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def header(raw: bytes) -> list[bytes]:
    """Without the moment and the boundary, which are never the same."""
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return [line for line in lines if not line.startswith((b"Date:", b"Content-Type:"))]


def review_of(proposal: Dossier, kind: Kind, *, again: bool = False) -> Review:
    """`again`: the same members were asked before."""
    day = datetime(2026, 12, 1, 12, tzinfo=UTC)
    review = SimpleNamespace(
        id=5,
        version=SimpleNamespace(content=proposal.to_json()),
        state=State.OPEN if kind in (Kind.INVITATION, Kind.REMINDER) else State.CLOSED,
        closes_at=day,
        report_due=day.date(),
        decision_on=day.date(),
        reason=proposal.title,
        follows_id=2 if again else None,
        follows=SimpleNamespace(id=2, closes_at=day),
        reply_due=day.date(),
        questionnaire={"minutes": 7},
    )
    return cast("Review", review)


def member(number: int, name: str, code: str | None, token: str | None, kind: Kind, language: str) -> Member:
    return Member(
        id=number,
        name=name,
        email=f"r{number}@voorbeeld.example",
        link_id=f"link{number}",
        code=code,
        token=token,
        language=language,
        participated=kind is Kind.THANKS,
        opt_out=OptOut.NO,
    )


@settings(max_examples=1_000, deadline=None)
@given(
    name=words,
    title=words,
    question=words,
    kind=st.sampled_from(Kind),
    code=st.sampled_from([None, "K7QF2M9D8XPT4VCA"]),
    token=st.sampled_from([None, "p12"]),
    language=st.sampled_from(["nl", "en", ""]),
    again=st.booleans(),
)
def test_a_copy_of_a_form_is_the_letter_that_would_have_been_written(
    name: str, title: str, question: str, kind: Kind, code: str | None, token: str | None, language: str, again: bool
) -> None:
    review = review_of(replace(PROPOSAL, title=title, question=question), kind, again=again)
    wave = cast("Wave", SimpleNamespace(id=3, kind=kind, review=review))
    people = [member(number, who, code, token, kind, language) for number, who in enumerate(["Jo Vries", name], 1)]
    letters = WaveLetters(SETTINGS)
    letters.waves, letters.members = {3: wave}, {person.id: person for person in people}
    for person in people:
        letter = write_letter(SETTINGS, kind, person, review)
        copy = letters.write(Message(id=7, occasion_id=3, recipient_id=person.id))
        assert copy is not None
        raw = build(copy, 7, SETTINGS)
        assert header(raw) == header(build(letter, 7, SETTINGS))
        assert decoded_parts(raw) == [("text/plain", unix(letter.text)), ("text/html", unix(letter.html) + "\n")]
        assert decoded(unfolded(raw, "Subject")) == flat(letter.subject)
        assert decoded(parseaddr(unfolded(raw, "To"))[0]) == flat(person.name)
        assert raw.count(f"\r\nList-Unsubscribe: <{letter.unsubscribe_url}>\r\n".encode()) == 1
        assert raw.isascii()
        assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
        assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 79  # 76 and a last space
        assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_what_is_personal_cannot_stand_in_a_subject_that_is_the_same_for_everybody() -> None:
    with pytest.raises(ValueError, match="subject"):
        Form("Dag xx, uw mening telt", "Dag xx", "<p>Dag xx</p>", SETTINGS, ["xx"])
