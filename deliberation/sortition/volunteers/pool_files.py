"""The two files of a pool as the field uses them: targets per category, and people with a column per category."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deliberation.sortition.frames.columns import FIELDS
from deliberation.sortition.frames.table import FrameError, Table
from deliberation.sortition.volunteers.quotas import Target, plain

COLUMNS = {
    "category": {"category", "categorie"},
    "feature": {"feature", "value", "name", "kenmerk", "waarde", "naam"},
    "min": {"min", "minimum"},
    "max": {"max", "maximum"},
    "min_flex": {"minflex"},
    "max_flex": {"maxflex"},
}
NEEDED = ("category", "feature", "min", "max")
SHOWN = 10


@dataclass(frozen=True, slots=True)
class People:
    """`features`: id → category → feature. `homes`: id → address, of those whose address is known."""

    features: Mapping[str, Mapping[str, str]]
    homes: Mapping[str, str] = field(default_factory=dict)


def read_targets(table: Table) -> list[Target]:
    """The targets in a table `category|feature, feature|value|name, min, max[, min_flex, max_flex]`.

    Case and blanks in column names do not matter; other columns and rows without numbers (notes) are left alone.
    A table with a column `feature` and one `value` is read as category and feature.
    Raises FrameError with row, column and remedy.
    """
    place = _target_columns(table.header)
    targets, wrong = list[Target](), list[str]()
    for row, cells in table.rows:
        values = {name: _cell(cells, column) for name, column in place.items()}
        if not (values["min"] or values["max"]):
            continue
        try:
            targets.append(_target(values))
        except ValueError as error:
            wrong.append(f"Rij {row}, {error}")
    _stop(wrong)
    if not targets:
        raise FrameError("In het bestand met categorieën staat geen rij met een minimum en een maximum.")
    return targets


def read_people(
    table: Table, targets: Sequence[Target], id_column: str | None = None, address: Sequence[str] = ()
) -> People:
    """The people in a table with an id and a column per category of the targets; other columns are left alone.

    Names of columns and features are compared without case and blanks. The id column is the one named, else one that
    is called so, else the first column. `address`: the columns that make an address together; who has nothing in the
    first (or the second, when there are more) has an unknown address, one of his own.
    Raises FrameError with row, column and remedy.
    """
    columns = {plain(name): place for place, name in reversed(list(enumerate(table.header)))}
    id_place = _id_place(table.header, columns, id_column, targets)
    homes_of = [_known(columns, name) for name in address]
    wanted = {target.category: _known(columns, target.category) for target in targets}
    known = {(plain(target.category), plain(target.feature)) for target in targets}
    features, homes, rows, wrong = dict[str, dict[str, str]](), dict[str, str](), dict[str, int](), list[str]()
    for row, cells in table.rows:
        id_, own = _cell(cells, id_place), {name: _cell(cells, place) for name, place in wanted.items()}
        if not id_ and not any(own.values()):
            continue  # a note under the table
        if problem := _problem(id_, own, rows, known, table.header[id_place]):
            wrong.append(f"Rij {row}, {problem}")
            continue
        rows[id_], features[id_] = row, own
        parts = [re.sub(r"\W+", "", _cell(cells, place).casefold()) for place in homes_of]
        if parts and all(parts[:2]):
            homes[id_] = " ".join(parts)
    _stop(wrong)
    if not features:
        raise FrameError("In het bestand met mensen staat niemand.")
    return People(features, homes)


def _target_columns(header: Sequence[str]) -> dict[str, int]:
    names = [re.sub(r"[^a-z]", "", name.casefold()) for name in header]
    places = {own: place for own, known in COLUMNS.items() for place, name in enumerate(names) if name in known}
    if "category" not in places and "feature" in names and len({"value", "name"} & set(names)):
        places["category"] = names.index("feature")
        places["feature"] = next(place for place, name in enumerate(names) if name in {"value", "name"})
    if missing := [name for name in NEEDED if name not in places]:
        raise FrameError(
            f"In het bestand met categorieën ontbreekt de kolom ‘{missing[0]}’. "
            "Nodig zijn: category, feature, min en max; min_flex en max_flex mogen."
        )
    return places


def _target(values: Mapping[str, str]) -> Target:
    for name in ("category", "feature"):
        if not values[name]:
            raise ValueError(f"kolom {name}: dit vak is leeg. Vul het in, of maak de rij leeg.")
    low, high = _number(values, "min"), _number(values, "max")
    least = _number(values, "min_flex") if values.get("min_flex") else 0
    most = _number(values, "max_flex") if values.get("max_flex") else None
    if low > high:
        raise ValueError(f"kolom min: {low} is meer dan het maximum {high}. Draai ze om of verbeter ze.")
    if least > low:
        raise ValueError(f"kolom min_flex: {least} is meer dan het minimum {low}. Kies hoogstens {low}.")
    if most is not None and most < high:
        raise ValueError(f"kolom max_flex: {most} is minder dan het maximum {high}. Kies minstens {high}.")
    return Target(values["category"], values["feature"], low, high, least, most)


def _number(values: Mapping[str, str], name: str) -> int:
    text = values.get(name, "")
    if not re.fullmatch(r"\d{1,9}(?:[.,]0+)?", text):
        raise ValueError(f"kolom {name}: hier moet een heel getal van 0 of meer staan.")
    return int(re.split(r"[.,]", text)[0])


def _id_place(header: Sequence[str], columns: Mapping[str, int], named: str | None, targets: Sequence[Target]) -> int:
    if named is not None:
        return _known(columns, named)
    for place, name in enumerate(header):
        letters = re.sub(r"[^a-z]", "", name.casefold())
        if letters in FIELDS["id"] or letters.endswith("id"):
            return place
    if plain(header[0]) in {plain(target.category) for target in targets}:
        raise FrameError("Er is geen kolom met een eigen nummer (id) per persoon. Voeg die toe of wijs haar aan.")
    return 0


def _known(columns: Mapping[str, int], name: str) -> int:
    if plain(name) not in columns:
        raise FrameError(f"In het bestand met mensen ontbreekt de kolom ‘{name}’. Voeg haar toe of verbeter de naam.")
    return columns[plain(name)]


def _problem(
    id_: str, own: Mapping[str, str], rows: Mapping[str, int], known: set[tuple[str, str]], id_name: str
) -> str | None:
    if not id_:
        return f"kolom {id_name}: het nummer ontbreekt. Geef elke persoon een eigen nummer."
    if id_ in rows:
        return f"kolom {id_name}: dit nummer staat ook in rij {rows[id_]}. Geef elke persoon een eigen nummer."
    for category, feature in own.items():
        if not feature:
            return f"kolom {category}: dit vak is leeg. Vul het in, of haal de rij weg."
        if (plain(category), plain(feature)) not in known:
            return f"kolom {category}: ‘{feature}’ staat niet bij de categorieën. Voeg het daar toe of verbeter het."
    return None


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _stop(wrong: Sequence[str]) -> None:
    if wrong:
        more = f" En nog {len(wrong) - SHOWN} zulke rijen." if len(wrong) > SHOWN else ""
        raise FrameError(" ".join(wrong[:SHOWN]) + more)
