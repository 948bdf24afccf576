"""One way to write plain data as bytes, and fingerprints of it."""

import hashlib
import json
from collections.abc import Iterable

ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr)


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces and no escapes: the same data give the same text everywhere."""
    return ENCODER.encode(value)


def digest(value: object) -> str:
    """SHA-256 (hex) of the canonical text in UTF-8."""
    return digest_lines([canonical(value)])


def digest_lines(lines: Iterable[str]) -> str:
    """SHA-256 (hex) of lines of text in UTF-8, each with a newline behind it."""
    total = hashlib.sha256()
    for line in lines:
        total.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return total.hexdigest()
