"""What a mail at the address for bounces says about a message of ours.

Which message it is about is told by the envelope recipient alone (see envelope.py), never by the text. Only a failure
with a code that says that the address is wrong (RFC 3463) is hard; precision goes before recall. The reason is made
of codes and words of our own, since those of other systems may name somebody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message as Mail
from enum import StrEnum
from hashlib import sha256

from panel.mail.envelope import message_of
from panel.mail.reply_codes import codes_in, explain, is_address_level, names_other_cause, stage_in, wrong_address
from panel.settings import Settings

LARGEST = 1 << 20  # bytes that are read; reports stand before the copy of the message
READ = 20_000  # bytes of a text; what happened stands at its beginning
RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
SENDERS = re.compile(r"\b(mail(er)?-?daemon|post_?master|mail-?delivery)(@|>|\s*<|$)", re.IGNORECASE)
RETURNED = re.compile(
    r"undeliver|returned mail|(mail )?delivery (status|fail|has)|failure notice|mail (delivery|system)|onbestelbaar",
    re.IGNORECASE,
)
ABSENT = re.compile(
    r"automati(c|sch) (reply|antwoord)|auto(matic)?[- ]?reply|out of (the )?office|vacation|afwezig|niet aanwezig",
    re.IGNORECASE,
)
COPY_BEGINS = re.compile(
    r"^[ \t]*--.*\b(copy|original|message|headers?|line)\b"
    r"|^[ \t]*(original message|return-path:|received:|message-id:|content-type: (message|text)/rfc822)",
    re.IGNORECASE | re.MULTILINE,
)
DELAYED = re.compile(
    r"\b(delayed|will be retried|still trying|will keep trying|not yet been delivered)\b", re.IGNORECASE
)
FAILED = re.compile(
    r"(could|can|was|has) ?not (yet )?(be|been)? ?delivered|undeliverable|delivery (has )?failed"
    r"|permanent (fatal )?error|error (has occurred while|delivering)|delivery .{0,40}failed|failed permanently"
    r"|unable to deliver|onbestelbaar|niet (worden )?(bezorgd|afgeleverd)|(?<![\w.])55[0-4][ :-]",
    re.IGNORECASE,
)


class Kind(StrEnum):
    HARD = "hard"  # the address does not exist
    SOFT = "soft"  # it was not delivered, for any other reason
    COMPLAINT = "complaint"  # the receiver calls it spam (RFC 5965)
    AUTO_REPLY = "auto_reply"  # RFC 3834
    DELAY = "delay"  # not delivered yet
    UNKNOWN = "unknown"  # for a person to read


@dataclass(frozen=True)
class Notice:
    kind: Kind
    code: str = ""  # RFC 3463
    reason: str = ""


@dataclass(frozen=True)
class Returned:
    """A mail that is about a message of ours."""

    message_id: int  # the row in the outbox
    notice: Notice
    digest: str  # the same when it comes in again
    raw: bytes


def read_returned(raw: bytes, settings: Settings, recipient: str = "") -> Returned | None:
    """None for a mail that proves no message of ours. `recipient` is the envelope's, if the mail system tells it."""
    raw = raw[:LARGEST]
    try:
        addresses = [recipient] if recipient else _recipients(message_from_bytes(raw))
    except Exception:  # the standard library's parser breaks on some of what arrives
        return None
    ids = [found for found in (message_of(address, settings) for address in addresses) if found is not None]
    if not ids:
        return None
    body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2]  # the way here leaves marks in the header alone
    return Returned(ids[0], read_notice(raw), sha256(b"%d\n%b" % (ids[0], body)).hexdigest(), raw)


def read_notice(raw: bytes) -> Notice:
    """What kind of mail this is. Never raises."""
    try:
        return _judge(message_from_bytes(raw[:LARGEST]))
    except Exception:  # the standard library's parser breaks on some of what arrives
        return Notice(Kind.UNKNOWN, reason="it cannot be read")


