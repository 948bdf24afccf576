"""What a file is made of: counted from the people who were stored, beside the figures of Statistics Netherlands."""

import asyncio
from collections import Counter
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from tortoise.functions import Count

from deliberation.sortition.frames.areas import AreaFigures, area_population
from deliberation.sortition.frames.quality import Counts, quality_of
from deliberation.sortition.frames.table import FrameError
from panel.people.models import Frame, Person
from panel.reviews.models import Review
from panel.web.forms import read_upload
from panel.web.messages import Refused
from panel.web.request import database_of, see
from panel.web.templating import page

MOST_BYTES = 20_000_000


async def ask_quality(request: Request) -> Response:
    return await _quality_page(request, {})


async def _quality_page(request: Request, errors: dict[str, str], status: int = 200) -> Response:
    review = await Review.get(id=request.path_params["id"])
    frame = await Frame.get_or_none(review=review)
    figures, found = None, None
    if frame is not None and await Person.exists(frame=frame):
        figures = frame.area_figures or {"counts": None, "households": False}
        found = quality_of(await count_people(frame), figures["counts"], figures["households"])
    context = {"frame": frame, "found": found, "figures": figures, "errors": errors}
    return page(request, "people/quality.html", status, review=review, **context)


async def compare_areas(request: Request) -> Response:
    """Keep the figures per area with the file, to stand beside its people."""
    review = await Review.get(id=request.path_params["id"])
    try:
        _, content, _ = await read_upload(request, "file", MOST_BYTES)
        figures = await asyncio.to_thread(area_population, content)
        await database_of(request).write(keep_figures(review, figures))
    except FrameError as error:
        return await _quality_page(request, {"file": str(error)}, 422)
    except Refused as refused:
        return await _quality_page(request, {"file": refused.sentence}, 422)
    return see(f"/bureau/{review.id}/bestand/kwaliteit")


async def keep_figures(review: Review, figures: AreaFigures) -> None:
    frame = await Frame.get_or_none(review=review)
    if frame is None:
        raise Refused("people.no_frame")
    frame.area_figures = asdict(figures)
    await frame.save(update_fields=["area_figures"])


async def count_people(frame: Frame) -> Counts:
    people = Person.filter(frame=frame)
    groups = people.annotate(number=Count("id")).group_by("age", "gender").values_list("age", "gender", "number")
    areas = people.annotate(number=Count("id")).group_by("area").values_list("area", "number")
    homes = people.exclude(address_key=None).annotate(number=Count("id")).group_by("address_key")
    return Counts(
        excluded=sum(frame.excluded.values()),
        refused=frame.refused_count,
        with_email=await people.exclude(email="").count(),
        unknown_addresses=await people.filter(address_key=None).count(),
        homes=Counter(number for (number,) in await homes.values_list("number")),
        groups={(age, gender): number for age, gender, number in await groups},
        areas=dict(await areas),
    )
