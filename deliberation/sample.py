"""The ballots as a sample: what was drawn, how the ballots are weighted, and how that is accounted for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from deliberation.figures import Merge, Weighting
from deliberation.merging import Variable, merge_classes
from deliberation.precision import Design, codes_of, steady
from deliberation.weighting import (
    Codes,
    Floats,
    WeightingError,
    base_weights,
    design_effect,
    effective_n,
    rake_trimmed,
)

Classes = Mapping[str, str]
NOBODY = "nobody"


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


@dataclass(frozen=True)
class Settled:
    """The draw and the ballots in classes that all have enough answers."""

    classes: list[Classes]
    strata: list[Stratum]
    variables: tuple[Variable, ...]
    merges: tuple[Merge, ...]


def settle(
    ballots: Sequence[Classes],
    strata: Sequence[Stratum],
    variables: Sequence[Variable],
    merges: Sequence[Merge],
    floor: int,
) -> Settled:
    """Merge classes until at least `floor` people of each answered: an ordered one with its neighbour, another with
    the smallest (`merging.merge_classes`, one variable at a time).

    So no class stays empty, what the weights meet is known from the turnout, and no turnout is hidden. `merges`: what
    was merged before; what is merged here as well stands in the account with the classes it began with, and "nobody"
    as reason where nobody of one of them answered. With fewer ballots than `floor` nothing is merged: nothing will be
    shown. Raises KeyError for a ballot or a stratum without one of the variables, ValueError for an unknown class.
    """
    if len(ballots) < floor:
        return Settled([*ballots], [*strata], tuple(variables), tuple(merges))
    mapping: dict[str, dict[str, str]] = {}
    account: list[Merge] = []
    for variable in variables:
        answered = Counter(ballot[variable.name] for ballot in ballots)
        merged = merge_classes([variable], {(name,): answered[name] for name in answered}, floor)
        mapping |= merged.mapping
        earlier = {merge.into: merge for merge in merges if merge.variable == variable.name}
        for merge in merged.merges:
            before = [earlier.pop(name, Merge(variable.name, (name,), name)) for name in merge.classes]
            reason = NOBODY if NOBODY in (merge.reason, *(one.reason for one in before)) else merge.reason
            account.append(replace(merge, classes=tuple(c for one in before for c in one.classes), reason=reason))
        account += earlier.values()

    def new(classes: Classes) -> Classes:
        return {variable.name: mapping[variable.name][classes[variable.name]] for variable in variables}

    return Settled(
        [new(ballot) for ballot in ballots],
        [replace(stratum, classes=new(stratum.classes)) for stratum in strata],
        tuple(replace(v, classes=tuple(dict.fromkeys(mapping[v.name][c] for c in v.classes))) for v in variables),
        tuple(account),
    )


def weigh(
    ballots: Sequence[Classes],
    draw: Sequence[Stratum],
    variables: Sequence[Variable],
    merges: Sequence[Merge],
    floor: int = 1,
) -> tuple[Design, Weighting]:
    """Base weights from the draw, raked to every variable with more than one class, and the account of it.

    `ballots`: the classes of each; `draw`: from `add_up`. Where weights cannot be made all ballots count the same, as
    from one stratum, and the account says why. So do fewer ballots than `floor`: weights would tell their classes.
    """
    population = sum(stratum.population for stratum in draw)
    try:
        if 0 < len(ballots) < floor:
            raise WeightingError("too_few_answers", f"{len(ballots)} answers are not weighted.")
        design, trimmed, margins = _raked(ballots, draw, variables)
    except WeightingError as refused:
        ones = np.ones(len(ballots))
        whole = np.array([float(population) if population > len(ballots) else inf])
        design = Design(ones, ones, np.zeros(len(ballots), dtype=np.intp), whole)
        return design, account(design, refused.code, (), merges, 0)
    return design, account(design, "", margins, merges, trimmed)


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


def account(
    design: Design, reason: str, margins: tuple[str, ...], merges: Sequence[Merge], trimmed: int
) -> Weighting:
    """How answers were weighted; `reason` is "" when they were."""
    weights = design.weights
    relative = weights / weights.mean() if len(weights) else weights
    return Weighting(
        weighted=not reason,
        reason=reason,
        margins=margins,
        merged=tuple(merges),
        design_effect=steady(design_effect(weights), 2) if len(weights) else None,
        effective_n=steady(effective_n(weights), 0) if len(weights) else None,
        trimmed=trimmed,
        smallest=steady(float(relative.min()), 1) if len(weights) else None,
        largest=steady(float(relative.max()), 1) if len(weights) else None,
    )
