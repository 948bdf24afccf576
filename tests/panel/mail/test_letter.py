import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from panel.mail.letter import Letter, LetterError, build, wire_address
from panel.settings import Settings
from tests.panel.mail.decoding import decoded, flat, unfolded

SETTINGS = Settings(
    secret_key="a secret of the tests, long enough to be one",
    var=Path("unused"),
    base_url="https://mening.voorbeeld.example",
    council_name="Gemeente Súdwest-Fryslân",
)
LETTER = Letter("Jan Jansen", "jan@voorbeeld.example", "Uw mening telt", "Goedendag\n", "<p>Goedendag</p>\n")
LINK = "https://mening.voorbeeld.example/afmelden/" + "a1B2-_" * 100

scripts = st.sampled_from(
    [
        "Latin Jan-Willem",
        "Şükrü Çağlar",
        "Ольга Іванівна",
        "محمد بن علي",
        "田中 太郎",
        "ประเทศไทย",
        "👩‍👩‍👧‍👦 Ωμέγα",
        '"J." <x> (y), @z;\\',
    ]
)
words = st.lists(st.one_of(st.text(max_size=40), scripts), max_size=8).map(" ".join)
bodies = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=3000)


def parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")


@given(name=words, subject=words, text=bodies, html=bodies)
@example(name="x\r\nBcc: iemand@voorbeeld.example", subject="a\nX-Own: 1\r\n\r\nbody", text="", html="")
@example(name="=?utf-8?q?gelijk?=", subject="=?utf-8?q?gelijk?=", text=".\n..\n", html="From x\n")
def test_names_subjects_and_texts_arrive_as_written(name: str, subject: str, text: str, html: str) -> None:
    raw = build(replace(LETTER, to_name=name, subject=subject, text=text, html=html), 7, SETTINGS)
    message = parse(raw)
    (to,) = message["To"].addresses
    assert to.addr_spec == "jan@voorbeeld.example"
    assert decoded(parseaddr(unfolded(raw, "To"))[0]) == flat(name)
    assert decoded(unfolded(raw, "Subject")) == flat(subject)
    assert body(message, "plain") == text.rstrip("\n")
    assert body(message, "html") == html.rstrip("\n")
    assert set(message.keys()) == {
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"
    }  # fmt: skip


@given(name=words, subject=words, text=bodies)
def test_what_leaves_is_ascii_in_lines_that_every_relay_takes(name: str, subject: str, text: str) -> None:
    raw = build(replace(LETTER, to_name=name, subject=subject, text=text, unsubscribe_url=LINK), 7, SETTINGS)
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_way_to_unsubscribe_stands_on_one_raw_line_however_long() -> None:
    raw = build(replace(LETTER, unsubscribe_url=LINK), 7, SETTINGS)
    lines = raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{LINK}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


@pytest.mark.parametrize(
    "url", ["javascript:x", "https://a.example/\r\nBcc: x", "https://a.example/é", "https://a>b"]
)
def test_an_address_to_unsubscribe_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(LetterError):
        build(replace(LETTER, unsubscribe_url=url), 7, SETTINGS)


def test_a_letter_names_the_council_and_says_that_no_person_sent_it() -> None:
    message = parse(build(LETTER, 7, SETTINGS))
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Gemeente Súdwest-Fryslân", SETTINGS.mail_from)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_message_id_is_the_same_for_the_same_row_and_cannot_be_guessed() -> None:
    def of(row: int, settings: Settings = SETTINGS) -> str:
        return str(parse(build(LETTER, row, settings))["Message-ID"])

    assert of(7) == of(7)
    assert of(7) != of(8)
    assert of(7) != of(7, replace(SETTINGS, secret_key="another secret, known to somebody else"))
    assert re.fullmatch(r"<7\.[a-z2-7]{24}@mening\.voorbeeld\.example>", of(7))


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("http://127.0.0.1:8000", "[127.0.0.1]"),
        ("http://[::1]", "[IPv6:::1]"),
        ("https://café.example", "xn--caf-dma.example"),
    ],
)
def test_the_message_id_is_well_formed_wherever_the_service_runs(base_url: str, host: str) -> None:
    raw = build(LETTER, 7, replace(SETTINGS, base_url=base_url))
    assert parse(raw)["Message-ID"].endswith(f"@{host}>")


@pytest.mark.parametrize(
    "address",
    ["", "jan", "@voorbeeld.example", "jan@", "jan@voorbeeld.example\r\nRCPT TO:<x@y.example>", "jan j@a.example",
     "jan>@a.example", "jan@a..example", "jan@-a.example", "jan@a.example>", "ján@a.example", "a@b@c.example",
     "a," + "jan@a.example", "x" * 65 + "@a.example", "jan@" + "a" * 64 + ".example"],
)  # fmt: skip
def test_an_address_that_mail_cannot_carry_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(LetterError) as refused:
        build(replace(LETTER, to_address=address), 7, SETTINGS)
    assert "jan" not in str(refused.value)


def test_an_international_domain_gets_its_ascii_form() -> None:
    assert wire_address("jan+mening@café.example") == "jan+mening@xn--caf-dma.example"
