"""The chapters of the yes-buts, what lies outside the mandate, the minority, the reply and the first time."""

from functools import cache
from pathlib import Path
from typing import Any

import outloud
import pdfua
import pytest
from selectolax.lexbor import LexborHTMLParser

from panel.reports.blocks import Document, Grid, Heading, Quotes
from panel.reports.chapters import document
from panel.reports.english import in_english
from panel.reports.facts import read_material
from panel.reports.language import edition
from panel.reports.page import render_page
from panel.reports.pdf import render_pdf
from panel.reports.summary import pdf
from tests.panel.reports.report_cases import answered, crowded, decided, follow_up, with_minority
from tests.panel.reports.report_sample import sample

ORDER = [
    *("samenvatting", "voorstel", "aanpak", "stem", "doel", "grondwaarden", "gevolgen", "regels", "verhaal"),
    *("adviezen", "signalen", "resultaat", "eerder", "antwoord", "minderheid"),
    *("deelname", "verantwoording", "bijlage"),
]


@cache
def whole() -> Document:
    return document(read_material(follow_up()))


def text(review: dict[str, Any], name: str) -> str:
    """What one chapter says."""
    return _text(render_page(document(read_material(review))), name)


def _text(page: str, name: str) -> str:
    parts = LexborHTMLParser(page).css("section.chapter")
    found = next(part for part in parts if part.attributes["aria-labelledby"] == name)
    return " ".join(found.text(separator=" ").split())


def blocks(made: Document, name: str, kind: type[Any]) -> list[Any]:
    return [
        block for chapter in made.chapters if chapter.id == name for block in chapter.blocks if type(block) is kind
    ]


def test_the_chapters_stand_in_the_order_in_which_a_council_reads() -> None:
    assert [chapter.id for chapter in whole().chapters] == ORDER
    assert [chapter.number for chapter in whole().chapters] == list(range(1, len(ORDER) + 1))


def test_a_report_with_everything_in_it_can_be_read_aloud_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(render_pdf(whole()))

    findings = [found for found in pdfua.validate(str(path)).findings if found.severity >= pdfua.Severity.ERROR]
    assert outloud.check(str(path)).errors == 0
    assert findings == []


def test_points_are_told_in_words_as_so_many_of_the_texts_and_never_as_percentages() -> None:
    review = sample(300)
    statements = next(found for found in review["findings"]["statements"] if found["question"] == "q10_reden")
    statements["texts"] = 117
    statements["tallies"] = [
        {"code": "precedent", "texts": None, "hidden": "small"},
        {"code": "money", "texts": 23, "hidden": ""},
        {"code": "de bus", "texts": 41, "hidden": ""},
        {"code": "", "texts": 30, "hidden": ""},
    ]
    made = document(read_material(review))
    tables = [grid.rows for grid in blocks(made, "verhaal", Grid) if grid.columns == ("Punt", "Teksten")]

    assert tables[0] == (
        ("de bus", "41 van de 117"),
        ("geld", "23 van de 117"),
        ("precedent: dan willen anderen het ook", "niet getoond"),
        ("geen van deze punten", "30 van de 117"),
    )
    told = _text(render_page(made), "verhaal")
    assert "Vaak genoemd in de teksten: de bus (41 van de 117); geld (23 van de 117)." in told
    assert "Zij zeggen niet hoeveel inwoners zo denken." in told
    assert "%" not in told


def test_signals_from_outside_the_mandate_have_a_chapter_of_their_own() -> None:
    review = with_minority()
    told = text(review, "signalen")

    assert "Bij 17 van de 253 teksten gaat het over iets buiten het kader." in told
    assert "Laat de bus ook in de avond rijden." in told
    assert "Het geld voor 2027 staat vast." in told
    assert "Laat de bus ook in de avond rijden." not in text(review, "verhaal")


@pytest.mark.parametrize(
    ("signals", "sentence"),
    [
        (None, "Niemand schreef iets dat buiten het kader valt."),
        ({"texts": 0, "of": 117, "hidden": "", "quotes": []}, "Niemand schreef iets dat buiten het kader valt."),
        ({"texts": None, "of": None, "hidden": "small", "quotes": []}, "is niet te tonen: te weinig om veilig"),
    ],
)
def test_without_signals_that_can_be_shown_the_chapter_says_so(signals: Any, sentence: str) -> None:
    review = sample(40)
    review["findings"]["outside"] = signals
    assert sentence in text(review, "signalen")


def test_the_minority_has_its_figures_its_groups_its_words_and_its_rule() -> None:
    told = text(with_minority(), "minderheid")

    assert "koos 35 % iets anders (tussen 29 % en 41 %)" in told
    assert "Zij kozen: ‘het plan aannemen’ of ‘het plan niet aannemen’." in told
    assert "Noord (wijk): ‘het plan aannemen’" in told
    assert "Eén plek is beter dan drie." in told
    assert "Minstens een vijfde van de mensen met een mening koos iets anders." in told


def unanimous() -> dict[str, Any]:
    review = decided("voor")
    review["findings"]["minority"] = {
        **{"rule": "", "options": [], "share": 0.12, "low": 0.09, "high": 0.15, "hidden": ""},
        **{"groups": [], "quotes": []},
    }
    return review


