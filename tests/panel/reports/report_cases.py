"""Reviews in which something special happened, to see what the report makes of it."""

import json
from dataclasses import asdict
from typing import Any

from tests.deliberation.example import example_findings
from tests.panel.reports.report_sample import facts, sample

ADVICES = 12
LONG = "Een heel lange titel over hulp en geld voor iedereen in de stad, ook voor wie er nu nog niet om vraagt, "
GIVEN = ("adopted", "partly", "not", "outside")


def crowded() -> dict[str, Any]:
    """All that can be long is as long as it can be."""
    review = sample(300, title=(LONG * 3)[:300], question=f"{LONG * 6}?", who_decides=LONG, council_name=LONG)
    findings = review["findings"]
    critical = next(advice for advice in findings["advices"] if advice["code"] == "critical")
    many = [critical | {"number": number} for number in range(2, ADVICES + 1)]
    findings["advices"] = [findings["advices"][0], *many]
    for statements in findings["statements"]:
        statements["quotes"] = [
            {"side": side, "text": LONG * 100, "order": str(number)}
            for number, side in enumerate(("voor", "voor", "tegen", "aanpassen"))
        ]
        for tally in statements["tallies"]:
            tally["code"] = "eigen woorden van de griffier over een punt"[:40]
    for turnout in findings["participation"]["classes"]:
        turnout |= {"key": LONG, "rate": 0.01, "answered": 10, "hidden": ""}
    return review


def answered(review: dict[str, Any]) -> dict[str, Any]:
    """The same, after the executive answered every advice."""
    numbers = [advice["number"] for advice in review["findings"]["advices"]]
    replies = [
        {
            "advice": number,
            "decision": GIVEN[number % 4],
            "reason": f"Omdat {number} keer is nagedacht.",
            "by": "Het college",
            "on": "2027-01-20",
        }
        for number in numbers
    ]
    return review | {"facts": review["facts"] | {"replies": replies}}


def decided(outcome: str = "aanpassen") -> dict[str, Any]:
    """More than half chose this."""
    review = sample(300)
    judged = review["findings"]["verdict"]
    judged |= {"outcome": outcome, "reasons": ["majority_met" if outcome == "voor" else "majority_not_met"]}
    judged["status"] = "meets" if outcome == "voor" else "does_not_meet"
    return review


def with_minority() -> dict[str, Any]:
    """An outcome, those who chose otherwise, a group that did, and signals from outside the mandate."""
    review = decided()
    review["findings"]["minority"] = {
        "rule": "share",
        "options": ["voor", "tegen"],
        "share": 0.3456,
        "low": 0.2876,
        "high": 0.4054,
        "hidden": "",
        "groups": [{"by": "area", "key": "Noord", "option": "voor"}],
        "quotes": [{"side": "voor", "text": "Eén plek is beter dan drie.", "order": "1"}],
    }
    quote = {"side": "tegen", "text": "Laat de bus ook in de avond rijden.", "order": "2"}
    review["findings"]["outside"] = {"texts": 17, "of": 253, "hidden": "", "quotes": [quote]}
    review["findings"]["agreement"] = [
        {"by": "area", "option": "aanpassen", "groups": 3, "lowest": 0.3124, "group": "Zuid", "product": 0.0512},
        {"by": "area", "option": "voor", "groups": 3, "lowest": 0.2011, "group": "Noord", "product": 0.0123},
    ]
    return review


def follow_up() -> dict[str, Any]:
    """A review with everything in it that follows another one."""
    review = answered(with_minority())
    first = json.loads(json.dumps(asdict(example_findings(300, seed=2))))
    before = {
        "title": facts()["title"],
        "closed_on": "2026-01-12",
        "public_url": "https://tweedemening.voorbeeld.example/t/0",
        "findings": first,
    }
    review["facts"]["before"] = before
    return review
