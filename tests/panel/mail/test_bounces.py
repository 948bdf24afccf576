import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.mail.bounces import Kind, read_notice, read_returned
from panel.mail.envelope import envelope_sender
from panel.settings import Settings
from tests.databases import SECRET
from tests.panel.mail.returned import (
    EXCHANGE,
    GMAIL,
    LETTER,
    QMAIL,
    SENDMAIL_DELAY,
    absent,
    complaint,
    exim,
    postfix,
    simple,
)

SETTINGS = Settings(secret_key=SECRET, bounce_address="bounce@voorbeeld.example")
OURS = envelope_sender(7, SETTINGS)
SAMPLES = [postfix(OURS), exim(OURS), simple(EXCHANGE, OURS), complaint(OURS), absent(OURS), simple(QMAIL, OURS)]


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        (postfix(), Kind.HARD, "5.1.1"),
        (
            postfix(status="5.0.0", reply="550 5.1.1 <w@elders.example>: Recipient address rejected"),
            Kind.HARD,
            "5.1.1",
        ),
        (postfix(status="5.0.0", reply="550 No such user here"), Kind.HARD, "5.1.1"),
        (postfix(status="5.1.2", reply="x"), Kind.HARD, "5.1.2"),
        (simple(EXCHANGE), Kind.HARD, "5.1.10"),
        (simple(GMAIL), Kind.HARD, "5.1.1"),
        (exim(), Kind.HARD, "5.1.1"),
        (exim(reply="550 unknown user"), Kind.HARD, "5.1.1"),
        (simple(QMAIL), Kind.HARD, "5.1.1"),
        (postfix(status="5.2.2", reply="552 5.2.2 mailbox full"), Kind.SOFT, "5.2.2"),
        (postfix(status="5.1.1", reply="550 5.7.1 user unknown, or blocked"), Kind.SOFT, "5.7.1"),
        (postfix(status="5.1.8", reply="550 5.1.8 sender rejected"), Kind.SOFT, "5.1.8"),
        (postfix(status="5.1.0", reply="550 5.1.0 address rejected"), Kind.SOFT, "5.1.0"),
        (postfix(status="4.4.7", reply="451 4.4.7 expired"), Kind.SOFT, "4.4.7"),
        (postfix(status="5.0.0", reply="550 mailbox unavailable"), Kind.SOFT, "5.0.0"),
        (exim(reply="550 5.7.1 user unknown or spam"), Kind.SOFT, "5.7.1"),
        (exim(reply="550 Blocked by 10.5.1.1"), Kind.SOFT, ""),
        (exim(reply="552 quota; earlier: 550 unknown user"), Kind.SOFT, ""),
        (postfix(action="delayed", status="4.4.1"), Kind.DELAY, "4.4.1"),
        (simple(SENDMAIL_DELAY), Kind.DELAY, "4.4.1"),
        (postfix(action="delivered", status="2.0.0"), Kind.UNKNOWN, ""),
        (postfix(action="", status="5.1.1"), Kind.UNKNOWN, ""),
        (complaint(), Kind.COMPLAINT, ""),
        (complaint(kind="not-spam"), Kind.UNKNOWN, ""),
        (complaint(kind="auth-failure"), Kind.UNKNOWN, ""),
        (absent(), Kind.AUTO_REPLY, ""),
        (absent(extra="X-Autoreply", value="yes"), Kind.AUTO_REPLY, ""),
        (absent(extra="Return-Path", value="<>", subject="Automatisch antwoord: x"), Kind.AUTO_REPLY, ""),
        (simple(LETTER), Kind.UNKNOWN, ""),
        (b"", Kind.UNKNOWN, ""),
    ],
)
def test_every_form_is_recognised_for_what_it_is(raw: bytes, kind: Kind, code: str) -> None:
    for written in (raw, raw.replace(b"\n", b"\r\n")):
        notice = read_notice(written)
        assert (notice.kind, notice.code) == (kind, code)
        assert "jansen" not in notice.reason
        assert "@" not in notice.reason


def test_a_report_on_several_people_is_hard_only_when_every_address_is_wrong() -> None:
    more = (
        b"\nFinal-Recipient: rfc822; an@elders.example\nAction: %b\nStatus: %b\n\n--b1\nContent-Type: message/rfc822"
    )
    between = b"\n--b1\nContent-Type: message/rfc822"
    for action, status, kind in (
        (b"failed", b"5.1.1", Kind.HARD),
        (b"failed", b"5.2.2", Kind.SOFT),
        (b"delivered", b"2.0.0", Kind.SOFT),
    ):
        assert read_notice(postfix().replace(between, more % (action, status))).kind is kind


@pytest.mark.parametrize("header", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_a_mail_belongs_to_the_message_of_its_envelope_recipient(header: str) -> None:
    found = read_returned(f"{header}: <{OURS.upper()}>\n".encode() + postfix(), SETTINGS)
    assert found is not None
    assert (found.message_id, found.notice.kind) == (7, Kind.HARD)


def test_the_mail_system_may_tell_the_recipient_and_is_believed_above_the_header() -> None:
    found = read_returned(postfix(OURS), SETTINGS, envelope_sender(8, SETTINGS))
    assert found is not None
    assert found.message_id == 8
    assert read_returned(postfix(OURS), SETTINGS, "bounce@voorbeeld.example") is None


def test_what_stands_in_the_text_or_is_forged_belongs_to_nothing() -> None:
    number, _, mac = OURS.partition(".")
    assert read_returned(postfix() + OURS.encode(), SETTINGS) is None
    assert read_returned(postfix(OURS.replace("+7.", "+8.")), SETTINGS) is None
    assert (
        read_returned(postfix(f"{number}.a{mac[1:]}" if mac[0] != "a" else f"{number}.b{mac[1:]}"), SETTINGS) is None
    )


def test_the_same_mail_is_known_again_when_it_came_another_way() -> None:
    one = read_returned(postfix(OURS), SETTINGS)
    other = read_returned(b"Received: by mx.example\r\n" + postfix(OURS).replace(b"\n", b"\r\n"), SETTINGS)
    assert one is not None
    assert other is not None
    assert one.digest == other.digest
    later = read_returned(postfix(OURS, status="5.2.2"), SETTINGS)
    assert later is not None
    assert later.digest != one.digest


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_never_a_failure_of_ours(raw: bytes) -> None:
    assert read_notice(raw).kind in Kind
    assert read_returned(raw, SETTINGS) is None


@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_mail_is_still_read(raw: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 80)))
    damaged = raw[:start] + data.draw(st.binary(max_size=20)) + raw[end:]
    assert "@" not in read_notice(damaged).reason
    found = read_returned(damaged, SETTINGS)
    assert found is None or found.message_id == 7


def test_a_mail_with_very_many_parts_inside_each_other_is_left_for_a_person() -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3_000))
    assert read_notice(deep).kind is Kind.UNKNOWN
