"""Whose turn it is in a review, as one person at the desk sees it."""

from dataclasses import dataclass

from panel.desk.life import Life
from panel.reviews.models import State
from panel.staff.access import Right, may
from panel.staff.models import Role, Staff

RIGHT_OF_STEP = {"akkoord": Right.APPROVE, "antwoord": Right.REPLY, "teksten": Right.MODERATE}
CAN_WAIT = (State.OPEN, State.ANSWERED)
WAITS_FOR = {
    State.DRAFT: "Steller en griffie geven nog akkoord.",
    State.OPEN: "Het panel antwoordt.",
    State.CLOSED: "De griffie maakt het rapport.",
    State.PUBLISHED: "De raad antwoordt nog op het advies.",
    State.FOLLOWED_UP: "",
    State.WITHDRAWN: "",
}


@dataclass(frozen=True)
class Turn:
    """The address and the words of what this person can do now, or else what is waited for."""

    step: tuple[str, str] | None
    waits: str
    urgent: bool


def turn_of(life: Life, staff: Staff) -> Turn:
    state = State(life.review.state)
    step = life.next_step
    if step is None or not may(staff, RIGHT_OF_STEP.get(step[0], Right.RUN)):
        return Turn(None, _waits_for(life, state), urgent=False)
    if state is State.DRAFT and _has_approved(life, staff):
        other = "De steller" if staff.role == Role.CLERK else "De griffie"
        return Turn(None, f"U bent akkoord. {other} moet nog akkoord geven.", urgent=False)
    return Turn(step, "", urgent=state not in CAN_WAIT)


def _waits_for(life: Life, state: State) -> str:
    if life.secret_lost:
        return "Niemand kan nu antwoorden."
    return life.closing or WAITS_FOR.get(state, "De griffie is aan zet.")


def _has_approved(life: Life, staff: Staff) -> bool:
    review = life.review
    return bool(review.approved_by_clerk_id if staff.role == Role.CLERK else review.approved_by_drafter_id)
