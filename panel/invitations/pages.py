import csv
import io

from starlette.requests import Request
from starlette.responses import Response

from panel.audit import record
from panel.draws.proof import in_groups
from panel.invitations.actions import number_told, open_review, remind, withdraw_and_tell
from panel.invitations.bounced import not_reached, unread
from panel.invitations.letters import write_letter
from panel.invitations.links import personal_link
from panel.invitations.models import Kind, Wave
from panel.mail.letter import Letter
from panel.mail.outbox import counts
from panel.mail.pause import pause
from panel.people.models import Member, current_draw
from panel.reviews.models import Review
from panel.staff.access import staff_on
from panel.staff.actions import actor_of
from panel.web.forms import read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page

EXAMPLE_CODE = "V00RBEE1DC0DE000"


async def ask_open(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"]).select_related("version")
    members = Member.filter(review=review)
    return page(
        request,
        "invitations/open.html",
        review=review,
        by_mail=await members.exclude(email="").count(),
        by_letter=await members.filter(email="").count(),
        example=await _example(request, review, Kind.INVITATION),
    )


async def do_open(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    await database_of(request).write(open_review(review, actor_of(staff_on(request))))
    return see(f"/bureau/{review.id}")


async def ask_remind(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"]).select_related("version")
    waiting = await number_told(review, Kind.REMINDER)
    example = await _example(request, review, Kind.REMINDER)
    return page(request, "invitations/remind.html", review=review, waiting=waiting, example=example)


async def do_remind(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    await database_of(request).write(remind(review, actor_of(staff_on(request))))
    return see(f"/bureau/{review.id}")


async def ask_withdrawal(request: Request) -> Response:
    return await _withdrawal_page(request, "", {})


async def do_withdrawal(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    fields = await read_fields(request)
    typed = (fields.get("reason") or [""])[0]
    try:
        unit = withdraw_and_tell(review, fields.text("reason", 2_000), staff_on(request))
        await database_of(request).write(unit)
    except Refused as refused:
        return await _withdrawal_page(request, typed, {refused.field: refused.sentence}, 422)
    return see(f"/bureau/{review.id}")


async def _withdrawal_page(request: Request, reason: str, errors: dict[str, str], status: int = 200) -> Response:
    review = await Review.get(id=request.path_params["id"])
    invited = await Wave.filter(review=review, kind=Kind.INVITATION).exists()
    told = await number_told(review, Kind.WITHDRAWN) if invited else 0
    return page(request, "invitations/withdraw.html", status, review=review, told=told, reason=reason, errors=errors)


async def _example(request: Request, review: Review, kind: Kind) -> Letter:
    """A letter as members get it, to nobody: no name and no working link is shown."""
    draw = await current_draw(review)
    nobody = Member(
        name="Voorbeeld",
        email="voorbeeld@voorbeeld.example",
        link_id="voorbeeld",
        code=EXAMPLE_CODE,
        token="voorbeeld" if draw and draw.from_volunteers else None,
        review=review,
    )
    return write_letter(settings_of(request), kind, nobody, review)


async def post(request: Request) -> Response:
    """What became of each mail, in numbers."""
    review = await Review.get(id=request.path_params["id"])
    waves = [(wave, await counts(wave.kind, wave.id)) for wave in await Wave.filter(review=review).order_by("id")]
    by_letter = await Member.filter(review=review, email="").count()
    return page(
        request,
        "invitations/post.html",
        review=review,
        waves=waves,
        by_letter=by_letter,
        pause=await pause(),
        not_reached=await not_reached(review),
        unread=await unread(review),
    )


async def letters(request: Request) -> Response:
    """For people without e-mail: names, addresses and links for the printer. Each time is written in the log."""
    review = await Review.get(id=request.path_params["id"])
    settings = settings_of(request)
    await database_of(request).write(record(actor_of(staff_on(request)), "letters printed", f"review {review.id}"))
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow(["naam", "adres", "link", "code", "controle van de loting"])
    for member in await Member.filter(review=review, email="").order_by("id"):
        code = in_groups(member.code) if member.code else ""
        check = f"{settings.base_url}/t/{review.id}/loting" if code else ""
        rows.writerow([member.name, member.address, personal_link(settings, member), code, check])
    headers = {"Content-Disposition": 'attachment; filename="brieven.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
