"""Every number of tests/reference is met, each by a case that names its estimator.

reference.json and extra.json were made with R 4.2.2 and its package survey 4.5; tests/reference/README.md says from
what. A number that no case claims fails the last test.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pytest

from deliberation.dispositions import Response, largest_bias, partial_r, r_indicator, response_model
from deliberation.intervals import METHODS, difference, interval_by, margin_of_error
from deliberation.precision import (
    Design,
    Estimate,
    Mask,
    clopper_pearson,
    estimates,
    total_errors,
    weighted_sd,
    wilson,
)
from deliberation.rao_scott import rao_scott
from deliberation.weighting import (
    Codes,
    Floats,
    base_weights,
    calibrate_linear,
    design_effect,
    effective_n,
    rake,
    trim,
)
from tests.deliberation.profile import printed_by_r
from tests.deliberation.reference import (
    POPULATION,
    SCHOOLS,
    VOTES,
    Sample,
    panel,
    raked_panel,
    read_numbers,
    simple_schools,
    stratified_schools,
)

R = {**read_numbers("reference.json"), "extra": read_numbers("extra.json")}
GIVEN = {"kalton.n", "kalton.N", *(f"extra.classic.{i}.{name}" for i in range(5) for name in "kn")}
Leaves = dict[str, float]


def leaves(found: Any, path: str) -> Iterator[tuple[str, float]]:
    """Every number in it, by path; words are no numbers."""
    if isinstance(found, dict):
        for name, part in found.items():
            yield from leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(found, list):
        for number, part in enumerate(found):
            yield from leaves(part, f"{path}.{number}")
    elif not isinstance(found, str):
        yield path, float(found)


def at(path: str) -> Any:
    found: Any = R
    for name in path.split("."):
        found = found[int(name)] if isinstance(found, list) else found[name]
    return found


@dataclass(frozen=True)
class Case:
    path: str
    estimator: str
    found: Callable[[], Any]


def estimated(found: list[Estimate]) -> Any:
    """As the reference writes one estimate, or several."""
    if len(found) == 1:
        return {"est": found[0].value, "se": found[0].se}
    return {"est": [each.value for each in found], "se": [each.se for each in found]}


def by_group(design: Design, values: Floats, groups: list[Mask]) -> Any:
    return estimated([estimates(design, values[:, None], group)[0] for group in groups])


def summed(design: Design, values: Floats) -> Any:
    totals, errors = total_errors(design, values)
    if values.shape[1] == 1:
        return {"est": totals[0], "se": errors[0]}
    return {"est": totals.tolist(), "se": errors.tolist()}


def effect(design: Design, values: Floats) -> float:
    """The variance beside that of a simple random sample of as many, without replacement."""
    (mean,) = estimates(design, values[:, None])
    n, people = len(values), design.weights.sum()
    return float(mean.se**2 / (weighted_sd(values, design.weights) ** 2 / n * (people - n) / people))


def intervals(design: Design, chose: Floats) -> dict[str, Any]:
    (share,) = estimates(design, chose[:, None])
    found: dict[str, Any] = {}
    for method in METHODS:
        interval = interval_by(method, share)
        found[method] = {"est": share.value, "lo": interval.low, "hi": interval.high}
    found["logit"], found["likelihood"] = printed_by_r(design, chose, share.df)
    return found


def after_trimming(raked: Design, trimmed: Floats, values: Floats) -> Any:
    """R trims last, and keeps the residuals as they were before; we rake again, which changes both."""
    shares = trimmed @ values / trimmed.sum()
    influence = (trimmed / raked.weights)[:, None] * (values - shares) / trimmed.sum()
    return {"est": shares.tolist(), "se": total_errors(raked, influence)[1].tolist()}


def chi_squared(design: Design, rows: Codes, columns: Codes) -> Any:
    found = rao_scott(design, rows, columns)
    assert found is not None
    return {"F": found.statistic, "ndf": found.df, "ddf": found.denominator_df, "p": found.p}


def yes(sample: Sample, name: str) -> Floats:
    return sample.is_(name, "Yes").astype(float)


def raked_schools() -> tuple[Sample, Design]:
    """As R's `calibrate(calfun = "raking")`: residuals on the margins, weighted by the base weights."""
    sample, plain = simple_schools()
    margins = sample.codes("stype", SCHOOLS), sample.codes("sch.wide", ("No", "Yes"))
    weights = rake(plain.base, margins, (np.array([4421.0, 755, 1018]), np.array([1072.0, 5122]))).weights
    return sample, Design(weights, plain.base, plain.strata, plain.population, margins)


def weights_by_class() -> Any:
    sample, design = raked_schools()
    return [
        {"w": float(design.weights[sample.is_("stype", kind) & sample.is_("sch.wide", wide)][0])}
        for kind in SCHOOLS
        for wide in ("No", "Yes")
    ]


