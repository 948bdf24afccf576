"""Classes that are too small, or that nobody is in, taken together with others: always in the same way."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deliberation.figures import Merge
from deliberation.weighting import Floats

EVERYONE = "iedereen"
AGES = re.compile(r"^(\d+)(?:([–-])(\d+)|\+)$")


@dataclass(frozen=True)
class Variable:
    """A classification; the classes of an ordered one (age) are only merged with their neighbours."""

    name: str
    classes: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Merged:
    """`mapping[variable][old class]` is the new class; `merges` names what was taken together."""

    mapping: dict[str, dict[str, str]]
    merges: tuple[Merge, ...]


def merge_classes(variables: Sequence[Variable], cells: Mapping[tuple[str, ...], float], floor: float) -> Merged:
    """Coarsen the variables until every cell of their cross that is not empty counts at least `floor`.

    `cells`: one class per variable -> count. The smallest cell decides: of its classes the one with the smallest
    margin is merged, an ordered one with its smaller neighbour, another with the smallest other class. A class that
    counts nobody is merged first, and with a floor of 1 nothing else is; such a merge has the reason "nobody". The
    same input gives the same answer; a variable may end with one class. ValueError when a cell has an unknown class.
    """
    table = np.zeros([len(variable.classes) for variable in variables])
    for key, count in cells.items():
        index = tuple(v.classes.index(c) for v, c in zip(variables, key, strict=True))
        table[index] += count
    groups = [[[number] for number in range(len(variable.classes))] for variable in variables]
    empty = [_margin(table, axis) <= 0 for axis in range(table.ndim)]
    while (choice := _to_merge(table, floor)) is not None:
        axis, number = choice
        other = _partner(_margin(table, axis), number, ordered=variables[axis].ordered)
        first, second = sorted((number, other))
        groups[axis][first] = sorted(groups[axis][first] + groups[axis].pop(second))
        table = np.delete(table, second, axis) + _moved(table, axis, first, second)
    return _described(variables, groups, empty)


def _margin(table: Floats, axis: int) -> Floats:
    return np.asarray(table.sum(axis=tuple(a for a in range(table.ndim) if a != axis)))


def _to_merge(table: Floats, floor: float) -> tuple[int, int] | None:
    open_axes = [axis for axis in range(table.ndim) if table.shape[axis] > 1]
    for axis in open_axes:
        margin = _margin(table, axis)
        if margin.min() <= 0:
            return axis, int(margin.argmin())
    filled = np.where(table > 0, table, np.inf)
    if not open_axes or filled.min() >= floor:
        return None
    cell = np.unravel_index(int(filled.argmin()), table.shape)
    axis = min(open_axes, key=lambda a: _margin(table, a)[cell[a]])
    return axis, int(cell[axis])


def _partner(margin: Floats, number: int, *, ordered: bool) -> int:
    others = [o for o in range(len(margin)) if (abs(o - number) == 1 if ordered else o != number)]
    return min(others, key=lambda o: float(margin[o]))


def _moved(table: Floats, axis: int, first: int, second: int) -> Floats:
    moved = np.zeros_like(np.delete(table, second, axis))
    np.moveaxis(moved, axis, 0)[first] = np.take(table, second, axis)
    return moved


def _described(
    variables: Sequence[Variable], groups: list[list[list[int]]], empty: Sequence[NDArray[np.bool_]]
) -> Merged:
    mapping: dict[str, dict[str, str]] = {}
    merges: list[Merge] = []
    for variable, parts, nobody in zip(variables, groups, empty, strict=True):
        mapping[variable.name] = {}
        for part in parts:
            old = tuple(variable.classes[number] for number in part)
            new = old[0] if len(old) == 1 else EVERYONE if len(parts) == 1 else _joined(old, variable.ordered)
            mapping[variable.name] |= dict.fromkeys(old, new)
            if len(old) > 1:
                merges.append(Merge(variable.name, old, new, "nobody" if nobody[part].any() else "small"))
    return Merged(mapping, tuple(merges))


def _joined(labels: tuple[str, ...], ordered: bool) -> str:
    """ "16–24" and "25–34" are "16–34", "65–74" and "75+" are "65+"; anything else "A + B", "A + B + 7 andere"."""
    named = labels if len(labels) <= 3 else (*labels[:2], f"{len(labels) - 2} andere")
    ages = [AGES.match(label) for label in labels]
    if not ordered or not all(ages):
        return " + ".join(named)
    found = [age for age in ages if age]
    if any(a[3] is None or int(a[3]) + 1 != int(b[1]) for a, b in pairwise(found)):
        return " + ".join(named)
    first, last = found[0], found[-1]
    return f"{first[1]}+" if last[3] is None else f"{first[1]}{first[2]}{last[3]}"
