"""The frozen findings in a few sentences, as in the report. Everything else stands in the report itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deliberation.figures import Advice, Findings, Statements
from deliberation.questionnaire import Questionnaire, read
from panel.reports import wording
from panel.reports.facts import read_dataclass
from panel.reviews.models import Review

VOICES = 3  # of each side


@dataclass(frozen=True)
class Advised:
    """One advice to the council: what it is asked to do, and why."""

    id: str
    text: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """`vote` describes the picture of the vote, or is empty and `untold` says why there is none."""

    verdict: str
    vote: str
    untold: str
    turnout: str
    advices: list[Advised]
    sureness: list[str]
    voices: list[tuple[str, list[str]]]


def describe_outcome(review: Review, findings: Mapping[str, Any]) -> Outcome:
    """What came of a review, in the words of its report."""
    found: Findings = read_dataclass(Findings, findings, "findings")
    questionnaire = read(review.questionnaire)
    votes = next(question for question in found.questions if question.is_vote).tables[0]
    told = any(row.share is not None for row in votes.rows)
    labels = {option.key: option.label.lower() for option in questionnaire.vote.options}
    verdict = wording.verdict(found.verdict, labels.get(found.verdict.outcome, ""), review.majority_percent)
    return Outcome(
        verdict=verdict,
        vote=wording.described(votes) if told else "",
        untold="" if told else f"{wording.finding(votes)}.",
        turnout=wording.turnout(found.participation.answered, found.participation.invited),
        advices=[_advised(advice, questionnaire, verdict) for advice in found.advices],
        sureness=wording.sureness(found),
        voices=_voices(found.statements, questionnaire),
    )


def _advised(advice: Advice, questionnaire: Questionnaire, verdict: str) -> Advised:
    question = questionnaire.question(advice.question)
    item = question.label(advice.item) if advice.item else ""
    text = verdict if advice.code == "vote" else wording.advised(advice, question.text, item)
    return Advised(str(advice.number), text, wording.reason(advice, item))


def _voices(statements: tuple[Statements, ...], questionnaire: Questionnaire) -> list[tuple[str, list[str]]]:
    """The first texts that were drawn to be quoted, of each side of the vote, where they say why."""
    asked = [question.id for question in questionnaire.questions]
    after_vote = set(asked[asked.index(questionnaire.vote.id) :])
    quotes = [quote for said in statements if said.question in after_vote for quote in said.quotes]
    options = questionnaire.vote.options
    sides = [(option.label, [quote.text for quote in quotes if quote.side == option.key]) for option in options]
    return [(label, texts[:VOICES]) for label, texts in sides if texts]
