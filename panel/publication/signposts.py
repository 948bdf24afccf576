"""What programs read: the feed, the map of the site, what search engines leave alone, where to report a leak."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from panel.publication.announced import announced, moments_of, published
from panel.reviews.models import Review
from panel.web.caching import kept
from panel.web.dutch import today
from panel.web.request import settings_of
from panel.web.templating import render

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # characters that XML 1.0 cannot hold
VALID = timedelta(days=180)
PAGES = ("/", "/toegankelijkheid", "/privacy", "/contact")
NOT_FOR_SEARCHING = ("/bureau", "/demo", "/link", "/m/", "/mening", "/u/")


async def feed(request: Request) -> Response:
    """Atom (RFC 4287): an entry for every published review, renewed when the council answers and at the follow-up."""
    entries = await published()
    updated = max((entry.changed_at for entry in entries), default=NEVER)
    return _xml(request, "publication/feed.xml", "application/atom+xml", entries=entries, updated=updated)


async def sitemap(request: Request) -> Response:
    """Every public page in both languages (sitemaps.org), with when it came to be as it is."""
    reviews = await Review.filter(await announced()).order_by("id")
    moments = await moments_of(reviews)
    of_reviews = [(f"/t/{review.id}", max(moments[review.id].values())) for review in reviews]
    return _xml(
        request, "publication/sitemap.xml", "application/xml", pages=[*dict.fromkeys(PAGES).items(), *of_reviews]
    )


def _xml(request: Request, template: str, media_type: str, **context: Any) -> Response:
    text = NO_XML.sub("", render(template, settings_of(request), **context))
    return kept(request, Response(text, media_type=media_type))


async def robots(request: Request) -> Response:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_SEARCHING)]
    return _text(request, [*lines, f"Sitemap: {settings_of(request).base_url}/sitemap.xml"])


async def security_txt(request: Request) -> Response:
    """RFC 9116. It expires half a year from today, so that it is never out of date while the service runs."""
    settings = settings_of(request)
    expires = datetime.combine(today() + VALID, time(), UTC)
    lines = [
        f"Contact: {settings.security_contact or f'mailto:{settings.contact_email}'}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
    ]
    return _text(request, lines)


def _text(request: Request, lines: list[str]) -> Response:
    return kept(request, Response("\n".join([*lines, ""]), media_type="text/plain"))
