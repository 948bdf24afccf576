"""What a letter says, and the bytes that leave.

The header is written here line by line, because the standard library folds and encodes long values such as
List-Unsubscribe (cpython #85725), and mail programs then offer no way to unsubscribe.
"""

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote
from ipaddress import ip_address
from unicodedata import category
from urllib.parse import urlsplit

from panel.settings import Settings

BODY = SMTP.clone(cte_type="7bit")
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
WEB_ADDRESS = re.compile(r"https?://[!-;=?-~]{1,900}")
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


def build(letter: Letter, message_id: int, settings: Settings) -> bytes:
    """The message as it goes to the relay, in ASCII bytes with CRLF. `message_id` is the row in the outbox."""
    body = EmailMessage(policy=BODY)
    body.set_content(letter.text)
    body.add_alternative(letter.html, subtype="html")
    header = [
        _mailbox_line("From", settings.council_name, settings.mail_from),
        _mailbox_line("To", letter.to_name, letter.to_address),
        _mailbox_line("Reply-To", settings.council_name, settings.contact_email),
        f"Subject: {_words('Subject', letter.subject)}",
        f"Date: {format_datetime(datetime.now(UTC))}",
        f"Message-ID: {message_id_header(message_id, settings)}",
        "Auto-Submitted: auto-generated",
    ]
    if letter.unsubscribe_url:
        if not WEB_ADDRESS.fullmatch(letter.unsubscribe_url):
            raise LetterError("the address to unsubscribe is no web address")
        header.append(f"List-Unsubscribe: <{letter.unsubscribe_url}>")
        header.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return "\r\n".join(header).encode("ascii") + b"\r\n" + body.as_bytes()


def message_id_header(message_id: int, settings: Settings) -> str:
    """The same for the same row, and for outsiders impossible to guess."""
    digest = hmac.digest(settings.secret_key.encode(), b"message-id:%d" % message_id, "sha256")
    secret = b32encode(digest[:15]).decode().lower()
    return f"<{message_id}.{secret}@{installation_host(settings)}>"


def installation_host(settings: Settings) -> str:
    """The name of this installation as mail writes it (RFC 5321 4.1.3 for an address instead of a name)."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    try:
        address = ip_address(host)
    except ValueError:
        return host.encode("idna").decode()
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


def wire_address(address: str) -> str:
    """The address as every relay understands it: ASCII, an international domain in its ASCII form."""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        raise LetterError("the address cannot be used: no such domain can exist") from None
    if not LOCAL_PART.fullmatch(local) or not DOMAIN.fullmatch(domain):
        raise LetterError("the address cannot be used: it has a part that mail cannot carry")
    return f"{local}@{domain}"


def one_line(text: str) -> str:
    """Without line ends and other controls, so that no text can become a header of its own."""
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
