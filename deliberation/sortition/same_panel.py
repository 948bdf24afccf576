"""The record of a follow-up: no lot falls, the people who were drawn for an earlier review are asked again."""

from collections.abc import Mapping

from deliberation.sortition.canonical import digest
from deliberation.sortition.seal import Check, Record, compare

METHOD = "samenspraak-same-panel-1"
PARTS = ("method", "follows", "first", "members", "left_out", "size", "digest")


def same_panel_record(follows: int, first: str, members: int, left_out: Mapping[str, int]) -> dict[str, object]:
    """What is published of a panel that is asked again, ready for JSON.

    `follows`: the number of the first review, `first`: the `digest` of the record of its draw, `members`: how many
    were asked then, `left_out`: reason -> how many of those are not asked again. `size` is how many are; `digest` the
    fingerprint of all the rest. Raises ValueError when more are left out than there were.
    """
    size = members - sum(left_out.values())
    if size < 0 or min(left_out.values(), default=0) < 0:
        raise ValueError("more people are left out than there were")
    parts = {"method": METHOD, "follows": follows, "first": first, "members": members, "left_out": dict(left_out)}
    whole = {**parts, "size": size}
    return {**whole, "digest": digest(whole)}


def verify_same_panel(record: Record, first: Record | None = None) -> list[Check]:
    """Check every part of a record; `first`: the record of the first draw. Right when no check is False.

    Never raises: what cannot be read is a check that fails.
    """
    parts = {name: part for name, part in record.items() if name != "digest"}
    checks = [
        compare("method", "De methode", record.get("method"), METHOD),
        compare("digest", "De vingerafdruk van het verslag", record.get("digest"), digest(parts)),
        compare("size", "Het aantal mensen dat opnieuw wordt gevraagd", record.get("size"), _size(record)),
        Check("lot", ok=None, detail="Er is geen nieuw lot: dezelfde mensen worden opnieuw gevraagd."),
    ]
    if first is None:
        return [
            *checks,
            Check("first", ok=None, detail="De eerste loting: niet nagekeken, want dat verslag is er niet bij."),
        ]
    return [
        *checks,
        compare("first", "De vingerafdruk van de eerste loting", record.get("first"), first.get("digest")),
    ]


def _size(record: Record) -> int | None:
    members, left_out = record.get("members"), record.get("left_out")
    if not isinstance(members, int) or not isinstance(left_out, Mapping):
        return None
    numbers = list(left_out.values())
    return members - sum(numbers) if all(isinstance(number, int) and number >= 0 for number in numbers) else None
