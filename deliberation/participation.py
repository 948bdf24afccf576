"""Who took part: per class, in rates, and how evenly."""

from collections.abc import Mapping, Sequence

import numpy as np

from deliberation.dispositions import (
    Response,
    partial_r,
    r_indicator,
    response_model,
    response_rate_1,
    response_rate_2,
)
from deliberation.figures import ClassTurnout, Outcomes, PartialR, Participation
from deliberation.precision import codes_of
from deliberation.sample import Stratum
from deliberation.tabulation import Raw

Groups = Mapping[str, Sequence[Raw]]


def participation(
    outcomes: Outcomes, draw: Sequence[Stratum], answered: int, groups: Groups, *, floor: int
) -> Participation:
    """The turnout as it may be published.

    `answered`: ballots with a vote; `groups`: per variable one table (of the vote) for each of its classes.
    """
    rates = response_rate_1(outcomes), response_rate_2(outcomes)
    classes = [
        _turnout(variable, raw, draw, small=raw.n < floor) for variable, tables in groups.items() for raw in tables
    ]
    response = _response(draw, groups) if answered >= floor and draw and groups else None
    return Participation(
        population=sum(stratum.population for stratum in draw),
        invited=sum(stratum.invited for stratum in draw),
        answered=answered,
        outcomes=outcomes,
        rr1=None if rates[0] is None else round(rates[0], 4),
        rr2=None if rates[1] is None else round(rates[1], 4),
        r_indicator=round(r_indicator(response), 2) if response else None,
        classes=tuple(classes),
        partials=_partials(response, draw, groups, floor) if response else (),
    )


def _turnout(variable: str, raw: Raw, draw: Sequence[Stratum], *, small: bool) -> ClassTurnout:
    inside = [stratum for stratum in draw if stratum.classes[variable] == raw.key]
    invited = sum(stratum.invited for stratum in inside)
    return ClassTurnout(
        variable=variable,
        key=raw.key,
        population=sum(stratum.population for stratum in inside),
        invited=invited,
        answered=None if small else raw.n,
        rate=round(raw.n / invited, 4) if invited and not small else None,
        hidden="small" if small else "",
    )


def _partials(response: Response, draw: Sequence[Stratum], groups: Groups, floor: int) -> tuple[PartialR, ...]:
    """Per variable with several classes of which every turnout is shown; to two decimals, as the R-indicator."""
    found = []
    for name, raws in groups.items():
        if len(raws) > 1 and all(raw.n >= floor for raw in raws):
            classes = codes_of([stratum.classes[name] for stratum in draw], [raw.key for raw in raws])
            found.append(PartialR(name, round(partial_r(response, classes), 2)))
    return tuple(found)


def _response(draw: Sequence[Stratum], groups: Groups) -> Response | None:
    """Who answers, modelled on every variable. Its figures are rounded to two decimals: more would tell of few."""
    tables = [(variable, raw) for variable, raws in groups.items() for raw in raws]
    answered = [
        np.logical_and.reduce([raw.domain for name, raw in tables if raw.key == stratum.classes[name]]).sum()
        for stratum in draw
    ]
    features = [
        [float(stratum.classes[name] == raw.key) for name, raws in groups.items() for raw in raws[1:]]
        for stratum in draw
    ]
    invited = np.array([float(stratum.invited) for stratum in draw])
    population = np.array([float(stratum.population) for stratum in draw])
    return response_model(np.array(features), invited, np.minimum(answered, invited), population)
