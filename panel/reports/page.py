"""The report as one page that needs nothing else: readable without style and without script."""

from dataclasses import asdict

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from panel.reports.blocks import Document
from panel.reports.language import edition, t
from panel.settings import TEMPLATES


def render_page(document: Document, name: str = "report") -> str:
    """HTML with its stylesheet and its charts inside, in the language of the document. `name`: of the template."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Our own stylesheet and our own drawings, whose texts the drawing library escapes.
    environment.filters["drawn"] = Markup
    style = (TEMPLATES / "reports" / "report.css").read_text("utf-8")
    with edition(document.language):
        return environment.get_template(f"{name}.html").render(asdict(document), style=style, t=t)
