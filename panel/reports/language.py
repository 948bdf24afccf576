"""In which language an edition of the report is made: Dutch, or English from a catalogue beside it.

Texts stand in the code in Dutch, as t("…"). A text without its English stops the English edition: it is an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import yaml

from panel.settings import TEMPLATES
from panel.web.display import DUTCH, Language

_edition: ContextVar[Language] = ContextVar("edition", default=DUTCH)


@contextmanager
def edition(language: Language) -> Iterator[None]:
    """Everything that is said inside is said in this language."""
    before = _edition.set(language)
    try:
        yield
    finally:
        _edition.reset(before)


def language() -> Language:
    return _edition.get()


def t(dutch: str, **facts: object) -> str:
    """The text in the language of this edition, with {names} filled in. KeyError when nobody wrote its English."""
    text = dutch if language() == DUTCH else catalogue()[dutch]
    return text.format(**facts) if facts else text


@cache
def catalogue() -> dict[str, str]:
    """Dutch -> English, of all that a report says by itself."""
    texts: dict[str, str] = yaml.safe_load((TEMPLATES / "reports" / "english.yaml").read_text("utf-8"))
    return texts
