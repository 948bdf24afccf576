"""A follow-up: after half a year the same members are asked again, with the indicators that they chose."""

from calendar import monthrange
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from panel.audit import record
from panel.proposals.models import ProposalVersion
from panel.proposals.questions import default_questions, follow_up
from panel.reviews.actions import Plan, prepare_review
from panel.reviews.models import Review, State, Step
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.dutch import format_date, local, today
from panel.web.messages import Refused, sentence

FROM_MONTH, TO_MONTH = 6, 12  # after the publication of the report
MOST_INDICATORS = 5
FOLLOWABLE = (State.ANSWERED, State.FOLLOWED_UP)


@dataclass(frozen=True)
class Indicator:
    """By which the panel will see whether the plan works. `key`: of the choice, the first time."""

    key: str
    dutch: str
    english: str


@dataclass(frozen=True)
class Season:
    """When it makes sense to ask again."""

    begins: date
    ends: date

    @property
    def is_now(self) -> bool:
        return self.begins <= today() <= self.ends


def months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


async def season_of(review: Review) -> Season | None:
    """None before the report is published."""
    published = await Step.get_or_none(review=review, state=State.PUBLISHED)
    if published is None:
        return None
    day = local(published.at).date()
    return Season(months_after(day, FROM_MONTH), months_after(day, TO_MONTH))


async def follow_up_of(review: Review) -> Review | None:
    """The one that counts: a follow-up that was withdrawn can be started again."""
    return await Review.filter(follows_id=review.id).exclude(state=State.WITHDRAWN).order_by("-id").first()


async def require_followable(review: Review) -> None:
    if review.follows_id:
        raise Refused("follow.itself")
    season = await season_of(review)
    if review.state not in FOLLOWABLE or season is None:
        raise Refused("follow.not_answered")
    if await follow_up_of(review):
        raise Refused("follow.already")
    if today() < season.begins:
        raise Refused("follow.too_early", day=format_date(season.begins))


async def start_follow_up(
    review: Review, version: ProposalVersion, plan: Plan, indicators: Sequence[Indicator], staff: Staff
) -> Review:
    """A draft with questions of its own, for two people to approve; the first review stays as it is."""
    review = await Review.select_for_update().get(id=review.id)
    await require_followable(review)
    read = await ProposalVersion.get(id=review.version_id)
    if version.proposal_id != read.proposal_id or version.id < read.id:
        raise Refused("form.choice", "version")
    started = await prepare_review(version, plan, staff)
    started.follows_id = review.id
    started.title = sentence("follow.title", title=started.title)[:300]
    started.composed = {"questions": questions_for(indicators)}
    await started.save(update_fields=["follows_id", "title", "composed"])
    await record(actor_of(staff), "follow-up prepared", f"review {started.id}", f"after review {review.id}")
    return started


def questions_for(indicators: Sequence[Indicator]) -> list[dict[str, Any]]:
    """The questions of a follow-up as data, about these indicators, in their order."""
    same = {question["id"]: question for question in default_questions()}
    own = follow_up()
    questions: list[dict[str, Any]] = []
    for name in own["order"]:
        if name == "indicator":
            questions += [_about(own[name], indicator) for indicator in indicators[:MOST_INDICATORS]]
        else:
            questions.append(deepcopy(same.get(name) or own[name]))
    return questions


def _about(question: dict[str, Any], indicator: Indicator) -> dict[str, Any]:
    dutch, english = (words.strip().rstrip(".") for words in (indicator.dutch, indicator.english))
    return deepcopy(question) | {
        "id": f"{question['id']}_{indicator.key}",
        "nl": question["nl"].replace("{indicator}", dutch),
        "en": question["en"].replace("{indicator}", english),
    }
