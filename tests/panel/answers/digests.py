"""Every digest of everything that is known of members, with everything as its key that could be one.

Whoever has the code knows how keys are made; the secret is looked for among all strings in tables and files, and
among all bytes that look random.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from tests.panel.answers.evidence import Evidence, Row, leaves
from tests.panel.answers.unlinking import Things

KNOWN_BY = 8  # bytes of a digest: what is stored may be the beginning of it
TOKEN = re.compile(rb"(?<![\w+/=-])[\w+/=-]{16,64}(?![\w+/=-])")
HEX = re.compile(rb"[0-9a-f]{32,}")
SECRET = 32  # bytes
Place = tuple[str, int]  # a kind of thing and its number, or a file and -1
IN_A_FILE = -1


def linked(
    evidence: Evidence, members: Things, kinds: Sequence[Things], questions: Sequence[str]
) -> list[set[Place]]:
    """For every member the places where a digest of something known of that member stands."""
    targets = _targets(evidence, kinds)
    known = [_known(row, questions) for row in members.rows]
    found: list[set[Place]] = [set() for _ in known]
    for place, texts in enumerate(known):
        for text in texts:
            for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
                found[place] |= targets.get(hashlib.new(name, text).digest()[:KNOWN_BY], set())
    # Every key is tried on one member first, and one that fits on all.
    first, by_id = known[0], _of_id(members.rows[0], questions)
    tried = [(key, first) for key in _strings(evidence)]
    tried += [(key, by_id) for key in _looking_random(evidence.files.values())]
    for key, texts in tried:
        if any(hmac.digest(key, text, "sha256")[:KNOWN_BY] in targets for text in texts):
            for place, own in enumerate(known):
                for text in own:
                    found[place] |= targets.get(hmac.digest(key, text, "sha256")[:KNOWN_BY], set())
    return found


def _known(row: Row, questions: Sequence[str]) -> set[bytes]:
    """Every longer string of the row, since a small number is of many, and what can be made of the id."""
    strings = {str(leaf) for value in row.values() for leaf in (*leaves(value), value) if len(str(leaf)) > 4}
    return {text.encode() for text in strings} | _of_id(row, questions)


def _of_id(row: Row, questions: Sequence[str]) -> set[bytes]:
    orders = [(a, b) for name in questions for a, b in ((name, row["id"]), (row["id"], name))]
    return {str(row["id"]).encode()} | {f"{a}{gap}{b}".encode() for a, b in orders for gap in ("", " ", ":")}


def _targets(evidence: Evidence, kinds: Sequence[Things]) -> dict[bytes, set[Place]]:
    """What is stored with a ballot or a text; and what stands on disk and is of no other row."""
    targets = defaultdict[bytes, set[Place]](set)
    for kind in kinds:
        for number, row in enumerate(kind.rows):
            for value in row.values():
                for leaf in leaves(value):
                    for start in _starts(leaf):
                        targets[start].add((kind.name, number))
    explained = {start for leaf in evidence.strings() for start in _starts(leaf)}
    for file, content in evidence.files.items():
        for start in _starts_in(content) - explained:
            targets[start].add((file, IN_A_FILE))
    return dict(targets)


def _starts_in(content: bytes) -> set[bytes]:
    """In a file values stand behind each other without anything between: a digest can begin anywhere."""
    tokens = {start for token in TOKEN.findall(content) for start in _starts(token.decode("latin-1"))}
    runs = (run.decode() for run in set(HEX.findall(content)))
    length = 2 * KNOWN_BY
    return tokens | {bytes.fromhex(run[at : at + length]) for run in runs for at in range(len(run) - length + 1)}


def _starts(value: str | bytes) -> Iterator[bytes]:
    """The first bytes of what this would be as a digest: plain, as hexadecimals, or in base 64."""
    if isinstance(value, bytes):
        yield value[:KNOWN_BY]
        return
    if re.fullmatch(r"[0-9a-fA-F-]{16,}", value) and len(plain := value.replace("-", "")) >= 2 * KNOWN_BY:
        yield bytes.fromhex(plain[: 2 * KNOWN_BY])
    if re.fullmatch(r"[\w+/=-]{16,}", value, re.ASCII):
        try:
            yield base64.b64decode(value[:12].translate(str.maketrans("-_", "+/")), validate=True)[:KNOWN_BY]
        except binascii.Error:
            return


def _strings(evidence: Evidence) -> set[bytes]:
    strings = {leaf.encode() if isinstance(leaf, str) else leaf for leaf in evidence.strings()}
    tokens = {token for content in evidence.files.values() for token in TOKEN.findall(content)}
    keys = {key for key in strings | tokens if 16 <= len(key) <= 64} | {key.encode() for key in evidence.secrets}
    return keys | {bytes.fromhex(key.decode()) for key in keys if re.fullmatch(rb"(?:[0-9a-f]{2}){16,64}", key)}


def _looking_random(contents: Iterable[bytes]) -> Iterator[bytes]:
    """All bytes in a row, as many as a secret has, that are neither text nor empty space."""
    for content in contents:
        if len(content) < SECRET:
            continue
        numbers = np.frombuffer(content, np.uint8)
        high = np.concatenate([[0], np.cumsum(numbers >= 0x80)])
        high = high[SECRET:] - high[:-SECRET]
        for start in np.flatnonzero((high >= 5) & (high <= 27)).tolist():
            window = content[start : start + SECRET]
            if len(set(window)) >= 24:
                yield window
