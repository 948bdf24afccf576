"""Targets for a panel from volunteers: the features there are, a proposal, what was typed, and whether it can be."""

import asyncio
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from deliberation.sortition.volunteers.quotas import Pool, QuotaError, Repair, Target, check, group, plain, repair
from panel.audit import record
from panel.people.columns import OWN
from panel.people.models import Frame, Person, Search, current_draw
from panel.reviews.models import Review, State
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.forms import Fields
from panel.web.messages import Refused, sentence

MOST_VOLUNTEERS = 100_000
MOST_FEATURES = 40  # a category with more gets no proposal
ENDS = ("min", "max")


@dataclass(frozen=True)
class Volunteers:
    """`features`: pseudonym → category → feature, one spelling each. `homes`: pseudonym → address, where known."""

    frame: Frame
    features: Mapping[str, Mapping[str, str]]
    homes: Mapping[str, str]

    @property
    def counts(self) -> dict[str, Counter[str]]:
        """Category → feature → people, as they stand on the page."""
        found = {category: Counter[str]() for category in categories(self.frame)}
        for own in self.features.values():
            for category, feature in own.items():
                found[category][feature] += 1
        return {category: Counter(dict(sorted(counted.items()))) for category, counted in found.items()}


@dataclass(frozen=True)
class Answer:
    """Whether targets can be kept: why not, in sentences, and the smallest repair when there is one."""

    sentences: tuple[str, ...] = ()
    repair: Repair | None = None

    @property
    def ok(self) -> bool:
        return not self.sentences


def categories(frame: Frame) -> list[str]:
    return [*OWN.values(), *(frame.extra or [])]


async def volunteers_of(review: Review) -> Volunteers:
    """Everybody in the frame of a review. Refuses when there is none, or it is too large to be one of volunteers."""
    frame = await Frame.get_or_none(review=review)
    if frame is None:
        raise Refused("people.no_frame")
    if frame.accepted > MOST_VOLUNTEERS:
        raise Refused("targets.too_many", most=f"{MOST_VOLUNTEERS:,}".replace(",", "."))
    rows: Any = await Person.filter(frame=frame).values_list(
        "pseudonym", "address_key", "area", "age", "gender", "features"
    )
    return await asyncio.to_thread(_volunteers, frame, rows)


def _volunteers(frame: Frame, rows: Sequence[tuple[Any, ...]]) -> Volunteers:
    names = categories(frame)
    own = [(row[0], [*row[2:5], *(row[5] or {}).values()]) for row in rows]
    spelled = {name: _spelling(values[place] for _, values in own) for place, name in enumerate(names)}
    return Volunteers(
        frame,
        {id_: {name: spelled[name][value] for name, value in zip(names, values, strict=True)} for id_, values in own},
        {row[0]: row[1] for row in rows if row[1]},
    )


def _spelling(values: Iterable[str]) -> dict[str, str]:
    """How each is written here: as most people have it."""
    written = Counter(values)
    usual: dict[str, str] = {}
    for value in sorted(written, key=lambda value: (-written[value], value)):
        usual.setdefault(plain(value), value)
    return {value: usual[plain(value)] for value in written}


def propose(volunteers: Volunteers, seats: int) -> list[Target]:
    """In proportion to the volunteers, or to the people who live there where figures per area are known."""
    figures = (volunteers.frame.area_figures or {}).get("counts") or {}
    found = []
    for category, people in volunteers.counts.items():
        weights = {name: figures[name] for name in people if figures.get(name)} if category == OWN["area"] else {}
        if len(weights) < len(people):
            weights = dict(people)
        if len(weights) <= MOST_FEATURES:
            found += [_share(category, name, weight * seats / sum(weights.values()), people[name], seats)
                      for name, weight in weights.items()]  # fmt: skip
    return found


def _share(category: str, feature: str, due: float, people: int, seats: int) -> Target:
    """A little room around what is due: a seat, or a tenth of it."""
    room = max(0.5, due / 10)
    low, high = math.floor(due - room + 0.5), math.ceil(due + room - 0.5)
    return Target(category, feature, max(0, min(low, people)), min(max(high, 1), seats))


