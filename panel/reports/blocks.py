"""The parts of a report. The page and the PDF are made from the same list, so that they cannot disagree.

`dutch` says that a text stands in Dutch in an edition in another language: it is marked, so that a screen reader
pronounces it well. Of facts by name and of a table it names the rows or the columns.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from panel.reports.language import language
from panel.web.display import Language

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True)
class Heading:
    text: str
    dutch: bool = False
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Paragraph:
    """`tone`: lead (the first sentence of a chapter), plain, note (small), fixed (what the reader must know)."""

    text: str
    tone: Literal["lead", "plain", "note", "fixed"] = "plain"
    dutch: bool = False
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    items: tuple[str, ...]
    ordered: bool = False
    dutch: bool = False
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True)
class Pairs:
    """Facts by name."""

    pairs: tuple[tuple[str, str], ...]
    dutch: tuple[int, ...] = ()
    kind: Literal["pairs"] = "pairs"


@dataclass(frozen=True)
class Grid:
    """A table. The first cell of a row is its heading; `numeric` columns are set right."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    note: str = ""
    dutch: tuple[int, ...] = ()
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True)
class Picture:
    """A chart: its finding in words, one sentence that says what is to be seen, n, and all its figures in tables."""

    id: str
    title: str
    alt: str
    svg: str
    n: str
    tables: tuple[Grid, ...]
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class Words:
    """What one resident wrote."""

    paragraphs: tuple[str, ...]
    by: str
    direction: Direction


@dataclass(frozen=True)
class Quotes:
    title: str
    quotes: tuple[Words, ...]
    kind: Literal["quotes"] = "quotes"


@dataclass(frozen=True)
class Advised:
    """One advice, to which the council owes an answer. `reply`: what became of that."""

    number: int
    text: str
    reason: str
    reply: str
    kind: Literal["advised"] = "advised"


Block = Heading | Paragraph | Bullets | Pairs | Grid | Picture | Quotes | Advised


@dataclass(frozen=True)
class Chapter:
    id: str
    number: int
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Cover:
    """What the first page says. `dots` is a picture of everyone who was asked and who answered."""

    council: str
    title: str
    question: str
    lines: tuple[tuple[str, str], ...]
    dots: str
    dots_alt: str
    created: str
    dutch: bool = False  # its title and question


@dataclass(frozen=True)
class Document:
    cover: Cover
    chapters: tuple[Chapter, ...]
    fixed: tuple[str, ...]
    colophon: tuple[str, ...]
    in_dutch: tuple[str, ...] = ()  # phrases that stand in Dutch inside texts in another language
    language: Language = field(default_factory=language)


def direction(text: str) -> Direction:
    """The direction of the first letter that has one (Unicode Bidirectional Algorithm, rule P2)."""
    for character in text:
        if unicodedata.bidirectional(character) in {"R", "AL"}:
            return "rtl"
        if unicodedata.bidirectional(character) == "L":
            return "ltr"
    return "ltr"


def plain(text: str, dutch: bool = False) -> Iterable[Paragraph]:
    """Plain text in paragraphs, split where a line was left blank."""
    for part in text.split("\n\n"):
        if part.strip():
            yield Paragraph(" ".join(part.split()), dutch=dutch)


def bullets(items: Sequence[str], dutch: bool = False) -> list[Bullets]:
    """A list, or nothing when it would be empty."""
    kept = tuple(item.strip() for item in items if item.strip())
    return [Bullets(kept, dutch=dutch)] if kept else []


def shortened(text: str, most: int) -> str:
    """At most so many letters, cut between words where that can be."""
    whole = " ".join(text.split())
    if len(whole) <= most:
        return whole
    cut = whole[: most - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[most // 2 :] else cut} …"
