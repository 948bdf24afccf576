"""A survey file -> its findings: the method of the service for anyone's answers.

Weights, intervals, tests and disclosure control are those of `findings.find`, with the same functions; here every
question stands alone, with its splits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from deliberation.columns import (
    Classes,
    Column,
    Sizes,
    SurveyError,
    answers_of,
    check_names,
    classes_of,
    groups_of,
)
from deliberation.crosstabs import SurveyQuestion, tabulate
from deliberation.figures import Merge, Participation, Thresholds, Weighting
from deliberation.intervals import METHODS
from deliberation.precision import Design
from deliberation.sample import account
from deliberation.turnout import Invited, turnout
from deliberation.weighting import WeightingError, base_weights, design_effect, effective_n, rake_trimmed

__all__ = ["Column", "Invited", "Survey", "SurveyError", "analyse"]
VERSION = "survey/1"
EVERYTHING = Thresholds(floor=0, share_n=0, width=1.0)
DEFAULT_THRESHOLDS = Thresholds()
CALIBRATED = 'svydesign(strata, fpc), calibrate(calfun = "raking")'
RAKED = "svydesign(strata, fpc), rake()"
ESTIMATORS = ("calibrate", "rake")
STRATIFIED, SIMPLE = "svydesign(strata, fpc)", "svydesign(fpc)"


@dataclass(frozen=True)
class Survey:
    """The findings of a survey file; shapes and codes are those of `figures`.

    `rows` in the file, of which `answered` gave an answer to one of the questions: only these count. `estimator`:
    what R's package survey calls that of the standard errors. `interval`: the kind of interval of shares, of which
    "beta" is Korn & Graubard's with the effective number of answers bounded by their number. `rounded`: safe to
    publish. `full`: nothing is hidden. `remarks`: of "no_shares" (too few answers for shares), "unweighted".
    `weighting.reason` is "equal" when there was nothing to weight with. `participation` is None without invitations.
    """

    version: str
    remarks: tuple[str, ...]
    rounded: bool
    full: bool
    thresholds: Thresholds
    estimator: str
    interval: str
    rows: int
    answered: int
    participation: Participation | None
    weighting: Weighting
    questions: tuple[SurveyQuestion, ...]


def analyse(
    columns: Mapping[str, Column],
    questions: Sequence[str],
    *,
    population: Sizes | None = None,
    strata: str = "",
    rake: Sequence[str] = (),
    by: Sequence[str] = (),
    invited: Invited | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    interval: str = "beta",
    estimator: str = "calibrate",
    publish: bool = False,
    full: bool = False,
    progress: Callable[[float], None] = lambda _: None,
) -> Survey:
    """Tables of every question with weighted shares and intervals, and the same per group.

    `columns`: by name, all n rows; `questions`: those to make tables of, one answer per person. `population`: people
    per class, by column. `strata`: the column by which people were drawn. `rake`: columns whose population the
    weights meet. `by`: columns whose groups are compared. Base weights are population / invited per stratum,
    population / answered where `invited` is not given; without strata all answers weigh the same before raking.
    `estimator`: of the standard errors after raking, as R's `calibrate` or as R's `rake` (see `precision.Design`).
    Classes with fewer people than the floor are merged, of strata only empty ones. `progress` is told the share
    that is done. Raises SurveyError, ValueError for an unknown interval or estimator, and `publish` with `full`.

    Small counts are hidden, with those that would tell them; other figures are exact, which is not for publication:
    weights take few values, so who knows them can work back from a share to how many of those counted are in which
    class, and so to counts of a few. `publish` rounds as the service does (`tabulation.decimals`) and leaves standard
    errors out, so that nobody can. `full` hides and rounds nothing, for the researcher's own eyes.
    """
    if publish and full:
        raise ValueError("what hides nothing is not to be published")
    if interval not in METHODS:
        raise ValueError(f"no interval is called {interval!r}; known are {', '.join(METHODS)}")
    if estimator not in ESTIMATORS:
        raise ValueError(f"no estimator is called {estimator!r}; known are {', '.join(ESTIMATORS)}")
    thresholds = EVERYTHING if full else thresholds
    counted, rows = _counted(columns, questions, [strata, *rake, *by])
    n = len(counted[questions[0]])
    if n < max(thresholds.floor, 2):
        raise SurveyError(
            f"{n} van de {rows} rijen {'heeft' if n == 1 else 'hebben'} een antwoord op een van de vragen. Bij "
            f"minder dan {max(thresholds.floor, 2)} wordt niets getoond, dus er valt niets uit te rekenen."
        )
    floor = max(thresholds.floor, 1)
    made = _classes(counted, population or {}, strata, rake, by, invited.counts if invited else None, floor)
    margins, groups = made.margins, made.groups
    people = _total(population, strata, rake)
    design, weighting = _weigh(n, people, made.strata, list(margins.values()), made.merges)
    if estimator == "rake":
        design = replace(design, base=np.ones(n))
    answers = {name: answers_of(name, counted[name]) for name in questions}
    answered = []
    for number, name in enumerate(questions):
        earlier = {*questions[:number]} & groups.keys()
        parts = {v: group for v, group in groups.items() if v != name and not (v in earlier and name in groups)}
        told = groups.get(name) or margins.get(name)
        made_of = answers[name], parts, told, design, thresholds, interval, weighting.margins
        answered.append(tabulate(name, *made_of, rounded=publish))
        progress((number + 1) / len(questions))
    shown = margins if strata in margins or made.strata is None else {strata: made.strata, **margins}
    return Survey(
        version=VERSION,
        remarks=_remarks(n, weighting, thresholds),
        rounded=publish,
        full=full,
        thresholds=thresholds,
        estimator=(RAKED if estimator == "rake" else CALIBRATED)
        if design.margins
        else STRATIFIED
        if made.strata and weighting.weighted
        else SIMPLE,
        interval=interval,
        rows=rows,
        answered=n,
        participation=turnout(
            invited,
            shown,
            made.strata,
            list(answers.values()),
            people,
            elsewhere={*questions, *by},
            floor=thresholds.floor,
            rounded=publish,
        )
        if invited
        else None,
        weighting=weighting if publish else _exact(weighting, design),
        questions=tuple(answered),
    )


def _counted(
    columns: Mapping[str, Column], questions: Sequence[str], others: Sequence[str]
) -> tuple[dict[str, Column], int]:
    """The columns that are used, of the rows with an answer, and how many rows there are."""
    if not questions:
        raise SurveyError("Noem de kolommen met de vragen.")
    used = [name for name in dict.fromkeys([*questions, *others]) if name]
    check_names(used, list(columns))
    counts = np.logical_or.reduce([columns[name].codes >= 0 for name in questions])
    if counts.all():
        return {name: columns[name] for name in used}, len(counts)
    return {name: Column(columns[name].labels, columns[name].codes[counts]) for name in used}, len(counts)


@dataclass(frozen=True, eq=False)
class _Made:
    """The columns with classes: by which was drawn, to which is raked, and which are compared."""

    strata: Classes | None
    margins: dict[str, Classes]
    groups: dict[str, Classes]
    merges: list[Merge]


def _classes(
    columns: Mapping[str, Column],
    population: Sizes,
    strata: str,
    rake: Sequence[str],
    by: Sequence[str],
    invited: Sizes | None,
    floor: int,
) -> _Made:
    made = _Made(None, {}, {}, [])
    for name in rake:
        made.margins[name], merges = classes_of(name, columns[name], population, invited, floor)
        made.merges.extend(merges)
    for name in by:
        if name in made.margins:
            made.groups[name] = made.margins[name]
        else:
            made.groups[name], merges = groups_of(name, columns[name], floor)
            made.merges.extend(merges)
    if not strata:
        return made
    layers, merges = classes_of(strata, columns[strata], population, invited, 1)
    made.merges.extend(merge for merge in merges if strata not in made.margins)
    return replace(made, strata=layers)


def _exact(weighting: Weighting, design: Design) -> Weighting:
    relative = design.weights / design.weights.mean()
    return replace(
        weighting,
        design_effect=design_effect(relative),
        effective_n=effective_n(relative),
        smallest=float(relative.min()),
        largest=float(relative.max()),
    )


def _total(population: Sizes | None, strata: str, rake: Sequence[str]) -> float:
    """How many people there are, infinite when that is not said."""
    sizes = population or {}
    totals = {name: sum(sizes[name].values()) for name in (strata, *rake) if name in sizes}
    totals = totals or {name: sum(each.values()) for name, each in sizes.items()}
    first = next(iter(totals), "")
    for name, total in totals.items():
        if abs(total - totals[first]) > 1e-6 * totals[first]:
            raise SurveyError(
                f"Volgens ‘{first}’ telt de bevolking {totals[first]:.0f} mensen, volgens ‘{name}’ {total:.0f}. "
                "Maak die totalen gelijk."
            )
    return totals.get(first) or inf


def _weigh(
    n: int, people: float, strata: Classes | None, margins: Sequence[Classes], merges: Sequence[Merge]
) -> tuple[Design, Weighting]:
    whole = np.zeros(n, dtype=np.intp), np.array([people if people > n else inf])
    ones = np.ones(n)
    raked = [each for each in margins if len(each.labels) > 1]
    if strata is None and not raked:
        design = Design(ones, ones, *whole)
        return design, account(design, "equal", (), merges, 0)
    base, layers = ones * (people / n), whole
    if strata is not None and strata.population is not None:
        answered = np.bincount(strata.codes, minlength=len(strata.labels)).astype(np.float64)
        drawn = answered if strata.invited is None else strata.invited
        base, layers = base_weights(strata.codes, strata.population, drawn), (strata.codes, strata.population)
    codes = tuple(each.codes for each in raked)
    try:
        found = rake_trimmed(base, codes, [each.population for each in raked if each.population is not None])
    except WeightingError as refused:
        design = Design(ones, ones, *whole)
        return design, account(design, refused.code, (), merges, 0)
    design = Design(found.weights, base, *layers, codes)
    return design, account(design, "", tuple(each.name for each in raked), merges, found.trimmed)


def _remarks(n: int, weighting: Weighting, thresholds: Thresholds) -> tuple[str, ...]:
    few = ("no_shares",) if n < thresholds.share_n else ()
    return few if weighting.weighted else (*few, "unweighted")
