"""The record of a draw that can be published, and how anyone who has the frame verifies it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from deliberation.sortition.frame import FrameSummary
from deliberation.sortition.stratified import Candidate, Draw, DrawError, draw

METHOD = "samenspraak-draw-1"
PARTS = {
    "method": "De versie van de methode",
    "frame": "Het steekproefkader",
    "candidates": "De indeling van mensen in groepen en adressen",
    "size": "Het aantal gelote mensen",
    "seed": "Het lot",
    "seed_source": "De herkomst van het lot",
    "strata": "Het aantal uitnodigingen per groep",
    "capped_addresses": "Het aantal adressen met een begrensde kans",
    "panel": "De vingerafdruk van de gelote mensen",
    "digest": "De vingerafdruk van het verslag",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One part of a record: `name` is its key, `detail` a Dutch sentence."""

    name: str
    ok: bool
    detail: str


def make_record(
    summary: FrameSummary, candidates: Sequence[Candidate], drawn: Draw, seed: bytes, seed_source: str
) -> dict[str, object]:
    """What is published about a draw, ready for JSON. It names no person and no id.

    `seed_source` says in words where the seed comes from. `candidates` and `panel` hold SHA-256 fingerprints: of who
    stood in which stratum at which address, and of the chosen ids, sorted and salted with the seed. `digest` is the
    SHA-256 of all the rest (JSON, keys sorted, no spaces, UTF-8): publish it elsewhere too.
    """
    record: dict[str, object] = {
        "method": METHOD,
        "frame": asdict(summary),
        "candidates": {"count": len(candidates), "digest": _candidates_digest(candidates)},
        "size": len(drawn.chosen),
        "seed": seed.hex(),
        "seed_source": seed_source,
        "strata": [{**asdict(count), "stratum": list(count.stratum)} for count in drawn.strata],
        "capped_addresses": drawn.capped_addresses,
        "panel": panel_digest(drawn.chosen, seed),
    }
    return record | {"digest": _digest([_canonical(record)])}


def verify(record: Mapping[str, object], summary: FrameSummary, candidates: Sequence[Candidate]) -> list[Check]:
    """Make the draw again from the frame and compare every part of the record with it.

    The record is right when every check is ok. Where the seed comes from can only be checked at its source; that the
    text was not changed shows in `digest`. Never raises: what cannot be read is a check that fails.
    """
    size, seed, source = record.get("size"), _bytes(record.get("seed")), record.get("seed_source")
    if not isinstance(size, int) or seed is None or not isinstance(source, str):
        return [
            Check("draw", ok=False, detail="In het verslag ontbreekt het aantal, het lot of de herkomst van het lot.")
        ]
    try:
        drawn = draw(candidates, size, seed)
    except DrawError as error:
        return [Check("draw", ok=False, detail=f"De loting kan niet opnieuw worden gedaan. {error}")]
    expected = make_record(summary, candidates, drawn, seed, source)
    checks = [_compare(name, record.get(name), expected[name]) for name in PARTS]
    unknown = [
        Check(name, ok=False, detail="Dit onderdeel hoort niet in het verslag.") for name in record.keys() - PARTS
    ]
    return checks + sorted(unknown, key=lambda check: check.name)


def panel_digest(ids: Iterable[str], seed: bytes) -> str:
    """SHA-256 (hex) of the seed and the ids, sorted; each id stands on a line of its own as a JSON string."""
    return _digest([seed.hex(), *(_canonical(id_) for id_ in sorted(ids))])


def _candidates_digest(candidates: Sequence[Candidate]) -> str:
    rows = sorted((person.id, person.stratum, person.address or "") for person in candidates)
    return _digest(_canonical(row) for row in rows)


def _compare(name: str, found: object, expected: object) -> Check:
    if _canonical(found) == _canonical(expected):
        return Check(name, ok=True, detail=f"{PARTS[name]} klopt.")
    return Check(name, ok=False, detail=f"{PARTS[name]} klopt niet met wat er uit het kader en het lot volgt.")


def _bytes(text: object) -> bytes | None:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr)


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()
