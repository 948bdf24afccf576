"""How anyone verifies the record of a panel from volunteers: every panel, every chance, the proof and the lot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from math import isclose
from typing import Any

import numpy as np

from deliberation.sortition.randomness import Randomness
from deliberation.sortition.seal import Check, Record, check_seals, compare, randomness_of, unknown_parts
from deliberation.sortition.volunteers.methods import bound
from deliberation.sortition.volunteers.panel_record import (
    FROZEN,
    METHOD,
    PARTS,
    gini,
    person_chances,
    pool_root,
    reserves,
    rounded,
)
from deliberation.sortition.volunteers.quotas import Pool
from deliberation.sortition.volunteers.seating import problems

NEAR = 1e-7


def verify_panel(
    record: Record,
    people: Mapping[str, object] | None = None,
    pool: Pool | None = None,
) -> list[Check]:
    """Check every part of a record; with the pool also that all panels, chances and the proof belong to its people.

    `people`: what may be known of the file, found again. Chances and bounds are compared within 1e-7 (relative),
    since they are floating-point numbers; all the rest exactly. The search for the fairest lottery is not repeated: a
    lottery is easy to check and hard to find. The record is right when no check is False. Never raises: what cannot
    be read is a check that fails.
    """
    checks = [compare("method", "De methode", record.get("method"), METHOD), *check_seals(record, FROZEN)]
    checks += unknown_parts(record, PARTS)
    lot = randomness_of(record)
    steps = [*_of_the_record(record, lot)]
    if pool is None:
        untold = "De mensen en de streefaantallen: niet nagerekend, want hun bestanden zijn er niet bij."
        return [*checks, *map(_safely, steps), Check("people", None, untold)]
    if people is not None:
        checks.append(compare("people", "De bestanden", record.get("people"), people))
    return checks + [_safely(step) for step in (*steps, *_of_the_pool(record, pool, lot))]


Step = tuple[str, str, Callable[[], bool]]


def _safely(step: Step) -> Check:
    name, what, holds = step
    try:
        ok = holds()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError):
        ok = False
    return Check(name, ok, f"{what}: klopt." if ok else f"{what}: klopt niet met wat er uit de rest volgt.")


def _of_the_record(record: Record, lot: Randomness | None) -> Iterator[Step]:
    """What follows from the record alone."""
    part: Any = dict(record)

    def selectable() -> list[float]:
        out = set(part["excluded"])
        return [chance for id_, chance in part["chances"].items() if id_ not in out]

    def extremes() -> bool:
        return _near([min(selectable()), max(selectable())], [part["smallest"], part["largest"]])

    def index() -> bool:
        return lot is not None and part["index"] == lot.index(len(part["panels"]), part["commitment"])

    yield "index", "Het nummer van het panel", index
    yield "panel", "Het gelote panel", lambda: part["panel"] == part["panels"][part["index"]]
    yield "smallest", "De kleinste en de grootste kans", extremes
    yield "gini", "De maat van ongelijkheid", lambda: _near([gini(list(part["chances"].values()))], [part["gini"]])
    yield (
        "gap",
        "De afstand tot de grens",
        lambda: isclose(part["upper_bound"] / part["value"] - 1, part["gap"], abs_tol=NEAR),
    )
    yield (
        "chances_rounded",
        "De kansen in de loting",
        lambda: rounded(part["panels"], part["chances"]) == part["chances_rounded"],
    )


def _of_the_pool(record: Record, pool: Pool, lot: Randomness | None) -> Iterator[Step]:
    """What follows from the people and the targets."""
    part: Any = dict(record)
    sizes = np.array(pool.sizes)

    def lottery() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        panels = np.zeros((len(part["lottery"]), len(sizes)))
        for row, (_, seats) in enumerate(part["lottery"]):
            for type_, number in seats:
                panels[row, type_] = number
        return np.array([p for p, _ in part["lottery"]]), panels

    def chances() -> bool:
        probabilities, panels = lottery()
        found = person_chances(pool, list(probabilities @ panels / sizes))
        return (
            bool(probabilities.min() > 0)
            and _near([probabilities.sum()], [1.0])
            and _keeps(pool, part["size"], panels)
            and found.keys() == part["chances"].keys()
            and _near(list(found.values()), [part["chances"][id_] for id_ in found])
        )

    def proof() -> bool:
        out = set(part["excluded"])
        types = [t for t, ids in enumerate(pool.members) if ids[0] in out]
        found = bound(pool, part["size"], part["selection"], part["certificate"], types)
        return isclose(found, part["upper_bound"], rel_tol=NEAR)

    def left_out() -> bool:
        out = set(part["excluded"])
        missing = np.array([float(ids[0] in out) for ids in pool.members])
        whole = all((id_ in out) == (ids[0] in out) for ids in pool.members for id_ in ids)
        return whole and (not out or pool.panels(part["size"]).best(missing)[1] < NEAR)

    def again() -> bool:
        return lot is not None and part["alternates"] == reserves(part, pool, lot, part["panel"])

    yield "targets", "De streefaantallen", lambda: part["targets"] == [list(astuple(t)) for t in pool.targets]
    yield "root", "De vingerafdruk van wie zich aanmeldden", lambda: part["root"] == pool_root(pool)
    yield (
        "panels",
        "Alle panels houden zich aan de streefaantallen",
        lambda: not problems(pool, part["size"], part["panels"]),
    )
    yield "chances", "De kansen van iedereen", chances
    yield "excluded", "Wie in geen enkel panel past", left_out
    yield "upper_bound", "Het bewijs dat het niet eerlijker kan", proof
    yield "alternates", "De reserves", again


def _keeps(pool: Pool, seats: int, panels: np.ndarray[Any, Any]) -> bool:
    """Whether panels (rows, numbers per type) keep the size, the targets and one per address."""
    bounds = [(target.minimum, target.maximum) for target in pool.targets] + pool.one_each
    counts = np.zeros((len(panels), len(bounds)))
    for type_, places in enumerate(pool.places):
        for place in places:
            counts[:, place] += panels[:, type_]
    low, high = np.array(bounds).T
    right_size = panels.sum(axis=1) == seats
    return bool(
        right_size.all() and (counts >= low).all() and (counts <= high).all() and (panels <= pool.sizes).all()
    )


def _near(found: Sequence[float], expected: Sequence[float]) -> bool:
    return all(isclose(one, other, rel_tol=NEAR, abs_tol=NEAR) for one, other in zip(found, expected, strict=True))
