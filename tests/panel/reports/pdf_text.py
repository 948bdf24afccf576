"""The text of a PDF, as it is read from its pages."""

import importlib
from typing import Any

pymupdf: Any = importlib.import_module("pymupdf")  # it has no types
FOOT = 60  # points at the bottom, where the number of the page stands


def pages(pdf: bytes) -> list[str]:
    """The text of every page, without its foot, with single spaces."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        room = document[0].rect
        above = pymupdf.Rect(0, 0, room.width, room.height - FOOT)
        return [" ".join(page.get_text(clip=above).replace("\u200b", "").split()) for page in document]


def falls_off(pdf: bytes) -> bool:
    """Whether something stands beyond the edge of a page."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return any(
            not page.rect.contains(pymupdf.Rect(block[:4])) for page in document for block in page.get_text("blocks")
        )
