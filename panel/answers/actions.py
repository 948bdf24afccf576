import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import F

from deliberation.answering import Answer, check_answers
from deliberation.questionnaire import Question, Questionnaire
from deliberation.routing import asked, relevant
from panel.answers.models import Ballot, PaperEntry, Written
from panel.answers.vault import ReviewSecret
from panel.answers.words import asks_words, join_words, split_words, written_questions
from panel.database import current, dialect
from panel.draws.classes import CLASSES
from panel.people.models import Channel, Draw, Frame, Member
from panel.reviews.models import Review, State
from panel.web.messages import Refused


@dataclass(frozen=True)
class Keys:
    """The only ties between a member, a ballot and what was written; they can be made while the secret exists."""

    secret: bytes
    member_id: int

    @property
    def ballot(self) -> str:
        return self._key(str(self.member_id))

    def words(self, question_id: str) -> str:
        return self._key(f"{self.member_id} {question_id}")

    def _key(self, of: str) -> str:
        return hmac.digest(self.secret, of.encode(), "sha256").hex()


@dataclass(frozen=True)
class Filled:
    """What a member has filled in so far, and what was handed in of it: None when nothing was."""

    draft: Mapping[str, Answer]
    answers: Mapping[str, Answer] | None


async def keys_of(member: Member) -> Keys:
    secret = await ReviewSecret.get_or_none(review_id=member.review_id)
    if secret is None:
        raise Refused("answers.closed")
    return Keys(secret.secret, member.id)


async def require_known_secret(review_id: int) -> None:
    """A new secret beside ballots of an old one would let members answer twice: then nobody gets in."""
    known = await ReviewSecret.filter(review_id=review_id).exists()
    if not known and await Ballot.filter(review_id=review_id).exists():
        raise Refused("answers.secret_lost")


async def filled_in(keys: Keys, questionnaire: Questionnaire) -> Filled:
    ballot = await Ballot.get_or_none(key=keys.ballot)
    if ballot is None:
        return Filled({}, None)
    places = {keys.words(question.id): question for question in written_questions(questionnaire)}
    draft, answers = dict(ballot.draft), None if ballot.answers is None else dict(ballot.answers)
    for written in await Written.filter(key__in=list(places)):
        question = places[written.key]
        _put(draft, question, written.draft)
        if answers is not None:
            _put(answers, question, written.answer)
    return Filled(_in_order(questionnaire, draft), None if answers is None else _in_order(questionnaire, answers))


async def words_at(keys: Keys, question: Question) -> str | None:
    written = await Written.get_or_none(key=keys.words(question.id))
    return written.draft if written else None


def _put(answers: dict[str, Any], question: Question, words: str | None) -> None:
    answer = join_words(question, answers.get(question.id), words)
    if answer is not None:
        answers[question.id] = answer


def _in_order(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {question.id: answers[question.id] for question in questionnaire.questions if question.id in answers}


async def save_answer(member: Member, keys: Keys, question: Question, answer: Answer | None) -> None:
    """Keep one answer, or the fact that a question is left open, in what the member has filled in so far."""
    await _enter(member)
    ballot = await Ballot.get_or_none(key=keys.ballot)
    if ballot is None and answer is None:
        return  # a machine that sends empty forms has not begun
    if ballot is None:
        classes = {name: getattr(member, name) for name in CLASSES}
        ballot = Ballot(review_id=member.review_id, key=keys.ballot, draft={}, **classes)
    chosen, words = split_words(question, answer)
    ballot.draft = {name: value for name, value in ballot.draft.items() if name != question.id}
    if chosen is not None:
        ballot.draft[question.id] = chosen
    await ballot.save()
    if asks_words(question):
        await _save_words(member.review_id, keys.words(question.id), question.id, words)


async def _save_words(review_id: int, key: str, question_id: str, words: str | None) -> None:
    written = await Written.get_or_none(key=key)
    if written is None and words is None:
        return
    if written is None:
        written = Written(review_id=review_id, key=key, question=question_id)
    written.draft = words
    if words is None and written.answer is None:
        await written.delete()
    else:
        await written.save()


async def record_ballot(
    member: Member, keys: Keys, questionnaire: Questionnaire, channel: Channel = Channel.WEB
) -> None:
    """Hand in what was filled in. Handing in again replaces it: one member, one ballot, the last content.

    Raises AnswerError when what was filled in cannot be handed in.
    """
    await _enter(member)
    answers = relevant(questionnaire, (await filled_in(keys, questionnaire)).draft)
    check_answers(questionnaire, answers)
    split = {question.id: split_words(question, answers.get(question.id))[0] for question in questionnaire.questions}
    chosen = {name: answer for name, answer in split.items() if answer is not None}
    await Ballot.filter(key=keys.ballot).update(answers=chosen, version=str(questionnaire.version))
    places = [keys.words(question.id) for question in written_questions(questionnaire)]
    counted = [keys.words(question.id) for question in asked(questionnaire, answers)]
    await Written.filter(key__in=places).update(answer=None)
    await Written.filter(key__in=counted).update(answer=F("draft"))
    await Member.filter(id=member.id).update(participated=True, channel=channel)


async def _enter(member: Member) -> None:
    """Two tabs of one member take turns, and closing waits for whoever is inside; then nobody gets in any more."""
    if dialect() == "postgres":
        await current().execute_query(f"SELECT 1 FROM review WHERE id = {int(member.review_id)} FOR SHARE")  # noqa: S608
    await Member.select_for_update().get(id=member.id)
    if not await Review.filter(id=member.review_id, state=State.OPEN).exists():
        raise Refused("answers.closed")


async def discard_answers(review: Review) -> None:
    """Of a review that was withdrawn: ballots that had a key, and the people who could have been drawn."""
    await Ballot.filter(review=review, key__isnull=False).delete()
    await Written.filter(review=review).delete()
    await PaperEntry.filter(review=review).delete()
    await Draw.filter(review=review).update(salt_key=None)
    await Frame.filter(review=review).delete()
