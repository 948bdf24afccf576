"""A record in two steps: what was frozen before the lot fell, and what the lot decided; and how each is checked.

Plain data, ready for JSON. `commitment` is the fingerprint of its frozen parts: it is published before the
lot falls. `digest` is the fingerprint of all the rest, timings aside. After RFC 3797 (publicly verifiable selection).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deliberation.sortition.canonical import canonical, digest
from deliberation.sortition.randomness import Randomness, RandomnessError, read_randomness

Record = Mapping[str, object]
NOT_SEALED = ("digest", "timings")


@dataclass(frozen=True, slots=True)
class Check:
    """One part of a record: `ok` is None when it could not be checked. `detail`: a Dutch sentence."""

    name: str
    ok: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Announced:
    """Where the lot will come from, said before it exists: a kind of randomness and when, where or which.

    For drand `source` is the number of the round.
    """

    kind: str
    source: str


def freeze(parts: Mapping[str, object]) -> dict[str, object]:
    """The frozen parts with their fingerprint."""
    return {**parts, "commitment": digest(parts)}


def seal(frozen: Mapping[str, object], randomness: Randomness, decided: Mapping[str, object]) -> dict[str, object]:
    """The whole record: frozen parts, the lot that fell, what it decided, and the fingerprint of all."""
    fell = {"kind": randomness.kind, "text": randomness.text, "value": randomness.value.hex()}
    record = {**frozen, "randomness": fell, **decided}
    return {**record, "digest": digest(_sealed(record))}


def check_announced(announced: object, randomness: Randomness) -> None:
    """Raises RandomnessError when this is not the source that was announced."""
    kind, source = (
        (announced.get("kind"), announced.get("source")) if isinstance(announced, Mapping) else (None, None)
    )
    if kind != randomness.kind:
        raise RandomnessError("Dit is een andere bron van toeval dan vooraf bekend is gemaakt.")
    if kind == "drand" and randomness.text.split(":")[0] != str(source):
        raise RandomnessError(f"Vooraf is ronde {source} van drand bekend gemaakt. Gebruik die ronde.")


def randomness_of(record: Record) -> Randomness | None:
    """The lot as the record gives it; None when it is none, or not the one announced."""
    fell = record.get("randomness")
    try:
        if isinstance(fell, Mapping):
            found = read_randomness(str(fell.get("kind")), str(fell.get("text")))
            check_announced(record.get("announced"), found)
            return found if fell.get("value") == found.value.hex() and fell.get("text") == found.text else None
    except RandomnessError:
        pass
    return None


def check_seals(record: Record, frozen: Sequence[str]) -> list[Check]:
    """What anyone can check without any file: both fingerprints and the lot."""
    parts = {name: record[name] for name in frozen if name in record}
    lot = randomness_of(record)
    return [
        compare("commitment", "Wat vooraf is vastgelegd", record.get("commitment"), digest(parts)),
        Check("randomness", lot is not None, "Het lot is echt." if lot else "Het lot is niet echt of niet volledig."),
        compare("digest", "De vingerafdruk van het verslag", record.get("digest"), digest(_sealed(record))),
    ]


def compare(name: str, what: str, found: object, expected: object) -> Check:
    """A check that a part is what follows from the rest."""
    ok = canonical(found) == canonical(expected)
    return Check(name, ok, f"{what}: klopt." if ok else f"{what}: klopt niet met wat er uit de rest volgt.")


def unknown_parts(record: Record, known: Iterable[str]) -> list[Check]:
    """A check that fails for every part that a record should not have."""
    return [Check(name, ok=False, detail="Dit hoort niet in het verslag.") for name in sorted({*record} - {*known})]


def _sealed(record: Record) -> dict[str, object]:
    return {name: part for name, part in record.items() if name not in NOT_SEALED}
