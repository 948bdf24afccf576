"""The desk's pages on what became of the mail of a review, and what to do about it."""

import csv
import io
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from panel.audit import record
from panel.draws.proof import in_groups
from panel.invitations import post
from panel.invitations.bounced import not_reached, unread
from panel.invitations.links import personal_link
from panel.invitations.models import Kind
from panel.mail.models import State as MailState
from panel.mail.pause import pause
from panel.people.models import Member
from panel.reviews.models import Review
from panel.settings import Settings
from panel.staff.access import staff_on
from panel.staff.actions import actor_of
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page

TO_WHOM = {"no_address": post.without_address, "not_reached": post.failed_by_mail}


async def show(request: Request) -> Response:
    """What became of each mail, in numbers."""
    review = await Review.get(id=request.path_params["id"])
    tallies = await post.tallies(review)
    return page(
        request,
        "invitations/post.html",
        review=review,
        tallies=tallies,
        groups=post.GROUPS,
        members=await Member.filter(review=review).count(),
        in_doubt=sum(tally.numbers[MailState.IN_DOUBT] for tally in tallies),
        returned=sum(tally.numbers[MailState.BOUNCED_SOFT] for tally in tallies),
        letters={who: len(await members(review)) for who, members in TO_WHOM.items()},
        pause=await pause(),
        not_reached=await not_reached(review),
        unread=await unread(review),
    )


async def ask_who(request: Request) -> Response:
    return await _search_page(request, Fields())


async def look_up(request: Request) -> Response:
    """A form that is sent, so that no name stands in an address. Each time that somebody is shown is in the log."""
    review = await Review.get(id=request.path_params["id"])
    fields = await read_fields(request)
    try:
        words = fields.text("words")
        if len(post.fold(words)) < post.LEAST:
            raise Refused("post.too_short", "words", least=post.LEAST)
        found, number = await post.look_up(review, words)
    except Refused as refused:
        return await _search_page(request, fields, errors={refused.field: refused.sentence}, status=422)
    if found:
        unit = record(actor_of(staff_on(request)), "people looked up", f"review {review.id}", f"{len(found)} shown")
        await database_of(request).write(unit)
    return await _search_page(request, fields, found, number)


async def _search_page(
    request: Request,
    fields: Fields,
    found: list[post.Found] | None = None,
    number: int = 0,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "invitations/people.html",
        status,
        review=await Review.get(id=request.path_params["id"]),
        typed=fields.typed().get("words", ""),
        found=found,
        number=number,
        errors=errors or {},
        pause=await pause(),
        now=datetime.now(UTC),
    )


async def ask_again(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    in_doubt = {tally.kind: tally.of("in_doubt") for tally in await post.tallies(review) if tally.of("in_doubt")}
    return page(request, "invitations/in_doubt.html", review=review, in_doubt=in_doubt)


async def send_again(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    kind = Kind((await read_fields(request)).choice("kind", set(Kind)))
    await database_of(request).write(post.send_again(review, kind, actor_of(staff_on(request))))
    return see(f"/bureau/{review.id}/post")


async def letters(request: Request) -> Response:
    """Names, addresses and links for the printer. Each time is written in the log."""
    review = await Review.get(id=request.path_params["id"])
    who = (await read_fields(request)).choice("who", TO_WHOM)
    members = await TO_WHOM[who](review)
    facts = f"{len(members)} {who.replace('_', ' ')}"
    unit = record(actor_of(staff_on(request)), "letters printed", f"review {review.id}", facts)
    await database_of(request).write(unit)
    text = _for_the_printer(settings_of(request), review, members)
    headers = {"Content-Disposition": 'attachment; filename="brieven.csv"'}
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)


def _for_the_printer(settings: Settings, review: Review, members: list[Member]) -> str:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow(["naam", "adres", "link", "code", "controle van de loting"])
    for member in members:
        code = in_groups(member.code) if member.code else ""
        check = f"{settings.base_url}/t/{review.id}/loting" if code else ""
        rows.writerow([member.name, member.address, personal_link(settings, member), code, check])
    return out.getvalue()
