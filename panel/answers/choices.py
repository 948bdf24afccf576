"""A page of choices is made once, with none of them made; what a member chose is marked in it.

So what is kept in memory between members holds no answer of anybody.
"""

import re
from collections.abc import Mapping, Sequence
from html import unescape

CHOICE = re.compile(r'(<input [^>]*type="(?:radio|checkbox)"[^>]* name="([^"]*)" value="([^"]*)")')


class Choices:
    def __init__(self, page: str) -> None:
        *parts, self._end = CHOICE.split(page)
        fours = zip(*[iter(parts)] * 4, strict=True)
        self._parts = [(before + tag, unescape(name), unescape(value)) for before, tag, name, value in fours]

    def marked(self, chosen: Mapping[str, Sequence[str]]) -> str:
        """The page with these values, by the name of their field, chosen."""
        pieces: list[str] = []
        for html, name, value in self._parts:
            pieces.append(html)
            if value in chosen.get(name, ()):
                pieces.append(" checked")
        return "".join(pieces) + self._end
