"""Questions that a clerk might add: of every form, and some that are not asked of everyone."""

import json
import random
from dataclasses import asdict
from typing import Any

from deliberation.findings import Ballot, find
from deliberation.questionnaire import read
from deliberation.routing import relevant
from tests.deliberation.example import example_input
from tests.panel.reports.report_sample import facts, questionnaire

AGREE = {
    "mee": ["Mee eens", "Agree"],
    "tussen": ["Niet mee eens, niet oneens", "In between"],
    "oneens": ["Niet mee eens", "Disagree"],
    "x": ["Weet ik niet", "I do not know"],
}
CHOICES = {"balie": ["Aan de balie", "At the desk"], "thuis": ["Thuis", "At home"], "digi": ["Digitaal", "Online"]}
AGAINST = {"q09_stem": ["tegen", "aanpassen"]}


def _entry(number: int, kind: str, nl: str, **more: Any) -> dict[str, Any]:
    return {"id": f"eigen_{number}_vraag", "type": kind, "nl": nl, "en": f"Question {number}", **more}


OWN: list[dict[str, Any]] = [
    _entry(1, "likert", "Vindt u het loket een goed idee?", options=AGREE, apart=["x"]),
    _entry(2, "statement", "Het plan moet van tafel.", options=AGREE, apart=["x"], when=AGAINST),
    _entry(3, "scale", "Hoe veilig is uw straat?", min=1, max=5),
    _entry(4, "multi_other", "Waar wilt u geholpen worden?", options=CHOICES, max_choices=2, when=AGAINST),
    _entry(
        *(5, "text", "Wat zou u dan wel doen?"),
        max_chars=300,
        when=[{"q09_stem": ["tegen"], "eigen_2_vraag": ["mee", "tussen"]}, {"eigen_3_vraag": [1]}],
    ),
]


def with_own(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The questions with these behind the main ones."""
    place = next((n for n, question in enumerate(questions) if question.get("extra")), len(questions))
    return [*questions[:place], *OWN, *questions[place:]]


def sample_with_own() -> dict[str, Any]:
    """What the build reads, of a review in which these were asked."""
    data = questionnaire()
    data["questions"] = with_own(data["questions"])
    asked, example, chance = read(data), example_input(300), random.Random(1)
    ballots = [Ballot(b.classes, relevant(asked, {**b.answers, **_given(chance)})) for b in example["ballots"]]
    findings = asdict(find(**(example | {"questionnaire": asked, "ballots": ballots})))
    copied: dict[str, Any] = json.loads(
        json.dumps({"findings": findings, "facts": {**facts(), "questionnaire": data}})
    )
    return copied


def _given(chance: random.Random) -> dict[str, Any]:
    return {
        "eigen_1_vraag": chance.choice(("mee", "mee", "tussen", "oneens", "x")),
        "eigen_2_vraag": chance.choice(("mee", "tussen", "oneens", "x")),
        "eigen_3_vraag": chance.randint(1, 5),
        "eigen_4_vraag": {"chosen": [chance.choice(("balie", "thuis", "digi"))], "other": ""},
    }
