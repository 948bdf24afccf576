"""What there is to say about the questions of a review: what stops the release, and what deserves a second look."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deliberation.filling import fill
from deliberation.questionnaire import PLACEHOLDER, Language, Question, Questionnaire, QuestionnaireError, read
from deliberation.reading import judge, minutes, text_of
from panel.proposals.dossier import MOST_VALUES, Dossier
from panel.proposals.level import remarks_on
from panel.proposals.questions import founding_values, hard_words
from panel.reviews.composing import OWN, Entry, questions_of
from panel.reviews.routing_words import heading, in_quotes, only_if
from panel.web.messages import sentence

MOST_MINUTES = 10
GAP = "…"  # where the proposal says nothing yet
PLACES = {"doel": "het doel", "grondwaarden": "de grondwaarden", "indicatoren": "waaraan u ziet of het werkt"}


@dataclass(frozen=True)
class Row:
    question: Question
    number: int  # among the main questions, or among the extra ones
    is_own: bool
    only_for: str  # in words; empty for everyone
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    rows: tuple[Row, ...]
    minutes: int
    score: int
    remarks: tuple[str, ...]  # about the whole

    @property
    def number_remarked(self) -> int:
        return sum(bool(row.remarks) for row in self.rows)


def shown(composed: Mapping[str, Any] | None, dossier: Dossier, language: Language = "nl") -> Questionnaire:
    """The questions with the proposal filled in, as far as it goes."""
    data = {"version": "", "questions": questions_of(composed)}
    gaps = {"doel": GAP, "grondwaarden": tuple(founding_values())[:MOST_VALUES], "indicatoren": (GAP,)}
    known = {name: value for name, value in dossier.fillings().items() if all(value)}
    try:
        return read(fill(data, gaps | {name: value for name, value in known.items() if value}), language)
    except QuestionnaireError:  # the proposal itself has something like a placeholder
        return read(fill(data, gaps), language)


def judgement(questionnaire: Questionnaire, summary: str) -> Judgement:
    whole = judge("\n\n".join(map(text_of, questionnaire.questions)), hard_words())
    score = math.floor(whole.score) if whole.score is not None else 0
    needed = math.ceil(minutes(questionnaire, summary))
    remarks = []
    if whole.hard_to_read:
        remarks.append(sentence("questions.hard_to_read", score=score))
    if needed > MOST_MINUTES:
        remarks.append(sentence("questions.takes_long", minutes=needed, most=MOST_MINUTES))
    groups = (questionnaire.main, tuple(q for q in questionnaire.questions if q.extra))
    rows = [_row(questionnaire, question, number) for group in groups for number, question in enumerate(group, 1)]
    return Judgement(tuple(rows), needed, score, tuple(remarks))


def _row(questionnaire: Questionnaire, question: Question, number: int) -> Row:
    is_own = bool(OWN.match(question.id))
    return Row(question, number, is_own, only_for(questionnaire, question), _remarks(questionnaire, question))


def _remarks(questionnaire: Questionnaire, question: Question) -> tuple[str, ...]:
    return (*remarks_on(judge(text_of(question), hard_words())), *_what_words_tell(questionnaire, question))


def _what_words_tell(questionnaire: Questionnaire, question: Question) -> list[str]:
    """Words are kept with the side of the vote: any other condition tells what else their writer chose."""
    if not question.asks_words:
        return []
    on = {each.question for conditions in question.when for each in conditions} - {questionnaire.vote.id}
    return [sentence("questions.tells", on=name) for other, name in in_quotes(questionnaire).items() if other in on]


def only_for(questionnaire: Questionnaire, question: Question) -> str:
    """Who gets the question, in words, with other questions by their words: empty when everyone does."""
    return only_if(questionnaire, question, names=in_quotes(questionnaire), about_others=True)


def in_words(error: QuestionnaireError, questions: Sequence[Entry]) -> str:
    """Why a questionnaire cannot be used, as a sentence for the clerk, with questions by their words."""
    texts = {question["id"]: heading(PLACEHOLDER.sub(GAP, question["nl"])) for question in questions}
    facts: dict[str, object] = {**error.facts, "question": texts.get(error.question, error.question)}
    if "on" in facts:
        facts["on"] = texts.get(str(facts["on"]), sentence("answers.removed"))
    if "names" in facts:
        facts["names"] = ", ".join(PLACES.get(name, name) for name in str(facts["names"]).split(", "))
    return sentence(f"fault.{error.code}", **facts)
