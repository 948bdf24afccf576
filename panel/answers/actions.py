import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from deliberation.answering import Answer, check_answers
from deliberation.questionnaire import Question, Questionnaire
from deliberation.routing import relevant
from panel.answers.models import Ballot, PaperEntry, Written
from panel.answers.vault import ReviewSecret
from panel.answers.words import join_words, split_words, written_questions
from panel.database import brief, dialect, listed, rows
from panel.draws.classes import CLASSES
from panel.people.models import Channel, Draw, Frame, Member
from panel.reviews.models import Review, State
from panel.web.messages import Refused

STATE = "SELECT state FROM review WHERE id = $1"
READ_WORDS = "SELECT key, draft, answer FROM written WHERE key IN (*)"
HAND_IN = "UPDATE ballot SET answers = $2, version = $3 WHERE key = $1"
SAVE_BALLOT = """
INSERT INTO ballot (id, review_id, key, version, draft, area, age, gender) VALUES ($1, $2, $3, '', $4, $5, $6, $7)
ON CONFLICT (key) DO UPDATE SET draft = excluded.draft
"""
SAVE_WORDS = """
INSERT INTO written (id, review_id, key, question, draft) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key) DO UPDATE SET draft = excluded.draft
"""
TOOK_PART = """
UPDATE member SET participated = $2, channel = $3 WHERE id = $1 AND channel IN ('', $3) RETURNING id
"""


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
class Stored:
    """A ballot as it is stored: what was written stands apart."""

    draft: dict[str, Any]
    answers: dict[str, Any] | None


@dataclass(frozen=True)
class Filled:
    """What a member has filled in so far, and what was handed in of it: None when nothing was."""

    draft: Mapping[str, Answer]
    answers: Mapping[str, Answer] | None


async def keys_of(member: Member) -> Keys:
    secret = await known_secret(member.review_id)
    if secret is None:
        raise Refused("answers.closed")
    return Keys(secret, member.id)


async def known_secret(review_id: int) -> bytes | None:
    found = await ReviewSecret.get_or_none(review_id=review_id)
    return bytes(found.secret) if found else None


async def require_known_secret(review_id: int) -> None:
    """A new secret beside ballots of an old one would let members answer twice: then nobody gets in."""
    if await is_secret_lost(review_id):
        raise Refused("answers.secret_lost")


async def is_secret_lost(review_id: int) -> bool:
    """There are ballots with a key, and what made those keys is gone from the vault. Closing leaves no keys."""
    known = await ReviewSecret.filter(review_id=review_id).exists()
    return not known and await Ballot.filter(review_id=review_id, key__isnull=False).exists()


async def filled_in(keys: Keys, questionnaire: Questionnaire) -> Filled:
    ballot = await ballot_at(keys)
    if ballot is None:
        return Filled({}, None)
    draft, answers = ballot.draft, ballot.answers
    places = {keys.words(question.id): question for question in written_questions(questionnaire)}
    for written in await rows(listed(READ_WORDS, places), *places):
        question = places[written["key"]]
        _put(draft, question, written["draft"])
        if answers is not None:
            _put(answers, question, written["answer"])
    return Filled(_in_order(questionnaire, draft), None if answers is None else _in_order(questionnaire, answers))


async def ballot_at(keys: Keys) -> Stored | None:
    for row in await rows("SELECT draft, answers FROM ballot WHERE key = $1", keys.ballot):
        return Stored(json.loads(row["draft"]), None if row["answers"] is None else json.loads(row["answers"]))
    return None


async def words_at(keys: Keys, question: Question) -> str | None:
    for row in await rows("SELECT draft FROM written WHERE key = $1", keys.words(question.id)):
        words: str | None = row["draft"]
        return words
    return None


def _put(answers: dict[str, Any], question: Question, words: str | None) -> None:
    answer = join_words(question, answers.get(question.id), words)
    if answer is not None:
        answers[question.id] = answer


