"""How many letters, how many answers, how sure: what can be expected of a draw before it is made.

Sources: Cochran, Sampling Techniques, 3rd ed. 1977, § 3.2 (standard error of a share, finite population) and § 4.4
(size of a sample); Kish, Survey Sampling, 1965, § 8.2 and § 11.7 (design effect, unequal weights).
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, inf, sqrt
from statistics import NormalDist

from deliberation.sortition.invitations.allocation import (
    DrawError,
    Rate,
    Response,
    Stratum,
    allocate,
    check_addresses,
    expected_response,
)

Population = int | Mapping[Stratum, int]
Z = NormalDist().inv_cdf(0.975)
WIDEST = 0.5  # on both sides of 50 %: anything between none and all


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """One stratum of a plan: the letters it gets, the answers expected from it, and the margin of those alone."""

    stratum: Stratum
    population: int
    letters: int
    answers: float
    margin: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be expected.

    `answers`: on average, not rounded. `margin`: of a share of 50 %; 0.04 is 4 points up and down, in 95 of 100
    draws. `design_effect`: the one given times Kish's.
    """

    population: int
    letters: int
    answers: float
    design_effect: float
    margin: float
    groups: tuple[GroupPlan, ...]


def plan(
    population: Population,
    answers_wanted: int,
    response: Rate | Response,
    design_effect: float = 1.0,
    *,
    compensate: bool = False,
    addresses: int | None = None,
) -> Plan:
    """The plan with the letters that `answers_wanted` answers take: on average enough, with one letter less not.

    The other arguments and errors are those of `forecast`. Raises DrawError too when there are too few people or
    addresses for that many answers.
    """
    if answers_wanted < 1:
        raise DrawError("Het aantal gewenste antwoorden moet 1 of meer zijn.")
    people, rates = _people(population), _rates(population, response)
    room = min(sum(people.values()), inf if addresses is None else addresses)
    enough = range(1, int(room) + 1)

    def expected(letters: int) -> int:
        return floor(sum(_answers(_letters(people, letters, rates, compensate), rates).values()))

    most = expected(enough[-1]) if enough else 0
    if most < answers_wanted:
        raise DrawError(
            f"U wilt {answers_wanted} antwoorden. Er kunnen hoogstens {len(enough)} brieven worden gestuurd,"
            f" één per adres en één per inwoner. Daarop verwacht u er {most}."
        )
    letters = enough[bisect_left(enough, answers_wanted, key=expected)]
    return forecast(population, letters, response, design_effect, compensate=compensate, addresses=addresses)


def forecast(
    population: Population,
    letters: int,
    response: Rate | Response,
    design_effect: float = 1.0,
    *,
    compensate: bool = False,
    addresses: int | None = None,
) -> Plan:
    """What to expect of a number of letters.

    `population`: the people who can be drawn, per stratum when `response` differs. `response`: the share expected to
    answer, above 0 and at most 1. `compensate`: invite more where few answer, as `draw` does when given this
    response; if not, letters are in proportion, answers come in unequally, and weighting them back costs precision.
    That is Kish's design effect n Σ w² / (Σ w)² with w = population / answers of a stratum; strata from which no
    answer is expected are left out of it. `design_effect`: of all else, such as weighting to margins. `addresses`:
    how many there are, when known.
    Raises DrawError when there are more letters than people or addresses, or fewer than one, when a response is not
    in (0, 1], or a design effect is not above 0.
    """
    if not 0 < design_effect < inf:
        raise DrawError("Het ontwerpeffect moet meer dan 0 zijn.")
    people, rates = _people(population), _rates(population, response)
    sent = _letters(people, letters, rates, compensate)
    if addresses is not None:
        check_addresses(letters, addresses)
    answers = _answers(sent, rates)
    total = float(sum(answers.values()))
    effect = design_effect * _kish([(people[s], float(count)) for s, count in answers.items() if count])
    groups = [
        GroupPlan(s, people[s], sent[s], float(answers[s]), margin(float(answers[s]), people[s], design_effect))
        for s in sorted(people)
    ]
    everyone = sum(people.values())
    return Plan(everyone, letters, total, effect, margin(total, everyone, effect), tuple(groups))


def margin(answers: float, population: int, design_effect: float = 1.0) -> float:
    """Half of the 95 % interval of a share of 50 %: 1.96 √(deff · ¼ / n · (N − n) / (N − 1)), and at most a half."""
    if answers >= population > 0:
        return 0.0
    if answers <= 0 or population < 2:
        return WIDEST
    variance = design_effect * 0.25 / answers * (population - answers) / (population - 1)
    return min(Z * sqrt(variance), WIDEST)


def _people(population: Population) -> dict[Stratum, int]:
    return {(): population} if isinstance(population, int) else dict(population)


def _rates(population: Population, response: Rate | Response) -> dict[Stratum, Fraction]:
    people = _people(population)
    given = response if isinstance(response, Mapping) else dict.fromkeys(people, response)
    return {stratum: expected_response(given, stratum) for stratum in people}


def _letters(
    people: Mapping[Stratum, int], letters: int, rates: Mapping[Stratum, Fraction], compensate: bool
) -> dict[Stratum, int]:
    return allocate(people, letters, rates if compensate else None)


def _answers(letters: Mapping[Stratum, int], rates: Mapping[Stratum, Fraction]) -> dict[Stratum, Fraction]:
    return {stratum: count * rates[stratum] for stratum, count in letters.items()}


def _kish(groups: Sequence[tuple[int, float]]) -> float:
    """From the population of each stratum and the answers expected there."""
    people, answers = sum(size for size, _ in groups), sum(count for _, count in groups)
    return answers * sum(size**2 / count for size, count in groups) / people**2
