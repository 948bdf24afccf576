"""What does not change of a review while it is open, kept in memory for a minute: every press needs it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request

from deliberation.questionnaire import Questionnaire, read
from panel.answers.actions import Keys, known_secret
from panel.answers.blank import Blank
from panel.people.models import Draw, finished_draw
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review
from panel.web.display import Language
from panel.web.messages import Refused

SECONDS = 60  # also the longest that a secret stays in memory after it was destroyed


@dataclass(frozen=True)
class Kept:
    review: Review
    dossier: Dossier
    draw: Draw
    secret: bytes | None  # none before the first member begins
    questionnaires: dict[Language, Questionnaire] = field(default_factory=dict)
    pages: dict[tuple[str | int | bool, ...], Blank] = field(default_factory=dict)

    def only_dutch(self, language: Language) -> tuple[str, ...]:
        return self.dossier.only_dutch(language)

    def keys_of(self, member_id: int) -> Keys:
        if self.secret is None:
            raise Refused("answers.closed")
        return Keys(self.secret, member_id)

    def questionnaire(self, language: Language) -> Questionnaire:
        if language not in self.questionnaires:
            self.questionnaires[language] = read(self.review.questionnaire, language)
        return self.questionnaires[language]


class KeptReviews:
    """By id and closing moment, which is the one thing that can change while a review is open."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], Kept] = {}

    async def get(self, review_id: int, closes_at: datetime | str) -> Kept:
        key = (review_id, str(closes_at))
        if found := self._kept.get(key):
            return found
        review = await Review.get(id=review_id).select_related("version")
        dossier = Dossier.from_json(review.version.content)
        kept = Kept(review, dossier, await finished_draw(review), await known_secret(review_id))
        if kept.secret is not None:
            self._kept[key] = kept
            asyncio.get_running_loop().call_later(SECONDS, self._kept.pop, key, None)
        return kept

    def drop(self, review_id: int) -> None:
        for key in [key for key in self._kept if key[0] == review_id]:
            del self._kept[key]


def kept_reviews(request: Request) -> KeptReviews:
    reviews: KeptReviews = request.app.state.kept_reviews
    return reviews
