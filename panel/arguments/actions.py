from collections.abc import Mapping

from panel.arguments.models import Decision, Statement
from panel.audit import record
from panel.reviews.models import Review, State
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused


async def moderate(review: Review, decisions: Mapping[str, Decision], staff: Staff) -> None:
    """Keep texts or hold them back from the report; until the report is made a decision can be changed."""
    review = await Review.get(id=review.id)
    if review.state != State.CLOSED:
        raise Refused("review.not_closed")
    for decision in (Decision.KEEP, Decision.HOLD_BACK):
        ids = [statement_id for statement_id, chosen in decisions.items() if chosen == decision]
        if ids:
            await Statement.filter(review=review, id__in=ids).update(decision=decision)
    await record(actor_of(staff), "texts judged", f"review {review.id}", f"{len(decisions)} texts")


async def require_moderated(review: Review) -> None:
    left = await Statement.filter(review=review, decision=Decision.OPEN).count()
    if left:
        raise Refused("arguments.open", count=left)
