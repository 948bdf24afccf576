import asyncio
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from deliberation.sortition.frames.columns import FIELDS, guess_mapping
from deliberation.sortition.frames.table import FrameError, read_table
from deliberation.sortition.volunteers.quotas import plain
from panel.people.actions import import_frame, read_rows
from panel.people.columns import RESERVED, choose_columns
from panel.people.models import Frame, current_draw
from panel.reviews.models import Review
from panel.staff.access import staff_on
from panel.web.forms import read_upload
from panel.web.messages import Refused
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page

MOST_BYTES = 200_000_000
MOST_CHOICES = 300  # of column names; with more, names are typed
FIELD_LABELS = {
    "id": "eigen nummer (id)",
    "name": "naam",
    "first_name": "voornaam",
    "infix": "tussenvoegsel",
    "last_name": "achternaam",
    "email": "e-mailadres",
    "street": "straat",
    "house_number": "huisnummer",
    "house_letter": "huisletter",
    "house_addition": "toevoeging",
    "postcode": "postcode",
    "city": "woonplaats",
    "birth_date": "geboortedatum",
    "age_class": "leeftijdsgroep",
    "gender": "geslacht",
    "area": "wijk of buurt",
    "secrecy": "geheimhouding",
    "language": "taal",
    "deceased": "overleden",
    "moved": "vertrokken",
}


async def ask_file(request: Request) -> Response:
    return await _file_page(request, {})


async def _file_page(
    request: Request,
    errors: dict[str, str],
    status: int = 200,
    header: Sequence[str] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    """With `header`, the names in a file whose columns were not known: they can be chosen from."""
    review = await Review.get(id=request.path_params["id"])
    frame = await Frame.get_or_none(review=review)
    proposed = {f"column_{field}": column for field, column in guess_mapping(header).items()}
    return page(
        request,
        "people/file.html",
        status,
        review=review,
        frame=frame,
        frozen=await current_draw(review) is not None,
        errors=errors,
        labels=FIELD_LABELS,
        names=[name for name in header if name] if len(header) <= MOST_CHOICES else [],
        typed=proposed | {name: value for name, value in (typed or {}).items() if value},
    )


async def take_file(request: Request) -> Response:
    """Read the file with the columns that were named; what is left blank is looked for by its usual names."""
    review = await Review.get(id=request.path_params["id"])
    header: Sequence[str] = ()
    typed: Mapping[str, str] = {}
    try:
        name, content, fields = await read_upload(request, "file", MOST_BYTES)
        typed = fields.typed()
        named = {field: column for field in FIELDS if (column := fields.text(f"column_{field}"))}
        supplier = fields.text("supplier", 200)
        table = await asyncio.to_thread(read_table, content)
        header = table.header
        extra = [name.strip() for name in fields.text("extra", 2_000).split(",") if name.strip()]
        if reserved := [name for name in extra if plain(name) in RESERVED]:
            raise Refused("people.column_name", "extra", name=reserved[0])
        columns = await choose_columns(header, named, supplier, only_named="chosen" in fields, extra=extra)
        read = await read_rows(settings_of(request), table, columns.mapping, columns.extra)
        await database_of(request).write(import_frame(review, name, read, staff_on(request), columns))
    except FrameError as error:
        return await _file_page(request, {"file": str(error)}, 422, header, typed)
    except Refused as refused:
        return await _file_page(request, {refused.field or "file": refused.sentence}, 422, typed=typed)
    return see(f"/bureau/{review.id}/bestand")
