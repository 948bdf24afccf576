"""Of a follow-up: what the same members answered the first time, as it was published."""

from panel.reports.facts import Before
from panel.reports.models import Report
from panel.reviews.models import Review, State, Step
from panel.settings import Settings
from panel.web.dutch import local


async def before(settings: Settings, review: Review) -> Before | None:
    """None of a first review."""
    if review.follows_id is None:
        return None
    first = await Review.get(id=review.follows_id)
    closed = await Step.get(review=first, state=State.CLOSED)
    report = await Report.get(review=first)
    return Before(
        title=first.title,
        closed_on=local(closed.at).date().isoformat(),
        public_url=f"{settings.base_url}/t/{first.id}",
        findings=report.findings,
    )
