"""A page of questions is made once, with nothing filled in; what a member filled in is put into it.

So what is kept in memory between members holds no answer of anybody.
"""

import re
from collections.abc import Mapping, Sequence
from html import unescape

from markupsafe import escape

# A choice up to where it says that it was made, and a field for words up to where they stand. The groups: all of it,
# the name of the field, and the value of a choice.
GAP = re.compile(
    r'(<input [^>]*type="(?:radio|checkbox)"[^>]* name="([^"]*)" value="([^"]*)"'
    r'|<input [^>]*type="text"[^>]* name="(?P<line>[^"]*)" value="'
    r'|<textarea [^>]*name="(?P<lines>[^"]*)"[^>]*>\n)'
)


class Blank:
    def __init__(self, page: str) -> None:
        self._gaps: list[tuple[str, str, str | None]] = []  # the page before it, its field, and its choice
        end = 0
        for gap in GAP.finditer(page):
            name = gap[2] or gap["line"] or gap["lines"]
            self._gaps.append((page[end : gap.end()], unescape(name), None if gap[3] is None else unescape(gap[3])))
            end = gap.end()
        self._end = page[end:]

    def filled(self, values: Mapping[str, Sequence[str]]) -> str:
        """The page with these values, by the name of their field."""
        pieces: list[str] = []
        for before, name, choice in self._gaps:
            pieces.append(before)
            given = values.get(name, ())
            if choice is None:
                pieces.extend(map(escape, given[:1]))
            elif choice in given:
                pieces.append(" checked")
        return "".join(pieces) + self._end
