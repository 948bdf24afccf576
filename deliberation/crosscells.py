"""What may be shown of one question of a survey file: its table and its splits as one system of cells."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from deliberation.columns import Classes, Column
from deliberation.disclosure import Cell, Cells, Extra, beside, protect, together
from deliberation.figures import Thresholds
from deliberation.precision import Design, Mask
from deliberation.questionnaire import Option
from deliberation.splits import split_cells, weight_limits
from deliberation.tabulation import Raw, cells_of, scale_limits

WHOLE, MEAN = "question", " mean"  # no column has a name that begins with a space

LARGE = 60


def cell_name(by: str, question: str, group: str) -> tuple[str, str, str]:
    """The name of a table; with an answer behind it that of its cell. `by`: WHOLE, or a column."""
    return by if by == WHOLE else f"by {by}", question, group


def protected(
    name: str,
    answers: Column,
    groups: Mapping[str, Classes],
    own: Classes | None,
    margins: Collection[str],
    design: Design,
    thresholds: Thresholds,
    *,
    marks: bool,
) -> tuple[Collection[Cell], Collection[Cell]]:
    """The cells to hide, and which splits, and whether the MEAN, cannot be published without revealing one.

    Arguments as of `crosstabs.tabulate`; `marks`: a mean is published. Where no count is small nothing is hidden. A
    split of more than 60 cells of which most are small is not tried.
    """
    floor, codes, k = thresholds.floor, answers.codes, len(answers.labels)
    smallest = np.bincount(codes[codes >= 0], minlength=k).min()
    too_fine = set[Cell]()
    for by, group in groups.items():
        both = (codes >= 0) & (group.codes >= 0)
        counts = np.bincount(group.codes[both] * k + codes[both], minlength=k * len(group.labels))
        smallest = min(smallest, counts.min())
        if len(counts) > LARGE and (counts < floor).mean() > 0.5:
            too_fine.add(by)
    if smallest >= floor:
        return (), ()
    whole = _raw(cell_name(WHOLE, name, ""), answers, codes >= 0)
    core = together([cells_of([whole], floor), _known(whole, own, answers)])
    if whole.n < floor:
        return frozenset(core.counts), too_fine
    mean = [Extra(MEAN, Cells({}, limits=scale_limits(whole, design)))] if marks else []
    splits = []
    for by, group in groups.items():
        if len(group.labels) > 1 and by not in too_fine:
            tables = [
                _raw(cell_name(by, name, label), answers, group.codes == number)
                for number, label in enumerate(group.labels)
            ]
            rest = _raw(cell_name(by, name, ""), answers, group.codes < 0)
            limits = weight_limits(whole, tables, design, thresholds) if by in margins else Cells({})
            splits.append(Extra(by, together([_split(whole, tables, rest, floor), limits])))
    found = beside(protect(core, mean, floor), splits, floor)
    return found.hidden, found.withheld | too_fine


def _raw(name: tuple[str, str, str], answers: Column, inside: Mask) -> Raw:
    codes = np.where(inside, answers.codes, -1)
    options = tuple(Option(label, label) for label in answers.labels)
    chose = codes[:, None] == np.arange(len(options))
    return Raw(name[2], name[2], name, options, tuple((*name, o.key) for o in options), codes >= 0, chose)


def _split(whole: Raw, tables: list[Raw], rest: Raw, floor: int) -> Cells:
    """The cells of a split. Who is in no group has cells that are never shown and tell nothing by themselves."""
    if not rest.n:
        return split_cells(whole, tables, None, None, floor)
    cells, slack = split_cells(whole, [*tables, rest], None, None, floor), {rest.total, *rest.cells}
    return replace(cells, slack=slack, public={*cells.public} - slack)


def _known(whole: Raw, own: Classes | None, answers: Column) -> Cells:
    """The classes of this column in other tables: what they count is known, and is a sum of answers."""
    if own is None:
        return Cells({})
    counts = dict(zip(whole.cells, whole.chose.sum(axis=0).tolist(), strict=True))
    parts: dict[Cell, list[Cell]] = {}
    for cell, label in zip(whole.cells, answers.labels, strict=True):
        parts.setdefault(("class", own.name, own.mapping.get(label, label)), []).append(cell)
    sizes = {size: sum(counts[cell] for cell in cells) for size, cells in parts.items()}
    return Cells(sizes, [(size, *cells) for size, cells in parts.items()], set(sizes))
