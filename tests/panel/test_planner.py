"""How many letters, reckoned at the desk."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from panel.draws.panel_page import bars_of
from panel.reviews.models import State
from panel.staff.models import Staff
from panel.web.messages import sentence
from tests.panel.stage import FRAME, Stage

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
ADDRESS = "/bureau/plannen"
ASKED = {"population": "300000", "goal": "answers", "number": "600", "response": "5"}


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


async def test_it_says_in_words_what_answers_take_and_what_letters_give(clerk: httpx2.AsyncClient) -> None:
    page = (await clerk.get(ADDRESS, params=ASKED)).text
    assert "600 antwoorden vragen 12.000 uitnodigingen. De marge is ± 4,0 %." in page
    assert "tussen 46 en 54 %" in page
    for words in ("2,5 %", "24.000", "10 %", "6.000"):
        assert words in page
    page = (await clerk.get(ADDRESS, params={**ASKED, "goal": "letters"})).text
    assert "600 uitnodigingen geven ongeveer 30 antwoorden. De marge is ± 18 %." in page
    page = (await clerk.get(ADDRESS, params={**ASKED, "goal": "letters", "number": "1"})).text
    assert "zeggen niets over alle inwoners" in page


async def test_what_cannot_be_is_said_at_the_field_and_what_was_typed_stays(clerk: httpx2.AsyncClient) -> None:
    for name, wrong in (("population", "veel"), ("goal", "geluk"), ("number", "0"), ("response", "101")):
        page = await clerk.get(ADDRESS, params={**ASKED, name: wrong})
        assert page.status_code == 422
        assert f'id="error-{name}"' in page.text
    page = await clerk.get(ADDRESS, params={**ASKED, "population": "1000"})
    assert (page.status_code, "Daarop verwacht u er 50." in page.text) == (422, True)
    assert sentence("form.empty") in (await clerk.get(ADDRESS, params={"number": "10"})).text


async def test_the_people_of_a_review_are_filled_in(stage: Stage, clerk: httpx2.AsyncClient) -> None:
    review = await stage.review(State.RELEASED)
    assert 'name="population" value=""' in (await clerk.get(f"{ADDRESS}?review={review.id}")).text
    await stage.read_people(review)
    page = (await clerk.get(f"{ADDRESS}?review={review.id}")).text
    assert f'name="population" value="{FRAME}"' not in page  # some are left out
    assert 'name="population" value="1' in page
    assert (await clerk.get(f"{ADDRESS}?review=x")).status_code == 200
    assert ADDRESS in (await clerk.get("/bureau")).text


@pytest.mark.parametrize(
    "chances", [[1.0], [0.1] * 3, [0.001, 0.002, 0.5], [0.07, 0.1, 0.15], [0.0051, 1.0], [0.0001] * 2]
)
def test_the_bars_of_chances_hold_everybody_once(chances: list[float]) -> None:
    bars = bars_of(chances)
    assert sum(bar.people for bar in bars) == len(chances)
    assert bars[0].people
    assert bars[-1].people
