from datetime import UTC, date, datetime, timedelta

import pytest

from panel.desk.life import Life
from panel.reviews.models import Review, State
from panel.web.dutch import format_date
from panel.web.messages import sentence

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
