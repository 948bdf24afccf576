"""The numbers and dates of a review in preparation, as the clerk fills them in."""

from datetime import timedelta

import httpx2

from panel.reviews.models import Review, State
from panel.web.dutch import local, today
from panel.web.messages import sentence
from tests.panel.conftest import SignIn
from tests.panel.stage import Stage


def fields(**changes: str) -> dict[str, str]:
    days = {"closes_on": 10, "report_due": 20, "judgement_on": 40, "decision_on": 60}
    dates = {name: (today() + timedelta(number)).isoformat() for name, number in days.items()}
    return {"sample_size": "80", "quorum": "20", "majority_percent": "55"} | dates | changes


async def test_numbers_and_dates_can_be_changed_until_release_and_come_back_as_they_are(
    stage: Stage, sign_in: SignIn
) -> None:
    review = await stage.review(State.DRAFT)
    clerk = await sign_in(stage.clerk)
    page = await clerk.get(f"/bureau/{review.id}/plan")
    assert f'value="{review.sample_size}"' in page.text
    assert f'value="{local(review.closes_at).date()}"' in page.text
    changed: httpx2.Response = await clerk.post(f"/bureau/{review.id}/plan", data=fields())
    assert changed.status_code == 303
    after = await Review.get(id=review.id)
    assert (after.sample_size, after.quorum, after.majority_percent) == (80, 20, 55)
    assert local(after.closes_at).date() == today() + timedelta(10)


async def test_a_wrong_plan_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(
    stage: Stage, sign_in: SignIn
) -> None:
    review = await stage.review(State.DRAFT)
    clerk = await sign_in(stage.clerk)
    page = await clerk.post(f"/bureau/{review.id}/plan", data=fields(quorum="81"))
    assert page.status_code == 422
    assert sentence("review.quorum_above_sample") in page.text
    assert 'value="81"' in page.text


async def test_after_release_the_plan_stands(stage: Stage, sign_in: SignIn) -> None:
    review = await stage.review(State.RELEASED)
    clerk = await sign_in(stage.clerk)
    page = await clerk.post(f"/bureau/{review.id}/plan", data=fields())
    assert page.status_code == 422
    assert sentence("review.not_draft") in page.text
