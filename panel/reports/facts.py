"""What a report is made of: the frozen findings, and the facts of the review that stand beside them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, TypedDict, cast, get_args, get_origin, get_type_hints

from deliberation.figures import Findings
from deliberation.questionnaire import Language, Questionnaire, QuestionnaireError, read

# Characters that turn the reading order of what follows around; a resident's right-to-left text needs none of them.
OVERRIDES = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
EMPTY_ITEM = "leeg: "  # before what the build says of an item of the method that says nothing


class Source(TypedDict):
    """A claim in the summary, with where it comes from and of when it is."""

    claim: str
    source: str
    date: str


class Why(TypedDict):
    """The drafter's answers to the four questions of the intake."""

    why: str
    why_this_way: str
    what_works: str
    how_better: str


class StartingPoint(TypedDict):
    """One of the seven starting points, and what the drafter says the proposal does with it."""

    point: str
    answer: str


class Stratum(TypedDict):
    """A group from which was drawn by itself: how many could be drawn, and how many were."""

    label: str
    eligible: int
    drawn: int


class Lot(TypedDict):
    """What decided the draw, where it came from, and the fingerprint of who was drawn."""

    seed: str
    seed_source: str
    panel_digest: str


class Draw(Lot):
    """What may be published about the draw. `excluded`: reason -> people left out beforehand. `volunteers`: the panel
    was chosen by lot from people who volunteered, under targets, and not from everybody in the frame."""

    drawn_on: str
    frame_digest: str
    accepted: int
    excluded: dict[str, int]
    refused: int
    sample_size: int
    volunteers: bool
    strata: list[Stratum]


class Reply(TypedDict):
    """The answer to one advice. `decision`: adopted, partly, not, outside."""

    advice: int
    decision: str
    reason: str
    by: str
    on: str


class Organisation(TypedDict):
    """Who publishes, for registers: the municipality's code in the government's list of them (gm0344, or nothing)."""

    code: str
    email: str


class Before(TypedDict):
    """The first time that these members were asked: its frozen findings, and what to call it."""

    title: str
    closed_on: str
    public_url: str
    findings: dict[str, Any]


class Facts(TypedDict):
    """What stands in the report besides the findings. All of it is public.

    Every key must be there; a text or a list may be empty, and the report then leaves it out or says so. Dates are
    ISO (2026-11-20). `summary` and the four answers of `why` are Markdown; all else is plain text. `questionnaire` is
    the frozen, filled data that residents answered. `kind`: verordening, beleidsplan, beleidsregel, raadsvoorstel,
    casus. `survey_modes`: web, paper, phone; `answered_by`: how many answered in which way, None where that is
    hidden. `replies`: the answers to the advices, none until all are there; `reply_due`: by when they must be.
    `before`: of a follow-up, the review that it follows. `retyped` of the forms that were typed in were typed again
    by somebody else, and `retyped_otherwise` of those (a share) turned out otherwise; None when there are too few to
    say. `hardship_clause`: None when the proposal does not say. `paperwork_added` may hold all there is to say about
    paperwork when `paperwork_removed` is empty.
    """

    language: Language
    council_name: str
    contact: str
    public_url: str
    title: str
    kind: str
    question: str
    summary: str
    sources: list[Source]
    goal: str
    values: list[str]
    who_decides: str
    asked_by: str
    run_by: str
    opened_on: str
    closed_on: str
    frozen_on: str
    report_due: str
    judgement_on: str
    decision_on: str
    version: int
    digest: str
    quorum: int
    majority_percent: int
    fixed: list[str]
    open: list[str]
    monday: str
    why: Why
    starting_points: list[StartingPoint]
    remarks: list[str]
    laws: list[str]
    hardship_clause: bool | None
    paperwork_added: str
    paperwork_removed: str
    survey_modes: list[str]
    answered_by: dict[str, int | None]
    retyped: int | None
    retyped_otherwise: float | None
    questionnaire: dict[str, Any]
    draw: Draw
    review_id: int
    replies: list[Reply]
    reply_due: str
    before: Before | None
    organisation: Organisation


class InputError(ValueError):
    """The report cannot be made from this; the message says what is missing."""


@dataclass(frozen=True)
class Material:
    """One review, read and checked: all that a report is made of. `dutch`: texts that stay Dutch in English."""

    findings: Findings
    facts: Facts
    questionnaire: Questionnaire
    dutch: frozenset[str] = frozenset()

    def is_dutch(self, text: str) -> bool:
        """Whether this text stands in Dutch between English, so that a screen reader must change its voice."""
        return text.strip() in self.dutch

    @property
    def asked(self) -> frozenset[str]:
        return frozenset(question.id for question in self.findings.questions)


def read_material(document: Mapping[str, Any]) -> Material:
    """{"findings": …, "facts": …} as typed data, the questions in the language of the facts. Raises InputError."""
    cleaned = _clean(document)
    for part in ("findings", "facts"):
        if part not in cleaned:
            raise InputError(f"the input has no {part}")
    _check_keys(cleaned["facts"], Facts, "facts")
    try:
        questionnaire = read(cleaned["facts"]["questionnaire"], cleaned["facts"]["language"])
    except (QuestionnaireError, KeyError) as error:
        raise InputError(f"facts.questionnaire cannot be read: {error}") from error
    return Material(
        read_dataclass(Findings, cleaned["findings"], "findings"), cast(Facts, cleaned["facts"]), questionnaire
    )


def _clean(value: Any) -> Any:
    """Without characters that no document can hold or that would garble what stands after them."""
    match value:
        case str():
            kept = (character for character in value.replace("\r\n", "\n") if ord(character) not in OVERRIDES)
            return "".join(" " if _is_control(c) else c for c in kept)
        case dict():
            return {key: _clean(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
    return value


def _is_control(character: str) -> bool:
    if character in "\ufffe\uffff":  # no characters, and not allowed in XML
        return True
    return character != "\n" and unicodedata.category(character) in {"Cc", "Cs"}


def _check_keys(value: Any, shape: type, place: str) -> None:
    hints = get_type_hints(shape)
    if not isinstance(value, dict):
        raise InputError(f"{place} is not an object")
    for key, hint in hints.items():
        if key not in value:
            raise InputError(f"{place}.{key} is missing")
        inner = get_args(hint)[0] if get_origin(hint) is list else hint
        if isinstance(inner, type) and hasattr(inner, "__required_keys__"):
            for entry in value[key] if inner is not hint else [value[key]]:
                _check_keys(entry, inner, f"{place}.{key}")


def read_dataclass(shape: Any, value: Any, place: str) -> Any:
    """A dataclass from what `dataclasses.asdict` and JSON made of it. Raises InputError."""
    if get_origin(shape) is UnionType:
        return None if value is None else read_dataclass(get_args(shape)[0], value, place)
    if get_origin(shape) is tuple:
        return tuple(read_dataclass(get_args(shape)[0], entry, place) for entry in value)
    if not is_dataclass(shape):
        return value
    if not isinstance(value, dict):
        raise InputError(f"{place} is not an object")
    hints = get_type_hints(shape)
    names = [field.name for field in fields(shape)]
    given = [name for name in names if name in value]
    try:
        return cast(Any, shape)(
            **{name: read_dataclass(hints[name], value[name], f"{place}.{name}") for name in given}
        )
    except TypeError as error:
        raise InputError(f"{place} is not complete: {error}") from error
