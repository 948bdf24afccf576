import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from deliberation.merging import merge_classes
from deliberation.personal_data import find_personal_data
from deliberation.questionnaire import Questionnaire, read
from panel.answers.actions import Keys, cut_ties, known_secret
from panel.answers.models import Ballot, PaperEntry, Written
from panel.answers.words import written_questions
from panel.arguments.models import Statement
from panel.draws.classes import CLASSES, variables_of
from panel.draws.strata import drawn_groups
from panel.people.models import Channel, Draw, Member, finished_draw
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.web.messages import Refused

FLOOR = 5  # ballots that must share their area, age and gender before one may keep them


async def close_review(review: Review, actor: str) -> None:
    """Close the ballot box: what is left cannot be joined to a person, by anyone, in any order.

    Ballots get a new random id and are stored again in random order, without key and draft; area, age and gender are
    kept only as coarse as makes at least FLOOR ballots share them. What was written becomes statements, in random
    order, of which only the side of the vote is known.
    """
    review = await Review.select_for_update().get(id=review.id)
    if review.ends_at > datetime.now(UTC):
        raise Refused("review.not_yet_closing")
    await advance(review, State.CLOSED, actor)
    ballots = await Ballot.filter(review=review)
    handed_in = [ballot for ballot in ballots if ballot.answers is not None]
    statements = await _statements(review, handed_in)
    draw = await finished_draw(review)
    groups = [group.classes for group in await drawn_groups(draw)]
    coarse = _coarse_classes(groups, [tuple(getattr(ballot, name) for name in CLASSES) for ballot in handed_in])
    kept = [_without_ties(ballot, coarse) for ballot in handed_in]
    channels = await _count_channels(review)
    await cut_ties(review)
    order = random.SystemRandom()
    order.shuffle(kept)
    order.shuffle(statements)
    await Ballot.bulk_create(kept)
    await Statement.bulk_create(statements)
    await Review.filter(id=review.id).update(partial=len(ballots) - len(handed_in), channels=channels)
    await Draw.filter(id=draw.id).update(coarse=coarse, salt_key=None)


async def _statements(review: Review, handed_in: list[Ballot]) -> list[Statement]:
    """What was handed in of what was written, each with the side of the vote it came with.

    The secret that says so is in the vault. When that was lost, the words are kept, and no side is known.
    """
    questionnaire = read(review.questionnaire)
    written = {row.key: row for row in await Written.filter(review=review, answer__isnull=False)}
    sides = await _sides(review, questionnaire, handed_in) if written else {}
    return [
        Statement(
            id=uuid4(),
            review=review,
            question=row.question,
            side=sides.get(key, ""),
            text=row.answer,
            marks=_marks(row.answer),
        )
        for key, row in written.items()
    ]


async def _sides(review: Review, questionnaire: Questionnaire, handed_in: list[Ballot]) -> Mapping[str, str]:
    """The key of everything that could have been written -> the vote of the ballot of the same member."""
    secret = await known_secret(review.id)
    if secret is None:
        return {}
    votes = {ballot.key: ballot.answers.get(questionnaire.vote.id, "") for ballot in handed_in}
    members = await Member.filter(review=review, participated=True).values_list("id", flat=True)
    keys = [Keys(secret, int(str(member_id))) for member_id in members]
    places = written_questions(questionnaire)
    return {one.words(place.id): votes.get(one.ballot, "") for one in keys for place in places}


def _without_ties(ballot: Ballot, coarse: Mapping[str, Mapping[str, str]]) -> Ballot:
    classes = {name: coarse[name][getattr(ballot, name)] for name in CLASSES}
    return Ballot(
        id=uuid4(),
        review_id=ballot.review_id,
        key=None,
        version=ballot.version,
        draft={},
        answers=ballot.answers,
        **classes,
    )


async def _count_channels(review: Review) -> dict[str, int]:
    """In which way answers came in, and what the second typing of forms on paper found."""
    members = Member.filter(review=review, participated=True)
    checked = PaperEntry.filter(review=review, checked_by_id__isnull=False)
    return {
        **{channel.value: await members.filter(channel=channel).count() for channel in Channel},
        "checked": await checked.count(),
        "differing": await checked.filter(differences__gt=0).count(),
    }


def _coarse_classes(groups: list[tuple[str, ...]], cells: list[tuple[str, ...]]) -> Mapping[str, Mapping[str, str]]:
    return merge_classes(variables_of(groups), Counter(cells), FLOOR).mapping


def _marks(text: str) -> list[str]:
    return sorted({mark.kind for mark in find_personal_data(text)})
