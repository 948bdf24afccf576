"""The page and the PDF: what they say, that they say the same, and that everyone can read them."""

import re
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import outloud
import pdfua
import pikepdf
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from panel.reports.blocks import Document, Picture
from panel.reports.chapters import document
from panel.reports.facts import read_material
from panel.reports.page import render_page
from panel.reports.pdf import render_pdf
from tests.panel.reports.own_questions import sample_with_own
from tests.panel.reports.report_sample import sample

EVIL = '<script>alert(1)</script> #panic("x") $x^2$ \\textbf{a} [kijk](javascript:alert(1)) & "q"'
STRANGE = f"{EVIL} \x00\x07 \u202eomgekeerd \ud800 👩\u200d👩\u200d👧🏽 🇳🇱 漢字 مرحبا שלום"


def hostile() -> dict[str, Any]:
    review = sample(300, title=f"Een lange titel over {STRANGE} " * 2, summary=f"{STRANGE}\n\n# {EVIL}\n\n> {EVIL}")
    review["facts"] |= {"monday": STRANGE, "goal": STRANGE, "fixed": [STRANGE], "remarks": [STRANGE]}
    for statements in review["findings"]["statements"]:
        statements["quotes"] = [
            {"side": "voor", "text": f"{STRANGE} {'woord ' * 2000}", "order": "1"},
            {"side": "tegen", "text": "مرحبا بالعالم 123", "order": "2"},
            {"side": "tegen", "text": "x" * 3000, "order": "3"},
        ]
        for tally in statements["tallies"]:
            tally["code"] = STRANGE
    for question in review["findings"]["questions"]:
        for table in question["tables"]:
            for row in table["rows"]:
                row["label"] += STRANGE
    return review


def all_hidden() -> dict[str, Any]:
    review = sample(300)

    def hide(value: Any) -> None:
        if isinstance(value, list):
            for inner in value:
                hide(inner)
        if isinstance(value, dict):
            for inner in value.values():
                hide(inner)
            if "hidden" in value:
                figures = ("count", "share", "low", "high", "mean", "sd", "median", "texts", "answered", "rate", "n")
                value |= {key: None for key in figures if key in value and "status" not in value}
                value["hidden"] = "small"

    hide(review["findings"])
    return review


def all_the_same() -> dict[str, Any]:
    review = sample(300)
    for question in review["findings"]["questions"]:
        for table in question["tables"]:
            for place, row in enumerate(table["rows"]):
                share = float(not place)
                row |= {"count": 300 * (not place), "share": share, "low": share * 0.98, "high": share or 0.02}
                row["hidden"] = ""
    return review


CASES = {
    "nobody": lambda: sample(0),
    "one": lambda: sample(1),
    "some": lambda: sample(40),
    "many": lambda: sample(300),
    "all the same": all_the_same,
    "all hidden": all_hidden,
    "hostile": hostile,
    "own questions": sample_with_own,
}


@cache
def made(case: str) -> Document:
    return document(read_material(CASES[case]()))


@cache
def read(case: str) -> LexborHTMLParser:
    return LexborHTMLParser(render_page(made(case)))


def text(tree: LexborHTMLParser | LexborNode, selector: str) -> str:
    """The text of the first that is found."""
    found = tree.css_first(selector)
    assert found is not None, selector
    return found.text()


