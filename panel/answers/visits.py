"""A member who pressed Start: the cookie that says so, and what every page of theirs needs."""

from dataclasses import dataclass
from functools import cached_property
from time import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from deliberation.questionnaire import Question, Questionnaire
from deliberation.routing import asked
from panel.answers.actions import Keys, Stored, ballot_at
from panel.answers.kept import Kept, kept_reviews
from panel.database import rows
from panel.people.models import Member
from panel.reviews.models import Review, State, is_over
from panel.web.cookies import SignedCookie
from panel.web.display import Language, language_of, remember_language
from panel.web.templating import page

MEMBER_COOKIE = SignedCookie("mening", 4 * 3600)
SHOWN_SECONDS = 15 * 60  # that an answer which is in stays in sight, after the press that asked for it


MEMBER = """
SELECT member.id, review_id, link_version, language, participated, channel, area, age, gender, state, closes_at
FROM member JOIN review ON review.id = review_id WHERE member.id = $1 AND link_version = $2
"""


@dataclass(frozen=True)
class Visit:
    member: Member
    kept: Kept
    language: Language
    keys: Keys
    ballot: Stored | None
    shown: bool

    @property
    def review(self) -> Review:
        return self.kept.review

    @property
    def questionnaire(self) -> Questionnaire:
        return self.kept.questionnaire(self.language)

    @property
    def chosen(self) -> dict[str, Any]:
        """What was filled in so far, without what was written."""
        return self.ballot.draft if self.ballot else {}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return asked(self.questionnaire, {} if self.hidden else self.chosen)  # the route tells the answers

    @property
    def handed_in(self) -> bool:
        return self.ballot is not None and self.ballot.answers is not None

    @property
    def hidden(self) -> bool:
        """Whoever looks at this screen after the member does not see what was answered."""
        return self.handed_in and not self.shown


async def visit_of(request: Request) -> Visit | None:
    value = MEMBER_COOKIE.read(request)
    if value is None:
        return None
    member_id, link_version, shown_until = map(int, value.split())
    reviews = kept_reviews(request)
    for row in await rows(MEMBER, member_id, link_version):
        facts = dict(row)
        state, closes_at = facts.pop("state"), facts.pop("closes_at")
        remember_language(request, facts["language"])
        if state != State.OPEN or is_over(closes_at):
            reviews.drop(facts["review_id"])
            request.state.closed = facts["review_id"]
            return None
        member = Member(**facts)
        if member.typed_in:
            request.state.typed_in = True
            return None
        kept = await reviews.get(facts["review_id"], closes_at)
        keys = kept.keys_of(member_id)
        return Visit(
            member=member,
            kept=kept,
            language=language_of(request),
            keys=keys,
            ballot=await ballot_at(keys),
            shown=time() < shown_until,
        )
    return None


def remember(request: Request, response: Response, member: Member, shown: bool) -> None:
    until = int(time()) + SHOWN_SECONDS if shown else 0
    MEMBER_COOKIE.write(request, response, f"{member.id} {member.link_version} {until}")


async def come_back(request: Request) -> Response:
    """Of a visit that is none, or no longer: a page that says why, and how to go on."""
    if closed := getattr(request.state, "closed", 0):
        review = await Review.get(id=closed)
        return page(request, "answers/closed.html", 403, lang=language_of(request), review=review, early=False)
    if getattr(request.state, "typed_in", False):
        return page(request, "answers/typed_in.html", 409, lang=language_of(request))
    return page(request, "answers/come_back.html", 403, lang=language_of(request))