def hidden_minority() -> dict[str, Any]:
    review = unanimous()
    review["findings"]["minority"] |= {"share": None, "low": None, "high": None, "hidden": "small"}
    return review


@pytest.mark.parametrize(
    ("review", "sentence"),
    [
        (sample(40), "Er is geen uitspraak. Dan is er ook geen mening van een minderheid."),
        (sample(300), "Geen keuze kreeg meer dan de helft. Dan is er ook geen minderheid."),
        (unanimous(), "Er is geen grote minderheid. Minder dan een vijfde koos iets anders."),
        (hidden_minority(), "Of er een minderheid is, is niet te tonen: te weinig om veilig te tonen."),
    ],
)
def test_without_a_minority_the_chapter_says_why(review: dict[str, Any], sentence: str) -> None:
    assert sentence in text(review, "minderheid")


def test_before_the_reply_it_is_said_that_it_will_come_when_and_where() -> None:
    review = sample(300)
    told = text(review, "antwoord")

    assert "Bij elk advies komt een antwoord, met de reden erbij." in told
    assert "10 december 2026" in told
    assert "https://tweedemening.voorbeeld.example/ronde/1" in told
    advices = len(review["findings"]["advices"])
    assert text(review, "adviezen").count("Antwoord van het college: nog te geven") == advices


def test_the_reply_stands_per_advice_with_its_reason_who_gave_it_and_when() -> None:
    review = answered(sample(300))
    told = text(review, "antwoord")

    for reply in review["facts"]["replies"]:
        assert f"Antwoord op advies {reply['advice']}" in told
        assert reply["reason"] in told
    assert told.count("20 januari 2027") == len(review["facts"]["replies"])
    assert "Antwoord van het college: voor een deel overgenomen." in text(review, "adviezen")


def test_an_advice_without_an_answer_is_said_to_have_none_yet() -> None:
    review = answered(sample(300))
    del review["facts"]["replies"][-1]

    assert "Op dit advies is nog geen antwoord gegeven." in text(review, "antwoord")
    assert text(review, "adviezen").count("nog te geven") == 1


def test_a_follow_up_stands_beside_the_first_time_and_only_sure_changes_are_called_so() -> None:
    told = blocks(whole(), "eerder", Grid)
    changed = [row for grid in told for row in grid.rows if row[3] == "is veranderd"]
    same = [row for grid in told for row in grid.rows if row[3] == "niet zeker"]

    assert all(grid.columns == ("Antwoord", "Eerste keer", "Nu", "Verschil") for grid in told)
    assert len(changed) + len(same) == sum(len(grid.rows) for grid in told)
    assert len(same) > len(changed)
    assert "eerder" not in [chapter.id for chapter in document(read_material(sample(300))).chapters]


def test_a_first_time_with_other_questions_is_not_compared() -> None:
    review = follow_up()
    review["facts"]["before"]["findings"]["questions"] = []
    assert "Er zijn geen cijfers die beide keren te zien zijn." in text(review, "eerder")


def test_a_follow_up_is_compared_in_english_too() -> None:
    review = follow_up()
    review["english"] = {**review["facts"], "language": "en", "title": "One desk"}
    material = in_english(review)
    assert material is not None
    with edition("en"):
        made = document(material)
        summary = pdf(material)

    assert len(blocks(made, "eerder", Grid)) == len(blocks(whole(), "eerder", Grid)) > 5
    assert blocks(made, "eerder", Grid)[0].rows[0][0] == "Yes, completely"
    assert [type(block) for block in made.chapters[-1].blocks] == [type(b) for b in whole().chapters[-1].blocks]
    assert summary.startswith(b"%PDF")


def test_groups_agree_as_far_as_the_group_that_agrees_least() -> None:
    told = text(with_minority(), "stem")
    assert "Per wijk: in elke groep koos minstens 31 % ‘het plan eerst veranderen’." in told
    assert "Het laagst is dat bij Zuid." in told


def test_texts_of_any_length_leave_every_chapter_readable() -> None:
    made = document(read_material(answered(crowded())))

    assert all(blocks(made, chapter.id, Heading) or chapter.blocks for chapter in made.chapters)
    assert any(len(quote.paragraphs[0]) > 2_000 for one in blocks(made, "verhaal", Quotes) for quote in one.quotes)
    assert render_pdf(made).startswith(b"%PDF")


def test_what_is_written_about_the_effects_is_told_once() -> None:
    chapter = next(chapter for chapter in document(read_material(sample(300))).chapters if chapter.id == "gevolgen")

    assert [block.title for block in chapter.blocks if block.kind == "quotes"] == ["In de woorden van inwoners"]


def test_points_that_may_not_be_counted_are_named_without_a_table() -> None:
    page = render_page(document(read_material(sample(40))))

    assert "Daarin staan deze punten: " in page
    assert "Waar gingen de teksten over?" not in page


def test_only_the_chance_to_be_drawn_in_the_weights_is_said_to_be_so() -> None:
    review = sample(300)
    review["findings"]["weighting"]["margins"] = []
    page = render_page(document(read_material(review)))

    assert "Bij de weging telt alleen de kans op loting mee." in page
    assert "tellen zwaarder mee" not in page
