"""Ballots + draw + weights -> the findings of a review: weighted, with intervals, small cells hidden, frozen once.

The same input gives the same findings, to the byte once written as JSON. What they hold is in `figures`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from deliberation.answering import Answer, Answers
from deliberation.bases import may_be_known, who_was_asked
from deliberation.disclosure import Cell, Cells, hide, share_reason
from deliberation.figures import (
    Advice,
    Findings,
    Interval,
    Merge,
    Outcomes,
    QuestionFindings,
    Quote,
    Thresholds,
    Verdict,
)
from deliberation.participation import participation
from deliberation.precision import Design, Estimate, estimates, share_interval
from deliberation.questionnaire import Question, Questionnaire
from deliberation.routing import relevant
from deliberation.sample import Stratum, add_up, weigh
from deliberation.splits import publish_split, split_vote, vote_cells
from deliberation.statements import QUOTE_RULE, Statement, add_to_cells, choose_quotes, publish_statements
from deliberation.tabulation import (
    Raw,
    cells_of,
    publish,
    publish_mean,
    raw_tables,
    rounded,
    scale_limits,
)
from deliberation.verdict import Conditions, decide
from deliberation.weighting import Variable

__all__ = ["CLEAR", "CRITICAL", "Ballot", "Critical", "Findings", "Statement", "Stratum", "find"]
VERSION = "findings/1"


@dataclass(frozen=True)
class Ballot:
    """One member's answers, with his class per variable (already merged, so that they single nobody out)."""

    classes: Mapping[str, str]
    answers: Answers


@dataclass(frozen=True)
class Critical:
    """Answers to one question that belong together: when more than half give one of them, an advice follows."""

    question: str
    keys: tuple[str, ...]


