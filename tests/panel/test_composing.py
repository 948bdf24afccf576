import json

from panel.proposals.questions import default_questions
from panel.reviews.models import Review, State
from tests.panel.stage import Stage


async def test_the_choices_keep_their_order_on_every_database(stage: Stage) -> None:
    review = await Review.get(id=(await stage.review(State.RELEASED)).id)
    frozen = {question["id"]: list(question.get("options", {})) for question in review.questionnaire["questions"]}
    for question in default_questions():
        if isinstance(question.get("options"), dict):
            assert frozen[question["id"]] == list(question["options"])


async def test_a_questionnaire_that_was_kept_without_its_order_can_still_be_read(stage: Stage) -> None:
    review = await stage.review(State.RELEASED)
    await stage.change(Review.filter(id=review.id), questionnaire=json.dumps(review.questionnaire))
    assert (await Review.get(id=review.id)).questionnaire == review.questionnaire
