"""The record of a panel from volunteers: chances and panels are frozen before the lot falls."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from typing import Any

import numpy as np

from deliberation.sortition.merkle import leaf, root_of
from deliberation.sortition.randomness import Randomness
from deliberation.sortition.seal import Announced, freeze, seal
from deliberation.sortition.volunteers.alternates import choose_alternates
from deliberation.sortition.volunteers.fair import FairLottery
from deliberation.sortition.volunteers.quotas import Pool
from deliberation.sortition.volunteers.seating import chances_of

METHOD = "samenspraak-panel-1"
FROZEN = (
    "method", "selection", "announced", "people", "targets", "root", "size", "smallest", "largest", "gini", "value",
    "upper_bound", "gap", "excluded", "chances", "chances_rounded", "certificate", "lottery", "panels",
    "alternates_wanted", "dropout", "previous",
)  # fmt: skip
DECIDED = ("index", "panel", "alternates")
PARTS = (*FROZEN, "commitment", "randomness", *DECIDED, "digest", "timings")


def freeze_panels(
    pool: Pool,
    seats: int,
    selection: str,
    lottery: FairLottery,
    panels: Sequence[Sequence[str]],
    people: Mapping[str, object],
    announced: Announced,
    *,
    alternates: int = 0,
    dropout: float = 0.0,
    previous: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """What is published before the lot falls.

    `selection`: the method that found `lottery`. `panels`: ids, one list per panel, all with the same chance.
    `people`: what may be known of the file (fingerprint, counts, how it was read). `dropout`: the share of the panel
    that is expected to drop out, when reserves (`alternates`) are wanted. See `freeze_invitations` for
    `previous`.
    """
    chances = person_chances(pool, lottery.chances)
    return freeze(
        {
            "method": METHOD,
            "selection": selection,
            "announced": asdict(announced),
            "people": dict(people),
            "targets": [list(astuple(target)) for target in pool.targets],
            "root": pool_root(pool),
            "size": seats,
            "smallest": lottery.smallest,
            "largest": lottery.largest,
            "gini": gini(list(chances.values())),
            "value": lottery.value,
            "upper_bound": lottery.upper_bound,
            "gap": lottery.gap,
            "excluded": excluded(pool, lottery.excluded),
            "chances": chances,
            "chances_rounded": rounded(panels, chances),
            "certificate": list(lottery.weights),
            "lottery": [[p, seated(panel)] for p, panel in zip(lottery.probabilities, lottery.panels, strict=True)],
            "panels": list(panels),
            "alternates_wanted": alternates,
            "dropout": dropout,
            "previous": dict(previous) if previous else None,
        }
    )


def choose_panel(frozen: Mapping[str, Any], pool: Pool, randomness: Randomness) -> dict[str, object]:
    """The whole record: which of the frozen panels the lot chose, and its reserves in calling order."""
    index = randomness.index(len(frozen["panels"]), frozen["commitment"])
    panel = frozen["panels"][index]
    return seal(
        frozen, randomness, {"index": index, "panel": panel, "alternates": reserves(frozen, pool, randomness, panel)}
    )


def reserves(frozen: Mapping[str, Any], pool: Pool, randomness: Randomness, panel: Sequence[str]) -> list[str]:
    """Those that the lot puts behind this panel."""
    seed = randomness.seed(frozen["commitment"])
    return list(choose_alternates(pool, panel, frozen["alternates_wanted"], frozen["dropout"], seed))


def person_chances(pool: Pool, chances: Sequence[float]) -> dict[str, float]:
    """id → chance, sorted by id, from the chances per type."""
    pairs = [(id_, chance) for ids, chance in zip(pool.members, chances, strict=True) for id_ in ids]
    return dict(sorted(pairs))


def rounded(panels: Sequence[Sequence[str]], ids: Mapping[str, object]) -> dict[str, float]:
    """id → share of the panels that hold this person."""
    return {id_: float(chance) for id_, chance in chances_of(panels, ids).items()}


def gini(chances: Sequence[float]) -> float:
    """Gini coefficient: 0 when all chances are equal."""
    ordered = np.sort(np.array(chances))
    count, total = len(ordered), float(ordered.sum())
    return float((2 * np.arange(1, count + 1) - count - 1) @ ordered / (count * total)) if total else 0.0


def excluded(pool: Pool, types: Sequence[int]) -> list[str]:
    """The ids of everybody whom no panel can hold."""
    return sorted(id_ for t in types for id_ in pool.members[t])


def pool_root(pool: Pool) -> str:
    """The root of the hash tree over all volunteers; see `merkle`."""
    return root_of(
        leaf(id_, "", [pool.targets[i].feature for i in type_], pool.homes.get(id_, ""))
        for type_, ids in zip(pool.types, pool.members, strict=True)
        for id_ in ids
    )


def seated(panel: Sequence[int]) -> list[list[int]]:
    """The types that have seats in a panel, and how many: [[type, number], …]."""
    return [[t, number] for t, number in enumerate(panel) if number]
