"""What the findings of a review hold: figures that are safe to publish.

Everything here is plain data: `dataclasses.asdict(findings)` gives what `json.dumps` accepts. A figure that may
not be shown is None, and `hidden` beside it says why:

- ""       shown
- "small"  hidden because it, or what it would reveal, counts fewer people than the floor
- "few"    the count is shown; no share, because too few people (or too few effective people) answered
- "wide"   the count is shown; no share, because its interval is too wide to say anything

Shares are weighted and lie between 0 and 1, counts are unweighted numbers of people, intervals are 95 %.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One answer in a table: `count` people, and the weighted `share` of the table's n with its interval."""

    key: str
    label: str
    count: int | None
    share: float | None
    low: float | None
    high: float | None
    hidden: str


@dataclass(frozen=True)
class Table:
    """Answers of `n` people. `key` is "" for a whole question, else an item, an option or a class.

    In a table of a `multi_*` question the rows overlap: one person may be in several.
    """

    key: str
    label: str
    n: int | None
    effective_n: float | None
    rows: tuple[Row, ...]
    hidden: str


@dataclass(frozen=True)
class Mean:
    """The weighted mean of a scale with its interval, spread and median, rounded to one decimal."""

    n: int | None
    mean: float | None
    low: float | None
    high: float | None
    sd: float | None
    median: float | None
    hidden: str


@dataclass(frozen=True)
class QuestionFindings:
    """What was answered to one question.

    `tables`: single, scale: one; single_per_item: one per item; multi_with_direction: first which options were
    chosen (key ""), then per option its directions; multi_other: which options were chosen; text: none.
    `texts`: how many wrote something of their own (text, multi_other), None when hidden or not asked.
    `asked`: of a question that depends on earlier answers, how many were asked; its figures are about them. None when
    hidden, and of a question that everyone was asked.
    """

    id: str
    type: str
    text: str
    is_vote: bool
    extra: bool
    n: int | None
    tables: tuple[Table, ...]
    mean: Mean | None
    texts: int | None
    asked: int | None = None


@dataclass(frozen=True)
class Association:
    """Rao & Scott's test of whether groups answer alike: an F with its two degrees of freedom, and its p-value."""

    statistic: float
    df: float
    denominator_df: float
    p: float


@dataclass(frozen=True)
class Split:
    """The vote per group. `by`: a variable ("area", "age", "gender") or a question's id.

    `test` says whether the groups differ more than chance does; None where a table of it hides something.
    Of a variable the tables' keys are its classes; of the question whether the plan is clear they are "clear" and
    "other" (all who did not say so, also by not answering). `hidden` is "single" when there is only one group.
    """

    by: str
    tables: tuple[Table, ...]
    hidden: str
    test: Association | None = None


@dataclass(frozen=True)
class ClassTurnout:
    """How one class took part. `rate` is answered / invited, between 0 and 1."""

    variable: str
    key: str
    population: int
    invited: int
    answered: int | None
    rate: float | None
    hidden: str


@dataclass(frozen=True)
class Outcomes:
    """How many invitations ended how.

    `completed` and `partial` ballots; `refused` (opted out); `non_contact` (bounced, undeliverable); `unknown` (no
    reply); `ineligible` (moved, deceased, drawn in error: outside the rates).
    """

    completed: int = 0
    partial: int = 0
    refused: int = 0
    non_contact: int = 0
    unknown: int = 0
    ineligible: int = 0

    @property
    def invited(self) -> int:
        return self.eligible + self.ineligible

    @property
    def eligible(self) -> int:
        return self.completed + self.partial + self.refused + self.non_contact + self.unknown

    @property
    def answered(self) -> int:
        return self.completed + self.partial


@dataclass(frozen=True)
class PartialR:
    """How much one variable adds to uneven response (unconditional partial R-indicator): 0 when nothing."""

    variable: str
    value: float


@dataclass(frozen=True)
class Participation:
    """Who took part. `answered`: ballots with a vote.

    `rr1` counts complete ballots only, `rr2` partial ones too; None when nobody could have answered. `r_indicator`:
    1 when all classes answered equally, lower when less so; None when it cannot be said.
    """

    population: int
    invited: int
    answered: int
    outcomes: Outcomes
    rr1: float | None
    rr2: float | None
    r_indicator: float | None
    classes: tuple[ClassTurnout, ...]
    partials: tuple[PartialR, ...] = ()


@dataclass(frozen=True)
class Merge:
    """Classes of one variable that were taken together: because a group became too small, or ("nobody") as nobody
    of one of them answered."""

    variable: str
    classes: tuple[str, ...]
    into: str
    reason: str = "small"


