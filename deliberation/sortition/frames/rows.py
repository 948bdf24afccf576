"""One row of the municipality's file -> one person who can be drawn, or why not."""

import hmac
import unicodedata
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from deliberation.sortition.frames import values as read
from deliberation.sortition.frames.columns import extra_places, places
from deliberation.sortition.frames.values import RowError

FLAGS = ("deceased", "moved", "secrecy")
LISTS = ("opted_out", "recently_drawn", "council_or_staff")
UNDER_AGE = "under_age"
K = TypeVar("K")
V = TypeVar("V")


class Person(NamedTuple):
    """One person who can be drawn. None means unknown; the birth date has been dropped.

    `features`: what stands in the extra columns, "" where nothing does.
    """

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
    features: tuple[str, ...] = ()


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


def keyed_hash(id_: str, key: bytes) -> str:
    """HMAC-SHA256 (hex) of an id: a list of ids that only the holder of the key can read."""
    return hmac.digest(key, unicodedata.normalize("NFC", id_).encode(), "sha256").hex()


class _Once(dict[K, V]):
    """A function whose every answer is computed once: the cells of a million rows hold few different values."""

    def __init__(self, function: Callable[[K], V]) -> None:
        self._function = function

    def __missing__(self, key: K) -> V:
        value = self[key] = self._function(key)
        return value


class RowReader:
    """Reads one row after another; equal cells give the same value, also in memory."""

    def __init__(
        self,
        header: Sequence[str],
        mapping: Mapping[str, str],
        reference_date: date,
        rules: Rules,
        extra: Sequence[str] = (),
    ) -> None:
        place = places(header, mapping)
        self._extra = extra_places(header, mapping, extra)
        self._features_of = _Once(_features)
        self._width, self._rules, self._reference_date = len(header), rules, reference_date
        self._age_fields = [name for name in ("birth_date", "age_class") if name in place]
        self._lists = [(name, getattr(rules, name)) for name in LISTS if getattr(rules, name)]
        self._seen = set[str]()

        def cells_of(*fields: str) -> Callable[[Sequence[str]], Any]:
            return itemgetter(*(place.get(name, self._width) for name in fields))  # after the last cell comes a blank

        self._id, self._email = cells_of("id"), cells_of("email")
        self._names = cells_of("name", "first_name", "infix", "last_name")
        self._house = cells_of("house_number", "house_letter", "house_addition")
        self._flags, self._ages = cells_of(*FLAGS), cells_of("birth_date", "age_class")
        self._others = cells_of("street", "postcode", "city", "gender", "area", "language")
        self._reason_of, self._age_of, self._house_of = _Once(_flagged), _Once(self._age), _Once(read.house)
        self._street_of, self._city_of = _Once(partial(read.text, "street")), _Once(partial(read.text, "city"))
        self._postcode_of, self._gender_of = _Once(read.postcode), _Once(read.gender)
        self._area_of, self._language_of = _Once(read.area), _Once(partial(read.text, "language"))

    def read(self, cells: Sequence[str]) -> Person | str:
        """The person in these cells, or the reason why they are left out. Raises RowError."""
        if len(cells) != self._width:
            cells = self._cut(cells)
        cells = [*cells, ""]
        id_ = read.number_of_person(self._id(cells))
        self._check_id(id_)
        reason = self._reason_of[self._flags(cells)] or (self._listed(id_) if self._lists else None)
        if reason:
            return reason
        age = self._age_of[self._ages(cells)]
        return age if age == UNDER_AGE else self._person(id_, age, cells)

    def _cut(self, cells: Sequence[str]) -> Sequence[str]:
        """Without blank cells after the last column."""
        if len(cells) < self._width or any(cells[self._width :]):
            raise RowError(
                None,
                "fields",
                f"deze rij heeft {len(cells)} vakken en de kopregel {self._width}. "
                "Kijk of er een scheidingsteken te veel of te weinig staat.",
            )
        return cells[: self._width]

    def _check_id(self, id_: str) -> None:
        if not id_:
            raise RowError("id", "missing_id", "het nummer ontbreekt. Geef elke persoon een eigen nummer.")
        if id_ in self._seen:
            raise RowError(
                "id", "duplicate_id", "dit nummer staat ook in een rij hierboven. Geef elke persoon een eigen nummer."
            )
        self._seen.add(id_)

    def _listed(self, id_: str) -> str | None:
        key = self._rules.hash_key
        known_as = {id_} if key is None else {id_, keyed_hash(id_, key)}
        return next((name for name, ids in self._lists if not known_as.isdisjoint(ids)), None)

    def _age(self, cells: tuple[str, str]) -> str | None:
        """The age class, UNDER_AGE, or None when unknown and not needed."""
        birth_date, age_class = map(read.clean, cells)
        minimum = self._rules.minimum_age
        low, high = 0, None
        if birth_date.strip("0-"):
            low = high = read.age_from_birth_date(birth_date, self._reference_date)
        elif age_class:
            low, high = read.ages(age_class)
            if low < minimum and (high is None or high >= minimum):
                raise RowError(
                    "age_class",
                    "age_unclear",
                    f"in deze klasse zitten mensen onder en boven de {minimum} jaar. Geef de geboortedatum.",
                )
        elif self._age_fields and minimum > 0:
            raise RowError(
                self._age_fields[0],
                "age_missing",
                f"dit vak is leeg. Vul het in: zonder leeftijd is niet zeker dat iemand minstens {minimum} jaar is.",
            )
        else:
            return None
        return UNDER_AGE if high is not None and high < minimum else read.age_class(low, high)

    def _person(self, id_: str, age_class: str | None, cells: Sequence[str]) -> Person:
        street, postcode, city, gender, area, language = self._others(cells)
        number, addition = self._house_of[self._house(cells)]
        person = Person(
            id_,
            read.full_name(self._names(cells)),
            read.email(self._email(cells)),
            self._street_of[street] or None,
            number,
            addition or None,
            (known_postcode := self._postcode_of[postcode]),
            self._city_of[city] or None,
            age_class,
            self._gender_of[gender],
            self._area_of[area],
            self._language_of[language] or None,
            read.address_key(known_postcode, number, addition),
        )
        if not (person.email or (person.street and number and person.postcode and person.city)):
            raise RowError(
                None,
                "unreachable",
                "er is geen e-mailadres en geen volledig postadres. "
                "Vul een e-mailadres in, of straat, huisnummer, postcode en woonplaats.",
            )
        if self._extra:
            return person._replace(features=self._features_of[tuple(cells[place] for place in self._extra)])
        return person


def _features(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" ".join(read.clean(cell).split()) for cell in cells)


def _flagged(cells: tuple[str, ...]) -> str | None:
    return next((name for name, cell in zip(FLAGS, cells, strict=True) if read.flag(name, read.clean(cell))), None)
