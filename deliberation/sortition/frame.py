"""From the municipality's file to a clean sampling frame, and every refused row with its reason."""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import astuple, dataclass, field

OPTED_OUT, RECENTLY_DRAWN, COUNCIL_OR_STAFF = "opted_out", "recently_drawn", "council_or_staff"
UNDER_AGE, SECRECY, DECEASED, MOVED = "under_age", "secrecy", "deceased", "moved"


@dataclass(frozen=True, slots=True)
class Person:
    """One person who can be drawn. None means unknown; the birth date has been dropped."""

    id: str
    name: str | None
    email: str | None
    street: str | None
    house_number: str | None
    house_addition: str | None
    postcode: str | None
    city: str | None
    age_class: str | None
    gender: str | None
    area: str | None
    language: str | None
    address_key: str | None


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is left out before the draw.

    The three sets hold ids, or `keyed_hash(id, hash_key)` of ids when `hash_key` is given, or both.
    """

    minimum_age: int = 16
    opted_out: Set[str] = frozenset()
    recently_drawn: Set[str] = frozenset()
    council_or_staff: Set[str] = frozenset()
    hash_key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: its number in the file (the header is row 1), and what to do about it."""

    row: int
    column: str | None
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class FrameSummary:
    """What may be published about a frame."""

    digest: str
    accepted: int
    excluded: Mapping[str, int]
    refused: int


@dataclass(frozen=True, slots=True)
class Frame:
    """accepted + excluded + refused = the rows of the file (blank lines aside)."""

    persons: tuple[Person, ...]
    excluded: Mapping[str, int]
    refused: tuple[Refusal, ...]

    def summary(self) -> FrameSummary:
        return FrameSummary(frame_digest(self.persons), len(self.persons), dict(self.excluded), len(self.refused))


def frame_digest(persons: Sequence[Person]) -> str:
    """SHA-256 (hex) of the accepted rows: a JSON list a line, UTF-8 NFC, sorted by id. Order does not matter."""
    digest = hashlib.sha256()
    for person in sorted(persons, key=lambda person: person.id):
        row = json.dumps(astuple(person), ensure_ascii=False, separators=(",", ":"))
        digest.update(unicodedata.normalize("NFC", row).encode() + b"\n")
    return digest.hexdigest()


def keyed_hash(id_: str, key: bytes) -> str:
    """HMAC-SHA256 (hex) of an id: a list of ids that only the holder of the key can read."""
    return hmac.digest(key, unicodedata.normalize("NFC", id_).encode(), "sha256").hex()
