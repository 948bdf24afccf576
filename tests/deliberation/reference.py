"""The samples of tests/reference, as designs."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deliberation.precision import Design, Mask, codes_of
from deliberation.weighting import Codes, Floats, base_weights, rake

FOLDER = Path(__file__).parents[1] / "reference"
POPULATION: dict[str, dict[str, float]] = json.loads((FOLDER / "population.json").read_text())
VOTES = ("onthouden", "tegen", "voor")
SCHOOLS = ("E", "H", "M")


class Sample:
    """The columns of a CSV file, by name."""

    def __init__(self, name: str) -> None:
        with (FOLDER / name).open() as file:
            self.rows = list(csv.DictReader(file))

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[str]:
        return [row[name] for row in self.rows]

    def is_(self, name: str, value: str) -> Mask:
        return np.array([each == value for each in self.column(name)], dtype=bool)

    def numbers(self, name: str) -> Floats:
        return np.array([float(value) for value in self.column(name)])

    def codes(self, name: str, classes: tuple[str, ...]) -> Codes:
        return codes_of(self.column(name), classes)

    def indicators(self, name: str, classes: tuple[str, ...]) -> NDArray[np.float64]:
        return np.eye(len(classes))[self.codes(name, classes)]


def read_numbers(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return found


def simple_schools() -> tuple[Sample, Design]:
    sample, weights = Sample("apisrs.csv"), np.full(200, 6194 / 200)
    return sample, Design(weights, weights, np.zeros(200, dtype=np.intp), np.array([6194.0]))


def stratified_schools() -> tuple[Sample, Design]:
    sample = Sample("apistrat.csv")
    weights = sample.numbers("pw")
    return sample, Design(weights, weights, sample.codes("stype", SCHOOLS), np.array([4421.0, 755.0, 1018.0]))


def panel_margins(sample: Sample) -> tuple[tuple[Codes, ...], tuple[Floats, ...]]:
    classes = tuple(sample.codes(name, tuple(sizes)) for name, sizes in POPULATION.items())
    return classes, tuple(np.array(list(sizes.values()), dtype=float) for sizes in POPULATION.values())


def panel() -> tuple[Sample, Design]:
    """The made-up panel, with its strata and not yet raked. Drawn is who answered, as the reference has it."""
    sample = Sample("respondents.csv")
    (_, strata, _), (_, population, _) = panel_margins(sample)
    base = base_weights(strata, population, np.bincount(strata).astype(float))
    return sample, Design(base, base, strata, population)


def raked_panel(weights: Floats | None = None) -> tuple[Sample, Design]:
    """The panel raked, or with other `weights`, with the variance of R's `rake`: residuals are not weighted."""
    sample, plain = panel()
    margins, targets = panel_margins(sample)
    weights = rake(plain.base, margins, targets).weights if weights is None else weights
    return sample, Design(weights, np.ones(len(sample)), plain.strata, plain.population, margins)
