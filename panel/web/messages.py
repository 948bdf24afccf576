"""Sentences for people, by code, from templates/messages.yaml; and the exception that carries one."""

from functools import cache

import yaml

from panel.settings import TEMPLATES
from panel.web import english
from panel.web.display import DUTCH, ENGLISH, Language


class Refused(Exception):  # noqa: N818 - it is not a fault of the program but an answer to a person
    """Something that cannot be done now, with the sentence that says why and what to do next.

    `field` names the field of the form that it is about, if any.
    """

    def __init__(self, code: str, field: str = "", **facts: object) -> None:
        self.code = code
        self.field = field
        self._facts = facts
        self.sentence = sentence(code, **facts)
        super().__init__(self.sentence)

    def said_in(self, language: Language) -> dict[str, str]:
        """The sentence, at the field that it is about."""
        return {self.field: sentence(self.code, language, **self._facts)}


def sentence(code: str, language: Language = DUTCH, /, **facts: object) -> str:
    text = catalogue()[code]
    return (english.translated(text) if language == ENGLISH else text).format(**facts)


@cache
def catalogue() -> dict[str, str]:
    messages: dict[str, str] = yaml.safe_load((TEMPLATES / "messages.yaml").read_text())
    return messages
