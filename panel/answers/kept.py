"""What does not change of a review while it is open, kept in memory for a minute: every press needs it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request

from deliberation.questionnaire import Questionnaire, read
from panel.answers.actions import secret_of
from panel.answers.blank import Blank
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review
from panel.web.display import Language

SECONDS = 60  # also the longest that a secret stays in memory after it was destroyed


@dataclass(frozen=True)
class Kept:
    review: Review
    secret: bytes
    questionnaires: dict[Language, Questionnaire] = field(default_factory=dict)
    pages: dict[tuple[str | int | bool, ...], Blank] = field(default_factory=dict)

    def only_dutch(self, language: Language) -> tuple[str, ...]:
        return Dossier.from_json(self.review.version.content).only_dutch(language)

    def questionnaire(self, language: Language) -> Questionnaire:
        if language not in self.questionnaires:
            self.questionnaires[language] = read(self.review.questionnaire, language)
        return self.questionnaires[language]


class KeptReviews:
    """By id and closing moment, which is the one thing that can change while a review is open."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, datetime | str], Kept] = {}

    async def get(self, review_id: int, closes_at: datetime | str) -> Kept:
        """Raises Refused when its secret is no more."""
        key = (review_id, closes_at)
        if key not in self._kept:
            review = await Review.get(id=review_id).select_related("version")
            self._kept[key] = Kept(review, await secret_of(review_id))
            asyncio.get_running_loop().call_later(SECONDS, self._kept.pop, key, None)
        return self._kept[key]

    def drop(self, review_id: int) -> None:
        for key in [key for key in self._kept if key[0] == review_id]:
            del self._kept[key]


def kept_reviews(request: Request) -> KeptReviews:
    reviews: KeptReviews = request.app.state.kept_reviews
    return reviews
