"""Pages from templates. A variable that does not exist is an error, and everything is escaped.

Templates are written in Dutch; what members read stands between {% trans %} and {% endtrans %}, or in t("…"). In
English a page is the same template with templates/english.yaml: one structure, one place for each text, whole
sentences for who translates. A sentence without its English is an error too.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from panel.settings import TEMPLATES, Settings
from panel.web import dutch, english
from panel.web.display import DUTCH, ENGLISH, Language, in_large_print, link_to

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "br", "hr", "a", "code", "pre"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}


def environment(language: Language = DUTCH) -> Environment:
    return _environments()[language]


@cache
def _environments() -> dict[Language, Environment]:
    """One for each language: what templates import is made once, in that language."""
    return {DUTCH: _environment(DUTCH), ENGLISH: _environment(ENGLISH)}


def _environment(language: Language) -> Environment:
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
        "number": _by_language(dutch.format_number, english.format_number),
        "markdown": markdown,
        "with_dutch": with_dutch,
        "zip": zip,
    }
    made.extend(newstyle_gettext=True)  # before the extension, which would set it to False
    made.add_extension("jinja2.ext.i18n")
    made.policies["ext.i18n.trimmed"] = True
    said = _in_english if language == ENGLISH else _in_dutch
    made.globals |= {"static": static, "lang": language, "t": said, "gettext": said}
    # Behind an address without a member, so that the page it leads to is in the same language.
    made.globals["keep"] = "?taal=en" if language == ENGLISH else ""
    return made


def _in_dutch(text: str, **facts: object) -> Markup:
    return Markup(text) % facts  # noqa: S704 - it stands in a template; facts are escaped


def _in_english(text: str, **facts: object) -> Markup:
    return Markup(english.translated(text)) % facts  # noqa: S704 - as above, by way of the catalogue


def _by_language(in_dutch: Callable[..., str], in_english: Callable[..., str]) -> Callable[..., str]:
    """A filter that follows `lang` of the template."""

    @pass_context
    def formatted(context: Context, *values: object) -> str:
        return (in_english if context.get("lang") == ENGLISH else in_dutch)(*values)

    return formatted


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    text = render(
        template,
        request.app.state.settings,
        staff=getattr(request.state, "staff", None),
        path=request.url.path,
        large=in_large_print(request),
        here=partial(link_to, request),
        **context,
    )
    return HTMLResponse(text, status_code=status)


def render(template: str, settings: Settings, *, lang: Language = DUTCH, **context: Any) -> str:
    return environment(lang).get_template(template).render(settings=settings, **context)


@lru_cache(256)
def markdown(text: str) -> Markup:
    """Markdown of a proposal as safe HTML. Its headings start at the second level: the page has the first."""
    html = MarkdownIt("commonmark").enable("table").render(text)
    for level in (3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"})
    return Markup(clean)  # noqa: S704 - cleaned by nh3 in the line above


def with_dutch(text: str, parts: Sequence[str]) -> Markup:
    """The text, with these parts of it marked as Dutch for whoever has it read aloud."""
    longest_first = sorted(filter(None, parts), key=len, reverse=True)
    if not longest_first:
        return escape(text)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    dutch = Markup('<span lang="nl">%s</span>')
    return Markup().join(dutch % piece if place % 2 else piece for place, piece in enumerate(pieces))


@cache
def static(name: str) -> str:
    """The address of one of our own static files; it changes with the content, so that it may be kept for ever."""
    digest = hashlib.sha256((TEMPLATES / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