def school_cases() -> Iterator[Case]:
    sample, design = simple_schools()
    yield Case("api.srs_api00", "svymean", lambda: estimated(estimates(design, sample.numbers("api00")[:, None])))
    yield Case("api.srs_enroll_total", "svytotal", lambda: summed(design, sample.numbers("enroll")[:, None]))
    yield Case("api.srs_stype", "svymean", lambda: estimated(estimates(design, sample.indicators("stype", SCHOOLS))))
    yield Case("api.srs_awards_ci", "svyciprop", lambda: intervals(design, yes(sample, "awards")))
    strata, layered = stratified_schools()
    marks = strata.numbers("api00")
    yield Case("api.str_api00", "svymean", lambda: estimated(estimates(layered, marks[:, None])))
    yield Case("api.str_enroll_total", "svytotal", lambda: summed(layered, strata.numbers("enroll")[:, None]))
    yield Case("api.str_api00_deff", "svymean(deff = TRUE)", lambda: effect(layered, marks))
    kinds = [strata.is_("stype", kind) for kind in SCHOOLS]
    yield Case("api.str_by", "svyby(svymean)", partial(by_group, layered, marks, kinds))
    yield Case("api.str_awards_ci", "svyciprop", lambda: intervals(layered, yes(strata, "awards")))
    yield Case("api.str_schwide_ci", "svyciprop", lambda: intervals(layered, yes(strata, "sch.wide")))
    awards, types = strata.codes("awards", ("No", "Yes")), strata.codes("stype", SCHOOLS)
    yield Case(
        "api.str_chisq_awards_stype", 'svychisq(statistic = "F")', partial(chi_squared, layered, awards, types)
    )
    _, raked = raked_schools()
    calibrated = 'calibrate(calfun = "raking")'
    for name, found in (
        ("api00", lambda: estimated(estimates(raked, sample.numbers("api00")[:, None]))),
        ("enroll", lambda: summed(raked, sample.numbers("enroll")[:, None])),
        ("awards", lambda: estimated(estimates(raked, sample.indicators("awards", ("No", "Yes"))))),
        ("w", raked.weights.tolist),
        ("wtab", weights_by_class),
    ):
        yield Case(f"api.srs_rake.{name}", calibrated, found)


