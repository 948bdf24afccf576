"""The columns of a survey file as numbers, and their classes beside the population's.

A message of a SurveyError is a Dutch sentence that says what to do, without anybody's data.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from deliberation.cells import Numbers
from deliberation.figures import Merge
from deliberation.merging import Variable, merge_classes
from deliberation.weighting import Codes, Floats

NUMBER = re.compile(r"-?\d{1,15}([.,]\d{1,9})?")
MOST = 40
Sizes = Mapping[str, Mapping[str, float]]


class SurveyError(ValueError):
    """The file, or what was asked of it, cannot be used."""


@dataclass(frozen=True, eq=False)
class Column:
    """What n people have in one column: the number (n) of its label, −1 for nothing."""

    labels: tuple[str, ...]
    codes: Numbers

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, eq=False)
class Classes:
    """A column whose labels are classes, of which `population` and `invited` (k) count people; None when not given.

    `mapping`: the class that each label became.
    """

    name: str
    labels: tuple[str, ...]
    codes: Codes
    mapping: Mapping[str, str]
    population: Floats | None = None
    invited: Floats | None = None


def check_names(used: Sequence[str], known: Sequence[str]) -> None:
    """Raises SurveyError for a column that is not there."""
    if unknown := [name for name in used if name not in known]:
        listed = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
        raise SurveyError(f"Er is geen kolom ‘{unknown[0]}’. De kolommen zijn: {listed}.")


def column_of(values: Sequence[str]) -> Column:
    """A column of texts; "" is nothing."""
    labels = tuple(dict.fromkeys(value for value in values if value))
    number = {label: place for place, label in enumerate(labels)} | {"": -1}
    return Column(labels, np.array([number[value] for value in values], dtype=np.intp))


def marks_of(labels: Sequence[str]) -> list[float] | None:
    """The labels as numbers, None when they are not all numbers. A decimal comma is a point."""
    if not labels or not all(NUMBER.fullmatch(label) for label in labels):
        return None
    return [float(label.replace(",", ".")) for label in labels]


def in_order(column: Column) -> Column:
    """Only labels that occur, numbers in order of size ("1.0" and "1" are the same), other labels by alphabet."""
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.labels))
    used = [place for place in range(len(column.labels)) if counts[place]]
    marks = marks_of([column.labels[place] for place in used])
    if marks is None:
        order = sorted(used, key=lambda place: (column.labels[place].casefold(), column.labels[place]))
        labels, numbers = [column.labels[place] for place in order], list(range(len(order)))
    else:
        sizes = sorted(set(marks))
        order, labels = used, [str(int(size)) if size.is_integer() else str(size) for size in sizes]
        numbers = [sizes.index(mark) for mark in marks]
    number = np.full(len(column.labels) + 1, -1)
    number[order] = numbers
    return Column(tuple(labels), number[column.codes])


def answers_of(name: str, column: Column) -> Column:
    """A column as the answers to a question with choices. Raises SurveyError when it is not."""
    found = in_order(column)
    if not found.labels:
        raise SurveyError(f"In de kolom ‘{name}’ heeft niemand iets ingevuld. Laat deze kolom weg.")
    if len(found.labels) > MOST:
        raise SurveyError(
            f"De kolom ‘{name}’ heeft {len(found.labels)} verschillende antwoorden. Een tabel heeft er hoogstens "
            f"{MOST}: neem antwoorden samen, of laat deze vraag weg."
        )
    return found


def groups_of(name: str, column: Column, floor: int) -> tuple[Classes, tuple[Merge, ...]]:
    """A column to split by; groups of fewer than `floor` people are merged."""
    found = answers_of(name, column)
    return _merged(Classes(name, found.labels, found.codes.astype(np.intp), {}), floor)


def classes_of(
    name: str, column: Column, population: Sizes, invited: Sizes | None, floor: int
) -> tuple[Classes, tuple[Merge, ...]]:
    """A column with the classes of the population; those with fewer than `floor` people in it are merged.

    Raises SurveyError for a class without population, people without a class, more answers than people in a class,
    and invitations that are not of the population's classes or fewer than the people who answered.
    """
    sizes = population.get(name)
    if not sizes:
        raise SurveyError(
            f"Het bestand met de bevolking zegt niets over ‘{name}’. Zet daar per klasse hoeveel mensen."
        )
    labels = tuple(sizes)
    codes = _in_classes(name, column, labels, "in het bestand met de bevolking")
    counts = np.bincount(codes, minlength=len(labels))
    for label, count in zip(labels, counts, strict=True):
        if count > sizes[label]:
            raise SurveyError(
                f"In de klasse ‘{label}’ van ‘{name}’ zijn {count} antwoorden, en volgens de bevolking wonen er "
                f"{sizes[label]:g} mensen. Zet daar aantallen mensen, geen procenten; of verbeter de antwoorden."
            )
    asked = None if invited is None else _invited(name, labels, counts, invited)
    people = np.array([float(sizes[label]) for label in labels])
    return _merged(Classes(name, labels, codes, {}, people, asked), floor)


def _in_classes(name: str, column: Column, labels: Sequence[str], where: str) -> Codes:
    number = {label: place for place, label in enumerate(labels)}
    places = [number.get(label, -1) for label in column.labels]
    if (column.codes < 0).any():
        row = int(np.argmax(column.codes < 0)) + 2
        missing = int((column.codes < 0).sum())
        raise SurveyError(
            f"In de kolom ‘{name}’ is {missing} keer niets ingevuld, het eerst bij rij {row}. Met deze kolom wordt "
            "gewogen: vul hem aan, of laat die rijen weg."
        )
    for place, label in zip(places, column.labels, strict=True):
        if place < 0:
            known = ", ".join(labels[:8]) + (" …" if len(labels) > 8 else "")
            raise SurveyError(
                f"De klasse ‘{label}’ van ‘{name}’ staat niet {where}. Daar staan: {known}. Maak de namen gelijk."
            )
    return np.array(places, dtype=np.intp)[column.codes]


def _invited(name: str, labels: Sequence[str], answered: Codes, invited: Sizes) -> Floats:
    counts = invited.get(name)
    if not counts:
        raise SurveyError(f"De uitnodigingen zeggen niets over ‘{name}’. Zet daar per klasse hoeveel mensen.")
    if other := [label for label in counts if label not in labels]:
        raise SurveyError(
            f"De klasse ‘{other[0]}’ van ‘{name}’ staat bij de uitnodigingen maar niet bij de bevolking."
        )
    asked = np.array([float(counts.get(label, 0)) for label in labels])
    for label, number, count in zip(labels, asked, answered, strict=True):
        if count > number:
            raise SurveyError(
                f"In de klasse ‘{label}’ van ‘{name}’ zijn {count} antwoorden op {number:.0f} uitnodigingen. "
                "Verbeter een van de twee bestanden."
            )
    return asked


def _merged(classes: Classes, floor: int) -> tuple[Classes, tuple[Merge, ...]]:
    """Ordered classes, that all start with a number, are merged with a neighbour, others with the smallest."""
    counts = np.bincount(classes.codes[classes.codes >= 0], minlength=len(classes.labels))
    ordered = all(label[:1].isdigit() for label in classes.labels)
    variable = Variable(classes.name, classes.labels, ordered)
    cells: dict[tuple[str, ...], float] = {
        (label,): float(count) for label, count in zip(classes.labels, counts, strict=True)
    }
    merged = merge_classes([variable], cells, floor)
    mapping = merged.mapping[classes.name]
    labels = tuple(dict.fromkeys(mapping[label] for label in classes.labels))
    number = np.array([labels.index(mapping[label]) for label in classes.labels], dtype=np.intp)

    def added(sizes: Floats | None) -> Floats | None:
        return None if sizes is None else np.bincount(number, sizes, len(labels)).astype(np.float64)

    return (
        replace(
            classes,
            labels=labels,
            codes=np.append(number, -1)[classes.codes],
            mapping=mapping,
            population=added(classes.population),
            invited=added(classes.invited),
        ),
        merged.merges,
    )