CRITICAL = (
    Critical("q01_duidelijk", ("2", "1")),
    Critical("q02_doel", ("2", "1")),
    Critical("q03_grondwaarden", ("0", "-1")),
    Critical("q06_papierwerk", ("-1", "-2")),
    Critical("q07_regie", ("1",)),
    Critical("q08_uitzondering", ("weinig",)),
    Critical("q08_uitzondering", ("veel",)),
)
CLEAR = Critical("q01_duidelijk", ("4", "3"))
DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True)
class _Point:
    """A critical group in one table that more than half are in, surely."""

    critical: Critical
    raw: Raw
    share: Estimate
    interval: Interval

    def added_to(self, cells: Cells) -> Cells:
        """The cells, with this group's size as something a reader knows."""
        size: Cell = ("critical", self.critical.keys, self.raw.total)
        parts = [c for o, c in zip(self.raw.rows, self.raw.cells, strict=True) if o.key in self.critical.keys]
        counts = {**cells.counts, size: sum(cells.counts[part] for part in parts)}
        return replace(cells, counts=counts, sums=[*cells.sums, (size, *parts)], public={*cells.public, size})


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
    `merges`: what was merged. `statements`: all that was written, also beside the choices of a question; words on
    the ballots themselves are not counted, nor are answers to questions that were not asked. `critical`: which
    answers ask for an advice; `clear`: which say that the plan is clear. `quote_seed`: published, chooses the quotes.
    A question with conditions is figured over those who were asked it (a domain estimate). Raises ValueError for a
    vote that `conditions` do not know and KeyError for a ballot without one of the variables.
    """
    vote = questionnaire.vote
    counted = [ballot for ballot in ballots if vote.id in ballot.answers]
    classes, answers = [b.classes for b in counted], [relevant(questionnaire, b.answers) for b in counted]
    draw = add_up(strata, variables)
    design, weighting = weigh(classes, draw, variables, merges)
    made = _Made(len(counted), design, thresholds)
    raws = {q.id: raw_tables(q, [a.get(q.id) for a in answers]) for q in questionnaire.questions}
    with_vote = {vote.id, *(q.id for q in questionnaire.questions if q.id == clear.question and not q.when)}
    told = (clear.question, clear.keys) if clear.question in with_vote else None
    votes, clear_table = raws[vote.id][0], raws[clear.question] if told else []
    splits = split_vote(vote, classes, answers, variables, told)
    points = [point for each in critical for raw in raws.get(each.question, ()) for point in made.points(each, raw)]

    texts = {q.id: [s for s in statements if s.question == q.id] for q in questionnaire.questions if q.form == "text"}
    most = quotes_per_side if made.n >= thresholds.floor else 0
    quotes = {q: choose_quotes(texts[q], conditions, quote_seed, most) for q in texts}
    cells = vote_cells(votes, splits, clear_table, told, thresholds.floor)
    own = [point for point in points if point.critical.question in with_vote]
    hidden, safe = _hide_vote(cells, votes, own, texts=texts, quotes=quotes, floor=thresholds.floor)
    unsafe = set() if safe else set(with_vote)
    quotes = quotes if safe else dict.fromkeys(quotes, ())
    verdict = _verdict(votes, hidden, made, conditions)
    written = Counter(statement.question for statement in statements)
    shown = _one_by_one(questionnaire, raws, answers, written, points, dict.fromkeys(with_vote, hidden), made)
    for question_id in shown.withheld & set(texts):
        texts[question_id], quotes[question_id] = [], ()
    return Findings(
        version=VERSION,
        remarks=_remarks(made, weighting.reason),
        thresholds=thresholds,
        participation=participation(
            outcomes, draw, {v.name: splits[v.name] for v in variables}, hidden=hidden, floor=thresholds.floor
        ),
        weighting=weighting,
        verdict=verdict,
        questions=tuple(shown.questions),
        splits=tuple(publish_split(by, tables, hidden, design, thresholds) for by, tables in splits.items()),
        statements=tuple(
            publish_statements(
                questionnaire.question(q), texts[q], vote.options, hidden, quotes[q], floor=thresholds.floor
            )
            for q in texts
        ),
        advices=_advices(vote, verdict, [p for p in points if p.critical.question not in unsafe | shown.unsafe]),
        quote_seed=quote_seed,
        quote_rule=QUOTE_RULE,
    )


@dataclass(frozen=True)
class _Made:
    """What every figure is made with: n ballots, their design and the thresholds."""

    n: int
    design: Design
    thresholds: Thresholds

    def points(self, critical: Critical, raw: Raw) -> list[_Point]:
        """The group as a point of advice, if its share may be printed and its interval lies above one half."""
        if raw.n < self.thresholds.floor:
            return []
        chosen = raw.chose[:, [row.key in critical.keys for row in raw.rows]].any(axis=1)
        (share,) = estimates(self.design, np.asarray(chosen, dtype=np.float64)[:, None], raw.domain)
        interval = share_interval(share, most=share.n)
        unsure = share_reason(share.n, share.effective_n, interval, self.thresholds)
        return [_Point(critical, raw, share, interval)] if interval.low > 0.5 and not unsure else []

    def question(
        self,
        question: Question,
        raws: Sequence[Raw],
        given: Sequence[Answer | None],
        hidden: Collection[Cell],
        *,
        written: int,
        protected: bool,
    ) -> QuestionFindings:
        n, texts = sum(answer is not None for answer in given), None
        if question.form == "text":
            n = texts = written
        if question.form == "multi_other":
            texts = written
        floor = self.thresholds.floor
        return QuestionFindings(
            id=question.id,
            type=question.type,
            text=question.text,
            is_vote=question.is_vote,
            extra=question.extra,
            n=n if n >= floor else None,
            tables=tuple(publish(raw, hidden, self.design, self.thresholds) for raw in raws),
            mean=publish_mean(raws[0], hidden, self.design, self.thresholds, protected=protected)
            if question.form == "scale"
            else None,
            texts=texts if texts is not None and texts >= floor else None,
        )

    def withheld(self, question: Question, raws: Sequence[Raw]) -> QuestionFindings:
        """The question without any figure."""
        everything = {cell for raw in raws for cell in raw.counts()}
        return self.question(question, raws, (), everything, written=0, protected=False)


@dataclass(frozen=True)
class _Shown:
    """All questions; of which a point of advice would reveal something; of which nothing may be known at all."""

    questions: list[QuestionFindings]
    unsafe: set[str]
    withheld: set[str]


def _one_by_one(
    questionnaire: Questionnaire,
    raws: Mapping[str, Sequence[Raw]],
    answers: Sequence[Answers],
    written: Mapping[str, int],
    points: Sequence[_Point],
    with_vote: Mapping[str, frozenset[Cell]],
    made: _Made,
) -> _Shown:
    """Every question, in the order in which they depend on each other. `with_vote`: what was hidden together."""
    shown = _Shown([], set(), set())
    bases = who_was_asked(questionnaire, answers)
    hidden: dict[str, Collection[Cell]] = dict(with_vote)
    for question in questionnaire.questions:
        tables, base = raws[question.id], bases.get(question.id)
        if base is not None and not may_be_known(question, base, raws, hidden, made.thresholds.floor):
            hidden[question.id] = {cell for raw in tables for cell in raw.counts()}
            shown.withheld.add(question.id)
            shown.unsafe.add(question.id)
            shown.questions.append(made.withheld(question, tables))
            continue
        safe = True
        if question.id not in with_vote:
            own = [point for point in points if point.critical.question == question.id]
            hidden[question.id], safe = _hide_question(question, tables, own, made)
            shown.unsafe.update([] if safe else [question.id])
        given, texts = [a.get(question.id) for a in answers], written.get(question.id, 0)
        found = made.question(question, tables, given, hidden[question.id], written=texts, protected=safe)
        shown.questions.append(found if base is None else replace(found, asked=int(base.sum())))
    return shown


def _hide_question(
    question: Question, raws: Sequence[Raw], points: Sequence[_Point], made: _Made
) -> tuple[frozenset[Cell], bool]:
    """What to hide, and whether the mean and the points of advice can be published without revealing it."""
    cells = cells_of(raws, made.thresholds.floor)
    known = cells
    for point in points:
        known = point.added_to(known)
    if question.form == "scale":
        known = replace(known, limits=scale_limits(raws[0], made.design))
    hidden = hide(known, made.thresholds.floor)
    if not hidden.exposed:
        return hidden.cells, True
    return hide(cells, made.thresholds.floor).cells, False


def _hide_vote(
    cells: Cells,
    votes: Raw,
    points: Sequence[_Point],
    *,
    texts: Mapping[str, Sequence[Statement]],
    quotes: Mapping[str, tuple[Quote, ...]],
    floor: int,
) -> tuple[frozenset[Cell], bool]:
    """What to hide around the vote, and whether quotes and points of advice can be published without revealing it."""
    if votes.n < floor:
        return frozenset(cells.counts), False
    side_cells = dict(zip((option.key for option in votes.rows), votes.cells, strict=True))
    known, plain = cells, cells
    for point in points:
        known = point.added_to(known)
    for question, statements in texts.items():
        known = add_to_cells(known, statements, side_cells, quotes[question], floor)
        plain = add_to_cells(plain, statements, side_cells, (), floor)
    hidden = hide(known, floor)
    if not hidden.exposed:
        return hidden.cells, True
    return hide(plain, floor).cells, False


def _verdict(votes: Raw, hidden: Collection[Cell], made: _Made, conditions: Conditions) -> Verdict:
    keys = [row.key for row in votes.rows]
    counts = dict(zip(keys, votes.chose.sum(axis=0).tolist(), strict=True))
    weighted = dict(zip(keys, (made.design.weights @ votes.chose).tolist(), strict=True))
    adopts = votes.chose[:, keys.index(conditions.adopt)]
    opinion = votes.chose[:, [key in conditions.opinions for key in keys]].any(axis=1)
    interval, unsure = None, "few"
    if opinion.any():
        (share,) = estimates(made.design, adopts.astype(np.float64)[:, None], np.asarray(opinion, dtype=bool))
        interval = share_interval(share, most=share.n)
        unsure = share_reason(share.n, share.effective_n, interval, made.thresholds)
    verdict = decide(counts, weighted, conditions, interval)
    cells = dict(zip(keys, votes.cells, strict=True))
    revealing = cells[conditions.adopt] in hidden or cells.get(conditions.blank) in hidden
    if made.n < made.thresholds.floor and verdict.status != "no_verdict":
        verdict = replace(verdict, status="no_verdict", outcome="", reasons=("below_floor",))
    if revealing:
        reasons = tuple(reason for reason in verdict.reasons if reason != "tie")
        verdict = replace(verdict, reasons=reasons, opinions=None, blank=None, hidden="small")
    if revealing or unsure or interval is None or verdict.share is None:
        return replace(verdict, share=None, low=None, high=None, hidden=verdict.hidden or unsure)
    low, high = round(interval.low, 4), round(interval.high, 4)
    return replace(verdict, share=round(verdict.share, 4), low=low, high=high)


def _remarks(made: _Made, unweighted: str) -> tuple[str, ...]:
    remarks = []
    if not made.n:
        remarks.append("no_answers")
    elif made.n < made.thresholds.floor:
        remarks.append("below_floor")
    elif made.n < made.thresholds.share_n:
        remarks.append("no_shares")
    if unweighted:
        remarks.append("unweighted")
    return tuple(remarks)


def _advices(vote: Question, verdict: Verdict, points: Sequence[_Point]) -> tuple[Advice, ...]:
    keys = (verdict.outcome,) if verdict.outcome else ()
    labels = tuple(vote.label(key) for key in keys)
    n, figures = verdict.opinions, (verdict.share, verdict.low, verdict.high)
    advices = [Advice(1, "vote", vote.id, "", keys, labels, n, *figures)]
    for number, point in enumerate(points, 2):
        chosen = [row for row in point.raw.rows if row.key in point.critical.keys]
        advices.append(
            Advice(
                number,
                "critical",
                point.critical.question,
                point.raw.key,
                tuple(row.key for row in chosen),
                tuple(row.label for row in chosen),
                point.raw.n,
                *rounded(point.share, point.interval),
            )
        )
    return tuple(advices)
