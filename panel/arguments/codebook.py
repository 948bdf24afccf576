"""The points that a text can raise: the yes-buts that are always there, and those that the clerk adds."""

from collections.abc import Sequence
from functools import cache

import yaml

from panel.settings import TEMPLATES
from panel.web.messages import Refused

MOST_OWN, MOST_OF_OWN = 20, 40
FIELD = "new_code"


@cache
def yes_buts() -> dict[str, str]:
    """Key -> Dutch words."""
    read: dict[str, str] = yaml.safe_load((TEMPLATES / "arguments" / "points.yaml").read_text())
    return read


def points(own: Sequence[str]) -> dict[str, str]:
    """All that can be chosen: a point of one's own is its own key."""
    return yes_buts() | {code: code for code in own}


def with_new(own: Sequence[str], typed: str) -> list[str]:
    """The points of one's own with one more, in the order in which they were added."""
    code = " ".join("".join(sign if sign.isprintable() else " " for sign in typed).split())
    if not code:
        raise Refused("form.empty", FIELD)
    if len(code) > MOST_OF_OWN:
        raise Refused("form.too_long", FIELD, most=MOST_OF_OWN, length=len(code))
    taken = {name.casefold() for pair in points(own).items() for name in pair}
    if code.casefold() in taken:
        raise Refused("arguments.code_twice", FIELD, word=code)
    if len(own) >= MOST_OWN:
        raise Refused("arguments.codes_full", FIELD, most=MOST_OWN)
    return [*own, code]
