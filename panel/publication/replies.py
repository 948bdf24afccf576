"""The answers to the advices, as the report tells them."""

from panel.publication.models import CouncilReply
from panel.reports.facts import Reply
from panel.reviews.models import Review, State
from panel.reviews.states import has_reached
from panel.web.dutch import local

WHO = "het college"


async def replies_in_report(review: Review) -> list[Reply]:
    """None until every advice has its answer: before that each can still be changed."""
    if not has_reached(review, State.ANSWERED):
        return []
    replies = [
        Reply(
            advice=int(given.advice),
            decision=given.decision,
            reason=given.reason,
            by=WHO,
            on=local(given.replied_at).date().isoformat(),
        )
        async for given in CouncilReply.filter(review=review)
    ]
    return sorted(replies, key=lambda reply: reply["advice"])