def _recipients(mail: Mail) -> list[str]:
    lines = [str(line) for name in RECIPIENT_HEADERS for line in mail.get_all(name, [])]
    return [word for line in lines for word in re.findall(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+", line)]


def _judge(mail: Mail) -> Notice:
    parts = list(_parts(mail))
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            return _feedback(part)
    blocks = [block for part in parts for block in _blocks(part)]
    if blocks:
        return _from_report([block for block in blocks if "Action" in block or "Status" in block], _text(parts))
    subject = _subject(mail)
    failed = "X-Failed-Recipients" in mail or SENDERS.search(str(mail.get("From", ""))) or RETURNED.match(subject)
    if failed and not ABSENT.match(subject):
        found = _from_text(_text(parts))
        if found.kind is not Kind.UNKNOWN or "X-Failed-Recipients" in mail:
            return found if found.kind is not Kind.UNKNOWN else _soft("")
    return Notice(Kind.AUTO_REPLY) if _is_automatic(mail) else Notice(Kind.UNKNOWN)


def _parts(mail: Mail) -> Iterator[Mail]:
    """Without what is inside a message that was sent along: that is the one we sent, or any other."""
    if mail.get_content_maintype() != "multipart":
        yield mail
        return
    if not mail.is_multipart():  # its parts cannot be told apart
        mail.replace_header("Content-Type", "text/plain")
        yield mail
        return
    for part in mail.get_payload():
        if isinstance(part, Mail):
            yield from _parts(part)


def _feedback(part: Mail) -> Notice:
    kind = str(_first(part).get("Feedback-Type", "")).strip().lower()
    if kind in ("abuse", "fraud", "opt-out", "opt-out-list", "virus", "other"):
        return Notice(Kind.COMPLAINT, reason="the receiver reports it as unwanted")
    return Notice(Kind.UNKNOWN, reason="a report of another kind")


def _first(part: Mail) -> Mail:
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = payload[0] if payload else part
        return inner if isinstance(inner, Mail) else part
    return message_from_string(str(payload))


def _blocks(part: Mail) -> Iterator[Mail]:
    """The groups of fields of a delivery status: RFC 3464, or RFC 6533 in UTF-8."""
    if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
        return
    payload = part.get_payload()
    for block in payload if isinstance(payload, list) else [message_from_string(str(payload))]:
        if isinstance(block, Mail):
            yield block
            for piece in re.split(r"\r?\n\r?\n", str(block.get_payload() or "")):
                yield message_from_string(piece)


def _from_report(blocks: list[Mail], text: str) -> Notice:
    actions = {str(block.get("Action", "")).partition(";")[0].split("(")[0].strip().lower() for block in blocks}
    failed = [block for block in blocks if str(block.get("Action", "")).strip().lower().startswith("failed")]
    if failed:
        found = [_failure(block, text if len(blocks) == 1 else "") for block in failed]
        sure = len(failed) == len(blocks) and all(notice.kind is Kind.HARD for notice in found)
        return found[0] if sure else next((one for one in found if one.kind is Kind.SOFT), _soft(found[0].code))
    if "delayed" in actions:
        return Notice(Kind.DELAY, *_code_and_words(codes_in(str(blocks[0].get("Status", "")))))
    return Notice(Kind.UNKNOWN, reason="a report of no failure")


def _failure(block: Mail, text: str) -> Notice:
    """Both the status and the reply it was made of must blame the address, as far as they say anything."""
    reply = " ".join(str(block.get("Diagnostic-Code", "")).split())
    codes = codes_in(f"{reply} {block.get('Status', '')}")
    wrong = wrong_address(" ".join([reply or text, stage_in(text), *codes]))
    if wrong and not names_other_cause(text):
        return Notice(Kind.HARD, wrong, explain(wrong))
    return _soft(next((code for code in codes if not is_address_level(code) and not code.endswith(".0.0")), "5.0.0"))


def _from_text(text: str) -> Notice:
    codes = codes_in(text)
    if DELAYED.search(text) and not any(code.startswith("5") for code in codes):
        return Notice(Kind.DELAY, *_code_and_words(codes))
    if wrong := wrong_address(text):
        return Notice(Kind.HARD, wrong, explain(wrong))
    if codes or FAILED.search(text):
        return _soft(next((code for code in codes if not is_address_level(code)), ""))
    return Notice(Kind.UNKNOWN)


def _soft(code: str) -> Notice:
    return Notice(Kind.SOFT, code, explain(code) or "it was not delivered")


def _code_and_words(codes: list[str]) -> tuple[str, str]:
    code = codes[0] if codes else ""
    return code, explain(code)


def _text(parts: list[Mail]) -> str:
    """What the mail system wrote itself, in one line, without the copy of the message."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            content = part.get_payload(decode=True) if part.get_content_type() == kind else None
            if isinstance(content, bytes):
                text = re.sub(r"<style[^<]*|<[^<>@]*>", " ", content[:READ].decode("utf-8", "replace"))
                copy = COPY_BEGINS.search(text)
                return " ".join((text[: copy.start()] if copy else text).split())
    return ""


def _is_automatic(mail: Mail) -> bool:
    if str(mail.get("Auto-Submitted", "no")).strip().lower().startswith("auto-"):
        return True
    precedence = str(mail.get("Precedence", "")).strip().lower()
    marks = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")
    return precedence == "auto_reply" or any(mark in mail for mark in marks) or bool(ABSENT.search(_subject(mail)))


def _subject(mail: Mail) -> str:
    return " ".join(str(mail.get("Subject", "")).split())
