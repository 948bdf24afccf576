"""From the municipality's file to a clean sampling frame, and every refused row with its reason."""

import hashlib
import hmac
import json
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from deliberation.sortition import values as read
from deliberation.sortition.columns import FIELDS, places
from deliberation.sortition.table import read_table
from deliberation.sortition.values import RowError

FLAGS = ("deceased", "moved", "secrecy")
LISTS = ("opted_out", "recently_drawn", "council_or_staff")


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


DEFAULT_RULES = Rules()


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
    """Persons, excluded and refused together are the rows of the file, blank ones aside.

    `excluded`: deceased, moved, secrecy, opted_out, recently_drawn, council_or_staff or under_age -> how many.
    """

    persons: tuple[Person, ...]
    excluded: Mapping[str, int]
    refused: tuple[Refusal, ...]

    def summary(self) -> FrameSummary:
        return FrameSummary(frame_digest(self.persons), len(self.persons), dict(self.excluded), len(self.refused))


def frame_digest(persons: Sequence[Person]) -> str:
    """SHA-256 (hex) of the accepted rows: a JSON list a line, UTF-8 NFC, sorted by id. Order does not matter."""
    digest = hashlib.sha256()
    cells = attrgetter(*Person.__slots__)
    for person in sorted(persons, key=attrgetter("id")):
        row = json.dumps(cells(person), ensure_ascii=False, separators=(",", ":"))
        digest.update(unicodedata.normalize("NFC", row).encode() + b"\n")
    return digest.hexdigest()


def keyed_hash(id_: str, key: bytes) -> str:
    """HMAC-SHA256 (hex) of an id: a list of ids that only the holder of the key can read."""
    return hmac.digest(key, unicodedata.normalize("NFC", id_).encode(), "sha256").hex()


def read_frame(
    content: bytes, mapping: Mapping[str, str], reference_date: date, rules: Rules = DEFAULT_RULES
) -> Frame:
    """The sampling frame in a CSV file (`read_table` says which forms).

    `mapping`: our field (`columns.FIELDS`) -> their column; `guess_mapping` proposes one. Ages are those on
    `reference_date`. Every row is accepted, excluded (counted under the first reason that holds) or refused (with the
    first thing that is wrong). An excluded person's other cells are not checked. FrameError when the file as a whole
    or the mapping is wrong.
    """
    table = read_table(content)
    place = places(table.header, mapping)
    persons, refused, excluded, seen = list[Person](), list[Refusal](), Counter[str](), set[str]()
    for row, cells in table.rows:
        try:
            values = _values(cells, len(table.header), place)
            _check_id(values["id"], seen)
            reason = _reason(values, rules)
            ages = None if reason else _ages(values, place, reference_date, rules.minimum_age)
            if ages is not None and ages[1] is not None and ages[1] < rules.minimum_age:
                reason = "under_age"
            if reason:
                excluded[reason] += 1
            else:
                persons.append(_person(values, ages))
        except RowError as refusal:
            column = mapping.get(refusal.our_field or "")
            where = f"Rij {row}, kolom {column}" if column else f"Rij {row}"
            refused.append(Refusal(row, column, refusal.code, f"{where}: {refusal.sentence}"))
    return Frame(tuple(persons), dict(sorted(excluded.items())), tuple(refused))


def _values(cells: Sequence[str], width: int, place: Mapping[str, int]) -> dict[str, str]:
    if len(cells) < width or any(cells[width:]):
        raise RowError(
            None,
            "fields",
            f"deze rij heeft {len(cells)} vakken en de kopregel {width}. "
            "Kijk of er een scheidingsteken te veel of te weinig staat.",
        )
    return dict.fromkeys(FIELDS, "") | {name: read.clean(cells[column]) for name, column in place.items()}


def _check_id(id_: str, seen: set[str]) -> None:
    if not id_:
        raise RowError("id", "missing_id", "het nummer ontbreekt. Geef elke persoon een eigen nummer.")
    if id_ in seen:
        raise RowError(
            "id", "duplicate_id", "dit nummer staat ook in een rij hierboven. Geef elke persoon een eigen nummer."
        )
    seen.add(id_)


def _reason(values: Mapping[str, str], rules: Rules) -> str | None:
    for name in FLAGS:
        if read.flag(name, values[name]):
            return name
    id_ = values["id"]
    known_as = {id_} if rules.hash_key is None else {id_, keyed_hash(id_, rules.hash_key)}
    return next((name for name in LISTS if not known_as.isdisjoint(getattr(rules, name))), None)


def _ages(
    values: Mapping[str, str], place: Mapping[str, int], reference_date: date, minimum: int
) -> tuple[int, int | None] | None:
    """Lowest and highest age this person can have; None when unknown and not needed."""
    if values["birth_date"].strip("0-"):
        age = read.age_from_birth_date(values["birth_date"], reference_date)
        return age, age
    given = [name for name in ("birth_date", "age_class") if name in place]
    if values["age_class"]:
        low, high = read.ages(values["age_class"])
        if low < minimum and (high is None or high >= minimum):
            raise RowError(
                "age_class",
                "age_unclear",
                f"in deze klasse zitten mensen onder en boven de {minimum} jaar. Geef de geboortedatum.",
            )
        return low, high
    if given and minimum > 0:
        raise RowError(
            given[0],
            "age_missing",
            f"dit vak is leeg. Zonder leeftijd is niet zeker dat deze persoon minstens {minimum} jaar is.",
        )
    return None


def _person(values: Mapping[str, str], ages: tuple[int, int | None] | None) -> Person:
    number, rest = read.house_number(values["house_number"])
    addition = " ".join(part for part in (rest, values["house_letter"], values["house_addition"]) if part)
    parts = (values["first_name"], values["infix"], values["last_name"])
    person = Person(
        id=values["id"],
        name=values["name"] or " ".join(part for part in parts if part) or None,
        email=read.email(values["email"]),
        street=values["street"] or None,
        house_number=number,
        house_addition=addition or None,
        postcode=(postcode := read.postcode(values["postcode"])),
        city=values["city"] or None,
        age_class=read.age_class(*ages) if ages else None,
        gender=read.gender(values["gender"]),
        area=read.area(values["area"]),
        language=values["language"] or None,
        address_key=read.address_key(postcode, number, addition),
    )
    if not (person.email or (person.street and number and postcode and person.city)):
        raise RowError(
            None,
            "unreachable",
            "er is geen e-mailadres en geen volledig postadres. "
            "Vul een e-mailadres in, of straat, huisnummer, postcode en woonplaats.",
        )
    return person
