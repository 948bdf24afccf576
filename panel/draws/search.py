"""The search for the fairest chances, asked for at the desk and done by the worker; then the draw is frozen."""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from deliberation.sortition.seal import Announced
from panel.audit import record
from panel.database import Database
from panel.draws.actions import new_key, previous_of, publish
from panel.draws.sources import require_unknown
from panel.draws.targets import Volunteers, answer, kept, volunteers_of
from panel.draws.volunteers import PROCESS, Papers, composition, papers_of
from panel.people.models import Frame, Search, current_draw
from panel.reviews.models import Review, State
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.faults import where
from panel.web.messages import Refused, sentence
from panel.web.process import run

log = logging.getLogger(__name__)

BEAT, LOST = 5.0, timedelta(seconds=30)  # a worker that was not heard of for so long is gone


@dataclass(frozen=True)
class Wish:
    """How the panel is to be found. `dropout`: the share that is expected to drop out, in percent."""

    method: str
    reserves: int
    dropout: int


USUAL = Wish("maximin", 0, 20)


async def set_way(review: Review, volunteers: bool) -> None:
    """Whether everybody in the frame can be invited, or a panel is chosen from people who volunteered."""
    review = await Review.select_for_update().get(id=review.id)
    searching = await Search.filter(review=review, trouble="").exists()
    if searching or review.state != State.RELEASED or await current_draw(review):
        raise Refused("people.frozen_already")
    if not await Frame.filter(review=review).update(volunteers=volunteers):
        raise Refused("people.no_frame")


async def ready(review: Review) -> Volunteers:
    """Outside any unit of work: refuses what cannot be."""
    volunteers = await volunteers_of(review)
    targets = kept(volunteers.frame)
    if not targets:
        raise Refused("targets.none", "method")
    found = await asyncio.to_thread(answer, volunteers, targets, review.sample_size)
    if not found.ok:
        raise Refused("targets.impossible", "method")
    return volunteers


async def want_search(review: Review, volunteers: Volunteers, wish: Wish, announced: Announced, staff: Staff) -> None:
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.RELEASED or await current_draw(review):
        raise Refused("people.frozen_already")
    if not await Frame.filter(id=volunteers.frame.id).exists():
        raise Refused("people.frame_changed")
    if await Search.filter(review=review, trouble="").exists():
        return  # it is being done
    await Search.filter(review=review).delete()
    asked = asdict(wish) | {"announced": asdict(announced), "actor": actor_of(staff)}
    await Search.create(review=review, frame_id=volunteers.frame.id, wish=asked)
    await record(actor_of(staff), "panel asked for", f"review {review.id}", wish.method)


async def stop_search(review: Review, staff: Staff) -> None:
    if await Search.filter(review=review).delete():
        await record(actor_of(staff), "search stopped", f"review {review.id}")


async def search_wanted(database: Database) -> int:
    """Do every search that is asked for, or that a killed process left half done."""
    done = 0
    for search in await Search.filter(_free()).select_related("review"):
        if await database.write(_claim(search)):
            await _search(database, search)
            done += 1
    return done


def _free() -> Q:
    return Q(trouble="") & (Q(touched_at=None) | Q(touched_at__lt=datetime.now(UTC) - LOST))


async def _claim(search: Search) -> bool:
    return bool(await Search.filter(_free(), id=search.id).update(touched_at=datetime.now(UTC)))


async def _search(database: Database, search: Search) -> None:
    """Says every few seconds that somebody is at it, and stops when the clerk stopped it."""
    finding = asyncio.create_task(_find(database, search))
    try:
        while not finding.done():
            await asyncio.wait({finding}, timeout=BEAT)
            if not await database.write(_touch(search)):
                return
    finally:
        finding.cancel()
        with suppress(asyncio.CancelledError):
            await finding


async def _find(database: Database, search: Search) -> None:
    async def tell(line: str) -> None:
        with suppress(ValueError):
            await database.write(_touch(search, share=float(line)))

    try:
        key, document, volunteers = await _document(search)
        told = json.loads((await run([PROCESS], document, tell))[-1])
        if "trouble" in told:
            await database.write(_fail(search, told["trouble"]))
        else:
            await database.write(_finish(search, key, told["frozen"], volunteers))
    except Refused as refused:
        await database.write(_fail(search, refused.sentence))
    except Exception as error:  # whatever it was, trying again by itself would not mend it
        log.warning("review %d: no panel was found, %s", search.review_id, where(error))
        await database.write(_fail(search, sentence("people.search_failed")))
        await database.write(record("worker", "search failed", f"review {search.review_id}", type(error).__name__))


async def _document(search: Search) -> tuple[bytes, Mapping[str, Any], Volunteers]:
    wish = search.wish
    volunteers = await volunteers_of(search.review)
    targets = kept(volunteers.frame)
    if volunteers.frame.id != search.frame_id or not targets:
        raise Refused("people.frame_changed")
    key, papers = await asyncio.to_thread(_new_papers, volunteers)
    frame = volunteers.frame
    return (
        key,
        {
            "do": "freeze",
            "people": papers.people.decode(),
            "categories": papers.categories.decode(),
            "source": {
                "digest": frame.digest,
                "accepted": frame.accepted,
                "excluded": frame.excluded,
                "refused": frame.refused_count,
            },
            "size": search.review.sample_size,
            "method": wish["method"],
            "reserves": wish["reserves"],
            "dropout": wish["dropout"] / 100,
            "announced": wish["announced"],
            "previous": await previous_of(search.review),
        },
        volunteers,
    )


def _new_papers(volunteers: Volunteers) -> tuple[bytes, Papers]:
    while True:
        key = new_key()
        with suppress(ValueError):
            return key, papers_of(volunteers, kept(volunteers.frame) or [], key)


async def _touch(search: Search, **values: Any) -> int:
    return await Search.filter(id=search.id, trouble="").update(touched_at=datetime.now(UTC), **values)


async def _fail(search: Search, trouble: str) -> None:
    await Search.filter(id=search.id).update(trouble=trouble)


async def _finish(search: Search, key: bytes, frozen: Mapping[str, Any], volunteers: Volunteers) -> None:
    """Publish what was found, unless the clerk stopped it or the lot has fallen meanwhile."""
    if not await Search.filter(id=search.id).delete():
        return
    require_unknown(frozen["announced"])
    targets = kept(volunteers.frame) or []
    await publish(search.review, search.frame_id, key, frozen, search.wish["actor"], composition(volunteers, targets))
