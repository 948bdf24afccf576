"""Who answered a survey, of everyone who was invited."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deliberation.columns import Classes, Column, SurveyError
from deliberation.disclosure import Cell, Cells, hide
from deliberation.dispositions import partial_r, r_indicator, response_model, response_rate_1, response_rate_2
from deliberation.figures import ClassTurnout, Outcomes, PartialR, Participation
from deliberation.precision import steady
from deliberation.weighting import Codes, crossed

COMPLETE = 0.8


@dataclass(frozen=True, eq=False)
class Invited:
    """How many were invited per class, by column; and their columns, where each is known, of all those invited."""

    counts: Mapping[str, Mapping[str, float]]
    people: Mapping[str, Column] | None = None


def invited_of(people: Mapping[str, Column]) -> Invited:
    """Everyone who was invited, counted."""
    counts = {}
    for name, column in people.items():
        sizes = np.bincount(column.codes[column.codes >= 0], minlength=len(column.labels)).tolist()
        counts[name] = {label: float(size) for label, size in zip(column.labels, sizes, strict=True)}
    return Invited(counts, people)


def turnout(
    invited: Invited,
    classes: Mapping[str, Classes],
    strata: Classes | None,
    answers: Sequence[Column],
    people: float,
    *,
    elsewhere: Collection[str],
    floor: int,
    rounded: bool,
) -> Participation:
    """Rates, turnout per class, and the R-indicator with its partials when everyone invited is known.

    A ballot is complete with four fifths of the questions (AAPOR, Standard Definitions, 2023, 1.7). Who did not
    answer is counted as unknown, as a survey file does not say why. `classes`: the columns to look at; `elsewhere`:
    columns of which other tables tell how many are in a group; `floor`: the smallest number of answers that is shown,
    with what would tell a smaller one hidden too; `rounded`: rates to four decimals, the R-indicator to two. Raises
    SurveyError when more answered than were invited.
    """
    n = len(answers[0])
    filled = np.sum([column.codes >= 0 for column in answers], axis=0)
    completed = int((filled >= COMPLETE * len(answers)).sum())
    asked = {sum(invited.counts[name].values()) for name in classes} or {
        sum(each.values()) for each in invited.counts.values()
    }
    drawn = int(max(asked, default=0))
    if len(asked) > 1 or drawn < n:
        raise SurveyError(
            f"Volgens de uitnodigingen zijn er {' of '.join(f'{each:.0f}' for each in sorted(asked))} mensen "
            f"uitgenodigd, en er zijn {n} antwoorden. Maak die aantallen gelijk, of hoger dan de antwoorden."
        )
    outcomes = Outcomes(completed=completed, partial=n - completed, unknown=drawn - n)
    hidden = {name: _hidden(each, floor, told=name in elsewhere) for name, each in classes.items()}
    even, partials = _evenness(invited.people, classes, strata) if invited.people else (None, ())
    return Participation(
        population=int(people) if np.isfinite(people) else 0,
        invited=drawn,
        answered=n,
        outcomes=outcomes,
        rr1=_figure(response_rate_1(outcomes), 4, rounded),
        rr2=_figure(response_rate_2(outcomes), 4, rounded),
        r_indicator=_figure(even, 2, rounded),
        classes=tuple(
            found for name, each in classes.items() for found in _classes(each, hidden[name], rounded=rounded)
        ),
        partials=tuple(
            PartialR(name, steady(value, 2) if rounded else value) for name, value in partials if not hidden[name]
        ),
    )


def _figure(value: float | None, digits: int, rounded: bool) -> float | None:
    return value if value is None or not rounded else steady(value, digits)


def _hidden(classes: Classes, floor: int, *, told: bool) -> Collection[Cell]:
    """The numbers of the classes not to show; all when one is small and other tables tell of the column as well."""
    answered = np.bincount(classes.codes, minlength=len(classes.labels)).tolist()
    counts: dict[Cell, int] = dict(enumerate(answered))
    hidden = hide(Cells({"n": sum(answered), **counts}, [("n", *counts)], {"n"}), floor).cells
    return {*counts} if hidden and told else hidden


def _classes(classes: Classes, hidden: Collection[Cell], *, rounded: bool) -> list[ClassTurnout]:
    answered = np.bincount(classes.codes, minlength=len(classes.labels)).tolist()
    found = []
    for number, (label, count) in enumerate(zip(classes.labels, answered, strict=True)):
        asked = 0 if classes.invited is None else int(classes.invited[number])
        people = 0 if classes.population is None else int(classes.population[number])
        if number in hidden:
            found.append(ClassTurnout(classes.name, label, people, asked, None, None, "small"))
        else:
            rate = _figure(count / asked, 4, rounded) if asked else None
            found.append(ClassTurnout(classes.name, label, people, asked, count, rate, ""))
    return found


def _evenness(
    people: Mapping[str, Column], classes: Mapping[str, Classes], strata: Classes | None
) -> tuple[float | None, list[tuple[str, float]]]:
    """R-indicator and unconditional partials, over the population that those invited stand for."""
    used = list({**({strata.name: strata} if strata else {}), **classes}.values())
    if not used or any(each.name not in people for each in used):
        return None, []
    among = [_codes(each, people[each.name]) for each in used]
    cells, first = crossed([np.concatenate([all_, each.codes]) for all_, each in zip(among, used, strict=True)])
    count, size = len(among[0]), len(first)
    invited = np.bincount(cells[:count], minlength=size).astype(np.float64)
    answered = np.bincount(cells[count:], minlength=size).astype(np.float64)
    of_cell = [np.concatenate([all_, each.codes])[first] for all_, each in zip(among, used, strict=True)]
    weight = np.ones(size)
    if strata is not None and strata.population is not None and strata.invited is not None:
        per_person = np.divide(
            strata.population, strata.invited, out=np.zeros(len(strata.labels)), where=strata.invited > 0
        )
        weight = per_person[of_cell[0]]
    features = np.hstack([np.eye(len(each.labels))[codes][:, 1:] for each, codes in zip(used, of_cell, strict=True)])
    model = response_model(features, invited, np.minimum(answered, invited), weight * invited)
    if model is None:
        return None, []
    shown = zip(used, of_cell, strict=True)
    return r_indicator(model), [(e.name, partial_r(model, codes)) for e, codes in shown if e.name in classes]


def _codes(classes: Classes, column: Column) -> Codes:
    """The merged classes of those invited, whose labels were checked against the population's."""
    if (column.codes < 0).any():
        raise SurveyError(f"Bij de uitnodigingen is de kolom ‘{classes.name}’ niet overal ingevuld. Vul hem aan.")
    number = {label: place for place, label in enumerate(classes.labels)}
    return np.array([number[classes.mapping[label]] for label in column.labels], dtype=np.intp)[column.codes]
