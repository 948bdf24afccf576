"""Small pools of volunteers, and every panel of them by brute force."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import strategies as st

from deliberation.sortition.volunteers.fair import FairLottery
from deliberation.sortition.volunteers.quotas import Pool, QuotaError, Target, group

People = Mapping[str, Mapping[str, str]]
Method = Callable[[Pool, int], FairLottery]
CATEGORIES = {"geslacht": "vm", "leeftijd": "jo", "wijk": "nzw"}


def people(*features: str) -> dict[str, dict[str, str]]:
    """One person per word: a letter per category."""
    return {f"p{i}": dict(zip(CATEGORIES, word, strict=False)) for i, word in enumerate(features)}


def targets(**ranges: tuple[int, int]) -> list[Target]:
    """`vrouw=(1, 2)` by letter, for every feature of every category; those not given are free."""
    return [
        Target(category, feature, *ranges.get(feature, (0, 99)))
        for category, features in CATEGORIES.items()
        for feature in features
    ]


def counts(panel: Sequence[str], pool: People) -> Counter[tuple[str, str]]:
    return Counter(pair for person in panel for pair in pool[person].items())


def all_panels(
    pool: People, wanted: Sequence[Target], seats: int, homes: Mapping[str, str] | None = None
) -> list[tuple[str, ...]]:
    """Every set of `seats` people that keeps the targets, one per address."""
    homes = homes or {}
    return [
        panel
        for panel in combinations(sorted(pool), seats)
        if change(panel, pool, wanted) == 0 and len({homes.get(id_, id_) for id_ in panel}) == seats
    ]


def change(panel: Sequence[str], pool: People, wanted: Sequence[Target]) -> int:
    """How far the panel is from the targets, in people."""
    have = counts(panel, pool)
    numbers = [(have[target.category, target.feature], target) for target in wanted]
    return sum(max(0, target.minimum - number, number - target.maximum) for number, target in numbers)


def all_and_fairest(
    method: Method, rows: Sequence[str], aims: Sequence[Target], seats: int, shared: Mapping[str, str]
) -> tuple[People, Pool, list[tuple[str, ...]], FairLottery] | None:
    """People, their pool, all its panels, the lottery that the method finds; it refuses when there is no panel."""
    volunteers = people(*rows)
    pool, panels = group(volunteers, aims, shared), all_panels(volunteers, aims, seats, shared)
    if not panels:
        with pytest.raises(QuotaError):
            method(pool, seats)
        return None
    return volunteers, pool, panels, method(pool, seats)


words = st.lists(st.tuples(*map(st.sampled_from, CATEGORIES.values())).map("".join), min_size=3, max_size=9)
ranges = st.tuples(st.integers(0, 2), st.integers(0, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))
wanted = st.fixed_dictionaries({}, optional=dict.fromkeys("vmjonzw", ranges)).map(lambda given: targets(**given))
homes = st.dictionaries(st.integers(0, 8).map(lambda i: f"p{i}"), st.sampled_from(["hoek", "plein", "dijk"]))
