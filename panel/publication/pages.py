"""The public site. Its pages are the same for everybody in a language."""

from starlette.requests import Request
from starlette.responses import Response

from panel.people.models import current_draw
from panel.proposals.dossier import Dossier
from panel.publication.actions import replies_of
from panel.publication.announced import PUBLIC, announced, moments_of
from panel.publication.files import downloads_of, file_response, picture_of_vote
from panel.publication.linked_data import linked_data
from panel.publication.outcome import describe_outcome
from panel.publication.reminding import is_overdue
from panel.publication.then_and_now import earlier_and_later
from panel.reports.models import Report
from panel.reviews.models import Review, State
from panel.web.caching import kept, public_page
from panel.web.display import ENGLISH, language_of
from panel.web.request import settings_of


async def index(request: Request) -> Response:
    reviews = await Review.filter(await announced()).order_by("-id").select_related("version")
    return public_page(
        request,
        "publication/index.html",
        reviews=[(review, *_dossier(request, review), is_overdue(review)) for review in reviews],
        State=State,
        public=PUBLIC,
    )


async def show(request: Request) -> Response:
    review = await Review.get(await announced(), id=request.path_params["id"]).select_related("version")
    report = await Report.get(review=review) if review.state in PUBLIC else None
    settings, language = settings_of(request), language_of(request)
    dossier, in_dutch = _dossier(request, review)
    draw = await current_draw(review)
    files = downloads_of(settings, review) if report else []
    return public_page(
        request,
        "publication/show.html",
        review=review,
        dossier=dossier,
        in_dutch=in_dutch,
        record=draw.record if draw else None,
        draw=draw,
        outcome=describe_outcome(review, report.findings, language) if report else None,
        replies=await replies_of(review),
        overdue=is_overdue(review),
        files=files,
        names={file.address for file in files},
        data=linked_data(settings, review, dossier, (await moments_of([review]))[review.id], files)
        if report
        else None,
        others=await earlier_and_later(review, report.findings if report else None, language),
        State=State,
        picture=picture_of_vote(settings, review, language),
    )


def _dossier(request: Request, review: Review) -> tuple[Dossier, frozenset[str]]:
    """In the language of the page, and which parts of it there are in Dutch only."""
    dossier, language = Dossier.from_json(review.version.content), language_of(request)
    return dossier.in_language(language), dossier.untranslated(language)


async def download(request: Request) -> Response:
    return await _file(request, request.path_params["name"])


async def metadata(request: Request) -> Response:
    return await _file(request, f"metadata/{request.path_params['name']}")


async def _file(request: Request, address: str) -> Response:
    review = await Review.get(id=request.path_params["id"], state__in=PUBLIC)
    return kept(request, file_response(request, review, address))


async def accessibility(request: Request) -> Response:
    return _in_either(request, "publication/accessibility.html", "publication/accessibility_english.html")


async def privacy(request: Request) -> Response:
    return _in_either(request, "publication/privacy.html", "publication/privacy_english.html")


def _in_either(request: Request, dutch: str, english: str) -> Response:
    """The English is another, shorter text."""
    return public_page(request, english if language_of(request) == ENGLISH else dutch)


async def contact(request: Request) -> Response:
    return public_page(request, "publication/contact.html")