def kept(frame: Frame) -> list[Target] | None:
    """The targets that were saved for these people."""
    return None if frame.targets is None else [Target(*row) for row in frame.targets]


def check_features(volunteers: Volunteers, targets: Sequence[Target]) -> list[str]:
    """What is wrong between the targets and the features that there are, in sentences with numbers of people."""
    counts = volunteers.counts
    wanted = {(target.category, target.feature) for target in targets}
    used = dict.fromkeys(target.category for target in targets)
    found = [sentence("targets.no_column", category=name) for name in used if name not in counts]
    for category in used:
        for feature, people in counts.get(category, {}).items():
            if (category, feature) not in wanted:
                found.append(sentence("targets.no_target", category=category, feature=feature, people=people))
    return found


def pool_of(volunteers: Volunteers, targets: Sequence[Target]) -> Pool:
    return group(volunteers.features, targets, volunteers.homes)


def answer(volunteers: Volunteers, targets: Sequence[Target], seats: int) -> Answer:
    """Whether a panel can keep these targets; takes up to some seconds."""
    if wrong := check_features(volunteers, targets):
        return Answer(tuple(wrong))
    try:
        pool = pool_of(volunteers, targets)
        sentences = check(pool, seats)
        return Answer(sentences, repair(pool, seats) if sentences and seats <= pool.most else None)
    except QuotaError as error:
        return Answer((str(error),))


def field(end: str, category: int, feature: int) -> str:
    """The name of a field on the page: min-0-3."""
    return f"{end}-{category}-{feature}"


def read_typed(fields: Fields, volunteers: Volunteers, seats: int) -> tuple[list[Target], dict[str, str]]:
    """The targets that were filled in, and a sentence per field that is wrong. A category left blank has none."""
    if fields.text("frame") != str(volunteers.frame.id):
        raise Refused("targets.frame_changed")
    least = {(target.category, target.feature): target for target in kept(volunteers.frame) or []}
    targets, errors = list[Target](), dict[str, str]()
    for place, (category, people) in enumerate(volunteers.counts.items()):
        names = [[field(end, place, number) for end in ENDS] for number in range(len(people))]
        if not any((fields.get(name) or [""])[0].strip() for pair in names for name in pair):
            continue
        for feature, pair in zip(people, names, strict=True):
            low, high = (_number(fields, name, seats, errors) for name in pair)
            if low is not None and high is not None and low > high:
                errors[pair[0]] = sentence("targets.crossed")
            elif low is not None and high is not None:
                before = least.get((category, feature)) or Target(category, feature, 0, 0)
                most = None if before.most is None else max(before.most, high)
                targets.append(Target(category, feature, low, high, min(before.least, low), most))
    return targets, errors


def _number(fields: Fields, name: str, seats: int, errors: dict[str, str]) -> int | None:
    try:
        return fields.number(name, 0, seats)
    except Refused as refused:
        errors[name] = sentence("targets.both") if refused.code == "form.empty" else refused.sentence
        return None


def typed_of(volunteers: Volunteers, targets: Iterable[Target]) -> dict[str, str]:
    """These targets as they stand in the fields."""
    found = {(target.category, target.feature): target for target in targets}
    typed = dict[str, str]()
    for place, (category, people) in enumerate(volunteers.counts.items()):
        for number, feature in enumerate(people):
            target = found.get((category, feature))
            ends = ("", "") if target is None else (str(target.minimum), str(target.maximum))
            typed |= {field(end, place, number): value for end, value in zip(ENDS, ends, strict=True)}
    return typed


async def save_targets(review: Review, frame: Frame, targets: Sequence[Target], staff: Staff) -> None:
    review = await Review.select_for_update().get(id=review.id)
    searching = await Search.filter(review=review, trouble="").exists()
    if searching or review.state != State.RELEASED or await current_draw(review):
        raise Refused("targets.frozen")
    rows = [list(astuple(target)) for target in targets]
    if not await Frame.filter(id=frame.id).update(targets=rows, volunteers=True):
        raise Refused("targets.frame_changed")
    await record(actor_of(staff), "targets saved", f"review {review.id}", f"{len(rows)} targets")
