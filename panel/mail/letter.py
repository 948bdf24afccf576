"""What a letter says, and the bytes that leave.

A form is encoded once for everybody who gets it; what is personal is encoded apart and put in between. The header is
written here line by line, because the standard library folds and encodes long values such as List-Unsubscribe
(cpython #85725), and mail programs then offer no way to unsubscribe.
"""

import hmac
import re
import secrets
from base64 import b32encode
from binascii import b2a_qp
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, quote
from functools import lru_cache
from ipaddress import ip_address
from time import time
from unicodedata import category
from urllib.parse import urlsplit

from markupsafe import escape

from panel.settings import Settings

LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
WEB_ADDRESS = re.compile(r"https?://[!-;=?-~]{1,900}")
SOFT_BREAK = b"=\r\n"
PLAIN = re.compile(r"[A-Za-z0-9 .,:;!?()'&+/-]{0,60}")


class LetterError(ValueError):
    """A letter that cannot be sent; the message tells why without saying to whom."""


@dataclass(frozen=True)
class Letter:
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str = ""


class Form:
    """A letter to many, in which marks stand for what is personal: the bytes between those marks."""

    def __init__(self, subject: str, text: str, html: str, settings: Settings, marks: Collection[str] = ()) -> None:
        if any(mark in subject for mark in marks):
            raise ValueError("a subject that is the same for everybody cannot hold what is personal")
        boundary = f"=_{secrets.token_hex(12)}"  # quoted-printable never contains "=_" (RFC 2045 6.7)
        self._settings = settings
        self._head = [
            _mailbox_line("From", settings.council_name, settings.mail_from),
            _mailbox_line("Reply-To", settings.council_name, settings.contact_email),
            f"Subject: {_words('Subject', subject)}",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/alternative; boundary="{boundary}"',
        ]
        self._text = _Part(f"--{boundary}", "plain", text, marks)
        self._html = _Part(f"--{boundary}", "html", html, marks)
        self._end = f"\r\n--{boundary}--\r\n".encode()

    def fill(self, copy: "Copy", message_id: int) -> bytes:
        header = [
            *self._head,
            _mailbox_line("To", copy.to_name, copy.to_address),
            f"Date: {_date(int(time()))}",
            f"Message-ID: {message_id_header(message_id, self._settings)}",
        ]
        if copy.unsubscribe_url:
            if not WEB_ADDRESS.fullmatch(copy.unsubscribe_url):
                raise LetterError("the address to unsubscribe is no web address")
            header.append(f"List-Unsubscribe: <{copy.unsubscribe_url}>")
            header.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
        text = self._text.fill(copy.personal)
        html = self._html.fill({mark: str(escape(words)) for mark, words in copy.personal.items()})
        return b"".join(["\r\n".join(header).encode("ascii"), b"\r\n", *text, *html, self._end])


class _Part:
    def __init__(self, boundary: str, subtype: str, text: str, marks: Collection[str]) -> None:
        head = f'\r\n{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
        self._pieces = [head.encode(), b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"]
        self._places: list[tuple[int, str]] = []
        places = re.compile("|".join(["(?!)", *map(re.escape, marks)]))
        text, at = _unix(text).removesuffix("\n") + "\n", 0
        for place in places.finditer(text):
            self._places.append((len(self._pieces) + 1, place.group()))
            self._pieces += [_quoted(text[at : place.start()]) + SOFT_BREAK, b""]
            at = place.end()
        self._pieces.append(_quoted(text[at:]))

    def fill(self, personal: Mapping[str, str]) -> list[bytes]:
        pieces = self._pieces.copy()
        quoted = {mark: _quoted(_unix(words)) + SOFT_BREAK for mark, words in personal.items()}
        for place, mark in self._places:
            pieces[place] = quoted[mark]
        return pieces


@dataclass(frozen=True)
class Copy:
    """One person's copy of a form, with what to fill in at each mark."""

    form: Form
    to_name: str
    to_address: str
    unsubscribe_url: str = ""
    personal: Mapping[str, str] = field(default_factory=dict)


def build(letter: Letter | Copy, message_id: int, settings: Settings) -> bytes:
    """The message as it goes to the relay, in ASCII bytes with CRLF. `message_id` is the row in the outbox."""
    if isinstance(letter, Letter):
        form = Form(letter.subject, letter.text, letter.html, settings)
        letter = Copy(form, letter.to_name, letter.to_address, letter.unsubscribe_url)
    return letter.form.fill(letter, message_id)


@lru_cache(8)
def _date(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))


def message_id_header(message_id: int, settings: Settings) -> str:
    """The same for the same row, and for outsiders impossible to guess."""
    digest = hmac.digest(settings.secret_key.encode(), b"message-id:%d" % message_id, "sha256")
    secret = b32encode(digest[:15]).decode().lower()
    return f"<{message_id}.{secret}@{installation_host(settings)}>"


def installation_host(settings: Settings) -> str:
    return _host_of(settings.base_url)


@lru_cache
def _host_of(base_url: str) -> str:
    """The name of an installation as mail writes it (RFC 5321 4.1.3 for an address instead of a name)."""
    host = urlsplit(base_url).hostname or "localhost"
    try:
        address = ip_address(host)
    except ValueError:
        return host.encode("idna").decode()
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


def wire_address(address: str) -> str:
    """The address as every relay understands it: ASCII, an international domain in its ASCII form."""
    local, _, domain = address.rpartition("@")
    try:
        domain = _in_ascii(domain)
    except UnicodeError:
        raise LetterError("the address cannot be used: no such domain can exist") from None
    if not LOCAL_PART.fullmatch(local) or not DOMAIN.fullmatch(domain):
        raise LetterError("the address cannot be used: it has a part that mail cannot carry")
    return f"{local}@{domain}"


@lru_cache(1000)
def _in_ascii(domain: str) -> str:
    return domain.encode("idna").decode()


def one_line(text: str) -> str:
    """Without line ends and other controls, so that no text can become a header of its own."""
    if PLAIN.fullmatch(text) and "  " not in text:
        return text.strip()
    spaced = "".join(" " if category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    return re.sub(" +", " ", spaced).strip()


def _mailbox_line(header: str, name: str, address: str) -> str:
    name, address = one_line(name), wire_address(address)
    if not name:
        return f"{header}: <{address}>"
    words = f'"{quote(name)}"' if PLAIN.fullmatch(name) else _words(header, name)
    return f"{header}: {words}\r\n <{address}>"


def _words(header: str, text: str) -> str:
    text = one_line(text)
    if PLAIN.fullmatch(text):
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _quoted(text: str) -> bytes:
    """Quoted-printable, so that a soft break may follow."""
    return b2a_qp(text.encode()).replace(b"\n", b"\r\n")
