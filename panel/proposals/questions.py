"""What can be asked: the default questionnaire and the library; and the words that are too hard for it."""

from functools import cache
from typing import Any

import yaml

from panel.settings import TEMPLATES

DEFAULT_QUESTIONNAIRE = TEMPLATES / "questionnaires" / "tweede-mening.yaml"
LIBRARY = TEMPLATES / "questionnaires" / "library.yaml"
FOLLOW_UP = TEMPLATES / "questionnaires" / "follow-up.yaml"
HARD_WORDS = TEMPLATES / "questionnaires" / "hard_words.yaml"


@cache
def founding_values() -> dict[str, str]:
    """Key -> Dutch words, in the order of the questionnaire."""
    return {
        key: texts[0] for question in default_questions() for key, texts in question.get("item_texts", {}).items()
    }


@cache
def hard_words() -> dict[str, str]:
    """Hard word, each of its forms -> a simpler one."""
    lines: dict[str, str] = yaml.safe_load(HARD_WORDS.read_text())
    return {word.strip(): simpler for forms, simpler in lines.items() for word in forms.split(",")}


@cache
def library() -> dict[str, Any]:
    """`themes` (key -> words), `choices` for questions of one's own, and `questions`, each with its theme."""
    read: dict[str, Any] = yaml.safe_load(LIBRARY.read_text())
    return read


@cache
def follow_up() -> dict[str, Any]:
    """`order` of the questions of a follow-up, by id of a default question or by name: `indicator` and `ervaring`."""
    read: dict[str, Any] = yaml.safe_load(FOLLOW_UP.read_text())
    return read


@cache
def default_questions() -> list[dict[str, Any]]:
    """The default questionnaire as data, before anything of a proposal is filled in."""
    read: list[dict[str, Any]] = yaml.safe_load(DEFAULT_QUESTIONNAIRE.read_text())["questions"]
    return read
