"""A member whose route changes: nothing that was filled in is lost, and only what was asked is handed in."""

import random
from typing import Any

import pytest

from deliberation.answering import AnswerError, missing
from deliberation.questionnaire import Questionnaire, read
from deliberation.routing import relevant
from panel.answers.actions import filled_in, keys_of, record_ballot, save_answer
from panel.proposals.questions import default_questions
from panel.reviews.models import Review, State
from tests.panel.reports.own_questions import with_own
from tests.panel.stage import Stage, answer_to


async def open_review(stage: Stage) -> tuple[Review, Questionnaire]:
    review = await stage.draft()
    await stage.change(Review.filter(id=review.id), composed={"questions": with_own(default_questions())})
    review = await stage.bring(review, State.OPEN)
    return review, read(review.questionnaire)


async def test_an_answer_off_the_route_is_not_handed_in_and_is_back_when_the_route_is(stage: Stage) -> None:
    review, questionnaire = await open_review(stage)
    member = (await stage.members(review))[0]
    keys = await keys_of(member)

    async def fill_in(name: str, answer: Any) -> None:
        await stage.database.write(save_answer(member, keys, questionnaire.question(name), answer))

    async def hand_in() -> dict[str, Any]:
        await stage.database.write(record_ballot(member, keys, questionnaire))
        return dict((await filled_in(keys, questionnaire)).answers or {})

    against = {"q09_stem": "tegen", "eigen_2_vraag": "mee", "eigen_5_vraag": "Begin opnieuw.\nMet inwoners."}
    for name, answer in against.items():
        await fill_in(name, answer)
    assert await hand_in() == against
    await fill_in("q09_stem", "voor")
    assert dict((await filled_in(keys, questionnaire)).draft) == against | {"q09_stem": "voor"}
    assert await hand_in() == {"q09_stem": "voor"}
    await fill_in("q09_stem", "tegen")
    assert await hand_in() == against


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_a_member_changes_the_last_content_along_the_route_is_handed_in(
    stage: Stage, seed: int
) -> None:
    review, questionnaire = await open_review(stage)
    rng, handed_in = random.Random(seed), False
    member = (await stage.members(review))[seed]
    keys = await keys_of(member)
    draft: dict[str, Any] = {}
    routing = ("q09_stem", "eigen_2_vraag", "eigen_3_vraag")
    for step in range(60):
        question = questionnaire.question(rng.choice([*routing, rng.choice(questionnaire.questions).id]))
        answer = None if rng.random() < 0.2 else answer_to(question, rng, f"Woorden {step}")
        await stage.database.write(save_answer(member, keys, question, answer))
        draft.pop(question.id, None)
        if answer is not None:
            draft[question.id] = answer
        filled = await filled_in(keys, questionnaire)
        assert dict(filled.draft) == draft
        if rng.random() < 0.3 and draft:
            if missing(questionnaire, draft):
                with pytest.raises(AnswerError):
                    await stage.database.write(record_ballot(member, keys, questionnaire))
            else:
                await stage.database.write(record_ballot(member, keys, questionnaire))
                handed_in = True
                assert dict((await filled_in(keys, questionnaire)).answers or {}) == relevant(questionnaire, draft)
    assert handed_in
