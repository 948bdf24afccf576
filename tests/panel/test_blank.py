"""A question's page that was made empty and filled in afterwards is the page that the template makes."""

import random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.questionnaire import Questionnaire, read
from panel.answers.blank import Blank
from panel.answers.wording import typed_values
from panel.proposals.models import ProposalVersion
from panel.reviews.actions import freeze_questionnaire
from panel.settings import Settings
from panel.web.templating import render
from tests.panel.stage import answer_to, dossier

OWN = Settings(secret_key="a secret of the tests, long enough to be one")
VISIT = SimpleNamespace(kept=SimpleNamespace(only_dutch=lambda _language: ()))


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    return read(freeze_questionnaire(ProposalVersion(content=dossier().to_json())))


def made(questionnaire: Questionnaire, name: str, values: dict[str, list[str]]) -> str:
    facts: Any = {
        "visit": VISIT,
        "staff": None,
        "path": "/mening/vraag/x",
        "large": False,
        "errors": {},
        "remark": "",
        "then": "",
    }
    question = questionnaire.question(name)
    return render("answers/question.html", OWN, **facts, question=question, position=1, total=9, values=values)


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 10**6), words=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=80)
)
def test_whatever_was_answered_the_filled_page_is_the_page_of_the_template(
    questionnaire: Questionnaire, seed: int, words: str
) -> None:
    for question in questionnaire.questions:
        blank = Blank(made(questionnaire, question.id, {}))
        values = typed_values(question, answer_to(question, random.Random(seed), words))
        if "other" in values:
            values["other"] = [words]
        assert blank.filled(values) == made(questionnaire, question.id, values)
        assert blank.filled({}) == made(questionnaire, question.id, {})


def test_what_somebody_wrote_can_be_no_markup_and_is_not_kept(questionnaire: Questionnaire) -> None:
    blank = Blank(made(questionnaire, "q10_reden", {}))
    page = blank.filled({"answer": ['</textarea><script>"&']})
    assert "&lt;/textarea&gt;&lt;script&gt;&#34;&amp;" in page
    assert "script&gt;" not in blank.filled({})
