"""Pages from templates. A variable that does not exist is an error, and everything is escaped."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from panel.settings import TEMPLATES, Settings
from panel.web import dutch, english

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "br", "hr", "a", "code", "pre"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
D = TypeVar("D")


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        auto_reload=False,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "date": _by_language(dutch.format_date, english.format_date),
        "day": _by_language(dutch.format_day, english.format_day),
        "moment": _by_language(dutch.format_moment, english.format_moment),
        "number": dutch.format_number,
        "markdown": markdown,
        "zip": zip,
    }
    made.globals["static"] = static
    return made


def _by_language(in_dutch: Callable[[D], str], in_english: Callable[[D], str]) -> Callable[[Context, D], str]:
    """A filter that follows `lang` of the template."""

    @pass_context
    def formatted(context: Context, day: D) -> str:
        return (in_english if context.get("lang") == "en" else in_dutch)(day)

    return formatted


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    text = render(
        template,
        request.app.state.settings,
        staff=getattr(request.state, "staff", None),
        path=request.url.path,
        **context,
    )
    return HTMLResponse(text, status_code=status)


def render(template: str, settings: Settings, **context: Any) -> str:
    return environment().get_template(template).render(settings=settings, lang="nl", **context)


def markdown(text: str) -> Markup:
    """Markdown of a proposal as safe HTML. Its headings start at the second level: the page has the first."""
    html = MarkdownIt("commonmark").enable("table").render(text)
    for level in (3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"})
    return Markup(clean)  # noqa: S704 - cleaned by nh3 in the line above


@cache
def static(name: str) -> str:
    """The address of one of our own static files; it changes with the content, so that it may be kept for ever."""
    digest = hashlib.sha256((TEMPLATES / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
