"""Reading a message as it left, with nothing but what the standard library decodes."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from unicodedata import category


def unfolded(raw: bytes, name: str) -> str:
    return re.sub(r"\r?\n(?=\s)", "", message_from_bytes(raw)[name])


def decoded(header: str) -> str:
    return str(make_header(decode_header(header)))


def decoded_parts(raw: bytes) -> list[tuple[str, str]]:
    """The kind and the text of each part, with line ends as Python writes them."""
    parts = [part for part in message_from_bytes(raw).walk() if not part.is_multipart()]
    contents = [part.get_payload(decode=True) for part in parts]
    assert all(isinstance(content, bytes) for content in contents)
    return [
        (part.get_content_type(), bytes(content).decode().replace("\r\n", "\n"))
        for part, content in zip(parts, contents, strict=True)
    ]


def flat(text: str) -> str:
    """What remains of a text in a header: no controls, no line ends, one space at a time."""
    spaced = "".join(" " if category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    return " ".join(word for word in spaced.split(" ") if word).strip()
