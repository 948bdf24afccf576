"""The report of a review with questions of the clerk's own, some of which are asked of some."""

import csv
import json
from dataclasses import asdict, replace
from functools import cache
from io import StringIO

import pytest
from selectolax.lexbor import LexborHTMLParser

from deliberation.questionnaire import read
from deliberation.routing import relevant
from panel.database import Database
from panel.proposals.questions import default_questions
from panel.reports.blocks import Chapter, Document, Paragraph, Picture
from panel.reports.chapters import document
from panel.reports.data import codebook_csv, results_csv
from panel.reports.facts import Material, read_material
from panel.reports.findings import compute
from panel.reports.material import facts_of, input_of_findings
from panel.reports.page import render_page
from panel.reviews.models import Review, State
from panel.settings import Settings
from tests.panel.reports.own_questions import sample_with_own, with_own
from tests.panel.reports.report_sample import questionnaire, sample
from tests.panel.stage import Stage, frame

AGAINST = "Alleen voor wie bij vraag ‘Wat moet de gemeenteraad doen met dit plan?’ koos: "


@cache
def material() -> Material:
    return read_material(sample_with_own())


@cache
def report() -> Document:
    return document(material())


def chapter(name: str) -> Chapter:
    return next(chapter for chapter in report().chapters if chapter.id == name)


def picture(name: str) -> Picture:
    return next(b for b in chapter("andere").blocks if isinstance(b, Picture) and b.id == f"eigen_{name}_vraag")


def test_own_questions_have_a_chapter_and_without_them_there_is_none() -> None:
    assert [c.number for c in report().chapters] == list(range(1, 19))
    assert [b.id for b in chapter("andere").blocks if isinstance(b, Picture)] == [
        f"eigen_{number}_vraag" for number in (1, 2, 3, 4)
    ]
    plain = document(read_material(sample(0)))
    assert [c.number for c in plain.chapters] == list(range(1, 18))
    assert "andere" not in [c.id for c in plain.chapters]
    for made in (report(), plain):
        who = next(c for c in made.chapters if c.id == "deelname")
        told = [b.text for b in made.chapters[0].blocks if isinstance(b, Paragraph)]
        assert any(f"hoofdstuk {who.number}." in text for text in told)


def test_a_likert_and_a_statement_are_drawn_in_their_order_also_with_words_for_keys() -> None:
    for name in ("1", "2"):
        drawn = LexborHTMLParser(picture(name).svg).text(separator=" ")
        assert drawn.index("Mee eens") < drawn.index("Niet mee eens, niet oneens") < drawn.index("Weet ik niet")
        assert "<rect" in picture(name).svg or "<path" in picture(name).svg
    assert picture("1").tables[0].rows[0][0] == "Mee eens"


def test_of_a_question_that_was_not_asked_of_everyone_it_is_said_of_whom_the_answers_are() -> None:
    votes = next(q for q in material().findings.questions if q.is_vote).tables[0].rows
    against = sum(row.count or 0 for row in votes if row.key in ("tegen", "aanpassen"))
    whose = f"van wie deze vraag kreeg ({against} mensen)"
    notes = [b.text for b in chapter("andere").blocks if isinstance(b, Paragraph) and b.tone == "note"]

    for name in ("2", "4"):
        assert f"n\u00a0=\u00a0{against}, {whose}" in picture(name).n
        assert whose in picture(name).alt
    for name in ("1", "3"):
        assert "van wie deze vraag kreeg" not in picture(name).n + picture(name).alt
    assert notes == [f"{AGAINST}‘Het plan niet aannemen’ of ‘Het plan eerst veranderen’."] * 2
    annex = [b.text for b in chapter("bijlage").blocks if isinstance(b, Paragraph)]
    assert annex.count(notes[0]) == 2
    assert f"In die bestanden heet deze vraag {material().findings.questions[0].id}." in annex


