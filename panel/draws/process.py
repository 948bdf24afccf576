"""In a process of its own: the search for the fairest chances of volunteers, and the panel that the lot chooses.

Reads one JSON document and prints a line per step forward (the share of the work that is done), then the outcome.
"""

import json
import sys
from collections.abc import Mapping
from time import monotonic
from typing import Any

from deliberation.sortition.frames.table import FrameError
from deliberation.sortition.randomness import read_randomness
from deliberation.sortition.seal import Announced
from deliberation.sortition.volunteers.methods import METHODS
from deliberation.sortition.volunteers.panel_record import choose_panel, freeze_panels
from deliberation.sortition.volunteers.portfolio import lottery_size, round_to_panels
from deliberation.sortition.volunteers.quotas import QuotaError, check
from deliberation.sortition.volunteers.seating import deal
from panel.draws.volunteers import facts_and_pool, root_fits

SECONDS_BETWEEN = 0.5


def freeze(asked: Mapping[str, Any]) -> dict[str, Any]:
    facts, pool = facts_and_pool(asked["people"].encode(), asked["categories"].encode(), asked["source"])
    size, method = asked["size"], asked["method"]
    if problems := check(pool, size):
        return {"trouble": " ".join(problems)}
    lottery = METHODS[method](pool, size, Told())
    count = lottery_size(sum(pool.sizes), size)
    dealt = deal(pool, round_to_panels(pool, size, lottery, count))
    frozen = freeze_panels(
        pool,
        size,
        method,
        lottery,
        dealt,
        facts,
        Announced(**asked["announced"]),
        alternates=asked["reserves"],
        dropout=asked["dropout"],
        previous=asked["previous"],
    )
    return {"frozen": frozen}


def choose(asked: Mapping[str, Any]) -> dict[str, Any]:
    facts, pool = facts_and_pool(
        asked["people"].encode(), asked["categories"].encode(), asked["frozen"]["people"]["reading"]["source"]
    )
    frozen = asked["frozen"]
    if facts != frozen["people"] or not root_fits(frozen, pool):
        return {"trouble": "changed"}
    return {"record": choose_panel(frozen, pool, read_randomness(*asked["lot"]))}


class Told:
    """Prints how far the search is, now and then."""

    def __init__(self) -> None:
        self._last = -SECONDS_BETWEEN

    def __call__(self, share: float) -> None:
        if monotonic() - self._last >= SECONDS_BETWEEN:
            self._last = monotonic()
            sys.stdout.write(f"{share:.3f}\n")
            sys.stdout.flush()


def main() -> None:
    asked = json.load(sys.stdin)
    try:
        outcome = freeze(asked) if asked["do"] == "freeze" else choose(asked)
    except (FrameError, QuotaError) as error:
        outcome = {"trouble": str(error)}
    sys.stdout.write(json.dumps(outcome) + "\n")


if __name__ == "__main__":
    main()
