"""The text of a proposal in parts that fold: one for each heading, or for each line that names an article."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+$")  # the lines as CommonMark counts them
NAMED = re.compile(
    r"(Artikel|Art\.|Hoofdstuk|Paragraaf|Bijlage) (\d+[\da-z.:]*|[IVX]+[.:]?)([.:]? [A-Z0-9À-Þ‘“'\"].*)?"
)
BLOCKS = MarkdownIt("commonmark").enable("table").disable("inline")
WORDS = MarkdownIt("commonmark")
LONGEST_NAME = 120
SENTENCE_END = (".", ",", ";", ":")


@dataclass(frozen=True)
class Article:
    """`heading` and `text` are as they were written, so that all parts together are the whole text again."""

    title: str  # in plain words; empty for what stands before the first heading
    heading: str
    text: str


def articles(text: str) -> list[Article]:
    """A text with links whose addresses stand elsewhere in it stays in one piece, so that they keep working."""
    environment: dict[str, object] = {}
    tokens = BLOCKS.parse(text, environment)
    lines = LINE.findall(text)
    starts = {} if environment.get("references") else dict(_headings(tokens, lines))
    bounds = [*sorted(starts), len(lines)]
    before = "".join(lines[: bounds[0]])
    named = [_named(lines, start, end, *starts[start]) for start, end in pairwise(bounds)]
    if named and not before.strip():  # blank lines belong to the heading that follows
        return [replace(named[0], heading=before + named[0].heading), *named[1:]]
    return [Article("", "", before), *named]


def _named(lines: list[str], start: int, end: int, title: str, body: int) -> Article:
    return Article(title, "".join(lines[start:body]), "".join(lines[body:end]))


def _headings(tokens: list[Token], lines: list[str]) -> Iterator[tuple[int, tuple[str, int]]]:
    """The line at which a part starts -> its title, and the line at which its text starts."""
    for token, inline in pairwise(tokens):
        if token.level or not token.map:
            continue
        start, end = token.map
        if token.type == "heading_open" and (title := _plain(inline)):
            yield start, (title, end)
        elif token.type == "paragraph_open":
            for number in range(start, end):
                if _names_an_article(lines[number]):
                    yield number, (_without_marks(lines[number]), number + 1)


def _plain(inline: Token) -> str:
    [line] = WORDS.parseInline(inline.content)
    return " ".join(
        "".join(child.content or " " * child.type.endswith("break") for child in line.children or ()).split()
    )


def _names_an_article(line: str) -> bool:
    """Such as "Artikel 3 Titel" on a line of its own; no sentence that happens to start so."""
    name = _without_marks(line)
    if not NAMED.fullmatch(name) or len(name) > LONGEST_NAME:
        return False
    return len(name.split()) == 2 or not name.endswith(SENTENCE_END)


def _without_marks(line: str) -> str:
    return line.strip().strip("*_").strip()
