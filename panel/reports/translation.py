"""The facts of a review as its English edition tells them; what only exists in Dutch stays as it is."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from panel.proposals.dossier import Dossier
from panel.proposals.questions import default_questions
from panel.reports.facts import Facts, Reply
from panel.reviews.models import Review
from panel.settings import TEMPLATES

ROUND = re.compile(r"ronde (\d+) van drand")


def facts_in_english(facts: Facts, review: Review) -> Facts:
    dutch = Dossier.from_json(review.version.content)
    dossier = dutch.in_language("en")
    return {
        **facts,
        "language": "en",
        "title": _title(facts["title"], dutch, dossier),
        "question": dossier.question,
        "summary": dossier.summary,
        "goal": dossier.goal,
        "monday": dossier.monday,
        "fixed": lines(dossier.fixed),
        "open": lines(dossier.still_open),
        "values": [words_of(review.questionnaire, value, "en") for value in dossier.values],
        "who_decides": _said(dossier.decides),
        "asked_by": _said(facts["asked_by"]),
        "run_by": _said(facts["run_by"]),
        "laws": [_said(law) for law in facts["laws"]],
        "remarks": [_said(remark) for remark in facts["remarks"]],
        "replies": [_reply(reply) for reply in facts["replies"]],
        "draw": {**facts["draw"], "seed_source": _source(facts["draw"]["seed_source"])},
    }


def _title(title: str, dutch: Dossier, english: Dossier) -> str:
    """A follow-up has a title of its own, in Dutch; so has a proposal that nobody translated."""
    if english.title == dutch.title:
        return title
    return english.title if title == dutch.title else f"Follow-up: {english.title}"


def lines(text: str) -> list[str]:
    """A list that was typed as lines, with or without marks before them."""
    return [line.strip(" -*") for line in text.splitlines() if line.strip(" -*")]


def words_of(questionnaire: Mapping[str, Any], value: str, language: str) -> str:
    """The words in which the panel was asked about a founding value, or if it was not: those of the default."""
    for question in (*questionnaire["questions"], *default_questions()):
        if value in (question.get("item_texts") or {}):
            return str(question["item_texts"][value][0 if language == "nl" else 1])
    raise KeyError(value)


def _said(text: str) -> str:
    """What the service fills in by itself, in English; what a person wrote, as it is."""
    return said().get(text, text)


def _reply(reply: Reply) -> Reply:
    return {**reply, "by": _said(reply["by"])}


def _source(where: str) -> str:
    found = ROUND.fullmatch(where)
    return said()["ronde {number} van drand"].format(number=found[1]) if found else where


@cache
def said() -> dict[str, str]:
    """Dutch -> English."""
    texts: dict[str, str] = yaml.safe_load((TEMPLATES / "reports" / "facts_in_english.yaml").read_text("utf-8"))
    return texts