def _in_order(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {question.id: answers[question.id] for question in questionnaire.questions if question.id in answers}


@brief
async def save_answer(member: Member, keys: Keys, question: Question, answer: Answer | None) -> None:
    """Keep one answer, or the fact that a question is left open, in what the member has filled in so far."""
    await take_turn(member)
    ballot = await ballot_at(keys)
    if ballot is None and answer is None:
        return  # a machine that sends empty forms has not begun
    chosen, words = split_words(question, answer)
    draft = {name: value for name, value in (ballot.draft if ballot else {}).items() if name != question.id}
    if chosen is not None:
        draft[question.id] = chosen
    classes = [getattr(member, name) for name in CLASSES]
    await rows(_anywhere(SAVE_BALLOT), str(uuid4()), member.review_id, keys.ballot, json.dumps(draft), *classes)
    if question.asks_words:
        await _save_words(member.review_id, keys.words(question.id), question.id, words)


async def _save_words(review_id: int, key: str, question_id: str, words: str | None) -> None:
    if words is not None:
        await rows(_anywhere(SAVE_WORDS), str(uuid4()), review_id, key, question_id, words)
        return
    await rows("DELETE FROM written WHERE key = $1 AND answer IS NULL", key)
    await rows("UPDATE written SET draft = NULL WHERE key = $1", key)


def _anywhere(insert: str) -> str:
    """On SQLite rows lie in the order of their rowid. A random one does not tell what came before what."""
    if dialect() == "postgres":
        return insert
    return insert.replace("(id,", "(rowid, id,").replace("VALUES (", "VALUES (random(), ")


@brief
async def record_ballot(
    member: Member, keys: Keys, questionnaire: Questionnaire, channel: Channel = Channel.WEB
) -> None:
    """Hand in what was filled in. Handing in again replaces it: one member, one ballot, the last content.

    Raises AnswerError when what was filled in cannot be handed in, and Refused when an answer came in another way
    before: the first way is the one that counts.
    """
    await take_turn(member)
    answers = relevant(questionnaire, (await filled_in(keys, questionnaire)).draft)
    check_answers(questionnaire, answers)
    split = {question.id: split_words(question, answers.get(question.id))[0] for question in questionnaire.questions}
    chosen = {name: answer for name, answer in split.items() if answer is not None}
    await rows(HAND_IN, keys.ballot, json.dumps(chosen), str(questionnaire.version))
    places = {question.id: keys.words(question.id) for question in written_questions(questionnaire)}
    counted = [key for name, key in places.items() if name in answers]
    await rows(listed("UPDATE written SET answer = NULL WHERE key IN (*)", places), *places.values())
    await rows(listed("UPDATE written SET answer = draft WHERE key IN (*)", counted), *counted)
    if not await rows(TOOK_PART, member.id, True, channel.value):
        raise Refused("answers.other_way")


async def take_turn(member: Member) -> None:
    """Two tabs of one member take turns, and closing waits for whoever is inside; then nobody gets in any more."""
    if dialect() == "sqlite":  # a unit of work is alone already
        found = await rows(STATE, member.review_id)
    else:
        found = await rows(STATE + " FOR SHARE", member.review_id)
        await rows("SELECT 1 FROM member WHERE id = $1 FOR UPDATE", member.id)
    if [row["state"] for row in found] != [State.OPEN]:
        raise Refused("answers.closed")


async def discard_answers(review: Review) -> None:
    """Of a review that was withdrawn: ballots that had a key, and the people who could have been drawn."""
    await cut_ties(review)
    await Draw.filter(review=review).update(salt_key=None)


async def cut_ties(review: Review) -> None:
    """Nothing is left that leads from a person to an answer: what has a key, how it came in, who could be drawn."""
    await Ballot.filter(review=review, key__isnull=False).delete()
    await Written.filter(review=review).delete()
    await PaperEntry.filter(review=review).delete()
    await Member.filter(review=review).update(channel="")
    await Frame.filter(review=review).delete()
