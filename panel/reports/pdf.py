"""The report as a PDF that a screen reader can read (PDF/UA-1) and an archive can keep (PDF/A-2a)."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from textwrap import wrap
from typing import Any

import typst

from panel.reports.blocks import Document
from panel.reports.charts import FONTS, printable
from panel.reports.dutch_inside import pattern
from panel.reports.language import edition, t
from panel.reports.row_headers import with_row_headers
from panel.settings import TEMPLATES

TEXT = re.compile(r'\bt\("([^"]+)"\)')  # what a template says by itself
LONG_WORD = re.compile(r"\S{32,}")  # may be broken anywhere, or it would leave the page


class PdfError(RuntimeError):
    """The PDF could not be made; the message is the typesetter's."""


def render_pdf(document: Document, name: str = "report") -> bytes:
    """The PDF, the same bytes for the same document, in its language. `name`: of the template.

    Text goes in as data, so it can never be markup.
    """
    content, replaced = _printable(asdict(document))
    content["replaced"] = replaced
    content["in_dutch"] = pattern(content["in_dutch"])
    template = (TEMPLATES / "reports" / f"{name}.typ").read_text("utf-8")
    with edition(document.language):
        content["texts"] = {text: t(text) for text in TEXT.findall(template)}
    compiler = typst.Compiler(
        template.encode(),
        root=TEMPLATES / "reports",
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(content, ensure_ascii=False)},
    )
    try:
        made = compiler.compile(
            format="pdf", pdf_standards=["ua-1", "a-2a"], timestamp=_moment(document.cover.created)
        )
    except typst.TypstError as error:
        raise PdfError(f"{error.message} {'; '.join(error.hints)}") from error
    assert isinstance(made, bytes)  # noqa: S101 - one PDF, since no output file was named
    return with_row_headers(made)


def _moment(day: str) -> datetime:
    """Noon of the day on which the findings were frozen; a fixed day when there is none."""
    try:
        found = date.fromisoformat(day[:10])
    except ValueError:
        found = date(2000, 1, 1)
    return datetime(found.year, found.month, found.day, 12, tzinfo=UTC)


def _printable(value: Any) -> tuple[Any, bool]:
    """The value with □ for what no embedded font can show, and whether there was any. Charts are ready."""
    match value:
        case str():
            shown = printable(value)
            return LONG_WORD.sub(lambda found: "\u200b".join(wrap(found[0], 24)), shown), shown != value
        case Mapping():
            pairs = {
                key: (inner, False) if key in ("svg", "dots") else _printable(inner) for key, inner in value.items()
            }
            return {key: inner for key, (inner, _) in pairs.items()}, any(changed for _, changed in pairs.values())
        case list() | tuple():
            parts = [_printable(inner) for inner in value]
            return [inner for inner, _ in parts], any(changed for _, changed in parts)
    return value, False
