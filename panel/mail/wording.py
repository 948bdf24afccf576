"""What a mail says. Each letter is written once in each language, and set twice: in plain text and in HTML."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment

from panel.settings import Settings
from panel.web.templating import environment

DUTCH, ENGLISH = "nl", "en"


class Wording(NamedTuple):
    subject: str
    text: str
    html: str


def languages_for(language: str) -> tuple[str, ...]:
    """In which languages somebody is written to; who may not know Dutch gets both."""
    return (language,) if language in (DUTCH, ENGLISH) else (DUTCH, ENGLISH)


def wording(letter: str, languages: Sequence[str], settings: Settings, **facts: Any) -> Wording:
    """The letter in these languages, one below the other, under a subject in the first."""
    facts = {"opt_out": "", **facts, "letter": letter, "languages": languages, "settings": settings}
    facts |= {name: _block(letter, languages[0], name, facts) for name in ("subject", "preview")}
    text = _plain().get_template("mail/paper.txt").render(facts)
    return Wording(facts["subject"], text.strip() + "\n", environment().get_template("mail/paper.html").render(facts))


def _block(letter: str, language: str, name: str, facts: dict[str, Any]) -> str:
    """One block of a letter by itself, in plain text."""
    template = _plain().get_template(f"mail/{language}/{letter}.jinja")
    return "".join(template.blocks[name](template.new_context({**facts, "lang": language})))


@cache
def _plain() -> Environment:
    """The same templates, with nothing escaped: for plain text only."""
    return environment().overlay(autoescape=False)