@dataclass(frozen=True)
class Weighting:
    """How answers were weighted. `reason` is "" when weighted, else a code that says why not:

    "no_answers", "too_few_answers", "empty_class", "totals_disagree", "no_convergence". `margins`: the variables
    whose population counts the weights meet. `smallest` and `largest` weight as multiples of the mean weight.
    `trimmed`: how many weights were cut off at the bound.
    """

    weighted: bool
    reason: str
    margins: tuple[str, ...]
    merged: tuple[Merge, ...]
    design_effect: float | None
    effective_n: float | None
    trimmed: int
    smallest: float | None
    largest: float | None


@dataclass(frozen=True)
class Verdict:
    """The outcome of the vote under the conditions fixed beforehand.

    `status`: "meets" (the plan is supported), "does_not_meet", "no_verdict". `outcome`: the option that more than
    half of those with an opinion chose, or "". `reasons`: codes. Of no verdict: "quorum_not_met", "no_opinions". Of a
    verdict: "majority_met" or "majority_not_met", then "tie" (exactly half wants to adopt), "no_outcome" (no option
    has more than half), "within_margin" (the interval of the share holds the majority: another draw might have turned
    out otherwise). `answered`: ballots with a vote, `opinions` and `blank` of those. `share`: the weighted share of
    those with an opinion that adopts, with its interval; None, and why in `hidden`, where it may not be shown.
    """

    status: str
    outcome: str
    reasons: tuple[str, ...]
    quorum: int
    majority: str
    answered: int
    opinions: int | None
    blank: int | None
    share: float | None
    low: float | None
    high: float | None
    hidden: str = ""


@dataclass(frozen=True)
class Quote:
    """One resident's words. `side` is the key of the vote, `order` the number that put it in this place."""

    side: str
    text: str
    order: str


@dataclass(frozen=True)
class Side:
    """How many residents on one side of the vote wrote something."""

    side: str
    label: str
    texts: int | None
    hidden: str


@dataclass(frozen=True)
class Tally:
    """How many texts raise the point with this code; a text may raise several. "" counts those without code."""

    code: str
    texts: int | None
    hidden: str


@dataclass(frozen=True)
class Statements:
    """What people wrote to one open question."""

    question: str
    text: str
    texts: int | None
    sides: tuple[Side, ...]
    tallies: tuple[Tally, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class Signals:
    """What was written outside the mandate of the panel: `texts` of the `of` texts that are counted in the report
    (not those to questions of which the number is hidden), and which are quoted."""

    texts: int | None
    of: int | None
    hidden: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class GroupView:
    """A group of which more than half, surely, chose another option than the outcome."""

    by: str
    key: str
    option: str


@dataclass(frozen=True)
class Minority:
    """The view of those with an opinion who chose otherwise than the outcome.

    `rule` says why it has a chapter: "share" (a fifth or more chose otherwise), "group" (more than half of some
    group, surely, did), "" when it has none. `options`: what they chose. `share` with its interval: theirs, of those
    with an opinion; None, and why in `hidden`, where it may not be shown.
    """

    rule: str
    options: tuple[str, ...]
    share: float | None
    low: float | None
    high: float | None
    hidden: str
    groups: tuple[GroupView, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class Agreement:
    """How far the groups of one variable agree on one option of the vote.

    The `lowest` of their weighted shares, whose that is, and the `product` of all (group-informed consensus).
    """

    by: str
    option: str
    groups: int
    lowest: float
    group: str
    product: float


@dataclass(frozen=True)
class Advice:
    """One advice to the council, to be answered one by one.

    `code`: "vote" (the first, always) or "critical": more than half, surely, chose one of the critical answers
    `keys` of `question` (and of `item`, where the question has items). `labels` are those answers' texts.
    """

    number: int
    code: str
    question: str
    item: str
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    n: int | None
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Thresholds:
    """The smallest cell, the smallest n and effective n for a share, and the widest interval for a share."""

    floor: int = 10
    share_n: int = 30
    width: float = 0.30


@dataclass(frozen=True)
class Findings:
    """Everything a report needs, and nothing that may not be published.

    `remarks`: codes, of "no_answers", "below_floor" (so few answers that nothing is shown), "no_shares" (too few for
    shares), "unweighted".
    """

    version: str
    remarks: tuple[str, ...]
    thresholds: Thresholds
    participation: Participation
    weighting: Weighting
    verdict: Verdict
    questions: tuple[QuestionFindings, ...]
    splits: tuple[Split, ...]
    statements: tuple[Statements, ...]
    advices: tuple[Advice, ...]
    quote_seed: str
    quote_rule: str
    outside: Signals | None = None
    minority: Minority | None = None
    agreement: tuple[Agreement, ...] = ()
