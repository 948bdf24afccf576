"""Which reviews the public sees, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from panel.people.models import Draw
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review, State, Step
from panel.reviews.states import LIFE

PUBLIC = LIFE[LIFE.index(State.PUBLISHED) :]
ANNOUNCED = LIFE[LIFE.index(State.DRAWN) :]


@dataclass(frozen=True)
class Published:
    """A review with a public report, and when it came to where it is now."""

    review: Review
    dossier: Dossier
    published_at: datetime
    changed_at: datetime


async def announced() -> Q:
    """A review is public from the moment that its draw is frozen."""
    frozen: Any = await Draw.filter(review__state=State.RELEASED).values_list("review_id", flat=True)
    return Q(state__in=ANNOUNCED) | Q(id__in=list(frozen))


async def published() -> list[Published]:
    """Every review with a public report, the one that changed last first."""
    reviews = await Review.filter(state__in=PUBLIC).select_related("version")
    moments = await moments_of(reviews)
    told = [
        Published(
            review,
            Dossier.from_json(review.version.content),
            moments[review.id][State.PUBLISHED],
            max(at for state, at in moments[review.id].items() if state in PUBLIC),
        )
        for review in reviews
    ]
    return sorted(told, key=lambda one: (one.changed_at, one.review.id), reverse=True)


async def moments_of(reviews: Iterable[Review]) -> dict[int, dict[str, datetime]]:
    """Of each review, by state: when it reached that."""
    found: dict[int, dict[str, datetime]] = {review.id: {} for review in reviews}
    steps: Any = Step.filter(review_id__in=list(found)).order_by("id").values_list("review_id", "state", "at")
    for review_id, state, at in await steps:
        found[review_id][state] = at
    return found
