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
    plain,
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


@pytest.mark.parametrize(
    "said",
    [
        "wim@elders.example: unknown recipient",
        "The user wim is not listed in the directory.",
        "Het adres wim@elders.example bestaat niet.",
        "No mailbox here by that name.",
        "They did not like our RCPT TO:\n553 No such user",
        "This recipient could not be found. [RCPT_TO]: 554 refused",
        "550 5.1.1 whatever they say",
        "550 5.1.1 whatever they say, when all had been sent: >>> DATA",
        "550 Unknown host (no answer from elders.example)",
        "Domain elders.example does not accept mail",
        "550 5.4.4 Host or domain name not found",
        "550 5.2.1 <wim@elders.example>... user unknown, after RCPT TO",
        "After RCPT TO: 550 5.4.1 [wim@elders.example]: Recipient address rejected: Access denied",
        ">>> MAIL FROM:<sam@voorbeeld.example>\n>>> RCPT TO:<wim@elders.example>\n<<< 250 OK\n<<< 550 no such user",
    ],
)
def test_all_that_is_said_blames_the_address(said: str) -> None:
    assert read_notice(plain(said)).kind is Kind.HARD
    assert read_notice(plain(said, "sam@elders.example", "Mail delivery failed: x")).kind is Kind.HARD
    assert read_notice(plain(f"<p>{said}</p>", kind="text/html")).kind is Kind.HARD
    assert read_notice(plain(said, "sam@elders.example")).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    "said",
    [
        "It could not be delivered: 550 user unknown",
        "It could not be delivered: >>> DATA\n<<< 550 user unknown\n<<< 503 need RCPT",
        "It could not be delivered: after end of data: no such user",
        "550 no such user\n\nThe envelope\nMAIL FROM: <sam@voorbeeld.example>\nRCPT TO: <wim@elders.example>",
        "550 no such user\n\nThe envelope\nMail from:sam@voorbeeld.example rcpt to:wim@elders.example",
        "550 5.4.1 [wim@elders.example]: Recipient address rejected: Access denied",
        "After RCPT TO: 550 5.4.1 [wim@elders.example]: Recipient address rejected: Access denied, blocked",
        "After RCPT TO: 550 5.7.1 [wim@elders.example]: Recipient address rejected: Access denied",
        "After RCPT TO: 550 5.4.1 [wim@elders.example]: Access denied",
        "RCPT TO: 550 user unknown, or 421 busy",
        "550 5.1.1 too many messages this hour",
        "550 5.1.1 mailbox is full",
        "RCPT TO: 550 user unknown, message blocked",
        "RCPT TO: 550 user unknown, try again later",
        "550 5.4.4 unable to route",
        "550 5.1.3 address refused",
        "It could not be delivered: domain elders.example not found, temporary failure",
        "It could not be delivered: the user and the domain are known",
        "It could not be delivered to unknown.user@no-such-user.example",
    ],
)
def test_when_something_else_is_said_too_it_is_no_proof_that_the_address_is_wrong(said: str) -> None:
    assert read_notice(plain(said)).kind is Kind.SOFT


@pytest.mark.parametrize(
    ("stage", "status", "reply", "kind"),
    [
        ("end of DATA command", "5.0.0", "550 No such user", Kind.SOFT),
        ("end of DATA command", "5.1.1", "550 No such user", Kind.HARD),
        ("RCPT TO command", "5.5.0", "550 5.5.0 Invalid recipient", Kind.HARD),
        ("RCPT TO command", "5.1.351", "550 5.1.351 unknown recipient", Kind.HARD),
        (
            "RCPT TO command",
            "5.4.1",
            "550 5.4.1 <w@elders.example>: Recipient address rejected: Access denied",
            Kind.HARD,
        ),
        ("end of DATA command", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied", Kind.SOFT),
        ("RCPT TO command", "5.7.1", "550 5.4.1 Recipient address rejected: Access denied", Kind.SOFT),
        ("RCPT TO command", "5.4.1", "550 5.4.1 no answer from host", Kind.SOFT),
        ("RCPT TO command", "5.1.1", "550 5.1.1 sending limit for this hour", Kind.SOFT),
        ("RCPT TO command; earlier: connection timed out", "5.1.1", "550 5.1.1 x", Kind.SOFT),
        ("RCPT TO command", "5.0.0", "550 4.2.0 No such user at this moment", Kind.SOFT),
    ],
)
def test_a_report_is_believed_together_with_the_text_beside_it(
    stage: str, status: str, reply: str, kind: Kind
) -> None:
    assert read_notice(postfix(stage=stage, status=status, reply=reply)).kind is kind


def test_a_report_without_the_reply_is_explained_by_its_text() -> None:
    silent = postfix(status="5.0.0", reply="X").replace(b"Diagnostic-Code: smtp; X\n", b"")
    assert read_notice(silent).kind is Kind.SOFT
    told = silent.replace(b"said: X", b"said nothing. The address was not found")
    assert read_notice(told).kind is Kind.HARD


def test_a_mail_of_which_the_parts_cannot_be_told_apart_is_read_as_text() -> None:
    broken = postfix(status="5.1.1").replace(b"\n--b1", b"\n--b9")
    assert read_notice(broken).kind is Kind.HARD


def test_a_delay_an_absence_and_a_failure_without_a_cause_are_what_they_are() -> None:
    delay = plain("Your message has been delayed and will be retried: host elders.example not found")
    assert read_notice(delay).kind is Kind.DELAY
    absence = plain("This address does not exist any more.", "postmaster@elders.example", "Automatisch antwoord: x")
    assert read_notice(absence).kind is Kind.AUTO_REPLY
    failure = plain("Sorry.", extra="X-Failed-Recipients: wim.jansen@elders.example\n")
    assert read_notice(failure).kind is Kind.SOFT


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
