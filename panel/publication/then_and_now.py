"""A review and its follow-up beside each other: the figures that both published."""

from dataclasses import dataclass
from typing import Any

from deliberation.consensus import Movement, Published, moved
from deliberation.questionnaire import Question, read
from panel.proposals.dossier import Dossier
from panel.publication.announced import PUBLIC, announced
from panel.publication.outcome import read_findings
from panel.reports import wording
from panel.reports.language import edition
from panel.reports.models import Report
from panel.reviews.models import Review
from panel.web.display import Language


@dataclass(frozen=True)
class Moved:
    """One figure of both times, in words. `differs`: more or less, surely; empty when that cannot be said."""

    what: str
    before: str
    now: str
    differs: str


@dataclass(frozen=True)
class Others:
    """The review that this one follows, those that follow it, and the figures of it and the first."""

    first: tuple[int, str] | None
    later: list[tuple[int, str]]
    figures: list[Moved]


async def earlier_and_later(review: Review, findings: Any, language: Language) -> Others:
    seen = await announced()
    later = await Review.filter(seen, follows_id=review.id).order_by("id").select_related("version")
    first = await Review.get_or_none(seen, id=review.follows_id).select_related("version")
    before = await Report.get_or_none(review=first) if first and first.state in PUBLIC else None
    return Others(
        first=_named(first, language) if first else None,
        later=[_named(one, language) for one in later],
        figures=_figures(review, before.findings, findings, language) if before and findings else [],
    )


def _named(review: Review, language: Language) -> tuple[int, str]:
    return review.id, Dossier.from_json(review.version.content).in_language(language).title


def _figures(review: Review, before: Any, now: Any, language: Language) -> list[Moved]:
    """The vote and every mark; all else stands in the report."""
    with edition(language):
        questionnaire = read(review.questionnaire, language)
        told = moved(read_findings(before), read_findings(now))
        shown = [one for one in told if one.question == questionnaire.vote.id or one.kind == "mean"]
        return [_in_words(one, questionnaire.question(one.question)) for one in shown]


def _in_words(one: Movement, question: Question) -> Moved:
    is_mark = one.kind == "mean"
    what = question.text if is_mark else question.label(one.key)
    differs = ("more" if one.difference > 0 else "less") if one.differs else ""
    return Moved(what, _figure(one.before, is_mark), _figure(one.now, is_mark), differs)


def _figure(one: Published, is_mark: bool) -> str:
    if is_mark:
        return f"{wording.number(one.value, 1)} ({wording.number(one.low, 1)}–{wording.number(one.high, 1)})"
    return f"{wording.percent(one.value)} ({wording.margin(one.low, one.high)})"
