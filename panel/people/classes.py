"""The groups that people are drawn in, and that ballots keep."""

from collections.abc import Iterable

from deliberation.weighting import Variable

CLASSES = ("area", "age", "gender")


def variables_of(cells: Iterable[tuple[str, ...]]) -> list[Variable]:
    """The classes that occur in these cells, each a class per variable; those of age have an order."""
    columns = list(zip(*cells, strict=True)) or [()] * len(CLASSES)
    return [
        Variable(name, tuple(sorted(set(column))), ordered=name == "age")
        for name, column in zip(CLASSES, columns, strict=True)
    ]
