"""Answers on paper or by telephone: typed in by one of the staff, and some of them again by somebody else."""

import hmac

from deliberation.answering import Answer, Answers
from deliberation.questionnaire import Question, Questionnaire
from panel.answers.actions import Keys, filled_in, is_secret_lost, keys_of, record_ballot, save_answer, take_turn
from panel.answers.models import PaperEntry
from panel.answers.words import split_words
from panel.audit import record
from panel.draws.proof import read_code
from panel.people.models import Channel, Member
from panel.reviews.models import Review, State, is_over
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.dutch import today
from panel.web.messages import Refused

UNKNOWN = "paper.unknown_code"
FIRST, ONE_IN = 10, 10  # forms that are all typed in again, and how many of those after them


async def open_review(review_id: int) -> Review:
    """Also in the half hour after the closing moment: for what came in on the last day."""
    review = await Review.get(id=review_id)
    if review.state != State.OPEN or is_over(review.closes_at):
        raise Refused("paper.not_open")
    if await is_secret_lost(review_id):
        raise Refused("desk.secret_lost")
    return review


async def member_with_code(review: Review, typed: str) -> Member:
    code = read_code(typed)
    member = await Member.get_or_none(review=review, code=code) if code else None
    if member is None:
        raise Refused("paper.unknown_code", "code")
    return member


def require_no_answer(member: Member) -> None:
    """Whichever comes first counts, on paper or not."""
    if member.participated:
        raise Refused("paper.already", "code")


async def enter(
    member: Member, questionnaire: Questionnaire, answers: Answers, channel: Channel, staff: Staff
) -> None:
    """Hand in these answers for a member. What the member has only filled in, and not handed in, is replaced.

    Raises Refused when there is an answer already, and AnswerError when this set cannot be handed in.
    """
    await take_turn(member)
    require_no_answer(await Member.get(id=member.id))
    keys = await keys_of(member)
    await _hand_in(member, keys, questionnaire, answers, channel)
    await PaperEntry.create(
        review_id=member.review_id,
        member=member,
        entered_by=staff,
        entered_on=today(),
        sample=channel is Channel.PAPER and await _is_sampled(keys, member.review_id),
    )
    await record(actor_of(staff), "answer typed in", f"review {member.review_id}")


async def _hand_in(
    member: Member, keys: Keys, questionnaire: Questionnaire, answers: Answers, channel: Channel
) -> None:
    for question in questionnaire.questions:
        await save_answer(member, keys, question, answers.get(question.id))
    await record_ballot(member, keys, questionnaire, channel)


async def _is_sampled(keys: Keys, review_id: int) -> bool:
    """Nobody can choose which: it follows from the secret of the review. What came by telephone is on no paper."""
    if await PaperEntry.filter(review_id=review_id, member__channel=Channel.PAPER).count() < FIRST:
        return True
    lot = hmac.digest(keys.secret, f"sample {keys.member_id}".encode(), "sha256")
    return int.from_bytes(lot) % ONE_IN == 0


async def entry_to_check(member: Member, staff: Staff) -> PaperEntry:
    """The entry of this member, for who may type it in again: not who did it first, nor a third person."""
    entry = await PaperEntry.get_or_none(member=member, sample=True)
    if entry is None:
        raise Refused("paper.nothing_to_check", "code")
    if entry.entered_by_id == staff.id:
        raise Refused("paper.same_person", "code")
    if entry.checked_by_id not in (None, staff.id):
        raise Refused("paper.being_checked", "code")
    return entry


async def compare(
    member: Member, questionnaire: Questionnaire, answers: Answers, staff: Staff
) -> tuple[Question, ...]:
    """The questions that were answered otherwise the first time; empty when the entry is right.

    Once only: who could compare again and again, could find out what is stored without the form.
    """
    await take_turn(member)
    entry = await entry_to_check(member, staff)
    if entry.checked_by_id is not None:
        raise Refused("paper.compared")
    stored = (await filled_in(await keys_of(member), questionnaire)).answers or {}
    found = tuple(
        question
        for question in questionnaire.questions
        if _in_essence(question, stored.get(question.id)) != _in_essence(question, answers.get(question.id))
    )
    entry.checked_by_id, entry.differences, entry.sample = staff.id, len(found), bool(found)
    await entry.save()
    await record(actor_of(staff), "answer typed in again", f"review {member.review_id}")
    return found


def _in_essence(question: Question, answer: Answer | None) -> tuple[Answer | None, str]:
    """Nobody types the same handwriting twice with the same capitals, spaces and commas."""
    chosen, words = split_words(question, answer)
    return chosen, "".join(filter(str.isalnum, (words or "").casefold()))


async def replace(member: Member, questionnaire: Questionnaire, answers: Answers, staff: Staff) -> None:
    """After a comparison that found differences: what the second person read on the paper is what counts."""
    await take_turn(member)
    entry = await entry_to_check(member, staff)
    if entry.checked_by_id is None:
        raise Refused("paper.not_compared")
    member = await Member.get(id=member.id)
    await _hand_in(member, await keys_of(member), questionnaire, answers, Channel(member.channel))
    entry.sample = False
    await entry.save()
    await record(actor_of(staff), "answer corrected", f"review {member.review_id}")
