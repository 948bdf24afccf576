"""A column of citizen service numbers (BSN), found while a file goes by."""

import re
from collections.abc import Sequence

from deliberation.personal_data import is_bsn

NAMED = re.compile(r"\bbsn|bsn(?:nummer|nr)?\b|burgerservicen|\bsofi(?:nummer|nr)?\b")
# Nine digits with full stops, spaces or hyphens, or eight when a spreadsheet dropped the zero in front; a spreadsheet
# also puts an apostrophe before or a decimal after them. Between cells that were joined.
FORM = re.compile(r"\x1f'?(\d(?:[. ]?\d){7}|\d(?:[. -]?\d){8})(?:[.,]0)?(?=\x1f)", re.ASCII)
AT_LEAST = 5


class Column:
    """Watches one column, some cells at a time.

    It is of citizen service numbers when it is named so and not empty, or when more than half of its cells, and five
    different ones or more, pass the eleven-test. Of random pseudonyms of nine digits one in eleven passes. The worst
    case by accident is five of nine rows: once in 1,750 such files; in a file of a hundred rows it does not happen.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._named = NAMED.search(name.casefold().replace(".", "").replace("_", " ")) is not None
        self._filled = self._passing = 0
        self._different: set[str] = set()

    def see(self, cells: Sequence[str], missing: Sequence[str]) -> None:
        self._filled += len(cells) - sum(map(cells.count, missing))
        found = [digits for digits in FORM.findall("\x1f{}\x1f".format("\x1f".join(cells))) if _passes(digits)]
        self._passing += len(found)
        if len(self._different) < AT_LEAST:
            self._different.update(found)

    def is_bsn(self) -> bool:
        return (self._named and self._filled > 0) or (
            len(self._different) >= AT_LEAST and 2 * self._passing > self._filled
        )


def _passes(digits: str) -> bool:
    return is_bsn(re.sub(r"[. -]", "", digits).zfill(9))
