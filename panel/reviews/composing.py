"""The questions of a draft: the clerk puts them together. Nothing is frozen before the release."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from panel.audit import record
from panel.proposals.questions import default_questions, library
from panel.reviews.models import Review, State
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused, sentence

Entry = dict[str, Any]
MOST_QUESTIONS = 20  # beside the extra ones
OWN = re.compile(r"eigen_(\d+)_")


def questions_of(composed: Mapping[str, Any] | None) -> list[Entry]:
    """The questions as data, not yet filled in: those that were put together, or else the default ones."""
    return deepcopy(composed["questions"] if composed else default_questions())


def is_full(questions: Sequence[Entry]) -> bool:
    return sum(not question.get("extra") for question in questions) >= MOST_QUESTIONS


async def add_from_library(review: Review, question_id: str, staff: Staff) -> None:
    found = [question for question in library()["questions"] if question["id"] == question_id]
    if not found:
        raise Refused("form.choice")
    await _change(review, staff, lambda questions: _added(questions, deepcopy(found[0])), f"added {question_id}")


async def add_own(review: Review, entry: Entry, staff: Staff) -> str:
    """The id that the question got."""
    added = ""

    def add(questions: list[Entry]) -> list[Entry]:
        nonlocal added
        added = _own_id(questions, entry["nl"])
        return _added(questions, {"id": added} | entry)

    await _change(review, staff, add, f"added a question of her own: {entry['nl']}")
    return added


async def change_own(review: Review, question_id: str, entry: Entry, staff: Staff) -> None:
    def change(questions: list[Entry]) -> list[Entry]:
        place = place_of(questions, question_id)
        if not OWN.match(question_id):
            raise Refused("questions.not_own")
        before = questions[place]
        kept = {name: before[name] for name in ("id", "when") if name in before}
        questions[place] = kept | entry
        now = _keys_now(before.get("options", {}), entry.get("options", {}))
        return [_following(question, question_id, now) for question in questions]

    await _change(review, staff, change, f"changed {question_id}")


def _keys_now(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Key of each choice before -> its key after: of the same words, or of other words in the same place.

    A choice that is gone becomes a key that nothing has, so that a condition on it is told to be wrong.
    """
    words = {texts[0]: key for key, texts in after.items()}
    old_words = [texts[0] for texts in before.values()]
    now, removed = {}, sentence("answers.removed")
    for key, (text, *_) in before.items():
        reworded = key in after and after[key][0] not in old_words
        now[key] = words.get(text, key if reworded else f"{text} {removed}")
    return now


def _following(question: Entry, on: str, now: Mapping[str, str]) -> Entry:
    """With its conditions on the question `on` about the same choices as before."""
    if not (when := question.get("when")):
        return question
    followed = [
        {name: [now.get(str(key), key) for key in keys] if name == on else keys for name, keys in each.items()}
        for each in (when if isinstance(when, list) else [when])
    ]
    return question | {"when": followed if isinstance(when, list) else followed[0]}


async def move(review: Review, question_id: str, step: int, staff: Staff) -> None:
    """One place up (-1) or down (1); extra questions stay behind the others."""

    def moved(questions: list[Entry]) -> list[Entry]:
        place = place_of(questions, question_id)
        other = place + step
        if 0 <= other < len(questions) and _is_extra(questions[place]) == _is_extra(questions[other]):
            questions[place], questions[other] = questions[other], questions[place]
        return questions

    await _change(review, staff, moved, f"moved {question_id} {'up' if step < 0 else 'down'}")


async def remove(review: Review, question_id: str, staff: Staff) -> None:
    def without(questions: list[Entry]) -> list[Entry]:
        if questions[place_of(questions, question_id)].get("is_vote"):
            raise Refused("questions.vote_stays")
        return [question for question in questions if question["id"] != question_id]

    await _change(review, staff, without, f"removed {question_id}")


async def choose_who(review: Review, question_id: str, when: Mapping[str, Sequence[str]], staff: Staff) -> None:
    """Ask a question only of who gave one of these answers to each of these questions; without any, of everyone."""

    def change(questions: list[Entry]) -> list[Entry]:
        question = questions[place_of(questions, question_id)]
        if question.get("is_vote"):
            raise Refused("questions.vote_for_all")
        question.pop("when", None)
        if when:
            question["when"] = {on: list(keys) for on, keys in when.items()}
        return questions

    await _change(review, staff, change, f"who gets {question_id}: {dict(when) or 'everyone'}")


async def restore_default(review: Review, staff: Staff) -> None:
    await _change(review, staff, lambda _: questions_of(None), "the default questionnaire")


async def _change(review: Review, staff: Staff, change: Callable[[list[Entry]], list[Entry]], result: str) -> None:
    """Who had approved did so of other questions, and is asked again. A change that changes nothing is none."""
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.DRAFT:
        raise Refused("review.not_draft")
    before = questions_of(review.composed)
    questions = change(deepcopy(before))
    if _same(questions, before):
        return
    await Review.filter(id=review.id).update(
        composed=None if _same(questions, default_questions()) else {"questions": questions},
        approved_by_drafter_id=None,
        approved_by_clerk_id=None,
    )
    await record(actor_of(staff), "questions changed", f"review {review.id}", result)


def _same(some: Sequence[Entry], others: Sequence[Entry]) -> bool:
    """Also with the choices in the same order, which == does not look at."""
    return repr(some) == repr(others)


def _added(questions: list[Entry], question: Entry) -> list[Entry]:
    """Behind the other questions, so that it cannot change the vote, but before the extra ones."""
    if any(other["id"] == question["id"] for other in questions):
        raise Refused("questions.already")
    if is_full(questions):
        raise Refused("questions.too_many", most=MOST_QUESTIONS)
    place = next((place for place, other in enumerate(questions) if _is_extra(other)), len(questions))
    return [*questions[:place], question, *questions[place:]]


def _is_extra(question: Entry) -> bool:
    return bool(question.get("extra"))


def place_of(questions: Sequence[Entry], question_id: str) -> int:
    for place, question in enumerate(questions):
        if question["id"] == question_id:
            return place
    raise Refused("questions.gone")


def _own_id(questions: Sequence[Entry], text: str) -> str:
    numbers = [int(found[1]) for question in questions if (found := OWN.match(question["id"]))]
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_")
    return f"eigen_{max(numbers, default=0) + 1}_{slug or 'vraag'}"
