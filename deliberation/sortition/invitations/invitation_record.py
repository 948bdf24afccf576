"""The record of a draw of invitations: frozen before the lot falls, completed after, and how anyone verifies it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction

from deliberation.sortition.canonical import canonical, digest_lines
from deliberation.sortition.invitations.stratified import Candidate, Draw, DrawError, Stratum, allocate, draw
from deliberation.sortition.merkle import leaf, root_of
from deliberation.sortition.randomness import Randomness
from deliberation.sortition.seal import (
    Announced,
    Check,
    Record,
    check_seals,
    compare,
    freeze,
    randomness_of,
    seal,
    unknown_parts,
)

METHOD = "samenspraak-invitations-2"
FROZEN = ("method", "announced", "frame", "columns", "people", "root", "size", "response", "strata", "previous")
DECIDED = ("invited", "capped_addresses", "panel_digest")
PARTS = (*FROZEN, "commitment", "randomness", *DECIDED, "panel", "digest", "timings")


def freeze_invitations(
    frame: Mapping[str, object],
    columns: Sequence[str],
    candidates: Sequence[Candidate],
    size: int,
    announced: Announced,
    *,
    response: Mapping[Stratum, Fraction] | None = None,
    salts: Mapping[str, str] | None = None,
    previous: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """What is published before the lot falls. It names no person.

    `frame`: what may be known of the file (fingerprint, counts, how it was read). `columns`: the names of the parts
    of a stratum. `response`: the share that is expected to answer per stratum, when it decides the seats. `salts`: a
    secret per id, so that each can prove his own place under `root` and nobody that of another. `previous`: the
    digest of an earlier draw for the same purpose and the reason (`digest`, `reason`) why there is another.
    Raises DrawError when this draw cannot be made.
    """
    populations = Counter(person.stratum for person in candidates)
    seats = allocate(populations, size, response)
    return freeze(
        {
            "method": METHOD,
            "announced": asdict(announced),
            "frame": dict(frame),
            "columns": list(columns),
            "people": len(candidates),
            "root": frame_root(candidates, salts),
            "size": size,
            "response": [[list(group), str(share)] for group, share in sorted(response.items())]
            if response
            else None,
            "strata": [
                {
                    "stratum": list(stratum),
                    "population": populations[stratum],
                    "seats": seats[stratum],
                    "chance": str(Fraction(seats[stratum], populations[stratum])),
                }
                for stratum in sorted(populations)
            ],
            "previous": dict(previous) if previous else None,
        }
    )


def draw_invitations(
    frozen: Mapping[str, object], candidates: Sequence[Candidate], randomness: Randomness, *, with_panel: bool = False
) -> tuple[Draw, dict[str, object]]:
    """The draw that the lot decides, and its whole record; ids are in it only `with_panel`. Raises DrawError."""
    drawn = draw(candidates, _size(frozen), randomness.seed(str(frozen["commitment"])), _response(frozen))
    decided: dict[str, object] = {
        "invited": [[list(count.stratum), count.invited] for count in drawn.strata],
        "capped_addresses": drawn.capped_addresses,
        "panel_digest": panel_digest(drawn.chosen, randomness),
    }
    if with_panel:
        decided["panel"] = list(drawn.chosen)
    return drawn, seal(frozen, randomness, decided)


def verify_invitations(
    record: Record,
    frame: Mapping[str, object] | None = None,
    candidates: Sequence[Candidate] | None = None,
    salts: Mapping[str, str] | None = None,
) -> list[Check]:
    """Check every part of a record; with the people of the frame the whole draw is made again.

    The record is right when no check is False. Never raises: what cannot be read is a check that fails.
    """
    checks = [compare("method", "De methode", record.get("method"), METHOD), *check_seals(record, FROZEN)]
    checks += unknown_parts(record, PARTS)
    if candidates is None:
        return [*checks, Check("people", None, "De mensen: niet nagerekend, want hun bestand is er niet bij.")]
    randomness = randomness_of(record)
    try:
        frozen = _again(record, frame, candidates, salts)
        checks += [compare(name, WORDS[name], record.get(name), frozen[name]) for name in FROZEN if name in WORDS]
        if randomness is not None:
            _, whole = draw_invitations(frozen, candidates, randomness, with_panel="panel" in record)
            checks += [compare(name, WORDS[name], record.get(name), whole.get(name)) for name in (*DECIDED, "panel")]
    except (DrawError, ValueError, TypeError, KeyError, AttributeError) as error:
        sentence = str(error) if isinstance(error, DrawError) else "Er ontbreekt iets in het verslag."
        checks.append(Check("draw", ok=False, detail=f"De loting kan niet opnieuw worden gedaan. {sentence}"))
    return checks


WORDS = {
    "frame": "Het bestand",
    "people": "Het aantal mensen",
    "root": "De vingerafdruk van wie in het bestand staan",
    "strata": "De kansen per groep",
    "invited": "Het aantal uitnodigingen per groep",
    "capped_addresses": "Het aantal adressen met een begrensde kans",
    "panel_digest": "De vingerafdruk van de gelote mensen",
    "panel": "De gelote mensen",
}


def frame_root(candidates: Iterable[Candidate], salts: Mapping[str, str] | None) -> str:
    """The root of the hash tree over all candidates; see `merkle`."""
    return root_of(leaf_of(person, (salts or {}).get(person.id, "")) for person in candidates)


def leaf_of(person: Candidate, salt: str) -> bytes:
    """The leaf of one candidate."""
    return leaf(person.id, salt, person.stratum, person.address or "")


def panel_digest(ids: Iterable[str], randomness: Randomness) -> str:
    """SHA-256 (hex) of the randomness and the ids, sorted; each id stands on a line of its own as a JSON string."""
    return digest_lines([randomness.value.hex(), *(canonical(id_) for id_ in sorted(ids))])


def _again(
    record: Record,
    frame: Mapping[str, object] | None,
    candidates: Sequence[Candidate],
    salts: Mapping[str, str] | None,
) -> dict[str, object]:
    announced, columns, previous = record["announced"], record["columns"], record["previous"]
    if not isinstance(announced, Mapping) or not isinstance(columns, list):
        raise TypeError
    return freeze_invitations(
        frame if frame is not None else dict(record["frame"]),  # type: ignore[call-overload]
        columns,
        candidates,
        _size(record),
        Announced(**announced),
        response=_response(record),
        salts=salts,
        previous=previous if isinstance(previous, Mapping) else None,
    )


def _size(record: Record) -> int:
    size = record["size"]
    if not isinstance(size, int):
        raise TypeError
    return size


def _response(record: Record) -> dict[Stratum, Fraction] | None:
    response = record["response"]
    return {tuple(stratum): Fraction(share) for stratum, share in response} if isinstance(response, list) else None