@pytest.mark.parametrize("case", CASES)
def test_the_pdf_can_be_read_aloud_and_kept(case: str, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(render_pdf(made(case)))

    checked = outloud.check(str(path))
    findings = [finding for finding in pdfua.validate(str(path)).findings if finding.severity >= pdfua.Severity.ERROR]

    assert checked.error is None or not checked.error
    assert checked.errors == 0
    assert findings == []


@pytest.mark.parametrize("case", CASES)
def test_the_page_is_whole_and_in_order(case: str) -> None:
    tree = read(case)

    levels = [int((node.tag or "")[1]) for node in tree.css("h1, h2, h3")]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    assert {node.attributes["href"] for node in tree.css("nav a")} <= {f"#{name}" for name in ids}
    assert not tree.css("script, link, img, iframe")
    for figure in tree.css("figure"):
        assert text(figure, "figcaption strong").strip()
        for chart in figure.css(".chart"):
            assert chart.attributes["aria-label"]
            assert figure.css_first("table") is not None
    assert all(table.css_first("caption") and table.css_first("th[scope=col]") for table in tree.css("table"))


def test_texts_of_people_stay_text() -> None:
    tree = read("hostile")

    assert "<script>alert(1)</script>" in text(tree, "h1")
    assert not [node for node in tree.css("a") if "javascript" in (node.attributes["href"] or "")]
    assert tree.html
    assert "\u202e" not in tree.html
    assert tree.css('blockquote [dir="rtl"]')


def test_the_pdf_has_a_title_a_language_bookmarks_and_only_its_own_fonts() -> None:
    with pikepdf.open(BytesIO(render_pdf(made("many")))) as pdf:
        assert str(pdf.Root.Lang) == "nl-NL"
        assert pdf.docinfo["/Title"] == "Eén loket voor zorg, werk en geld"
        with pdf.open_outline() as outline:
            assert len(outline.root) >= 14
        xmp = pdf.open_metadata()
        assert (xmp["pdfuaid:part"], xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("1", "2", "A")
        fonts = {
            str(f.BaseFont).split("+")[-1] for page in pdf.pages for f in page.Resources.get("/Font", {}).values()
        }
        assert all("Libertinus" in font or "DejaVu" in font for font in fonts)


def test_page_and_pdf_are_made_from_the_same_blocks() -> None:
    report = made("many")
    pictures = [block for chapter in report.chapters for block in chapter.blocks if isinstance(block, Picture)]
    page = " ".join(read("many").text().split())
    with pikepdf.open(BytesIO(render_pdf(report))) as pdf:
        alts = {str(node["/Alt"]) for node in _nodes(pdf.Root.StructTreeRoot) if "/Alt" in node}

    assert len(pictures) > 10
    assert all(" ".join(picture.title.split()) in page for picture in pictures)
    assert {picture.alt for picture in pictures if picture.svg} <= alts


@pytest.mark.parametrize("case", ["nobody", "many", "hostile"])
def test_every_row_of_a_table_in_the_pdf_has_its_header(case: str) -> None:
    with pikepdf.open(BytesIO(render_pdf(made(case)))) as pdf:
        nodes = _nodes(pdf.Root.StructTreeRoot)
        bodies = [node for node in nodes if node.get("/S") == "/TBody"]
        rows = [list(row.K) for body in bodies for row in body.K]
        heads = [cell for node in nodes if node.get("/S") == "/THead" for row in node.K for cell in list(row.K)[1:]]

        assert len(rows) > 10
        assert all((str(row[0].S), str(row[0].A[0].Scope)) == ("/TH", "/Row") for row in rows)
        assert all(str(cell.S) == "/TD" for row in rows for cell in row[1:])
        assert all((str(cell.S), str(cell.A[0].Scope)) == ("/TH", "/Column") for cell in heads)


def _nodes(node: Any) -> list[Any]:
    found = [node] if isinstance(node, pikepdf.Dictionary) else []
    kids = node.get("/K") if isinstance(node, pikepdf.Dictionary) else None
    children = kids if isinstance(kids, pikepdf.Array) else [kids] if isinstance(kids, pikepdf.Dictionary) else []
    return found + [inner for child in children for inner in _nodes(child)]


@pytest.mark.parametrize("case", CASES)
def test_every_report_says_who_decides_and_how_sure_it_is(case: str) -> None:
    page = read(case).text()

    for sentence in (
        "Het panel adviseert. De gemeenteraad beslist.",
        "Dit is geen referendum.",
        "De adviesraad sociaal domein geeft een eigen advies.",
        "Niet iedereen die is geloot, deed mee.",
    ):
        assert sentence in page


def test_the_method_has_the_eleven_items_of_the_disclosure_list() -> None:
    chapters = made("many").chapters
    method = next(chapter for chapter in chapters if chapter.id == "verantwoording")
    numbers = [block.text.split(".")[0] for block in method.blocks if block.kind == "heading"]
    assert numbers == [str(number) for number in range(1, 12)]


def test_hidden_figures_are_nowhere_and_are_said_to_be_hidden() -> None:
    page = read("all hidden").text()

    chapters = page[page.index("De stem en het cijfer") : page.index("Verantwoording")]
    assert "te weinig om veilig te tonen" in page
    assert not re.search(r"n\s=\s\d", chapters)


def test_every_advice_is_numbered_and_waits_for_an_answer() -> None:
    tree = read("many")

    advices = tree.css(".advice")
    assert [text(advice, "h3") for advice in advices] == [f"Advies {n + 1}" for n in range(len(advices))]
    assert len(advices) > 1
    assert all("Antwoord van het college" in advice.text() for advice in advices)


def test_what_nobody_explained_is_said() -> None:
    silent = sample(300)
    for statements in silent["findings"]["statements"]:
        statements |= {"texts": 0, "quotes": [], "tallies": []}

    assert "Niemand heeft dit toegelicht." in render_page(document(read_material(silent)))
