"""A mail that came in, for a person to read."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from html import unescape

STYLE, TAG = re.compile(r"<(style|script)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL), re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Readable:
    sender: str
    subject: str
    text: str
    raw: str


def readable(content: bytes) -> Readable:
    """Without the marks of mail programs; what cannot be taken apart is given as it is. Never raises."""
    raw = content.decode("utf-8", "replace")
    try:
        mail = message_from_bytes(content, policy=policy.default)
        part = mail.get_body(("plain", "html"))
        text = str(part.get_content()) if part else ""
        if part and part.get_content_type() == "text/html":
            text = unescape(TAG.sub(" ", STYLE.sub(" ", text)))
        sender, subject = (" ".join(str(mail.get(name, "")).split()) for name in ("From", "Subject"))
    except Exception:  # the standard library's parser breaks on some of what arrives
        return Readable("", "", raw, raw)
    return Readable(sender, subject, text.strip() or raw, raw)
