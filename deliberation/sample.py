"""The ballots as a sample: what was drawn, how the ballots are weighted, and how that is accounted for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from deliberation.figures import Merge, Weighting
from deliberation.precision import Design, codes_of
from deliberation.weighting import (
    Codes,
    Floats,
    Variable,
    WeightingError,
    base_weights,
    design_effect,
    effective_n,
    rake_trimmed,
)

Classes = Mapping[str, str]


@dataclass(frozen=True)
class Stratum:
    """One cell of the draw: its class per variable (merged as the ballots'), its people and its invitations."""

    classes: Classes
    population: int
    invited: int


def add_up(strata: Sequence[Stratum], variables: Sequence[Variable]) -> list[Stratum]:
    """Strata with the same classes as one, in the order of the variables' classes. KeyError for a missing class."""
    people: Counter[tuple[str, ...]] = Counter()
    invited: Counter[tuple[str, ...]] = Counter()
    for stratum in strata:
        key = _key(stratum.classes, variables)
        people[key] += stratum.population
        invited[key] += stratum.invited
    names = [variable.name for variable in variables]
    order = sorted(people, key=lambda key: [v.classes.index(c) for v, c in zip(variables, key, strict=True)])
    return [Stratum(dict(zip(names, key, strict=True)), people[key], invited[key]) for key in order]


def weigh(
    ballots: Sequence[Classes], draw: Sequence[Stratum], variables: Sequence[Variable], merges: Sequence[Merge]
) -> tuple[Design, Weighting]:
    """Base weights from the draw, raked to every variable with more than one class, and the account of it.

    `ballots`: the classes of each; `draw`: from `add_up`. Where weights cannot be made all ballots count the same, as
    from one stratum, and the account says why.
    """
    population = sum(stratum.population for stratum in draw)
    try:
        design, trimmed, margins = _raked(ballots, draw, variables)
    except WeightingError as refused:
        ones = np.ones(len(ballots))
        whole = np.array([float(population) if population > len(ballots) else inf])
        design = Design(ones, ones, np.zeros(len(ballots), dtype=np.intp), whole)
        return design, _account(design, refused.code, (), merges, 0)
    return design, _account(design, "", margins, merges, trimmed)


def _raked(
    ballots: Sequence[Classes], draw: Sequence[Stratum], variables: Sequence[Variable]
) -> tuple[Design, int, tuple[str, ...]]:
    if not ballots:
        raise WeightingError("no_answers", "There are no answers to weight.")
    cells = {_key(stratum.classes, variables): number for number, stratum in enumerate(draw)}
    keys = [_key(classes, variables) for classes in ballots]
    if set(keys) - set(cells):
        raise WeightingError("empty_class", "A ballot comes from a cell that was not in the draw.")
    strata = np.array([cells[key] for key in keys], dtype=np.intp)
    population = np.array([float(stratum.population) for stratum in draw])
    base = base_weights(strata, population, np.array([float(stratum.invited) for stratum in draw]))
    classes: list[Codes] = []
    targets: list[Floats] = []
    margins: list[str] = []
    for variable in variables:
        sizes: Counter[str] = Counter()
        for stratum in draw:
            sizes[stratum.classes[variable.name]] += stratum.population
        names = [name for name in variable.classes if sizes[name] > 0]
        if len(names) > 1:
            classes.append(codes_of([ballot[variable.name] for ballot in ballots], names))
            targets.append(np.array([float(sizes[name]) for name in names]))
            margins.append(variable.name)
    raked = rake_trimmed(base, classes, targets)
    return Design(raked.weights, base, strata, population, tuple(classes)), raked.trimmed, tuple(margins)


def _key(classes: Classes, variables: Sequence[Variable]) -> tuple[str, ...]:
    return tuple(classes[variable.name] for variable in variables)


def _account(
    design: Design, reason: str, margins: tuple[str, ...], merges: Sequence[Merge], trimmed: int
) -> Weighting:
    weights = design.weights
    relative = weights / weights.mean() if len(weights) else weights
    return Weighting(
        weighted=not reason,
        reason=reason,
        margins=margins,
        merged=tuple(merges),
        design_effect=round(design_effect(weights), 3) if len(weights) else None,
        effective_n=round(effective_n(weights), 1) if len(weights) else None,
        trimmed=trimmed,
        smallest=round(float(relative.min()), 3) if len(weights) else None,
        largest=round(float(relative.max()), 3) if len(weights) else None,
    )
