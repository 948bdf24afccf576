"""Made-up volunteers of any number, with targets for a panel: the pools for which the fairest chances are known.

Five categories of 2, 6, 8, 3 and 4 features; volunteers differ from the population as they do in practice; 15 in 100
households that volunteer have two or three members.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

from deliberation.sortition.volunteers.quotas import Pool, Target, group

POPULATION: Mapping[str, Mapping[str, float]] = {
    "gender": {"v": 0.505, "m": 0.495},
    "age": {"18-24": 0.11, "25-34": 0.17, "35-44": 0.16, "45-54": 0.17, "55-64": 0.17, "65+": 0.22},
    "district": {"d1": 0.22, "d2": 0.18, "d3": 0.15, "d4": 0.13, "d5": 0.11, "d6": 0.09, "d7": 0.07, "d8": 0.05},
    "education": {"low": 0.28, "mid": 0.38, "high": 0.34},
    "origin": {"nl": 0.70, "eu": 0.10, "non_eu": 0.14, "caribbean": 0.06},
}
VOLUNTEERS: Mapping[str, float] = {
    "v": 1.1, "m": 0.9, "18-24": 0.5, "25-34": 0.8, "35-44": 0.9, "45-54": 1.1, "55-64": 1.4, "65+": 1.2,
    "low": 0.35, "mid": 0.8, "high": 1.8, "nl": 1.2, "eu": 0.8, "non_eu": 0.5, "caribbean": 0.5,
    "d1": 1, "d2": 1.1, "d3": 0.9, "d4": 1.2, "d5": 0.8, "d6": 1, "d7": 0.7, "d8": 0.9,
}  # fmt: skip


@dataclass(frozen=True)
class MadePool:
    people: dict[str, dict[str, str]]
    homes: dict[str, str]
    targets: list[Target]

    def pool(self, one_per_address: bool = False) -> Pool:
        return group(self.people, self.targets, self.homes if one_per_address else None)


def make_pool(people: int, seats: int, seed: int = 20240601) -> MadePool:
    dice, made, homes = random.Random(seed), dict[str, dict[str, str]](), dict[str, str]()
    chances = {
        category: (list(shares), [share * VOLUNTEERS[feature] for feature, share in shares.items()])
        for category, shares in POPULATION.items()
    }

    def some(category: str) -> str:
        features, weights = chances[category]
        return dice.choices(features, weights)[0]

    home = 0
    while len(made) < people:
        size = 1 if dice.random() < 0.85 else dice.choice([2, 2, 2, 3])
        district = some("district")
        for _ in range(min(size, people - len(made))):
            id_ = f"p{len(made):06d}"
            made[id_] = {name: district if name == "district" else some(name) for name in POPULATION}
            homes[id_] = f"a{home:06d}"
        home += 1
    targets = [
        Target(category, feature, floor(share * seats * 0.95), max(ceil(share * seats * 1.05), 1))
        for category, shares in POPULATION.items()
        for feature, share in shares.items()
    ]
    return MadePool(made, homes, targets)
