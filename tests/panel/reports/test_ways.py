"""In which way answers came in, in the report."""

from typing import Any

import pytest

from panel.reports.blocks import Grid, Paragraph
from panel.reports.chapters import document
from panel.reports.facts import read_material
from panel.reports.material import answered_by, retyped
from tests.panel.reports.report_sample import sample


@pytest.mark.parametrize(
    ("channels", "shown"),
    [
        ({}, {}),
        ({"web": 200, "paper": 0, "phone": 0, "checked": 0, "differing": 0}, {"web": 200}),
        ({"web": 200, "paper": 40, "phone": 12}, {"web": 200, "paper": 40, "phone": 12}),
        ({"web": 200, "paper": 3}, {"web": None, "paper": None}),
        ({"web": 200, "paper": 40, "phone": 3}, {"web": 200, "paper": None, "phone": None}),
        ({"web": 4}, {"web": None}),
        ({"web": 200, "paper": 3, "phone": 8}, {"web": None, "paper": None, "phone": None}),
    ],
)
def test_a_few_who_answered_in_one_way_are_not_shown_and_cannot_be_computed(channels: Any, shown: Any) -> None:
    assert answered_by(channels) == shown


def test_what_was_typed_again_is_told_from_ten_forms_on() -> None:
    assert retyped({}) == retyped({"checked": 9, "differing": 1}) == (None, None)
    assert retyped({"checked": 20, "differing": 1}) == (20, 0.05)
    assert retyped({"web": 200, "paper": 40, "checked": 20, "differing": 1}) == (20, 0.05)
    assert retyped({"web": 200, "paper": 40, "phone": 3, "checked": 40, "differing": 1}) == (None, None)


def test_the_report_tells_in_which_ways_people_answered_and_how_well_they_were_typed_over() -> None:
    facts = {"answered_by": {"web": 200, "paper": None, "phone": None}, "survey_modes": ["web", "paper", "phone"]}
    made = document(read_material(sample(0, **facts, retyped=20, retyped_otherwise=0.05)))
    method = next(chapter for chapter in made.chapters if chapter.id == "verantwoording")

    (grid,) = [b for b in method.blocks if isinstance(b, Grid) and b.caption == "Hoe de antwoorden binnenkwamen"]
    assert grid.rows == (("Op internet", "200"), ("Op papier", "niet getoond"), ("Per telefoon", "niet getoond"))
    assert grid.note
    told = " ".join(b.text for b in method.blocks if isinstance(b, Paragraph))
    assert "Een ander typte er 20 nog eens over. Bij 5\u00a0% daarvan was iets anders." in told


def test_of_a_review_on_the_web_alone_nothing_is_said_of_paper() -> None:
    made = document(read_material(sample(0)))
    said = str(next(chapter for chapter in made.chapters if chapter.id == "verantwoording"))
    assert "binnenkwamen" not in said
    assert "typte" not in said
