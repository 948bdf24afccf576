"""The method chapter: the eleven items, what an item lacks, and what the figures of this round need explained."""

from typing import Any

import pytest

from deliberation.figures import Association
from panel.reports.blocks import Block, Document, Grid
from panel.reports.chapters import document
from panel.reports.facts import read_material
from panel.reports.method import missing_items
from panel.reports.page import render_page
from panel.reports.turnout import turnout
from tests.panel.reports.report_sample import sample


def review(**facts: Any) -> dict[str, Any]:
    return sample(300, **facts)


def without(part: str, **changes: Any) -> dict[str, Any]:
    made = review()
    made["facts"][part] |= changes
    return made


def found(**changes: Any) -> dict[str, Any]:
    made = review()
    for part, values in changes.items():
        made["findings"][part] = made["findings"][part] | values if isinstance(values, dict) else values
    return made


def nobody_invited() -> dict[str, Any]:
    made = review()
    outcomes = made["findings"]["participation"]["outcomes"]
    made["findings"]["participation"]["outcomes"] = dict.fromkeys(outcomes, 0)
    return made


def blocks(made: dict[str, Any]) -> list[Block]:
    chapters = document(read_material(made)).chapters
    return list(next(chapter.blocks for chapter in chapters if chapter.id == "verantwoording"))


def test_a_whole_review_misses_nothing() -> None:
    assert missing_items(read_material(review())) == []
    assert missing_items(read_material(sample(40))) == []


@pytest.mark.parametrize(
    ("made", "item"),
    [
        (review(summary=" "), "1."),
        (review(asked_by=""), "2."),
        (review(contact=""), "2."),
        (without("questionnaire", version=""), "3."),
        (without("draw", accepted=0), "4."),
        (without("draw", seed=""), "5."),
        (without("draw", drawn_on="gisteren"), "5."),
        (review(survey_modes=[]), "6."),
        (review(closed_on=""), "7."),
        (nobody_invited(), "8."),
        (found(weighting={"design_effect": None}), "9."),
        (found(weighting={"weighted": False, "reason": ""}), "9."),
        (found(quote_rule=""), "10."),
    ],
)
def test_an_item_without_what_it_must_say_is_missing_and_the_draft_says_so(made: dict[str, Any], item: str) -> None:
    material = read_material(made)

    assert [heading.split(" ")[0] for heading in missing_items(material)] == [item]
    assert "Hier ontbreekt iets." in render_page(document(material))


def test_a_test_of_a_split_stands_in_the_method_with_what_it_means() -> None:
    made = review()
    made["findings"]["splits"][0]["test"] = {"statistic": 2.345, "df": 2.8, "denominator_df": 741.2, "p": 0.0004}
    made["findings"]["splits"][1]["test"] = {"statistic": 0.5, "df": 1.9, "denominator_df": 741.2, "p": 0.61}
    for split in made["findings"]["splits"][2:]:
        split["test"] = None

    tests = next(block for block in blocks(made) if isinstance(block, Grid) and "Rao en Scott" in block.caption)

    assert [cell.replace("\u00a0", " ") for cell in tests.rows[0]] == ["per wijk", "2,35", "2,80 en 741,2", "< 0,001"]
    assert len(tests.rows) == 2
    assert Association(**made["findings"]["splits"][1]["test"]).p > 0.05
    assert "geen verschil groter dan toeval" in render_page(document(read_material(made)))


def test_why_classes_were_taken_together_is_said() -> None:
    made = found(weighting={"merged": []})
    made["findings"]["weighting"]["merged"] = [
        {"variable": "age", "classes": ["16–24", "25–34"], "into": "16–34", "reason": "nobody"},
        {"variable": "gender", "classes": ["vrouw", "anders"], "into": "vrouw + anders", "reason": "small"},
    ]
    page = render_page(document(read_material(made)))

    assert "samengenomen: 16–24 en 25–34 (nu: 16–34). Uit een van die groepen antwoordde niemand." in page
    assert "samengenomen: vrouwen en anders (nu: vrouwen + anders). Een groep was anders te klein." in page


def test_who_is_missing_is_said_in_words() -> None:
    made = review()
    took_part = made["findings"]["participation"]
    took_part["partials"] = [{"variable": "age", "value": 0.061}, {"variable": "area", "value": 0.012}]
    for place, one in enumerate(entry for entry in took_part["classes"] if entry["variable"] == "age"):
        one |= {"rate": 0.42 if place else 0.21, "answered": 100, "hidden": ""}

    said = " ".join(
        getattr(block, "text", "") or str(getattr(block, "items", "")) for block in turnout(read_material(made))
    )

    assert "In deze groepen was dat veel minder:" in said
    assert "leeftijd: 16–49 (21" in said
    assert "Het meeste verschil in wie antwoordde, zit in: leeftijd." in said


def test_a_single_group_is_not_compared() -> None:
    made: Document = document(read_material(sample(0)))
    assert "er is maar één groep" in render_page(made)
