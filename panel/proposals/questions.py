"""The default questionnaire, and the founding values that it can ask about."""

from functools import cache
from typing import Any

import yaml

from panel.settings import TEMPLATES

DEFAULT_QUESTIONNAIRE = TEMPLATES / "questionnaires" / "tweede-mening.yaml"


@cache
def founding_values() -> dict[str, str]:
    """Key -> Dutch words, in the order of the questionnaire."""
    asked: list[dict[str, Any]] = yaml.safe_load(DEFAULT_QUESTIONNAIRE.read_text())["questions"]
    return {key: texts[0] for question in asked for key, texts in question.get("item_texts", {}).items()}
