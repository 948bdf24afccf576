"""The same findings in HTML, PDF, CSV and JSON: every number of the one is compared with those of the others.

The numbers are written out here anew, so that a mistake in how the report writes them is found too.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from itertools import groupby
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from panel.reports import build
from tests.panel.reports.pdf_text import pages
from tests.panel.reports.report_cases import follow_up

Line = dict[str, str]
NUMBER = re.compile(r"\d[\d.,]*\d|\d")
IN_TABLES = ("answer", "split")
HIDDEN = "niet getoond"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All that is built of a review with everything in it."""
    folder = tmp_path_factory.mktemp("reports") / "7"
    build.build(follow_up(), folder, lambda _: None)
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def lines(files: dict[str, bytes]) -> list[Line]:
    return list(csv.DictReader(StringIO(files["results.csv"].decode())))


def words(text: str) -> str:
    return " ".join(text.split())


def whole(count: str) -> str:
    return f"{int(count):,}".replace(",", ".") if count else ""


def percent(share: str) -> str:
    """Whole percents, half up; what is not quite nothing or everything is not rounded to it."""
    part = Decimal(share)
    if 0 < part < Decimal("0.005"):
        return "< 1 %"
    return "> 99 %" if Decimal("0.995") <= part < 1 else f"{rounded(share)} %"


