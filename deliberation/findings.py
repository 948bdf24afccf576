"""Ballots + draw + weights -> the findings of a review: weighted, with intervals, small cells hidden, frozen once.

The same input gives the same findings, to the byte once written as JSON. What they hold is in `figures`. Disclosure
control is one step: all that is published is one system of cells, what to hide and what to leave out is decided
once, and everything is published by that decision. Figures come first (`_figures`); quotes are of sides of which the
number is shown (`_quotes`); for the splits and the texts per side (`_details`) nothing more of the figures is hidden.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from deliberation.advice import CRITICAL, Critical, Point, advices, points
from deliberation.answering import Answers
from deliberation.bases import who_was_asked, withheld_questions
from deliberation.consensus import agreement
from deliberation.disclosure import Cell, Cells, Extra, Protected, beside, nothing, protect, together
from deliberation.figures import (
    Agreement,
    Findings,
    Merge,
    Outcomes,
    QuestionFindings,
    Quote,
    Split,
    Thresholds,
    Verdict,
)
from deliberation.merging import Variable
from deliberation.minority import minority, minority_shares, others
from deliberation.outcome import comparisons, judged, publish_verdict, verdict_shares
from deliberation.participation import participation
from deliberation.precision import Design, Mask
from deliberation.questionnaire import Question, Questionnaire
from deliberation.routing import relevant
from deliberation.sample import Stratum, add_up, settle, weigh
from deliberation.splits import Splits, publish_split, split_cells, split_vote, told_limits, weight_limits
from deliberation.statements import (
    QUOTE_RULE,
    Statement,
    choose_minority,
    choose_quotes,
    of_sides,
    point_cells,
    publish_statements,
    side_cells,
    signals,
)
from deliberation.tabulation import Raw, cells_of, choice_limits, publish, publish_mean, raw_tables, scale_limits
from deliberation.verdict import Conditions

__all__ = ["CLEAR", "CRITICAL", "Ballot", "Critical", "Findings", "Statement", "Stratum", "find"]
VERSION = "findings/2"
OUTSIDE, MINORITY = " outside", " minority"  # no question has such an id


@dataclass(frozen=True)
class Ballot:
    """One member's answers, with his class per variable (already merged, so that they single nobody out)."""

    classes: Mapping[str, str]
    answers: Answers


CLEAR = Critical("q01_duidelijk", ("4", "3"))
DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True)
class _Made:
    """What the figures are made of: the n ballots' tables, who was asked what, and what was written."""

    questionnaire: Questionnaire
    raws: Mapping[str, Sequence[Raw]]
    bases: Mapping[str, Mask]
    splits: Splits
    texts: Mapping[str, Sequence[Statement]]
    points: Sequence[Point]
    verdict: Verdict
    design: Design
    told: Critical | None

    @property
    def votes(self) -> Raw:
        return self.raws[self.questionnaire.vote.id][0]

    @property
    def open_questions(self) -> list[Question]:
        return [question for question in self.questionnaire.questions if question.form == "text"]


