import html
from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest

from panel.answers.vault import destroy_secret
from panel.desk.life import Life
from panel.invitations.models import Kind, Wave
from panel.reviews.models import GRACE, Review, State
from panel.web.dutch import format_date, format_moment, today
from panel.web.messages import sentence
from tests.panel.conftest import SignIn
from tests.panel.stage import Stage

JUDGEMENT = date(2027, 1, 20)


def life(state: State, report_due: date, participated: int = 200, days_left: int = 10) -> Life:
    review = Review(
        state=state,
        quorum=150,
        report_due=report_due,
        judgement_on=JUDGEMENT,
        closes_at=datetime.now(UTC) + timedelta(days=days_left, minutes=1),
    )
    return Life(
        review=review,
        steps={},
        frame=None,
        members=600,
        participated=participated,
        opted_out=0,
        mail=[],
        texts=0,
        texts_open=0,
        report=None,
    )


PAPERS = sentence("desk.papers_late", day="6 januari 2027")
QUORUM = sentence("desk.quorum_far", quorum=150)


def test_a_report_that_is_planned_after_the_papers_go_out_is_a_warning_from_the_first_day() -> None:
    assert life(State.DRAFT, date(2027, 1, 7)).warnings == [PAPERS]
    assert life(State.DRAFT, date(2027, 1, 6)).warnings == []
    assert life(State.PUBLISHED, date(2027, 1, 7)).warnings == []


def test_an_answer_of_the_council_that_is_late_is_a_warning() -> None:
    for days, late in ((0, False), (-1, True)):
        shown = life(State.PUBLISHED, date(2027, 1, 6))
        shown.review.reply_due = today() + timedelta(days=days)
        told = sentence("desk.reply_late", day=format_date(shown.review.reply_due))
        assert shown.warnings == [told] * late


def test_a_questionnaire_that_stays_open_beyond_the_day_of_the_report_is_a_warning() -> None:
    due = (datetime.now(UTC) + timedelta(days=10)).date()
    assert life(State.OPEN, due, days_left=12).warnings == [
        sentence("desk.closes_after_report", day=format_date(due))
    ]
    assert life(State.OPEN, due, days_left=8).warnings == []


@pytest.mark.parametrize(("participated", "days_left", "warned"), [(149, 2, True), (150, 2, False), (149, 5, False)])
def test_a_quorum_that_is_far_is_a_warning_in_the_last_days(participated: int, days_left: int, warned: bool) -> None:
    warnings = life(State.OPEN, date(2027, 1, 6), participated, days_left).warnings
    assert (QUORUM in warnings) == warned


@pytest.fixture
async def review(stage: Stage) -> Review:
    return await stage.review(State.OPEN)


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


async def refused_reminder(clerk: httpx2.AsyncClient, review: Review, said: str) -> None:
    """On the page of the review, of the reminder, and when it is sent all the same."""
    assert "Herinnering versturen" not in (await clerk.get("/bureau")).text
    assert "Herinnering versturen" not in (await clerk.get(f"/bureau/{review.id}")).text
    asked = await clerk.get(f"/bureau/{review.id}/herinneren")
    assert said in html.unescape(asked.text)
    assert "herinneringen versturen" not in asked.text
    sent = await clerk.post(f"/bureau/{review.id}/herinneren")
    assert (sent.status_code, said in html.unescape(sent.text)) == (409, True)
    assert not await Wave.exists(review=review, kind=Kind.REMINDER)


async def test_a_lost_vault_is_told_at_the_desk_and_stops_reminders_and_paper(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    said, address = sentence("desk.secret_lost"), f"/bureau/{review.id}"
    [member, *_] = await stage.members(review)
    await stage.answer(member, {"q09_stem": "voor"}, hand_in=False)
    assert said not in html.unescape((await clerk.get(address)).text)
    await stage.database.vault.write(destroy_secret(review.id))
    for page in ("/bureau", address):
        assert said in html.unescape((await clerk.get(page)).text)
        assert "Niemand kan nu antwoorden." in (await clerk.get(page)).text
    for page in ("papier", "papier/nakijken"):
        response = await clerk.get(f"{address}/{page}")
        assert (response.status_code, said in html.unescape(response.text)) == (409, True)
    typed = await clerk.post(f"{address}/papier/antwoorden", data={"code": member.code or "", "channel": "paper"})
    assert (typed.status_code, said in html.unescape(typed.text)) == (409, True)
    await refused_reminder(clerk, review, said)


async def test_no_secret_before_anybody_began_is_no_lost_vault(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    await stage.database.vault.write(destroy_secret(review.id))
    page = (await clerk.get(f"/bureau/{review.id}")).text
    assert sentence("desk.secret_lost") not in html.unescape(page)
    assert "Herinnering versturen" in page


async def test_a_review_that_closes_has_no_lost_vault(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    await stage.close(review)
    await stage.database.vault.write(destroy_secret(review.id))
    assert sentence("desk.secret_lost") not in html.unescape((await clerk.get(f"/bureau/{review.id}")).text)


@pytest.mark.parametrize("passed", [timedelta(seconds=1), GRACE - timedelta(minutes=1), GRACE + timedelta(minutes=1)])
async def test_after_the_closing_moment_the_desk_says_until_when_who_was_busy_can_finish(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, passed: timedelta
) -> None:
    address, closed = f"/bureau/{review.id}", datetime.now(UTC) - passed
    assert "Herinnering versturen" in (await clerk.get(address)).text
    await stage.change(Review.filter(id=review.id), closes_at=closed)
    said = sentence("desk.closing", closed=format_moment(closed), ends=format_moment(closed + GRACE))
    for page in ("/bureau", address):
        text = html.unescape((await clerk.get(page)).text)
        assert said in text
        assert "vragenlijst open" not in text
        assert "gaat er vanzelf een herinnering uit" not in text
        assert "-1 dag" not in text
    await refused_reminder(clerk, review, sentence("reminder.closing"))