def kalton_cases() -> Iterator[Case]:
    n = np.array(R["kalton"]["n"])
    people = np.array(R["kalton"]["N"], dtype=float)
    cells = np.repeat(np.arange(12), n)
    first = np.searchsorted(cells, np.arange(12))
    margins: tuple[Codes, Codes] = (cells // 4, cells % 4)
    targets = people.reshape(3, 4).sum(axis=1), people.reshape(3, 4).sum(axis=0)
    ones = np.ones(len(cells))
    for name, estimator, weights in (
        ("poststratified", "postStratify: N / n of the cell", base_weights(cells, people, n.astype(float))),
        ("raked", "rake", rake(ones, margins, targets).weights),
        ("linear", 'calibrate(calfun = "linear")', calibrate_linear(ones, margins, targets)),
    ):
        yield Case(f"kalton.{name}", estimator, weights[first].tolist)


def panel_cases() -> Iterator[Case]:
    sample, plain = panel()
    _, raked = raked_panel()
    votes, likert, support = (
        sample.indicators("vote", VOTES),
        sample.numbers("likert"),
        sample.is_("vote", "voor").astype(float),
    )
    yield Case("panel.n", "rows", lambda: len(sample))
    yield Case("panel.design_vote", "svymean", lambda: estimated(estimates(plain, votes)))
    yield Case("panel.design_likert", "svymean", lambda: estimated(estimates(plain, likert[:, None])))
    yield Case("panel.design_deff", "svymean(deff = TRUE)", lambda: effect(plain, votes[:, 0]))
    yield Case("panel.design_voor_ci", "svyciprop", lambda: intervals(plain, support))
    yield Case("panel.raked_w", "rake", raked.weights.tolist)
    yield Case("panel.raked_vote", "svymean after rake", lambda: estimated(estimates(raked, votes)))
    yield Case("panel.raked_likert", "svymean after rake", lambda: estimated(estimates(raked, likert[:, None])))
    yield Case("panel.raked_total", "svytotal after rake", lambda: summed(raked, votes))
    yield Case("panel.raked_voor_ci", "svyciprop after rake", lambda: intervals(raked, support))
    yield Case("panel.kish_deff", "Kish 1965", lambda: design_effect(raked.weights))
    yield Case("panel.kish_neff", "Kish 1965", lambda: effective_n(raked.weights))
    for name, variable in (("raked_by_age", "leeftijd"), ("raked_by_gebied", "gebied")):
        groups = [sample.is_(variable, each) for each in R["panel"][name]["by"]]
        yield Case(
            f"panel.{name}",
            "svyby(svymean) after rake",
            partial(by_group, raked, support, groups),
        )
    vote, age = sample.codes("vote", VOTES), sample.codes("leeftijd", tuple(POPULATION["leeftijd"]))
    yield Case("panel.design_chisq", 'svychisq(statistic = "F")', partial(chi_squared, plain, vote, age))
    yield Case("panel.raked_chisq", "the same after rake", partial(chi_squared, raked, vote, age))
    trimmed = trim(raked.weights, 1.6 * float(raked.weights.mean()))
    yield Case("panel.trimmed_w", "trimWeights(strict = TRUE)", trimmed.tolist)
    yield Case("panel.trimmed_vote", "svymean after trimWeights", lambda: after_trimming(raked, trimmed, votes))
    women, men = sample.is_("geslacht", "v"), sample.is_("geslacht", "m")
    test = difference(raked, likert, women, men)
    yield Case("panel.ttest", "svyttest after rake", lambda: {"t": test.t, "p": test.p, "diff": test.value})


@cache
def invited() -> tuple[Response, Response, list[Codes]]:
    """Response among everyone invited, over the population and over those invited, and their classes."""
    sample = Sample("invited.csv")
    classes = [sample.codes(name, CLASSES[name]) for name in CLASSES]
    features = np.column_stack([np.eye(len(CLASSES[n]))[c][:, 1:] for n, c in zip(CLASSES, classes, strict=True)])
    ones, answered = np.ones(len(sample)), sample.numbers("responded")
    stands_for = sample.numbers("N_h") / sample.numbers("n_h")
    over_all, over_invited = (response_model(features, ones, answered, people) for people in (stands_for, ones))
    assert over_all is not None
    assert over_invited is not None
    return over_all, over_invited, classes


CLASSES = {name: tuple(sorted(POPULATION[name])) for name in ("leeftijd", "gebied", "geslacht")}


def invitation_cases() -> Iterator[Case]:
    names = ["(Intercept)", *(f"{name}{each}" for name, classes in CLASSES.items() for each in classes[1:])]
    coefficients = 'glm(family = "binomial")'
    yield Case(
        "extra.coef",
        coefficients,
        lambda: dict(zip(names, invited()[0].coefficients.tolist(), strict=True)),
    )
    yield Case("extra.mean_rho", "mean chance over the population", lambda: invited()[0].mean)
    yield Case("extra.R", "R-indicator (Schouten et al. 2009)", lambda: r_indicator(invited()[0]))
    yield Case("extra.R_unweighted", "the same over those invited", lambda: r_indicator(invited()[1]))
    yield Case("extra.maxbias_halfsd", "S / mean chance", lambda: largest_bias(invited()[0]))
    yield Case(
        "extra.partial",
        "unconditional partial R-indicator (Schouten et al. 2011)",
        lambda: {n: partial_r(invited()[0], c) for n, c in zip(CLASSES, invited()[2], strict=True)},
    )
    for number, each in enumerate(R["extra"]["classic"]):
        k, n = each["k"], each["n"]
        score, exact = wilson(k, n), clopper_pearson(k, n)
        for name, value in (
            ("wilson_lo", score.low),
            ("wilson_hi", score.high),
            ("cp_lo", exact.low),
            ("cp_hi", exact.high),
        ):
            kind = "prop.test(correct = FALSE)" if name.startswith("w") else "binom.test"
            yield Case(f"extra.classic.{number}.{name}", kind, partial(float, value))
    n, people = len(panel()[0]), int(sum(POPULATION["gebied"].values()))
    yield Case(
        "extra.moe",
        "z √(p (1 − p) / n) at one half, and with (N − n) / (N − 1)",
        lambda: {"srs": margin_of_error(n), "fpc": margin_of_error(n, people), "n": n, "N": people},
    )


CASES = [*school_cases(), *kalton_cases(), *panel_cases(), *invitation_cases()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.path}: {case.estimator}")
def test_the_number_of_r_is_met(case: Case) -> None:
    expected, found = dict(leaves(at(case.path), "")), dict(leaves(case.found(), ""))
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("name", ["api.srs_awards_ci", "api.str_schwide_ci", "panel.raked_voor_ci"])
def test_a_likelihood_interval_is_what_r_approaches(name: str) -> None:
    """R prints what it interpolates: the sixth decimal may differ by a few."""
    samples = {"api.srs_awards_ci": simple_schools, "api.str_schwide_ci": stratified_schools}
    sample, design = samples.get(name, raked_panel)()
    column, answer = {"api.srs_awards_ci": ("awards", "Yes"), "api.str_schwide_ci": ("sch.wide", "Yes")}.get(
        name, ("vote", "voor")
    )
    (share,) = estimates(design, sample.is_(column, answer).astype(float)[:, None])
    for method in ("logit", "likelihood"):
        found, expected = interval_by(method, share), at(f"{name}.{method}")
        assert (found.low, found.high) == pytest.approx((expected["lo"], expected["hi"]), abs=4e-6)


def test_no_number_of_the_reference_is_forgotten() -> None:
    claimed = Counter(path for case in CASES for path, _ in leaves(at(case.path), case.path))
    given = Counter(path for name in GIVEN for path, _ in leaves(at(name), name))
    assert claimed + given == Counter(path for path, _ in leaves(R, ""))
    assert all(case.estimator for case in CASES)