def find(
    questionnaire: Questionnaire,
    ballots: Sequence[Ballot],
    *,
    strata: Sequence[Stratum],
    variables: Sequence[Variable],
    outcomes: Outcomes,
    statements: Sequence[Statement],
    conditions: Conditions,
    quote_seed: str,
    merges: Sequence[Merge] = (),
    critical: Sequence[Critical] = CRITICAL,
    clear: Critical = CLEAR,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    quotes_per_side: int = 5,
) -> Findings:
    """Everything a report needs, safe to publish.

    `ballots`: those with a vote count, others are left out. `strata`: the cells of the draw; several with the same
    classes are added up. `variables`: the classifications with their (merged) classes in the order of the report;
    `merges`: what was merged; classes of which fewer than the floor answered are merged as well. `statements`: all
    that was written, also beside the choices of a question; words on the ballots themselves are not counted, nor are
    answers to questions that were not asked. `critical`: which answers ask for an advice; `clear`: which say that the
    plan is clear. `quote_seed`: published, chooses the quotes, at most `quotes_per_side` of those for the plan and of
    the others, and only of options whose number of votes is shown. A question with conditions is figured over those
    who were asked it (a domain estimate). Raises ValueError for a vote that `conditions` do not know or a class that
    `variables` do not, and KeyError for a ballot without one of the variables.
    """
    vote, floor = questionnaire.vote, thresholds.floor
    counted = [ballot for ballot in ballots if vote.id in ballot.answers]
    answers = [relevant(questionnaire, ballot.answers) for ballot in counted]
    settled = settle([ballot.classes for ballot in counted], strata, variables, merges, floor)
    draw = add_up(settled.strata, settled.variables)
    design, weighting = weigh(settled.classes, draw, settled.variables, settled.merges, floor)
    raws = {q.id: raw_tables(q, [a.get(q.id) for a in answers]) for q in questionnaire.questions}
    told = clear if any(q.id == clear.question and not q.when for q in questionnaire.questions) else None
    verdict = judged(raws[vote.id][0], design, conditions, thresholds)
    made = _Made(
        questionnaire=questionnaire,
        raws=raws,
        bases=who_was_asked(questionnaire, answers),
        splits=split_vote(
            vote, settled.classes, answers, settled.variables, (told.question, told.keys) if told else None
        ),
        texts={
            q.id: [s for s in statements if s.question == q.id and not s.outside] for q in questionnaire.questions
        },
        points=[p for each in critical for p in points(each, raws.get(each.question, ()), design, thresholds)],
        verdict=verdict,
        design=design,
        told=told,
    )
    enough = len(counted) >= floor
    core, extras = _figures(made, conditions, thresholds)
    safe = protect(core, extras, floor) if enough else nothing(core, extras)
    quotes = _quotes(made, statements, safe.hidden, conditions, quote_seed, quotes_per_side)
    details = _details(made, quotes, thresholds)
    safe = beside(safe, details, floor) if enough else nothing(core, [*extras, *details])
    withheld = withheld_questions(questionnaire, made.bases, raws, made.splits, safe.hidden, floor)
    questions = tuple(
        _question(made, q, answers, safe, q.id in withheld, thresholds) for q in questionnaire.questions
    )
    published = publish_verdict(
        verdict, made.votes, safe.hidden, conditions, thresholds, withheld="verdict" in safe.withheld
    )
    parted = tuple(publish_split(by, tables, safe.hidden, design, thresholds) for by, tables in made.splits.items())
    rows = next(found for found in questions if found.is_vote).tables[0].rows
    return Findings(
        version=VERSION,
        remarks=_remarks(len(counted), weighting.reason, thresholds),
        thresholds=thresholds,
        participation=participation(
            outcomes, draw, len(counted), {v.name: made.splits[v.name] for v in settled.variables}, floor=floor
        ),
        weighting=weighting,
        verdict=published,
        questions=questions,
        splits=parted,
        statements=tuple(
            publish_statements(
                question,
                () if question.id in withheld else made.texts[question.id],
                () if ("sides", question.id) in safe.withheld else vote.options,
                safe.hidden,
                () if question.id in withheld else quotes[question.id],
                floor=floor,
            )
            for question in made.open_questions
        ),
        advices=advices(
            vote,
            published,
            [p for p in made.points if p.critical.question not in withheld and p.name not in safe.withheld],
        ),
        quote_seed=quote_seed,
        quote_rule=QUOTE_RULE,
        outside=signals(statements, [question.texts for question in questions], quotes[OUTSIDE], floor),
        minority=minority(
            made.votes, rows, parted, safe.hidden, quotes[MINORITY], design, conditions, published, thresholds
        ),
        agreement=_agreement(parted, [v.name for v in settled.variables], conditions),
    )


def _quotes(
    made: _Made,
    statements: Sequence[Statement],
    hidden: Collection[Cell],
    conditions: Conditions,
    seed: str,
    most: int,
) -> dict[str, tuple[Quote, ...]]:
    """Per open question, of what lies outside the mandate, and of the minority."""
    votes = {row.key: cell for row, cell in zip(made.votes.rows, made.votes.cells, strict=True)}
    shown = of_sides(statements, votes, hidden)
    inside, outside = ([s for s in shown if s.outside is out] for out in (False, True))
    found = {
        question.id: choose_quotes([s for s in inside if s.question == question.id], conditions, seed, most)
        for question in made.open_questions
    }
    sides = others(conditions, made.verdict)
    return found | {
        OUTSIDE: choose_quotes(outside, conditions, seed, most),
        MINORITY: choose_minority([s for s in inside if s.question in found], sides, seed, most),
    }