def test_the_questions_are_listed_with_their_conditions_and_who_was_asked_stands_in_the_open_data() -> None:
    page = " ".join(LexborHTMLParser(render_page(report())).text().split())
    assert "Het plan moet van tafel. (Alleen voor wie bij vraag 9 koos: ‘Het plan niet aannemen’ of" in page
    assert (
        "(Alleen voor wie bij vraag 9 koos: ‘Het plan niet aannemen’, en bij vraag 14: ‘Mee eens’ of ‘Niet mee eens, "
        "niet oneens’. Of voor wie bij vraag 15 koos: 1)" in page
    )
    assert "Sommige vragen hingen af van een eerder antwoord." in page
    codes = {
        line["question"]: line["asked_of"]
        for line in csv.DictReader(StringIO(codebook_csv(material())))
        if line["part"] == "question"
    }
    assert codes["eigen_1_vraag"] == codes["q09_stem"] == ""
    assert codes["eigen_2_vraag"].startswith("Alleen voor wie bij vraag 9 koos: ‘Het plan niet aannemen’")
    results = list(csv.DictReader(StringIO(results_csv(material()))))
    asked = {line["question"]: line["count"] for line in results if line["answer"] == "asked"}
    assert set(asked) <= {"eigen_2_vraag", "eigen_4_vraag", "eigen_5_vraag"}
    assert asked["eigen_2_vraag"] == asked["eigen_4_vraag"] != ""


def test_the_mark_for_the_plan_is_the_only_mark_of_the_summary() -> None:
    told = [b.text for b in chapter("samenvatting").blocks if isinstance(b, Paragraph)]
    mark = next(q.mean for q in material().findings.questions if q.id == "q11_cijfer")
    assert mark is not None
    assert mark.mean is not None
    assert sum("Het plan krijgt gemiddeld een" in text for text in told) == 1
    assert any(f"{mark.mean:.1f}".replace(".", ",") in text for text in told)
    drawn = [b.id for b in chapter("stem").blocks if isinstance(b, Picture)]
    assert "eigen_3_vraag" not in drawn


def test_required_questions_are_named() -> None:
    def method(required: tuple[str, ...]) -> str:
        data = json.loads(json.dumps(questionnaire()))
        for question in data["questions"]:
            question["required"] = question["id"] in required
        made = document(replace(read_material(sample(0, questionnaire=data))))
        return " ".join(b.text for c in made.chapters for b in c.blocks if isinstance(b, Paragraph))

    assert "Alleen de stem was verplicht." in method(("q09_stem",))
    assert "Verplicht waren: 9 en 11." in method(("q09_stem", "q11_cijfer"))


@pytest.mark.parametrize("removed", ["", "q03_grondwaarden"])
async def test_a_review_with_own_questions_goes_from_draft_to_report(
    database: Database, settings: Settings, removed: str
) -> None:
    stage = Stage(settings, database, sample=60, people=frame(300))
    await stage.hire()
    review = await stage.draft()
    questions = [q for q in with_own(default_questions()) if q["id"] != removed]
    await stage.change(Review.filter(id=review.id), composed={"questions": questions})
    await stage.bring(review, State.OPEN)
    await stage.answer_some(review, 50)
    await stage.bring(review, State.CLOSED)

    review = await Review.get(id=review.id).select_related("version")
    given = await input_of_findings(review)
    findings = compute(given)
    facts = await facts_of(settings, review, review.closes_at)
    made = document(read_material(json.loads(json.dumps({"findings": asdict(findings), "facts": facts}))))

    asked = read(review.questionnaire)
    assert all(relevant(asked, ballot["answers"]) == ballot["answers"] for ballot in given["ballots"])
    likert = next(q for q in findings.questions if q.id == "eigen_1_vraag")
    assert (likert.n, likert.asked) == (50, None)
    routed = next(q for q in findings.questions if q.id == "eigen_2_vraag")
    votes = [ballot["answers"]["q09_stem"] for ballot in given["ballots"]]
    assert routed.asked in (None, sum(vote in ("tegen", "aanpassen") for vote in votes))
    assert "andere" in [c.id for c in made.chapters]
    assert facts["values"]
    assert "Het plan moet van tafel." in render_page(made)
