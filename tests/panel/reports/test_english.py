"""The edition in English: all that the report says by itself, and Dutch marked as Dutch."""

import re
from functools import cache
from io import BytesIO
from typing import Any

import outloud
import pikepdf
import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser

from deliberation.filling import fill
from panel.reports import wording
from panel.reports.blocks import Document
from panel.reports.chapters import document
from panel.reports.dutch_inside import pattern
from panel.reports.english import in_english
from panel.reports.language import catalogue, edition
from panel.reports.page import render_page
from panel.reports.pdf import render_pdf
from tests.panel.reports.report_sample import INDICATORS, QUESTIONNAIRE, sample
from tests.panel.reports.report_texts import texts
from tests.panel.reports.test_documents import CASES

DUTCH = re.compile(r"\b(het|een|van|niet|mensen|antwoord\w*|wij|geen|hoe|wat|wie|naar|bij)\b", re.IGNORECASE)
WITHOUT = ("hostile", "own questions")  # no sentence of ours by itself
ENGLISH = {
    "title": "One desk for care, work and money",
    "question": "Should the municipality have one desk for all questions about care, work and money?",
    "goal": "people get the help that fits sooner",
    "asked_by": "The council of Voorbeeld",
    "run_by": "The clerk of the council",
}
INDICATORS_IN_ENGLISH = ("People wait less long for help", "Fewer objections", "More people are content")


def in_two_languages(case: str) -> dict[str, Any]:
    """A case with English facts: of some texts the drafter wrote the English, others are there in Dutch alone."""
    review = CASES[case]()
    review["english"] = {**review["facts"], **ENGLISH, "language": "en"}
    if case not in WITHOUT:
        review["english"]["questionnaire"] = fill(
            yaml.safe_load(QUESTIONNAIRE.read_text("utf-8")),
            {
                "doel": (review["facts"]["goal"], ENGLISH["goal"]),
                "grondwaarden": ["inkomen", "zelf_doen", "meedoen"],
                "indicatoren": list(zip(INDICATORS, INDICATORS_IN_ENGLISH, strict=True)),
            },
        )
    return review


@cache
def made(case: str) -> Document:
    material = in_english(in_two_languages(case))
    assert material is not None
    with edition("en"):
        return document(material)


def test_all_that_a_report_says_has_its_english() -> None:
    assert [text for text in texts() if text not in catalogue()] == []


def test_english_has_the_same_facts_filled_in() -> None:
    names = re.compile(r"\{(\w+)\}")
    assert [
        dutch for dutch, english in catalogue().items() if set(names.findall(dutch)) != set(names.findall(english))
    ] == []


def test_nothing_is_translated_that_nobody_says() -> None:
    spoken_by_name = {"en", "of"}
    assert set(catalogue()) - set(texts()) <= spoken_by_name


@pytest.mark.parametrize("case", [case for case in CASES if case not in WITHOUT])
def test_the_english_page_is_english_but_for_what_is_marked_as_dutch(case: str) -> None:
    page = LexborHTMLParser(render_page(made(case)))

    assert [node.attributes["lang"] for node in page.css("html")] == ["en"]
    assert all(quote.attributes["lang"] == "nl" for quote in page.css("blockquote div"))
    for node in page.css("[lang=nl], style"):
        node.decompose()
    said = page.body.text(separator=" ").replace("een openbaar getal", "") if page.body else ""
    labels = " ".join(node.attributes["aria-label"] or "" for node in page.css("[aria-label]"))
    assert {found[0] for found in DUTCH.finditer(f"{said} {labels}")} == set()


@pytest.mark.parametrize("case", WITHOUT)
def test_an_english_edition_is_made_of_anything(case: str) -> None:
    assert 'lang="nl"' in render_page(made(case))


def test_the_english_pdf_knows_its_language_and_that_of_residents() -> None:
    made_pdf = render_pdf(made("many"))

    with pikepdf.open(BytesIO(made_pdf)) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
    assert b"/Lang(nl" in made_pdf
    assert outloud.check(made_pdf).errors == 0


def test_dutch_inside_an_english_text_is_marked_and_never_inside_a_tag() -> None:
    review = in_two_languages("many")
    for said in review["findings"]["statements"]:
        for tally, code in zip(said["tallies"], ("voorbeeld", "minder papier"), strict=False):
            tally["code"] = code
    review["english"]["questionnaire"] = review["facts"]["questionnaire"]  # with the goal in Dutch
    material = in_english(review)
    assert material is not None
    with edition("en"):
        told = document(material)
    page = LexborHTMLParser(render_page(told))

    marked = {node.text() for node in page.css("span[lang=nl]")}
    assert {"voorbeeld", "minder papier", "mensen krijgen sneller de hulp die past"} <= marked
    assert page.css_first('a[href="https://tweedemening.voorbeeld.example/ronde/1"]') is not None
    assert pattern(()) == ""
    assert outloud.check(render_pdf(told)).errors == 0


def test_without_english_facts_there_is_no_english_edition() -> None:
    assert in_english(sample(40)) is None


def test_figures_are_written_as_in_english() -> None:
    with edition("en"):
        assert wording.percent(0.434) == "43%"
        assert wording.margin(0.37, 0.49) == "37–49%"
        assert wording.number(1234.5, 1) == "1,234.5"
        assert wording.day("2026-11-20").replace("\u00a0", " ") == "20 November 2026"
        assert wording.listed(["a", "b", "c"], "of") == "a, b or c"
    assert wording.percent(0.434) == "43\u00a0%"
