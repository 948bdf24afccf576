"""Sentences for people, by code, from templates/messages.yaml; and the exception that carries one."""

from functools import cache

import yaml

from panel.settings import TEMPLATES


class Refused(Exception):  # noqa: N818 - it is not a fault of the program but an answer to a person
    """Something that cannot be done now, with the sentence that says why and what to do next.

    `field` names the field of the form that it is about, if any.
    """

    def __init__(self, code: str, field: str = "", **facts: object) -> None:
        self.code = code
        self.field = field
        self.sentence = sentence(code, **facts)
        super().__init__(self.sentence)


def sentence(code: str, **facts: object) -> str:
    return catalogue()[code].format(**facts)


@cache
def catalogue() -> dict[str, str]:
    messages: dict[str, str] = yaml.safe_load((TEMPLATES / "messages.yaml").read_text())
    return messages
