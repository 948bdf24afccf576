"""A member who pressed Start: the cookie that says so, and what every page of theirs needs."""

from dataclasses import dataclass
from time import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from deliberation.questionnaire import Question, Questionnaire, read
from deliberation.routing import asked
from panel.answers.actions import Keys, keys_of
from panel.answers.models import Ballot
from panel.people.models import Member
from panel.reviews.models import Review, State
from panel.web.cookies import SignedCookie
from panel.web.display import Language, language_of
from panel.web.templating import page

MEMBER_COOKIE = SignedCookie("mening", 4 * 3600)
SHOWN_SECONDS = 15 * 60  # that an answer which is in stays in sight, after the press that asked for it


@dataclass(frozen=True)
class Visit:
    member: Member
    review: Review
    questionnaire: Questionnaire
    language: Language
    keys: Keys
    ballot: Ballot | None
    shown: bool

    @property
    def chosen(self) -> dict[str, Any]:
        """What was filled in so far, without what was written."""
        return self.ballot.draft if self.ballot else {}

    @property
    def questions(self) -> tuple[Question, ...]:
        return asked(self.questionnaire, self.chosen)

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
    member = await Member.get_or_none(id=member_id, link_version=link_version).select_related("review")
    if member is None or member.review.state != State.OPEN:
        return None
    language = language_of(request, member.language)
    keys = await keys_of(member)
    return Visit(
        member=member,
        review=member.review,
        questionnaire=read(member.review.questionnaire, language),
        language=language,
        keys=keys,
        ballot=await Ballot.get_or_none(key=keys.ballot),
        shown=time() < shown_until,
    )


def remember(request: Request, response: Response, member: Member, shown: bool) -> None:
    until = int(time()) + SHOWN_SECONDS if shown else 0
    MEMBER_COOKIE.write(request, response, f"{member.id} {member.link_version} {until}")


def come_back(request: Request) -> Response:
    """No cookie, or the review closed meanwhile: a page that says how to go on; nothing was lost."""
    return page(request, "answers/come_back.html", 403, lang=language_of(request))
