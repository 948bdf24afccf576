"""The life of a review. A state changes here and nowhere else."""

from panel.audit import record
from panel.reviews.models import Review, State, Step
from panel.web.messages import Refused

LIFE = (
    State.DRAFT,
    State.RELEASED,
    State.DRAWN,
    State.OPEN,
    State.CLOSED,
    State.REPORTED,
    State.PUBLISHED,
    State.ANSWERED,
    State.FOLLOWED_UP,
)
STOPPABLE = LIFE[: LIFE.index(State.PUBLISHED)]


async def advance(review: Review, to: State, actor: str) -> None:
    """Bring a review to its next state, inside a unit of work. Refuses any other step, also when two try at once."""
    before = LIFE[LIFE.index(to) - 1]
    moved = await Review.filter(id=review.id, state=before).update(state=to)
    if not moved:
        raise Refused(f"review.not_{before}")
    await _reached(review, to, actor, "ok")


async def take_back(review: Review, reason: str, actor: str) -> None:
    """From drawn back to released, for another draw: nobody has been invited yet."""
    moved = await Review.filter(id=review.id, state=State.DRAWN).update(state=State.RELEASED)
    if not moved:
        raise Refused("review.not_drawn")
    review.state = State.RELEASED
    await Step.filter(review=review, state=State.DRAWN).delete()
    await record(actor, "review released again", f"review {review.id}", reason)


async def withdraw(review: Review, reason: str, actor: str) -> None:
    if not reason:
        raise Refused("review.no_reason", "reason")
    moved = await Review.filter(id=review.id, state__in=STOPPABLE).update(state=State.WITHDRAWN, reason=reason)
    if not moved:
        raise Refused("review.not_withdrawable")
    await _reached(review, State.WITHDRAWN, actor, reason)


async def _reached(review: Review, state: State, actor: str, result: str) -> None:
    review.state = state
    await Step.create(review=review, state=state, by=actor)
    await record(actor, f"review {state}", f"review {review.id}", result)


def has_reached(review: Review, state: State) -> bool:
    return review.state in LIFE and LIFE.index(State(review.state)) >= LIFE.index(state)
