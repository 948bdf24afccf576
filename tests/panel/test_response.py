"""More invitations where few people answer, and a report in which everybody counts the same again."""

from collections import Counter
from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from deliberation.merging import Variable
from deliberation.sample import Stratum, add_up, weigh
from deliberation.sortition.invitations.stratified import Candidate
from panel.cli import main
from panel.draws.response import BANDS, response_of
from panel.people.models import Draw, Person
from panel.reports.material import input_of_findings
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from tests.panel.stage import SOURCE, Stage, frame

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
RATES = {f"rate_{place}": str(percent) for place, percent in enumerate((2, 4, 8, 8, 8))}
ASKED = {"step": "freeze", "kind": "dice", "dice": SOURCE, "compensate": "ja", **RATES}


@pytest.fixture
async def review(stage: Stage) -> Review:
    stage.sample = 200
    stage.people = frame(1500)
    made = await stage.review(State.RELEASED)
    await stage.read_people(made)
    return made


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


async def test_who_answers_less_often_is_invited_more_and_weighs_less(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, tmp_path: Path
) -> None:
    address = f"/bureau/{review.id}/loting"
    assert (await clerk.post(address, data=ASKED)).status_code == 303
    assert "met opzet" in (await clerk.get(f"/t/{review.id}/loting")).text
    await stage.throw(review, await Draw.get(review=review))
    ages = {person.pseudonym: person.age for person in await Person.filter(frame__review=review)}
    invited = Counter(ages[member.pseudonym] for member in await stage.members(review))
    people = Counter(ages.values())
    rate = {age: invited[age] / people[age] for age in ("16–24", "25–34", "50–64", "65–74")}
    assert min(rate["16–24"], rate["25–34"]) > 2 * max(rate["50–64"], rate["65–74"])
    paths = [tmp_path / "loting.json", tmp_path / "lijst.csv"]
    paths[0].write_bytes((await clerk.get(f"/t/{review.id}/loting.json")).content)
    paths[1].write_bytes((await clerk.post(f"{address}/lijst")).content)
    result = CliRunner().invoke(main, ["draw", "verify", *map(str, paths)])
    assert result.exit_code == 0, result.output
    await stage.open(review)
    await stage.close(review)
    found = await input_of_findings(await Review.get(id=review.id))
    strata = [Stratum(**group) for group in found["strata"]]
    variables = [Variable(**{**one, "classes": tuple(one["classes"])}) for one in found["variables"]]
    draw = add_up(strata, variables)
    # Everybody who was invited answers: then each weighs as many people as there are for each invitation.
    ballots = [stratum.classes for stratum in draw for _ in range(stratum.invited)]
    design, _ = weigh(ballots, draw, variables, [])
    expected = [stratum.population / stratum.invited for stratum in draw for _ in range(stratum.invited)]
    assert design.base == pytest.approx(expected)
    assert sum(design.weights) == pytest.approx(sum(stratum.population for stratum in draw), rel=0.02)


async def test_what_was_typed_stays_and_without_the_choice_all_chances_are_alike(
    review: Review, clerk: httpx2.AsyncClient
) -> None:
    address = f"/bureau/{review.id}/loting"
    page = await clerk.post(address, data={**ASKED, "rate_1": "0"})
    assert page.status_code == 422
    assert 'id="error-rate_1"' in page.text
    assert 'name="rate_1" value="0"' in page.text
    assert "checked" in page.text.split('name="compensate"')[1].split(">")[0]
    without = {name: value for name, value in ASKED.items() if name != "compensate"}
    assert (await clerk.post(address, data=without)).status_code == 303
    assert (await Draw.get(review=review)).frozen["response"] is None


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["16–24", "40", "75+", "onbekend"])), min_size=1))
def test_the_response_of_a_group_is_the_mean_of_its_people(drawn: list[tuple[str, str]]) -> None:
    rates = [2, 4, 6, 8, 10]
    expected = {"16–24": 2, "40": 4, "75+": 10, "onbekend": 6}
    people = [Candidate(str(place), (group,), None) for place, (group, _) in enumerate(drawn)]
    found = response_of(people, [age for _, age in drawn], rates)
    for group in {group for group, _ in drawn}:
        own = [expected[age] for other, age in drawn if other == group]
        assert found[group,] == Fraction(sum(own), 100 * len(own))
    assert len(BANDS) == len(rates)
