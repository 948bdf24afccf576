"""The summary: one page whatever comes in, that says what was asked, what is advised, how sure and what to answer."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import outloud
import pdfua
import pytest
from selectolax.lexbor import LexborHTMLParser

from panel.reports import summary
from panel.reports.blocks import Paragraph
from panel.reports.chapters import document
from panel.reports.facts import Material, read_material
from panel.reports.pdf import render_pdf
from panel.reports.summary import page, pdf
from tests.panel.reports.pdf_text import falls_off, pages
from tests.panel.reports.report_cases import ADVICES, answered, crowded, decided
from tests.panel.reports.report_sample import sample
from tests.panel.reports.test_documents import CASES as DOCUMENTS
from tests.panel.test_b1 import what_is_hard

CASES: dict[str, Callable[[], dict[str, Any]]] = {
    **DOCUMENTS,
    "crowded": crowded,
    "answered": lambda: answered(crowded()),
    "decided": decided,
}


@cache
def material(case: str) -> Material:
    return read_material(CASES[case]())


@cache
def made(case: str) -> bytes:
    return pdf(material(case))


def read(case: str) -> str:
    body = LexborHTMLParser(page(material(case))).body
    assert body is not None
    return " ".join(body.text().split())


@pytest.mark.parametrize("case", CASES)
def test_the_summary_is_one_page_and_nothing_falls_off_it(case: str) -> None:
    told = pages(made(case))

    assert len(told) == 1
    assert "Vragen? griffie@voorbeeld.example" in told[0]
    assert not falls_off(made(case))


@pytest.mark.parametrize("case", ["many", "crowded"])
def test_the_first_chapter_of_the_report_is_one_page_too(case: str) -> None:
    told = pages(render_pdf(document(material(case))))
    first = next(place for place, text in enumerate(told) if text.startswith("1 Samenvatting"))

    assert "Wie beslist, en wanneer?" in told[first]
    assert told[first + 1].startswith("2 Wat lag er voor")


@pytest.mark.parametrize("case", ["nobody", "many", "crowded", "answered"])
def test_the_summary_can_be_read_aloud_and_kept(case: str, tmp_path: Path) -> None:
    path = tmp_path / "summary.pdf"
    path.write_bytes(made(case))

    checked = outloud.check(str(path))
    findings = [found for found in pdfua.validate(str(path)).findings if found.severity >= pdfua.Severity.ERROR]

    assert not checked.error
    assert checked.errors == 0
    assert findings == []


def test_the_summary_says_what_was_asked_advised_how_sure_it_is_and_what_to_answer() -> None:
    text = read("decided")

    for sentence in (
        "Wat was de vraag? Moet de gemeente één loket maken voor alle vragen over zorg, werk en geld?",
        "Dat was van 19 oktober 2026 tot en met 9 november 2026.",
        "De vraag aan dit panel was: Wat moet de gemeenteraad doen met dit plan?",
        "Er waren vier keuzes: het plan aannemen, het plan eerst veranderen, het plan niet aannemen, of: ‘Ik heb "
        "geen mening’.",
        "Het college wil één loket voor alle vragen over zorg, werk en geld. Er komt één plek in elke wijk.",
        "Wat adviseert het panel? Het panel adviseert de raad: verander eerst het plan.",
        "Het vaakst gekozen: het plan eerst veranderen (39 %)",
        "300 antwoorden",
        "De lichte balk is de marge.",
        "Door afronding is alles samen 99 %.",
        "Het plan krijgt gemiddeld een 6,1 (van 1 tot 10).",
        "Minstens de helft geeft een 6 of hoger. De meeste cijfers liggen tussen 4 en 8.",
        "Van de 896 gelote mensen antwoordden er 300 (33 %).",
        "Van alle mensen die antwoordden, wil 31 % het plan aannemen. Zonder wie geen mening heeft, is dat 35 %. "
        "De marge loopt van 29 % tot 41 %.",
        "De griffie van Voorbeeld legde vooraf vast wanneer het plan steun heeft.",
        "De hele marge ligt onder die grens.",
        "Wie niet antwoordde, kan anders denken.",
        "in wijk, leeftijd en geslacht lijkt het panel nu op de gemeente.",
        "124 mensen schreven iets.",
        "gelijke behandeling (30 van de 124 teksten);",
        "Het college van burgemeester en wethouders antwoordt uiterlijk op 10 december 2026.",
        "Zorg voor minder papierwerk voor inwoners. 62 % verwacht meer papierwerk (marge 56–68 %).",
        "De gemeenteraad beslist op 17 december 2026.",
        "Dit is geen referendum.",
        "https://tweedemening.voorbeeld.example/ronde/1",
    ):
        assert sentence in text


DIVIDED = "Het panel is verdeeld. Geen keuze kreeg meer dan de helft van de stemmen."
LARGEST = "De grootste groep (39 %) wil het plan eerst veranderen."


def test_it_is_said_whether_the_largest_group_is_surely_the_largest() -> None:
    assert f"{LARGEST} Is die groep echt groter dan wie het plan wil aannemen (31 %)? Dat is niet zeker." in read(
        "many"
    )

    review = sample(300)
    rows = review["findings"]["questions"][place_of_vote(review)]["tables"][0]["rows"]
    for row, low in zip(rows, (0.26, 0.38, 0.16, 0.06), strict=True):
        row |= {"low": low, "high": low + 0.11}
    assert f"{LARGEST} Die groep is vrij zeker groter dan de andere groepen." in told_of(review)


def place_of_vote(review: dict[str, Any]) -> int:
    return next(number for number, found in enumerate(review["findings"]["questions"]) if found["is_vote"])


def told_of(review: dict[str, Any]) -> str:
    body = LexborHTMLParser(page(read_material(review))).body
    assert body is not None
    return " ".join(body.text().split())


def test_an_answer_that_comes_after_the_decision_is_called_late() -> None:
    late = "Dat is na het besluit van de raad."

    assert late in told_of(sample(300, reply_due="2027-01-31"))
    assert late not in told_of(sample(300, reply_due="2026-12-17"))


def test_groups_that_answered_least_are_named_with_how_often_and_else_it_is_said_that_none_did() -> None:
    review = sample(300)
    classes = review["findings"]["participation"]["classes"]
    for turnout in classes:
        turnout |= {"rate": 0.33, "hidden": ""}
    assert "Alle groepen antwoordden ongeveer even vaak." in told_of(review)

    classes[0]["rate"] = None
    assert "Alle groepen die te tonen zijn, antwoordden ongeveer even vaak." in told_of(review)

    classes[1]["rate"] = 0.29
    assert "Het minst antwoordden: wijk Noord (29 %)." in told_of(review)


def test_of_a_long_plan_whole_sentences_are_told_and_of_none_where_it_is() -> None:
    sentence = "Dit is een zin van het plan die iedereen kan lezen."
    told = told_of(sample(300, summary=f"# Kop\n\n{sentence * 1} " + f"{sentence} " * 40))

    assert told.count(sentence) == 5
    assert "Kop" not in told
    assert "Het plan staat in het hele rapport." in told_of(sample(300, summary=""))


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("nobody", "Er is geen uitspraak. Daarvoor waren 100 antwoorden nodig. Er kwamen er 0."),
        ("some", "Er is geen uitspraak. Daarvoor waren 100 antwoorden nodig. Er kwamen er 40."),
        ("many", f"{DIVIDED} {LARGEST}"),
    ],
)
def test_without_a_direction_the_summary_says_so_and_asks_what_the_executive_does(case: str, sentence: str) -> None:
    text = read(case)

    assert f"Wat adviseert het panel? {sentence}" in text
    assert f"{sentence} Wat doet het college daarmee?" in text


def test_hidden_figures_are_not_in_the_summary() -> None:
    text = read("all hidden")

    assert "%" not in text[text.index("Hoe stemde het panel?") : text.index("Hoe zeker is dat?")]
    assert "niet veilig te tonen" in text


def test_of_many_advices_the_first_are_told_and_the_others_counted() -> None:
    tree = LexborHTMLParser(page(material("crowded")))
    told = len(tree.css("ol li"))

    assert 1 < told < ADVICES
    assert f"En nog {ADVICES - told} adviezen. Die staan in het rapport." in read("crowded")


def test_the_answers_of_the_executive_stand_behind_the_advices() -> None:
    text = read("answered")

    assert "Antwoord: niet overgenomen." in text
    assert "Antwoord: voor een deel overgenomen." in text
    assert "uiterlijk" not in text


@pytest.mark.parametrize("case", CASES)
def test_the_page_of_the_summary_is_whole_and_in_order(case: str) -> None:
    tree = LexborHTMLParser(page(material(case)))

    levels = [int((node.tag or "")[1]) for node in tree.css("h1, h2, h3")]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert not tree.css("script, link, img, iframe")
    for chart in tree.css(".chart"):
        assert chart.attributes["aria-label"]


@pytest.mark.parametrize("case", ["nobody", "some", "many", "decided"])
def test_what_the_summary_says_by_itself_is_b1(case: str) -> None:
    review = CASES[case]()
    review["facts"] |= {"question": "Vindt u dat goed?", "title": "Hulp wordt goedkoper", "contact": ""}
    told = [
        block.text
        for chapter in summary.summary(read_material(review)).chapters
        for block in chapter.blocks
        if isinstance(block, Paragraph) and "http" not in block.text
    ]
    text = "\n\n".join(told).replace("adviesraad sociaal domein", "adviesraad")  # that is its name
    assert what_is_hard(text) == []
