"""One way to write plain data as bytes, and fingerprints of it."""

import hashlib
import json
from collections.abc import Iterable, Mapping

ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr)


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces and no escapes: the same data give the same text everywhere."""
    return ENCODER.encode(value)


def digest(value: Mapping[str, object]) -> str:
    """SHA-256 (hex) of the canonical text in UTF-8 and a newline, a piece at a time: a record may be large."""
    total = hashlib.sha256(b"{")
    for place, name in enumerate(sorted(value)):
        total.update(("," * (place > 0) + canonical(name) + ":").encode())
        part = value[name]
        if isinstance(part, list):
            for number, item in enumerate(part):
                total.update((",["[not number] + canonical(item)).encode("utf-8", "surrogatepass"))
            total.update(b"]" if part else b"[]")
        else:
            total.update(canonical(part).encode("utf-8", "surrogatepass"))
    total.update(b"}\n")
    return total.hexdigest()


def digest_lines(lines: Iterable[str]) -> str:
    """SHA-256 (hex) of lines of text in UTF-8, each with a newline behind it."""
    total = hashlib.sha256()
    for line in lines:
        total.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return total.hexdigest()
