"""Where a lot comes from, as the clerk fills it in and as everybody can look it up."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from deliberation.sortition.randomness import Randomness, RandomnessError, read_randomness, round_after, time_of
from deliberation.sortition.seal import Announced, check_announced
from panel.reviews.models import Review
from panel.web.dutch import AMSTERDAM, format_moment, today
from panel.web.forms import Fields
from panel.web.messages import Refused

KINDS = ("drand", "dice", "lottery")
MOST_SIGNS = 2_000
TEN_SIDES = "0 tot en met 9"
NOON = time(12)
ADDRESS = "https://api.drand.sh/v2/beacons/quicknet/rounds/{}"


def suggestion() -> dict[str, str]:
    """What the form holds before anything is filled in."""
    tomorrow = today() + timedelta(days=1)
    return {
        "kind": "drand",
        "day": tomorrow.isoformat(),
        "time": f"{NOON:%H:%M}",
        "dice": "",
        "lottery": "",
        "lot": "",
    }


def read_announced(fields: Fields, review: Review) -> Announced:
    """The source that the clerk chose; it must not have spoken yet."""
    kind = fields.choice("kind", KINDS)
    if kind != "drand":
        return Announced(kind, fields.required(kind))
    try:
        at = time.fromisoformat(fields.required("time"))
    except ValueError:
        raise Refused("people.no_time", "time") from None
    moment = datetime.combine(fields.date("day"), at.replace(tzinfo=None), AMSTERDAM)
    if moment <= datetime.now(UTC):
        raise Refused("people.lot_in_the_past", "day")
    if moment >= review.closes_at:
        raise Refused("people.lot_too_late", "day")
    return Announced(kind, str(round_after(moment)))


def ten_sided(announced: Announced) -> Announced:
    """Dice that are the number of a panel have ten sides. Said beforehand: ordinary dice would pass over most."""
    if announced.kind != "dice" or TEN_SIDES in announced.source:
        return announced
    return Announced("dice", f"Dobbelstenen met de cijfers {TEN_SIDES}. {announced.source}")


def read_lot(typed: str, announced: Mapping[str, str]) -> Randomness:
    """The lot that fell at the announced source. Raises RandomnessError with what is wrong."""
    kind = announced["kind"]
    if kind == "drand":
        if datetime.now(UTC) < time_of(int(announced["source"])):
            raise RandomnessError(f"Dit lot valt pas op {format_moment(time_of(int(announced['source'])))}.")
        typed = _round_and_signature(typed, announced["source"])
    found = read_randomness(kind, typed)
    check_announced(announced, found)
    return found


def _round_and_signature(typed: str, round_: str) -> str:
    """From what the network shows as a whole, or from the signature alone."""
    try:
        shown = json.loads(typed)
    except ValueError:
        shown = None
    if isinstance(shown, dict):
        return f"{shown.get('round', '')}:{shown.get('signature', '')}"
    signature = re.sub(r"[\s\"']", "", typed)
    return signature if ":" in signature else f"{round_}:{signature}"


def require_unknown(announced: Mapping[str, Any]) -> None:
    """Refuses when the lot has fallen while everything was being prepared."""
    when = source_of(announced).when
    if when is not None and when <= datetime.now(UTC):
        raise Refused("people.lot_fell", "time")


@dataclass(frozen=True)
class Source:
    """`when`: the moment at which the lot falls, where that is known. `where`: in words."""

    kind: str
    where: str
    when: datetime | None = None
    address: str = ""


def source_of(announced: Mapping[str, Any]) -> Source:
    kind, text = str(announced["kind"]), str(announced["source"])
    if kind != "drand":
        return Source(kind, text)
    return Source(kind, f"ronde {text} van drand", time_of(int(text)), ADDRESS.format(text))
