"""The groups that people are drawn in, and that ballots keep."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from deliberation.merging import Variable, merge_classes

CLASSES = ("area", "age", "gender")
# So many members are expected in every group of area, age and gender; smaller groups are taken together, because a
# ballot that keeps its group must not single anybody out.
FEWEST_IN_A_GROUP = 10


def variables_of(cells: Iterable[tuple[str, ...]]) -> list[Variable]:
    """The classes that occur in these cells, each a class per variable; those of age have an order."""
    columns = list(zip(*cells, strict=True)) or [()] * len(CLASSES)
    return [
        Variable(name, tuple(sorted(set(column))), ordered=name == "age")
        for name, column in zip(CLASSES, columns, strict=True)
    ]


def groups_for(cells: Sequence[tuple[str, ...]], size: int) -> list[tuple[str, ...]]:
    """For each person's area, age and gender the group in which they are drawn, when `size` people are."""
    counts = Counter(cells)
    share = size / len(cells) if cells else 1
    expected = {cell: count * share for cell, count in counts.items()}
    mapping: Mapping[str, Mapping[str, str]] = merge_classes(
        variables_of(counts), expected, FEWEST_IN_A_GROUP
    ).mapping
    maps = [mapping[name] for name in CLASSES]
    merged = {cell: tuple(names[value] for names, value in zip(maps, cell, strict=True)) for cell in counts}
    return [merged[cell] for cell in cells]
