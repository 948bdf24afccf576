"""More invitations where few people answer: the response that is expected per age, and what follows per group."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction

from deliberation.sortition.invitations.stratified import Candidate, Stratum
from panel.web.forms import Fields

# Below which age, in words, and the percent of letters that usually is answered.
BANDS = (
    (35, "jonger dan 35 jaar", 3),
    (50, "35 tot en met 49 jaar", 4),
    (65, "50 tot en met 64 jaar", 6),
    (75, "65 tot en met 74 jaar", 8),
    (200, "75 jaar en ouder", 5),
)


def read_rates(fields: Fields) -> list[int] | None:
    """Percent per band, when that was chosen."""
    if not fields.text("compensate"):
        return None
    return [fields.number(f"rate_{place}", 1, 100) for place in range(len(BANDS))]


def usual_rates() -> dict[str, str]:
    return {f"rate_{place}": str(percent) for place, (_, _, percent) in enumerate(BANDS)} | {"compensate": ""}


def response_of(people: Sequence[Candidate], ages: Sequence[str], rates: Sequence[int]) -> dict[Stratum, Fraction]:
    """The mean of what is expected of the people in each group; of an unknown age, the mean of all bands."""
    percent = {age: _percent(age, rates) for age in set(ages)}
    counts = Counter[Stratum]()
    sums = defaultdict[Stratum, Fraction](Fraction)
    for (stratum, age), number in Counter(zip((one.stratum for one in people), ages, strict=True)).items():
        counts[stratum] += number
        sums[stratum] += percent[age] * number
    return {stratum: total / counts[stratum] / 100 for stratum, total in sums.items()}


def _percent(age: str, rates: Sequence[int]) -> Fraction:
    """A class of ages belongs where its youngest do."""
    youngest = "".join(sign if sign.isdecimal() else " " for sign in age).split()
    if not youngest:
        return Fraction(sum(rates), len(rates))
    return next(Fraction(rate) for (below, _, _), rate in zip(BANDS, rates, strict=True) if int(youngest[0]) < below)
