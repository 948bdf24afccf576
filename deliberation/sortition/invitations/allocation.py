"""How many seats every stratum gets: in proportion, or more where few answer."""

from collections.abc import Mapping
from fractions import Fraction
from math import floor

Stratum = tuple[str, ...]
Rate = Fraction | float
Response = Mapping[Stratum, Rate]


class DrawError(ValueError):
    """This draw cannot be made. The message is a Dutch sentence for the person who asked for it."""


def allocate(populations: Mapping[Stratum, int], size: int, response: Response | None = None) -> dict[Stratum, int]:
    """Divide `size` seats over strata in proportion to their populations, by largest remainder (Hamilton).

    With `response`, the share of each stratum that is expected to answer, the seats are in proportion to
    population / response, so that the expected answers are in proportion to the population. No stratum gets more than
    its population; what is left over goes to the others. Equal remainders: the larger population first, then the
    stratum's name. A float in `response` counts as the decimal number it is written as.
    Raises DrawError when size is below 1 or above the total population, or a response is missing or not in (0, 1].
    """
    total = sum(populations.values())
    if size < 1:
        raise DrawError("Het aantal te loten mensen moet 1 of meer zijn.")
    if size > total:
        raise DrawError(f"U wilt {size} mensen loten, maar er staan er {total} in het steekproefkader.")
    shares = _shares(populations, size, response)
    seats = {stratum: floor(share) for stratum, share in shares.items()}
    by_remainder = sorted(shares, key=lambda s: (seats[s] - shares[s], -populations[s], s))
    for stratum in by_remainder[: size - sum(seats.values())]:
        seats[stratum] += 1
    return seats


def check_addresses(size: int, addresses: int) -> None:
    """Raises DrawError when there are fewer addresses than people to draw, at most one from each."""
    if size > addresses:
        raise DrawError(f"U wilt {size} mensen loten, hoogstens één per adres, maar er zijn {addresses} adressen.")


def expected_response(response: Response, stratum: Stratum) -> Fraction:
    """The response of a stratum as an exact number. Raises DrawError when it is missing or not in (0, 1]."""
    name = ", ".join(stratum)
    if stratum not in response:
        raise DrawError(f"Voor de groep ‘{name}’ ontbreekt de verwachte respons.")
    try:
        share = Fraction(str(response[stratum]))
    except ValueError:
        share = Fraction(0)
    if not 0 < share <= 1:
        raise DrawError(f"De verwachte respons van de groep ‘{name}’ moet meer dan 0 % en hoogstens 100 % zijn.")
    return share


def _shares(populations: Mapping[Stratum, int], size: int, response: Response | None) -> dict[Stratum, Fraction]:
    """The exact shares; strata that would get more than their population get just that, until all fit."""
    weights = {
        stratum: people / expected_response(response, stratum) if response is not None else Fraction(people)
        for stratum, people in populations.items()
    }
    shares, open_ = dict.fromkeys(populations, Fraction(0)), [s for s, weight in weights.items() if weight]
    while True:
        each = size / sum((weights[stratum] for stratum in open_), Fraction(0)) if open_ else Fraction(0)
        full = [stratum for stratum in open_ if weights[stratum] * each > populations[stratum]]
        if not full:
            return shares | {stratum: weights[stratum] * each for stratum in open_}
        for stratum in full:
            shares[stratum] = Fraction(populations[stratum])
            size -= populations[stratum]
        open_ = [stratum for stratum in open_ if stratum not in full]
