"""The input of the findings, as JSON, to the findings."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from deliberation.figures import Merge, Outcomes
from deliberation.findings import Ballot, Findings, Statement, Stratum, find
from deliberation.merging import Variable
from deliberation.questionnaire import read
from deliberation.verdict import Conditions
from panel.reports.facts import InputError, read_dataclass


def compute(document: Mapping[str, Any]) -> Findings:
    """The findings of one review.

    `document` has the arguments of `deliberation.findings.find` under their own names, as plain data: `questionnaire`
    is the frozen, filled data; `ballots`, `strata`, `variables`, `statements` and `merges` are lists of objects;
    `outcomes` and `conditions` are objects; the majority is written "1/2" or "60/100". Raises InputError.
    """
    try:
        conditions = dict(document["conditions"])
        conditions["majority"] = Fraction(conditions["majority"])
        variables = [variable | {"classes": tuple(variable["classes"])} for variable in document["variables"]]
        return find(
            read(document["questionnaire"]),
            _many(Ballot, document["ballots"]),
            strata=_many(Stratum, document["strata"]),
            variables=_many(Variable, variables),
            outcomes=read_dataclass(Outcomes, document["outcomes"], "outcomes"),
            statements=_many(Statement, document["statements"]),
            conditions=Conditions(**conditions),
            quote_seed=document["quote_seed"],
            merges=_many(Merge, document.get("merges", ())),
        )
    except KeyError as error:
        raise InputError(f"the input of the findings has no {error}") from error


def _many(shape: Any, values: Any) -> list[Any]:
    return [read_dataclass(shape, value, shape.__name__.lower()) for value in values]
