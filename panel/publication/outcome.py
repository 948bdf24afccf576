"""The frozen findings in a few sentences, as in the report. Everything else stands in the report itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deliberation.figures import Advice, Findings, Participation, Statements, Tally
from deliberation.questionnaire import Questionnaire, read
from panel.reports import wording
from panel.reports.english import labelled
from panel.reports.facts import read_dataclass
from panel.reports.language import edition
from panel.reviews.models import Review
from panel.web.display import DUTCH, Language

VOICES = 3  # of each side, and as many points


@dataclass(frozen=True)
class Advised:
    """One advice to the council: what it is asked to do, and why."""

    id: str
    text: str
    reason: str


@dataclass(frozen=True)
class Point:
    """What texts were about, and how many. `own`: in the clerk's words, which are Dutch."""

    words: str
    own: bool
    texts: str


@dataclass(frozen=True)
class Voices:
    """Of one side of the vote: how many texts it wrote (empty when hidden), and some that were drawn."""

    side: str
    texts: str
    quotes: list[str]


@dataclass(frozen=True)
class Outcome:
    """`vote` describes the picture of the vote, or is empty and `untold` says why there is none.

    `points`: what was raised most in all `texts`, and how often. `fewest`: the group that answered least, its share
    and that of all. `minority` and `outside`: the share (empty when hidden) and counts of those chapters; None
    where there is no such view.
    """

    verdict: str
    vote: str
    untold: str
    counted: str
    figures: list[tuple[str, ...]]
    note: str
    turnout: str
    advices: list[Advised]
    sureness: list[str]
    fewest: tuple[str, str, str] | None
    texts: str
    points: list[Point]
    voices: list[Voices]
    minority: str | None
    outside: tuple[str, str] | None


def read_findings(stored: Mapping[str, Any]) -> Findings:
    """Frozen findings, also of an older version."""
    findings: Findings = read_dataclass(Findings, stored, "findings")
    return findings


def describe_outcome(review: Review, stored: Mapping[str, Any], language: Language = DUTCH) -> Outcome:
    """What came of a review, in the words of its report."""
    with edition(language):
        questionnaire = read(review.questionnaire, language)
        return _outcome(review, labelled(read_findings(stored), questionnaire), questionnaire)


def _outcome(review: Review, found: Findings, questionnaire: Questionnaire) -> Outcome:
    votes = next(question for question in found.questions if question.is_vote).tables[0]
    told = any(row.share is not None for row in votes.rows)
    labels = {option.key: option.label.lower() for option in questionnaire.vote.options}
    verdict = wording.verdict(found.verdict, labels.get(found.verdict.outcome, ""), review.majority_percent)
    said = _said_of_the_vote(found.statements, questionnaire)
    points = _points(said)
    minority = found.minority
    signals = found.outside
    return Outcome(
        verdict=verdict,
        vote=wording.described(votes) if told else "",
        untold="" if told else f"{wording.finding(votes)}.",
        counted=wording.counted(votes),
        figures=[wording.cells(row) for row in votes.rows],
        note=wording.why_hidden(votes.rows),
        turnout=wording.turnout(found.participation.answered, found.participation.invited),
        advices=[_advised(advice, questionnaire, verdict) for advice in found.advices],
        sureness=wording.sureness(found),
        fewest=_fewest(found.participation),
        texts=wording.number(said[0].texts) if points else "",
        points=[
            Point(wording.say("codes", tally.code), _is_own(tally.code), wording.number(tally.texts))
            for tally in points
        ],
        voices=_voices(said, questionnaire),
        minority=(wording.percent(minority.share) if minority.share else "") if minority and minority.rule else None,
        outside=(wording.number(signals.texts), wording.number(signals.of)) if signals and signals.texts else None,
    )


def _advised(advice: Advice, questionnaire: Questionnaire, verdict: str) -> Advised:
    question = questionnaire.question(advice.question)
    item = question.label(advice.item) if advice.item else ""
    text = verdict if advice.code == "vote" else wording.advised(advice, question.text, item)
    return Advised(str(advice.number), text, wording.reason(advice, item))


def _fewest(took_part: Participation) -> tuple[str, str, str] | None:
    """Of the groups whose turnout is shown, the one that stayed behind, when one did."""
    shown = [(found.rate, found.key) for found in took_part.classes if found.rate is not None]
    if not shown or not took_part.invited:
        return None
    rate, key = min(shown)
    overall = took_part.answered / took_part.invited
    return (key, wording.percent(rate), wording.percent(overall)) if rate < overall else None


def _said_of_the_vote(statements: tuple[Statements, ...], questionnaire: Questionnaire) -> list[Statements]:
    """What was written after the vote, where people say why."""
    asked = [question.id for question in questionnaire.questions]
    after_vote = set(asked[asked.index(questionnaire.vote.id) :])
    return [said for said in statements if said.question in after_vote]


def _points(said: list[Statements]) -> list[Tally]:
    """The points that were raised most in the first of these questions."""
    known = [tally for tally in said[0].tallies if tally.code and tally.texts] if said and said[0].texts else []
    return sorted(known, key=lambda tally: tally.texts or 0, reverse=True)[:VOICES]


def _is_own(code: str) -> bool:
    return code not in wording.sentences()["codes"]


def _voices(said: list[Statements], questionnaire: Questionnaire) -> list[Voices]:
    """The first texts that were drawn to be quoted, of each side of the vote."""
    quotes = [quote for one in said for quote in one.quotes]
    texts = {side.side: side.texts for side in said[0].sides} if said else {}
    told = [
        Voices(
            option.label,
            wording.number(number) if (number := texts.get(option.key)) else "",
            [quote.text for quote in quotes if quote.side == option.key][:VOICES],
        )
        for option in questionnaire.vote.options
    ]
    return [one for one in told if one.quotes]
