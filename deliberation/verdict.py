"""From votes to a verdict, under conditions that were fixed before anyone was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from deliberation.figures import Interval, Verdict

HALF = Fraction(1, 2)
DIGITS = 10**9


@dataclass(frozen=True)
class Conditions:
    """What was fixed beforehand.

    `quorum`: the smallest number of ballots for a verdict. `majority`: the smallest share of those with an opinion
    that must want to adopt the plan; exactly half is never a majority. The others are keys of the vote's options.
    """

    quorum: int
    majority: Fraction = HALF
    adopt: str = "voor"
    amend: str = "aanpassen"
    reject: str = "tegen"
    blank: str = "blanco"

    def __post_init__(self) -> None:
        if self.quorum < 0:
            raise ValueError("a quorum cannot be negative")
        if not HALF <= self.majority <= 1:
            raise ValueError("a majority lies between 1/2 and 1")

    @property
    def opinions(self) -> tuple[str, str, str]:
        return self.adopt, self.amend, self.reject


def decide(
    counts: Mapping[str, int],
    weighted: Mapping[str, float],
    conditions: Conditions,
    interval: Interval | None = None,
) -> Verdict:
    """Judge the votes.

    `counts`: votes per option (people); `weighted`: the same, weighted, in any unit; `interval`: of the share that
    adopts. The quorum counts people, blank votes included, and is met exactly at its number. Shares are compared in
    parts of 10⁹, so that neither a tie nor a boundary hangs on a rounding error. Raises ValueError for a vote for an
    unknown option.
    """
    unknown = set(counts) - {*conditions.opinions, conditions.blank}
    if unknown:
        raise ValueError(f"votes for an unknown option: {min(unknown)}")
    shares = _shares(weighted, conditions)
    blank = counts.get(conditions.blank, 0)
    answered = sum(counts.values())
    status, outcome, reasons = _judge(answered, answered - blank, shares, conditions, interval)
    return Verdict(
        status=status,
        outcome=outcome,
        reasons=reasons,
        quorum=conditions.quorum,
        majority=str(conditions.majority),
        answered=answered,
        opinions=answered - blank,
        blank=blank,
        share=shares[conditions.adopt] / DIGITS if shares else None,
        low=interval.low if interval and shares else None,
        high=interval.high if interval and shares else None,
    )


def _shares(weighted: Mapping[str, float], conditions: Conditions) -> dict[str, int]:
    """Parts of 10⁹ per option with an opinion; empty when nobody has one."""
    votes = {key: Fraction(weighted.get(key, 0)) for key in conditions.opinions}
    total = sum(votes.values(), Fraction(0))
    return {key: round(vote * DIGITS / total) for key, vote in votes.items()} if total else {}


def _judge(
    answered: int, opinions: int, shares: Mapping[str, int], conditions: Conditions, interval: Interval | None
) -> tuple[str, str, tuple[str, ...]]:
    if answered < conditions.quorum:
        return "no_verdict", "", ("quorum_not_met",)
    if not opinions or not shares:
        return "no_verdict", "", ("no_opinions",)
    adopting = shares[conditions.adopt]
    met = adopting >= round(conditions.majority * DIGITS) and 2 * adopting > DIGITS
    reasons = ["majority_met" if met else "majority_not_met"]
    outcome = next((key for key, share in shares.items() if 2 * share > DIGITS), "")
    if 2 * adopting == DIGITS:
        reasons.append("tie")
    if not outcome:
        reasons.append("no_outcome")
    if interval and interval.low <= conditions.majority <= interval.high:
        reasons.append("within_margin")
    return ("meets" if met else "does_not_meet"), outcome, tuple(reasons)
