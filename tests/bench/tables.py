"""Weighted tables with standard errors and intervals. `python -m tests.bench.tables N [tables]` is one process that
makes up N answers, and with `tables` also their weights and all tables.
"""

import sys
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from deliberation.precision import Design, ShareTable, share_table
from deliberation.weighting import Codes, Floats, base_weights, rake_trimmed
from tests.bench.timing import Contender, compare, console, whole

SIZES = (1_000, 100_000, 1_000_000)
TABLES, ANSWERS = 72, ("helemaal eens", "eens", "neutraal", "oneens", "helemaal oneens")
CLASSES = (6, 6, 2)  # areas, ages, genders; their cross is what was drawn from
SOME = 6  # tables of R's definition that are measured for a million answers


@dataclass(frozen=True)
class Survey:
    """`answers`: a column of categories per question, three in a hundred missing; the rest as in a review."""

    answers: pd.DataFrame
    strata: Codes
    margins: tuple[Codes, ...]
    population: Floats
    invited: Floats


def made_up(n: int) -> Survey:
    random = np.random.default_rng(n)
    margins = tuple(random.choice(size, n, p=_shares(random, size)) for size in CLASSES)
    strata = np.ravel_multi_index(margins, CLASSES)
    invited = np.bincount(strata, minlength=72) * random.uniform(2, 4, 72) + 5
    answers = {f"q{number}": _column(random, n) for number in range(TABLES)}
    return Survey(pd.DataFrame(answers), strata, margins, invited * random.uniform(5, 20, 72), invited)


def _shares(random: np.random.Generator, size: int) -> Floats:
    shares = random.uniform(1, 3, size)
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _column(random: np.random.Generator, n: int) -> "pd.Categorical[str]":
    codes = np.searchsorted(np.cumsum(_shares(random, len(ANSWERS)))[:-1], random.random(n)).astype(np.int8)
    codes[random.random(n) < 0.03] = -1
    return pd.Categorical.from_codes(codes, categories=pd.Index(ANSWERS))


def weighted(survey: Survey) -> Design:
    base = base_weights(survey.strata, survey.population, survey.invited)
    people = survey.population.reshape(CLASSES)
    targets = [people.sum(axis=tuple({0, 1, 2} - {axis})) for axis in range(3)]
    raked = rake_trimmed(base, survey.margins, targets)
    return Design(raked.weights, base, survey.strata, survey.population, survey.margins)


def unlike(design: Design) -> Design:
    """The same, with no two weights alike."""
    factor = np.random.default_rng(1).uniform(0.8, 1.25, len(design))
    return replace(design, weights=design.weights * factor, base=design.base * factor)


def tables(survey: Survey, design: Design) -> list[ShareTable]:
    """Of a design of which nothing has been worked out yet."""
    new = replace(design)
    columns = (survey.answers[name].cat.codes.to_numpy() for name in survey.answers)
    return [share_table(new, codes, len(ANSWERS)) for codes in columns]


def grouped(people: pd.DataFrame) -> list[pd.Series]:
    """Weighted shares and nothing else, as one would write them down."""
    sums = (people.groupby(f"q{number}", observed=True)["weight"].sum() for number in range(TABLES))
    return [weights / weights.sum() for weights in sums]


@dataclass(frozen=True)
class ByDefinition:
    """What R survey's `svymean` does on a calibrated design: per table an influence per person and class, of that
    the residuals on the margins, centred per stratum, squared and added up. Only the decomposition is kept.
    """

    survey: Survey
    design: Design
    root: Floats
    vectors: Floats

    @classmethod
    def of(cls, survey: Survey, design: Design) -> "ByDefinition":
        first, *others = (np.eye(size)[codes] for size, codes in zip(CLASSES, design.margins, strict=True))
        root = np.sqrt(design.base)[:, None]
        independent = np.hstack([first, *(block[:, 1:] for block in others)])
        return cls(survey, design, root, np.linalg.qr(independent * root)[0])

    def tables(self, count: int) -> list[tuple[Floats, Floats]]:
        return [self._table(f"q{number}") for number in range(count)]

    def _table(self, name: str) -> tuple[Floats, Floats]:
        codes, weights, strata = (
            self.survey.answers[name].cat.codes.to_numpy(),
            self.design.weights,
            self.design.strata,
        )
        answered = codes >= 0
        indicators = np.eye(len(ANSWERS))[codes] * answered[:, None]
        total = weights[answered].sum()
        shares = weights @ indicators / total
        influence = np.where(answered[:, None], indicators - shares, 0.0) / total * self.root
        left = (influence - self.vectors @ (self.vectors.T @ influence)) / self.root * weights[:, None]
        sizes = np.maximum(np.bincount(strata, minlength=72), 2)
        sums = np.column_stack([np.bincount(strata, column, 72) for column in left.T])
        squares = np.square(left - (sums / sizes[:, None])[strata])
        spread = np.column_stack([np.bincount(strata, column, 72) for column in squares.T])
        return shares, np.sqrt((1 - sizes / self.survey.population) * sizes / (sizes - 1) @ spread)


async def measure() -> None:
    contenders = []
    for n in SIZES:
        survey = made_up(n)
        design, count = weighted(survey), SOME if n == SIZES[-1] else TABLES
        people, definition = survey.answers.assign(weight=design.weights), ByDefinition.of(survey, design)
        _agree(tables(survey, design), grouped(people), definition.tables(SOME))
        naive, plain = f"pandas groupby, {n:,} answers, shares only", f"R's definition, {n:,} answers, no intervals"
        contenders += [
            Contender(f"weights of {n:,} answers", whole(partial(weighted, survey))),
            Contender(
                f"{TABLES} tables, {n:,} answers", whole(partial(tables, survey, design)), beside=(naive, plain)
            ),
            Contender(naive, whole(partial(grouped, people))),
            Contender(plain, whole(partial(definition.tables, count)), units=count / TABLES),
        ]
    alone = f"{TABLES} tables, {SIZES[-1]:,} answers, no two weights alike"
    contenders.append(Contender(alone, whole(partial(tables, survey, unlike(design))), beside=(naive, plain)))
    console.print(f"R's definition of {SIZES[-1]:,} answers: {SOME} tables measured, times {TABLES // SOME}.")
    await compare(f"{TABLES} weighted tables of {len(ANSWERS)} classes", f"{TABLES} tables", contenders)


def _agree(ours: list[ShareTable], naive: list[pd.Series], plain: list[tuple[Floats, Floats]]) -> None:
    for table, shares in zip(ours, naive, strict=True):
        assert np.allclose(table.share, shares, rtol=1e-11)
    for table, (expected, errors) in zip(ours, plain, strict=False):
        assert np.allclose(table.share, expected, rtol=1e-11)
        assert np.allclose(table.se, errors, rtol=1e-9)


if __name__ == "__main__":
    made = made_up(int(sys.argv[1]))
    if "tables" in sys.argv:
        tables(made, weighted(made))
