"""The same panel again, half a year later: what it is asked, and how the first review ends."""

from collections.abc import Mapping
from typing import Any

from panel.draws.same_panel import SamePanel, members_of
from panel.invitations.actions import gone
from panel.proposals.dossier import Dossier
from panel.proposals.models import ProposalVersion
from panel.reports.models import Report
from panel.reviews.following import MOST_INDICATORS, Indicator
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.settings import Settings

QUESTION = "q12_indicator"


async def indicators_of(review: Review) -> tuple[list[Indicator], bool]:
    """By which the panel wants to see whether the plan works, and whether that follows from what it chose.

    Those that it chose most, by the published counts. Where none is published: those of the proposal, in its order.
    """
    known = _known(review)
    report = await Report.get_or_none(review=review)
    counts = _counts(report.findings) if report and report.findings else {}
    chosen = sorted((i for i in known if i.key in counts), key=lambda indicator: -counts[indicator.key])
    return (chosen or known)[:MOST_INDICATORS], bool(chosen)


def _known(review: Review) -> list[Indicator]:
    """As the panel read them; of a review without that question, as the proposal has them."""
    asked = [question for question in review.questionnaire["questions"] if question["id"] == QUESTION]
    if asked:
        return [Indicator(str(key), *texts) for key, texts in asked[0]["options"].items()]
    pairs = Dossier.from_json(review.version.content).fillings()["indicatoren"]
    return [Indicator(f"i{number}", *texts) for number, texts in enumerate(pairs, 1)]


def _counts(findings: Mapping[str, Any]) -> dict[str, int]:
    """Key -> how many chose it, of those that may be known."""
    rows = [
        row
        for question in findings["questions"]
        if question["id"] == QUESTION
        for table in question["tables"]
        if not table["key"]
        for row in table["rows"]
    ]
    return {row["key"]: row["count"] for row in rows if row["count"] is not None}


async def panel_of(settings: Settings, review: Review) -> SamePanel:
    """Who could be asked again, as things stand now."""
    return await members_of(settings, review, await gone(review))


async def versions_for(review: Review) -> list[ProposalVersion]:
    """Of the proposal: the one that the panel read, and those after it."""
    version = await ProposalVersion.get(id=review.version_id)
    return await ProposalVersion.filter(proposal_id=version.proposal_id, id__gte=version.id).order_by("id")


async def round_off_first(review: Review, actor: str) -> None:
    """With the report of a follow-up the first review is followed up, if it was not yet."""
    if review.follows_id:
        first = await Review.get(id=review.follows_id)
        if first.state == State.ANSWERED:
            await advance(first, State.FOLLOWED_UP, actor)
