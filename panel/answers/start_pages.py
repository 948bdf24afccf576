"""The door: the page behind the personal link, Start, and away from this device."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from panel.answers.actions import Keys, known_secret, require_known_secret
from panel.answers.display_pages import keep_wishes
from panel.answers.kept import kept_reviews
from panel.answers.models import Ballot
from panel.answers.vault import make_secret
from panel.answers.visits import MEMBER_COOKIE, remember, visit_of
from panel.invitations.links import ANSWER, OPT_OUT, make_token, member_of_token
from panel.people.models import Member
from panel.reviews.models import Review, State, is_over
from panel.web.display import (
    address_in,
    as_here,
    chosen_language,
    forget_display,
    in_large_print,
    language_of,
    remember_language,
)
from panel.web.failures import Wrong
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page


async def start(request: Request) -> Response:
    member = await member_of_link(request)
    review = member.review
    lang = language_of(request)
    if not await _is_open(member, review):
        return page(request, "answers/closed.html", lang=lang, review=review, early=review.state == State.DRAWN)
    kept = await kept_reviews(request).get(review.id, review.closes_at)
    return page(
        request,
        "answers/start.html",
        lang=lang,
        member=member,
        review=review,
        dossier=kept.dossier,
        record=kept.draw.record,
        draw=kept.draw,
        opt_out=f"/u/{make_token(settings_of(request), member, OPT_OUT)}",
    )


async def begin(request: Request) -> Response:
    member = await member_of_link(request)
    if member.typed_in or not await _is_open(member, member.review):
        return see(as_here(request, request.url.path))
    await require_known_secret(member.review_id)
    await database_of(request).vault.write(make_secret(member.review_id))
    # Whoever has the link and presses this asks for the answer itself, when there is one.
    response = see("/mening/controle" if member.participated else "/mening")
    remember(request, response, member, shown=True)
    language, large = chosen_language(request), in_large_print(request)
    if language or large:
        await keep_wishes(request, response, member, language, large=large)
    return response


async def leave(request: Request) -> Response:
    """Away from this device: for a shared computer, or the kitchen table."""
    visit = await visit_of(request)
    language = visit.language if visit else language_of(request)
    response = see(address_in(language, "/mening/tot-ziens", large=in_large_print(request)))
    MEMBER_COOKIE.clear(request, response)
    forget_display(response)
    return response


async def goodbye(request: Request) -> Response:
    return page(request, "answers/goodbye.html", lang=language_of(request))


async def member_of_link(request: Request) -> Member:
    member = await member_of_token(settings_of(request), request.path_params["token"], ANSWER)
    if member is None:
        raise Wrong
    remember_language(request, member.language)
    return member


async def _is_open(member: Member, review: Review) -> bool:
    """After the closing moment only for who began before it: they have a while to finish."""
    if review.state != State.OPEN or is_over(review.closes_at):
        return False
    if datetime.now(UTC) < review.closes_at:
        return True
    secret = await known_secret(review.id)
    return secret is not None and await Ballot.exists(key=Keys(secret, member.id).ballot)
