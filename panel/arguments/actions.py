from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from panel.arguments.codebook import FIELD, points, with_new
from panel.arguments.models import Decision, Statement
from panel.audit import record
from panel.reviews.models import Review, State
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused

BEING_MADE = ("wanted", "building")  # of a report: see panel.reports.models.Build, which is a floor higher


@dataclass(frozen=True)
class Judgement:
    """What is chosen for one text. OPEN: not yet whether it may be quoted; the rest is kept all the same."""

    decision: Decision = Decision.OPEN
    codes: tuple[str, ...] = ()
    outside: bool = False


async def moderate(review: Review, judgements: Mapping[str, Judgement], staff: Staff) -> None:
    """Judge texts, by their id; until the report is made all of it can be changed. Other texts stay as they are."""
    review = await _still_closed(review)
    known = points(review.own_codes or ())
    changed = 0
    for text in await Statement.filter(review=review, id__in=list(judgements)):
        chosen = judgements[str(text.id)]
        values = {
            "decision": text.decision if chosen.decision == Decision.OPEN else chosen.decision.value,
            "codes": [code for code in known if code in chosen.codes],
            "outside": chosen.outside,
        }
        if values != {"decision": text.decision, "codes": text.codes or [], "outside": text.outside}:
            await Statement.filter(id=text.id).update(**values)
            changed += 1
    await record(actor_of(staff), "texts judged", f"review {review.id}", f"{changed} texts")


async def add_code(review: Review, typed: str, staff: Staff) -> None:
    """A point of the clerk's own, for the texts of this review."""
    review = await _still_closed(review)
    await Review.filter(id=review.id).update(own_codes=with_new(review.own_codes or (), typed))
    await record(actor_of(staff), "point added", f"review {review.id}")


async def remove_code(review: Review, code: str, staff: Staff) -> None:
    review = await _still_closed(review)
    own = review.own_codes or []
    if used := (await uses(review))[code]:
        raise Refused("arguments.code_used", FIELD, word=code, count=used)
    if code in own:
        await Review.filter(id=review.id).update(own_codes=[other for other in own if other != code])
        await record(actor_of(staff), "point removed", f"review {review.id}")


async def uses(review: Review) -> Counter[str]:
    """In how many texts each point is."""
    return Counter(code for text in await Statement.filter(review=review) for code in text.codes or ())


async def _still_closed(review: Review) -> Review:
    """Until the report is asked for: what is judged after that would not be in its findings."""
    review = await Review.select_for_update().get(id=review.id)
    if review.state != State.CLOSED:
        raise Refused("review.not_closed")
    if await is_being_reported(review):
        raise Refused("arguments.being_made")
    return review


async def is_being_reported(review: Review) -> bool:
    """Whether its report is being made now, or waits for its turn."""
    return await Review.filter(id=review.id, report__build__in=BEING_MADE).exists()


async def require_moderated(review: Review) -> None:
    left = await Statement.filter(review=review, decision=Decision.OPEN).count()
    if left:
        raise Refused("arguments.open", count=left)
