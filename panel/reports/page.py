"""The report as one page that needs nothing else: readable without style and without script."""

import re
from dataclasses import asdict
from functools import partial

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from panel.reports.blocks import Document
from panel.reports.dutch_inside import pattern
from panel.reports.language import edition, t
from panel.settings import TEMPLATES

TAG = re.compile(r"(<[^>]*>)")


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
    environment.filters["marked"] = partial(_marked, pattern=pattern(str(escape(text)) for text in document.in_dutch))
    style = (TEMPLATES / "reports" / "report.css").read_text("utf-8")
    with edition(document.language):
        return environment.get_template(f"{name}.html").render(asdict(document), style=style, t=t)


def _marked(text: str, pattern: str) -> Markup:
    """Escaped, with what is Dutch inside English as such; never inside a tag."""
    escaped = escape(text)
    if not pattern:
        return escaped
    parts = TAG.split(str(escaped))
    parts[::2] = [re.sub(pattern, r'<span lang="nl">\g<0></span>', part) for part in parts[::2]]
    return Markup("".join(parts))  # noqa: S704 - escaped above
