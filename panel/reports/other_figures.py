"""The figures that stand in no table of answers, so that the annex holds every figure of results.csv."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from panel.reports import wording
from panel.reports.blocks import Block, Grid, Heading
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.results import Line, lines
from panel.reports.wording import number, percent, say, sentences

IN_TABLES = ("answer", "split")
DIGITS = 4


def other_figures(material: Material) -> Iterator[Block]:
    """A table per kind of figure, and per question where it is about one."""
    yield Heading(t("Alle andere cijfers"))
    found = [line for line in lines(material) if line.figure not in IN_TABLES and _says_something(line)]
    for (figure, question), some in groupby(found, _about):
        yield _grid(material, _caption(material, figure, question), list(some))


def _says_something(line: Line) -> bool:
    return bool(line.hidden) or any(figure is not None for figure in (line.count, line.share, line.value))


def _about(line: Line) -> tuple[str, str]:
    return line.figure, "" if line.figure == "advice" else line.question


def _caption(material: Material, figure: str, question: str) -> str:
    kind = say("figures", figure)
    if not question or question == material.questionnaire.vote.id:
        return kind
    return f"{kind}: {material.questionnaire.question(question).text}"


def _grid(material: Material, caption: str, some: Sequence[Line]) -> Grid:
    rows = [(_name(material, line), *_cells(line)) for line in some]
    columns = (t("Wat"), t("Aantal"), t("Deel"), t("Getal"), t("Marge"), "n")
    used = [place for place in range(len(columns)) if not place or any(row[place] for row in rows)]
    kept = tuple(tuple(row[place] for place in used) for row in rows)
    note = wording.why_not_shown(dict.fromkeys(line.hidden for line in some if line.hidden))
    numeric = tuple(range(1, len(used)))
    some_hidden = any(line.hidden for line in some)
    return Grid(caption, tuple(columns[place] for place in used), kept, numeric, note if some_hidden else "")


def _cells(line: Line) -> tuple[str, ...]:
    """Count, share, number, margin and n; what is not there is empty, what is hidden is said to be."""
    count = wording.not_shown() if line.hidden and line.count is None and line.share is None else _whole(line.count)
    share = percent(line.share) if line.share is not None else ""
    value = _exact(line.value) if line.value is not None and line.figure != "advice" else ""
    return count, share, value, _margin(line), _whole(line.n)


def _whole(count: int | None) -> str:
    return "" if count is None else number(count)


def _margin(line: Line) -> str:
    if line.low is None or line.high is None:
        return ""
    if line.share is not None:
        return wording.margin(line.low, line.high)
    return t("{low} tot {high}", low=_exact(line.low), high=_exact(line.high))


def _exact(value: float) -> str:
    """With the decimals that it has, at most four."""
    decimals = f"{value:.{DIGITS}f}".rstrip("0").partition(".")[2]
    return number(value, len(decimals))


def _name(material: Material, line: Line) -> str:
    """What is counted or measured, in words; a code without words as it is."""
    parts: tuple[str, ...]
    match line.figure:
        case "texts" | "point":
            parts = (line.label or _measured(line.item or line.answer or "no_code"),)
        case "verdict" | "outside":
            parts = (_measured(line.item or ("adopting" if line.figure == "verdict" else line.answer)),)
        case "minority":
            parts = (t("koos iets anders"),)
        case "agreement":
            parts = (
                _variable(line),
                _label(material, line.question, line.answer),
                _measured(line.item),
                _group(line),
            )
        case "advice":
            item = _label(material, line.question, line.item)
            parts = (t("Advies {number}", number=int(line.value or 0)), item, line.label)
        case "outcome":
            parts = (say("outcomes", line.answer),)
        case "way":
            parts = (say("ways", line.answer) if line.answer in sentences()["ways"] else _measured(line.answer),)
        case "draw" if line.answer == "excluded":
            parts = (_measured(line.answer), say("excluded", line.group))
        case "change":
            answer = _measured(line.answer) if line.answer == "mean" else line.label
            parts = (_label(material, line.question, line.item), answer, _measured(line.group))
        case _:
            parts = (_variable(line), _group(line), _measured(line.answer))
    return ", ".join(part for part in parts if part)


def _measured(code: str) -> str:
    return say("measured", code)


def _variable(line: Line) -> str:
    return say("variables", line.group_by) if line.group_by and line.group_by != "stratum" else ""


def _group(line: Line) -> str:
    return wording.group(line.group, line.group)


def _label(material: Material, question: str, key: str) -> str:
    asked = material.questionnaire.question(question)
    options = (*asked.options, *asked.items)
    return next((option.label for option in options if option.key == key), key)