def _figures(made: _Made, conditions: Conditions, thresholds: Thresholds) -> tuple[Cells, list[Extra]]:
    """The figures as one system: what is published in any case, and what else."""
    floor, votes, questions = thresholds.floor, made.votes, made.questionnaire.questions
    core = [cells_of(made.raws[q.id], floor) for q in questions]
    core += [Cells({}, limits=choice_limits(q, made.raws[q.id])) for q in questions]
    core += [point_cells(made.texts[q.id], floor) for q in made.open_questions]
    core.append(weight_limits(votes, (), made.design, thresholds))
    told = [*comparisons(made.verdict, conditions), *verdict_shares(made.verdict, conditions, thresholds)]
    told += minority_shares(votes, made.design, conditions, made.verdict, thresholds)
    extras = [Extra("verdict", told_limits(votes, told), rank=1)]
    for question in questions:
        if question.form == "scale":
            limits = scale_limits(made.raws[question.id][0], made.design)
            extras.append(Extra(("mean", question.id), Cells({}, limits=limits), rank=2))
    extras += [Extra(point.name, point.cells, rank=2) for point in made.points]
    return together(core), extras


def _details(made: _Made, quotes: Mapping[str, Sequence[Quote]], thresholds: Thresholds) -> list[Extra]:
    """What is published beside the figures: the splits of the vote, and then the texts per side."""
    floor, votes, found = thresholds.floor, made.votes, []
    for by, tables in made.splits.items():
        clear = made.told if made.told and made.told.question == by else None
        parts = [
            split_cells(votes, tables, made.raws[by][0] if clear else None, clear.keys if clear else None, floor)
        ]
        parts.append(weight_limits(votes, tables, made.design, thresholds))
        found.append(Extra(by, together(parts)))
    sides = {row.key: (cell, votes.counts()[cell]) for row, cell in zip(votes.rows, votes.cells, strict=True)}
    for question in made.open_questions:
        cells = side_cells(made.texts[question.id], sides, quotes[question.id], floor)
        found.append(Extra(("sides", question.id), cells))
    return found


def _question(
    made: _Made,
    question: Question,
    answers: Sequence[Answers],
    safe: Protected,
    withheld: bool,
    thresholds: Thresholds,
) -> QuestionFindings:
    """The question with its figures, or `withheld`: without any."""
    raws, written = made.raws[question.id], len(made.texts[question.id])
    n = written if question.form == "text" else sum(question.id in given for given in answers)
    hidden = {cell for raw in raws for cell in raw.counts()} if withheld else safe.hidden
    told = written >= thresholds.floor and not withheld
    mean = None
    if question.form == "scale":
        protected = not withheld and ("mean", question.id) not in safe.withheld
        mean = publish_mean(raws[0], hidden, made.design, thresholds, protected=protected)
    base = made.bases.get(question.id)
    return QuestionFindings(
        id=question.id,
        type=question.type,
        text=question.text,
        is_vote=question.is_vote,
        extra=question.extra,
        n=None if withheld or n < thresholds.floor else n,
        tables=tuple(publish(raw, hidden, made.design, thresholds) for raw in raws),
        mean=mean,
        texts=written if told and question.asks_words else None,
        asked=None if base is None or withheld else int(base.sum()),
    )


def _agreement(splits: Sequence[Split], variables: Sequence[str], conditions: Conditions) -> tuple[Agreement, ...]:
    """Per variable and option with an opinion, where every group's share is shown."""
    found = []
    for split in splits:
        for key in conditions.opinions if split.by in variables and split.tables else ():
            shares = {table.key: row.share for table in split.tables for row in table.rows if row.key == key}
            shown = {group: share for group, share in shares.items() if share is not None}
            if len(shown) == len(shares) > 1:
                found.append(agreement(split.by, key, shown))
    return tuple(found)


def _remarks(n: int, unweighted: str, thresholds: Thresholds) -> tuple[str, ...]:
    remarks = []
    if not n:
        remarks.append("no_answers")
    elif n < thresholds.floor:
        remarks.append("below_floor")
    elif n < thresholds.share_n:
        remarks.append("no_shares")
    if unweighted:
        remarks.append("unweighted")
    return tuple(remarks)
