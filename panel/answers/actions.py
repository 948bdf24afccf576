import hmac
import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from deliberation.answering import Answer, check_answers
from deliberation.personal_data import find_personal_data
from deliberation.questionnaire import Questionnaire, read
from deliberation.weighting import merge_classes
from panel.answers.models import Ballot
from panel.answers.vault import ReviewSecret
from panel.arguments.models import Statement
from panel.database import current, dialect
from panel.draws.classes import CLASSES, variables_of
from panel.draws.strata import drawn_groups
from panel.people.models import Draw, Frame, Member, finished_draw
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.web.messages import Refused

FLOOR = 5  # ballots that must share their area, age and gender before one may keep them


async def ballot_key(member: Member) -> str:
    """The only tie between a member and a ballot: it can be made while the review's secret exists."""
    secret = await ReviewSecret.get_or_none(review_id=member.review_id)
    if secret is None:
        raise Refused("answers.closed")
    return hmac.digest(secret.secret, str(member.id).encode(), "sha256").hex()


async def require_known_secret(review_id: int) -> None:
    """A new secret beside ballots of an old one would let members answer twice: then nobody gets in."""
    known = await ReviewSecret.filter(review_id=review_id).exists()
    if not known and await Ballot.filter(review_id=review_id).exists():
        raise Refused("answers.secret_lost")


async def save_answer(member: Member, key: str, question_id: str, answer: Answer | None) -> None:
    """Keep one answer, or the fact that a question is left open, in what the member has filled in so far."""
    await _enter(member)
    ballot = await Ballot.get_or_none(key=key)
    if ballot is None and answer is None:
        return  # a machine that sends empty forms has not begun
    if ballot is None:
        classes = {name: getattr(member, name) for name in CLASSES}
        ballot = Ballot(review_id=member.review_id, key=key, draft={}, **classes)
    ballot.draft = {name: value for name, value in ballot.draft.items() if name != question_id}
    if answer is not None:
        ballot.draft[question_id] = answer
    await ballot.save()


async def record_ballot(member: Member, key: str, questionnaire: Questionnaire) -> None:
    """Hand in what was filled in. Handing in again replaces it: one member, one ballot, the last content."""
    await _enter(member)
    ballot = await Ballot.get_or_none(key=key)
    answers = ballot.draft if ballot else {}
    check_answers(questionnaire, answers)
    await Ballot.filter(key=key).update(answers=answers)
    await Member.filter(id=member.id).update(participated=True)


async def _enter(member: Member) -> None:
    """Two tabs of one member take turns, and closing waits for whoever is inside; then nobody gets in any more."""
    if dialect() == "postgres":
        await current().execute_query(f"SELECT 1 FROM review WHERE id = {int(member.review_id)} FOR SHARE")  # noqa: S608
    await Member.select_for_update().get(id=member.id)
    if not await Review.filter(id=member.review_id, state=State.OPEN).exists():
        raise Refused("answers.closed")


async def close_review(review: Review, actor: str) -> None:
    """Close the ballot box: what is left cannot be joined to a person, by anyone, in any order.

    Ballots get a new random id and are stored again in random order, without key and draft; words are taken apart
    from them; area, age and gender are kept only as coarse as makes at least FLOOR ballots share them.
    """
    review = await Review.select_for_update().get(id=review.id)
    if review.closes_at > datetime.now(UTC):
        raise Refused("review.not_yet_closing")
    await advance(review, State.CLOSED, actor)
    handed_in = await Ballot.filter(review=review, answers__isnull=False)
    begun = await Ballot.filter(review=review).count()
    await Ballot.filter(review=review).delete()
    questionnaire = read(review.questionnaire)
    order = random.SystemRandom()
    ballots: list[Ballot] = []
    statements: list[Statement] = []
    draw = await finished_draw(review)
    groups = [group.classes for group in await drawn_groups(draw)]
    coarse = _coarse_classes(groups, [tuple(getattr(ballot, name) for name in CLASSES) for ballot in handed_in])
    for ballot in handed_in:
        answers, words = _without_words(questionnaire, ballot.answers)
        side = answers.get(questionnaire.vote.id, "")
        classes = {name: coarse[name][getattr(ballot, name)] for name in CLASSES}
        ballots.append(Ballot(id=uuid4(), review=review, key=None, draft={}, answers=answers, **classes))
        statements += [
            Statement(id=uuid4(), review=review, question=question, side=side, text=text, marks=_marks(text))
            for question, text in words.items()
        ]
    order.shuffle(ballots)
    order.shuffle(statements)
    await Ballot.bulk_create(ballots)
    await Statement.bulk_create(statements)
    await Review.filter(id=review.id).update(partial=begun - len(handed_in))
    await Draw.filter(id=draw.id).update(coarse=coarse, salt_key=None)
    await Frame.filter(review=review).delete()


async def discard_answers(review: Review) -> None:
    """Of a review that was withdrawn: ballots that had a key, and the people who could have been drawn."""
    await Ballot.filter(review=review, key__isnull=False).delete()
    await Draw.filter(review=review).update(salt_key=None)
    await Frame.filter(review=review).delete()


def _coarse_classes(groups: list[tuple[str, ...]], cells: list[tuple[str, ...]]) -> Mapping[str, Mapping[str, str]]:
    return merge_classes(variables_of(groups), Counter(cells), FLOOR).mapping


def _without_words(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers without anything written, and what was written per question."""
    kept: dict[str, Any] = {}
    words: dict[str, str] = {}
    for question in questionnaire.questions:
        answer = answers.get(question.id)
        if answer is None:
            continue
        if question.type == "text":
            words[question.id] = answer
        elif question.type == "multi_other":
            kept[question.id] = {"chosen": answer["chosen"], "other": ""}
            if answer["other"]:
                words[question.id] = answer["other"]
        else:
            kept[question.id] = answer
    return kept, words


def _marks(text: str) -> list[str]:
    return sorted({mark.kind for mark in find_personal_data(text)})
