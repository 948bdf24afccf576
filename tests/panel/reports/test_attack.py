"""Nobody can find out what is hidden from all that is published together."""

import json
import random
from copy import deepcopy
from dataclasses import asdict
from functools import cache
from typing import Any

import pytest

from deliberation.figures import Outcomes
from deliberation.findings import Ballot, Statement, Stratum, find
from deliberation.merging import Variable
from deliberation.questionnaire import Question, read
from deliberation.routing import relevant
from deliberation.statements import YES_BUTS
from deliberation.verdict import Conditions
from panel.reports.data import RESULTS, results_csv, results_json
from panel.reports.facts import read_material
from tests.panel.reports.attacker import RANGE, Attacker, attack
from tests.panel.reports.report_sample import facts, questionnaire

CHOICES = {key: [f"Keuze {key}", f"Choice {key}"] for key in "abc"}
CLASSES = (("Noord", "Zuid", "West"), ("16–34", "35–64", "65+"), ("V", "M", "X"))
SIDES = ("voor", "aanpassen", "tegen", "blanco")


def panel(seed: int) -> dict[str, Any]:
    """A small panel with a questionnaire of its own, as the report reads it."""
    chance = random.Random(seed)
    data = {**questionnaire(), "questions": [*questionnaire()["questions"], *_routed(chance)]}
    asks = read(data)
    size = chance.randint(12, 150)
    names = ("area", "age", "gender")[: chance.choice((1, 1, 2, 3))]
    variables = [Variable(name, CLASSES[n][: chance.randint(2, 3)], name == "age") for n, name in enumerate(names)]
    skewed = {q.id: _skew(chance, q) for q in asks.questions}
    ballots = []
    for _ in range(size):
        classes = {v.name: chance.choices(v.classes, [5, 3, 1][: len(v.classes)])[0] for v in variables}
        given = {q.id: _answer(chance, q, skewed[q.id]) for q in asks.questions}
        ballots.append(Ballot(classes, relevant(asks, {key: value for key, value in given.items() if value})))
    ballots = [ballot for ballot in ballots if "q09_stem" in ballot.answers]
    cells: list[dict[str, str]] = [{}]
    for variable in variables:
        cells = [{**cell, variable.name: name} for cell in cells for name in variable.classes]
    strata = [Stratum(cell, chance.randint(500, 3000), size + 20) for cell in cells]
    codes = (*chance.sample(YES_BUTS, 3), "eigen punt")
    weights = [chance.random() ** 3 for _ in codes]
    statements = [
        Statement(
            question,
            ballot.answers["q09_stem"],
            f"{ballot.answers[question]} {number}",
            keep=chance.random() < 0.8,
            codes=tuple(code for code, weight in zip(codes, weights, strict=True) if chance.random() < weight),
            outside=chance.random() < 0.15,
        )
        for number, ballot in enumerate(ballots)
        for question in ("q05_knel", "q10_reden")
        if question in ballot.answers
    ]
    findings = find(
        asks,
        ballots,
        strata=strata,
        variables=variables,
        outcomes=Outcomes(completed=len(ballots), unknown=sum(s.invited for s in strata) - len(ballots)),
        statements=statements,
        conditions=Conditions(quorum=chance.choice((1, 30))),
        quote_seed=str(seed),
    )
    document: dict[str, Any] = json.loads(
        json.dumps({"findings": asdict(findings), "facts": {**facts(), "questionnaire": data}})
    )
    return document


def _routed(chance: random.Random) -> list[dict[str, Any]]:
    on_vote = {"q09_stem": chance.sample(SIDES, chance.randint(1, 3))}
    on_clear = {"q01_duidelijk": chance.choice((["4", "3"], ["2", "1"], ["1"], ["4"]))}
    on_goal = {"q02_doel": chance.sample("4321", 2)}
    asked_when = [on_vote, on_clear, on_goal, {**on_vote, **on_clear}, [on_vote, on_goal], [on_clear, on_goal]]
    return [
        {
            "id": f"eigen_{n}",
            "type": "single",
            "nl": f"Vraag {n}?",
            "en": f"Question {n}?",
            "options": CHOICES,
            "when": when,
        }
        for n, when in enumerate(chance.sample(asked_when, chance.randint(0, 3)))
    ]


def _skew(chance: random.Random, question: Question) -> list[float]:
    number = max(len(question.options), question.high - question.low + 1 + len(question.options))
    return [chance.random() ** chance.choice((1, 3, 8)) + 1e-6 for _ in range(number)]