def rounded(share: str) -> int:
    return int((Decimal(share) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def exact(value: str) -> str:
    return f"{Decimal(value).quantize(Decimal('0.0001')).normalize():,f}".translate(str.maketrans(",.", ".,"))


def margin(line: Line) -> str:
    if not line["low"]:
        return ""
    if line["share"]:
        return f"{rounded(line['low'])}–{rounded(line['high'])} %"
    return f"{exact(line['low'])} tot {exact(line['high'])}"


def answer_row(line: Line) -> tuple[str, ...]:
    count = whole(line["count"]) or HIDDEN
    if not line["share"]:
        return words(line["label"]), count, HIDDEN, "–"
    return words(line["label"]), count, percent(line["share"]), margin(line)


def other_row(line: Line) -> dict[str, str]:
    hidden = line["hidden"] and not line["count"] and not line["share"]
    row = {
        "Aantal": HIDDEN if hidden else whole(line["count"]),
        "Deel": percent(line["share"]) if line["share"] else "",
        "Getal": exact(line["value"]) if line["value"] and line["figure"] != "advice" else "",
        "Marge": margin(line),
        "n": whole(line["n"]),
    }
    return {name: cell for name, cell in row.items() if cell}


def tables(part: LexborNode) -> Iterator[tuple[str, list[str], list[tuple[str, ...]]]]:
    """Caption, columns and rows of every table."""
    for table in part.css("table"):
        caption = table.css_first("caption")
        assert caption is not None
        columns = [words(cell.text()) for cell in table.css("thead th")]
        rows = [tuple(words(cell.text()) for cell in row.css("th, td")) for row in table.css("tbody tr")]
        yield words(caption.text()), columns, rows


def chapter(files: dict[str, bytes], name: str) -> LexborNode:
    tree = LexborHTMLParser(files["report.html"].decode())
    return next(part for part in tree.css("section.chapter") if part.attributes["aria-labelledby"] == name)


def test_the_csv_holds_the_answers_of_the_json_and_no_others(files: dict[str, bytes]) -> None:
    findings = json.loads(files["results.json"])["findings"]
    vote = next(question["id"] for question in findings["questions"] if question["is_vote"])

    def told(question: str, by: str, table: dict[str, Any], item: str, group: str) -> Iterator[tuple[Any, ...]]:
        for row in table["rows"]:
            figures = (row["count"], row["share"], row["low"], row["high"], table["n"], table["effective_n"])
            yield question, by, group, item, row["key"], *figures, row["hidden"]

    expected = [
        found
        for question in findings["questions"]
        for table in question["tables"]
        for found in told(question["id"], "", table, table["key"], "")
    ]
    expected += [
        found
        for split in findings["splits"]
        for table in split["tables"]
        for found in told(vote, split["by"], table, "", table["key"])
    ]
    names = ("count", "share", "low", "high", "n", "effective_n")
    found = [
        (
            *(line[name] for name in ("question", "group_by", "group", "item", "answer")),
            *(float(line[name]) if line[name] else None for name in names),
            line["hidden"],
        )
        for line in lines(files)
        if line["figure"] in IN_TABLES
    ]
    assert found == expected
    assert len(found) > 100


def test_every_other_number_of_the_json_is_in_the_csv_and_the_other_way_round(files: dict[str, bytes]) -> None:
    content = json.loads(files["results.json"])
    del content["facts"]["questionnaire"], content["facts"]["before"]
    names = ("n", "effective_n", "count", "share", "value", "low", "high")
    told = [line for line in lines(files) if line["figure"] != "change"]
    in_csv = {float(line[name]) for line in told for name in names if line[name]}
    in_json = set(numbers(content))

    assert set(numbers(content["findings"])) - in_csv == set()
    assert in_csv - in_json - {0.5} == set()  # the majority is written 1/2


def numbers(value: Any) -> Iterator[float]:
    match value:
        case bool() | int() | float():
            yield float(value)
        case dict():
            for inner in value.values():
                yield from numbers(inner)
        case list():
            for inner in value:
                yield from numbers(inner)


def test_the_annex_of_the_page_has_every_line_of_the_csv_and_no_other(files: dict[str, bytes]) -> None:
    found = list(tables(chapter(files, "bijlage")))
    answers = [table for table in found if table[1] == ["Antwoord", "Mensen", "Aandeel", "Marge"]]
    others = [table for table in found if table not in answers]

    def place(line: Line) -> tuple[str, ...]:
        return tuple(line[name] for name in ("figure", "question", "group_by", "group", "item"))

    groups = [
        list(some) for _, some in groupby((line for line in lines(files) if line["figure"] in IN_TABLES), place)
    ]
    groups = [some for some in groups if any(line["count"] for line in some)]
    assert [rows for _, _, rows in answers] == [[answer_row(line) for line in some] for some in groups]
    assert [NUMBER.findall(caption.rpartition("n =")[2]) for caption, _, _ in answers] == [
        NUMBER.findall(whole(some[0]["n"])) for some in groups
    ]

    told = [line for line in lines(files) if line["figure"] not in IN_TABLES]
    told = [line for line in told if line["hidden"] or line["count"] or line["share"] or line["value"]]
    cells = [
        {name: cell for name, cell in list(zip(columns, row, strict=True))[1:] if cell}
        for _, columns, rows in others
        for row in rows
    ]
    assert cells == [other_row(line) for line in told]
    assert len(cells) > 80


def test_the_annex_of_the_pdf_has_the_numbers_of_the_annex_of_the_page(files: dict[str, bytes]) -> None:
    annex = " ".join(pages(files["report.pdf"])).rpartition("Bijlage: alle tabellen")[2]
    annex = annex.partition("Het panel adviseert. De gemeenteraad beslist.")[0]
    told = chapter(files, "bijlage").text(separator=" ").partition("Bijlage: alle tabellen")[2]
    assert Counter(NUMBER.findall(annex)) == Counter(NUMBER.findall(told))
    assert len(NUMBER.findall(annex)) > 500


def test_no_table_of_a_chapter_has_a_number_that_is_not_in_the_csv(files: dict[str, bytes]) -> None:
    tree = LexborHTMLParser(files["report.html"].decode())
    known = {number for line in lines(files) for number in written(line)}
    drawn = {line["group"]: line for line in lines(files) if line["figure"] == "draw" and line["answer"] == "drawn"}
    eligible = {line["group"]: line for line in lines(files) if line["answer"] == "eligible"}
    for group, line in drawn.items():  # a chance of one in so many
        chance = Decimal(eligible[group]["count"]) / Decimal(line["count"])
        known |= {"1", f"{chance:.0f}", f"{chance:.1f}".replace(".", ",")}

    seen = 0
    for part in tree.css("section.chapter"):
        for caption, columns, rows in tables(part):
            for row in rows:
                for column, cell in list(zip(columns, row, strict=True))[1:]:
                    if column in ("Bron", "Datum", "Antwoord van de steller", "Waarde"):
                        continue
                    found = NUMBER.findall(cell)
                    assert set(found) <= known, (caption, row, set(found) - known)
                    seen += len(found)
    assert seen > 500


def written(line: Line) -> Iterator[str]:
    """Every way in which a figure of this line may be written."""
    for name in ("n", "count"):
        if line[name]:
            yield whole(line[name])
    for name in ("share", "value", "low", "high"):
        if line[name]:
            yield exact(line[name]).lstrip("-")
            yield f"{Decimal(line[name]):.1f}".replace(".", ",")
            yield f"{Decimal(line[name]):.2f}".replace(".", ",")
            yield f"{Decimal(line[name]):.3f}".replace(".", ",")
            if abs(Decimal(line[name])) <= 1:
                yield from NUMBER.findall(percent(str(abs(Decimal(line[name])))))
                yield str(abs(rounded(line[name])))
