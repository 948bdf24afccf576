"""The summary on one page, for members of the council and for residents: as a page, and as a PDF of one page A4."""

from panel.reports.blocks import Chapter, Document
from panel.reports.chapters import colophon, cover
from panel.reports.chapters.brief import parts
from panel.reports.chapters.proposal import fixed_sentences
from panel.reports.dutch_inside import phrases
from panel.reports.facts import Material
from panel.reports.page import render_page
from panel.reports.pdf import render_pdf

TEMPLATE = "summary"


def page(material: Material) -> str:
    """The summary as HTML, in the language of this edition."""
    return render_page(summary(material), TEMPLATE)


def pdf(material: Material) -> bytes:
    """The summary as a PDF of one page, in the language of this edition. Raises PdfError."""
    return render_pdf(summary(material), TEMPLATE)


def summary(material: Material) -> Document:
    """The parts of the summary, as the chapters of a document."""
    made = tuple(
        Chapter(name, place, title, blocks) for place, (name, title, blocks) in enumerate(parts(material), 1)
    )
    return Document(cover(material), made, fixed_sentences(), colophon(material), phrases(material))