def _answer(chance: random.Random, question: Question, weights: list[float]) -> Any:
    if chance.random() < 0.05 and not question.is_vote:
        return None
    keys = [*question.keys]
    match question.form:
        case "single":
            return chance.choices(keys, weights[: len(keys)])[0]
        case "scale":
            marks = [*range(question.low, question.high + 1), *keys]
            return chance.choices(marks, weights[: len(marks)])[0]
        case "single_per_item":
            return {
                item.key: chance.choices(keys, weights[: len(keys)])[0]
                for item in question.items
                if chance.random() < 0.9
            }
        case "multi_with_direction":
            chosen = sorted({chance.choices(keys, weights[: len(keys)])[0] for _ in range(question.most)})
            kept = [key for key in chosen if key in question.alone][:1] or chosen
            ways = [direction.key for direction in question.directions]
            return {key: "" if key in question.alone else chance.choices(ways, (8, 2, 1))[0] for key in kept}
        case "multi_other":
            return {"chosen": sorted({chance.choices(keys, weights[: len(keys)])[0] for _ in range(2)}), "other": ""}
        case "text":
            return "Dit is wat ik ervan vind." if chance.random() < 0.4 else None


def read_by(document: dict[str, Any]) -> Attacker:
    material = read_material(document)
    return attack(results_json(material), results_csv(material))


def found_out(document: dict[str, Any]) -> list[str]:
    return [
        f"{name}: {low:.2f} to {high:.2f}"
        for name, low, high in read_by(document).narrow()
        if high - low < RANGE - 1e-3
    ]


@pytest.mark.parametrize("seed", range(4))
def test_nobody_can_narrow_a_hidden_figure_from_all_that_is_published(seed: int) -> None:
    assert found_out(panel(seed)) == []


@cache
def _with_two_hidden() -> dict[str, Any]:
    return next(document for seed in range(50) if len(hidden_votes(document := panel(seed))) == 2)


def plainly() -> dict[str, Any]:
    """A panel of which a small cell of the vote is hidden, and another with it."""
    return deepcopy(_with_two_hidden())


def hidden_votes(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in vote_of(document)["tables"][0]["rows"] if row["count"] is None]


def vote_of(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(found for found in document["findings"]["questions"] if found["is_vote"])
    return found


def test_the_attacker_sees_a_figure_that_was_not_hidden_with_the_small_one() -> None:
    document = plainly()
    assert found_out(document) == []
    vote = vote_of(document)["tables"][0]
    left = vote["n"] - sum(row["count"] or 0 for row in vote["rows"])
    one, other = hidden_votes(document)
    one["count"], one["hidden"] = left - 4, "few"
    assert f"('row', 'q09_stem', '', '{other['key']}'): 4.00 to 4.00" in found_out(document)


def test_the_attacker_sees_what_only_the_table_of_open_data_shows() -> None:
    document = plainly()
    material = read_material(document)
    one, other = hidden_votes(document)
    lines = results_csv(material).splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if line.startswith(f"answer,q09_stem,,,,{one['key']},"))
    cells = lines[place].rstrip("\r\n").split(",")
    cells[RESULTS.index("count")] = "6"
    lines[place] = ",".join(cells) + "\r\n"
    sure = [name for name, low, high in attack(results_json(material), "".join(lines)).narrow() if high - low < 1]
    assert ("row", "q09_stem", "", other["key"]) in sure


def test_the_attacker_uses_an_exact_mean() -> None:
    attacker = Attacker()
    marks = [attacker.see(("mark", str(mark)), None) for mark in (1, 2)]
    known = attacker.see(("mark", "3"), 40)
    attacker.adds_up(attacker.see(("n",), 60), [*marks, known])
    assert [high - low for _, low, high in attacker.narrow()] == pytest.approx([20, 20], abs=1e-3)
    attacker.know({marks[0]: 1, marks[1]: 2, known: 3}, 2.55 * 60, 2.55 * 60)
    assert all(high - low < 1e-3 for _, low, high in attacker.narrow())


def test_the_attacker_tells_votes_per_class_from_weighted_shares_beside_counts() -> None:
    attacker = Attacker()
    one, other = (attacker.see(("split", name), None) for name in ("Noord", "Zuid"))
    attacker.adds_up(attacker.see(("voor",), 40), [one, other])
    assert [round(high - low) for _, low, high in attacker.narrow()] == [40, 40]
    everyone = attacker.see(("n",), 100)
    attacker.know({one: 0.5, other: 1.5, everyone: -0.455}, high=0)
    attacker.know({one: 0.5, other: 1.5, everyone: -0.445}, low=0)
    assert all(high - low <= 1 + 1e-3 for _, low, high in attacker.narrow())


def test_the_attacker_looks_through_a_turnout_and_through_a_quote() -> None:
    document = plainly()
    (one, other), vote = hidden_votes(document), vote_of(document)["tables"][0]
    left = vote["n"] - sum(row["count"] or 0 for row in vote["rows"])
    document["findings"]["statements"][0]["quotes"] = [
        {"side": one["key"], "text": f"Nee {n}.", "order": str(n)} for n in range(left - 2)
    ]
    assert any(f"'{other['key']}'): 0.00 to 2.00" in line for line in found_out(document))
