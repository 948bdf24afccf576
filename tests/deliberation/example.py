"""A made-up review with some 300 ballots: what `find` needs, the same for the same seed."""

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from deliberation.figures import Findings, Outcomes
from deliberation.filling import fill
from deliberation.findings import Ballot, Statement, Stratum, find
from deliberation.merging import Variable, merge_classes
from deliberation.questionnaire import Questionnaire, read
from deliberation.verdict import Conditions

TEMPLATE = Path(__file__).parents[2] / "templates/questionnaires/tweede-mening.yaml"
VARIABLES = (
    Variable("area", ("Centrum", "Noord", "Zuid", "Buitengebied")),
    Variable("age", ("16–24", "25–34", "35–49", "50–64", "65–74", "75+"), ordered=True),
    Variable("gender", ("V", "M", "X")),
)
PEOPLE = (
    {"Centrum": 9200, "Noord": 14800, "Zuid": 11500, "Buitengebied": 4500},
    {"16–24": 0.12, "25–34": 0.15, "35–49": 0.23, "50–64": 0.25, "65–74": 0.14, "75+": 0.11},
    {"V": 0.507, "M": 0.488, "X": 0.005},
)
REASONS = {
    "voor": (
        ("Zo weten mensen eerder waar zij aan toe zijn.", ("execution",)),
        ("Goed dat er één plek komt voor alle vragen.", ("één loket",)),
        ("Dit helpt mensen die nu te lang wachten.", ("capacity",)),
        ("Minder formulieren is altijd beter.", ("execution", "papierwerk")),
        ("Ik vind dit een eerlijk plan.", ()),
        ("Mijn buurt heeft dit hard nodig.", ()),
    ),
    "aanpassen": (
        ("Ja, maar wie helpt mensen die niet met een computer kunnen omgaan?", ("equality", "digitaal")),
        ("De grens is te streng voor mensen die net te veel verdienen.", ("equality",)),
        ("Er staat nog te veel papierwerk in.", ("execution", "papierwerk")),
        ("Laat mensen vaker zelf kiezen wie hen helpt.", ("eigen keuze",)),
        ("Zet erin dat er een uitzondering mag komen.", ("precedent", "law")),
    ),
    "tegen": (
        ("Dit kost veel en lost weinig op.", ("money", "politics")),
        ("De gemeente moet eerst de wachttijd oplossen.", ("capacity",)),
        ("Mensen met weinig geld krijgen het zo moeilijker.", ("equality",)),
    ),
    "blanco": (("Ik weet er te weinig van.", ()),),
}
OUTSIDE = "De bushalte in mijn straat moet terugkomen."
HARDER = ("Ouderen zonder hulp.", "Gezinnen met weinig geld.", "Mensen die slecht lezen.", "Mantelzorgers.")


def questionnaire() -> Questionnaire:
    data: dict[str, Any] = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    goal = "mensen krijgen sneller de hulp die past"
    indicators = ["Mensen wachten korter op hulp", "Minder bezwaren", "Meer mensen zijn tevreden"]
    values = {"doel": goal, "grondwaarden": ["inkomen", "zelf_doen", "meedoen"], "indicatoren": indicators}
    return read(fill(data, values))


def example_input(answered: int = 300, seed: int = 1) -> dict[str, Any]:
    """The arguments of `find`: some `answered` ballots of three times as many invitations."""
    chance = random.Random(seed)
    invited = 3 * answered
    cells = {
        (area, age, gender): people * by_age * by_gender
        for area, people in PEOPLE[0].items()
        for age, by_age in PEOPLE[1].items()
        for gender, by_gender in PEOPLE[2].items()
    }
    drawn = {cell: round(invited * people / 40_000) for cell, people in cells.items()}
    people = [cell for cell, number in drawn.items() for _ in range(number)]
    keen = [1 + 0.8 * (age in ("50–64", "65–74")) for _, age, _ in people]
    chosen = (
        sorted(range(len(people)), key=lambda i: chance.random() ** (1 / keen[i]))[-answered:] if answered else []
    )
    counts: dict[tuple[str, ...], float] = {}
    for index in chosen:
        counts[people[index]] = counts.get(people[index], 0) + 1
    merged = merge_classes(VARIABLES, counts, floor=10)
    names = [variable.name for variable in VARIABLES]

    def classes(cell: tuple[str, ...]) -> dict[str, str]:
        return {name: merged.mapping[name][old] for name, old in zip(names, cell, strict=True)}

    ballots = [Ballot(classes(people[index]), _answers(chance, people[index][1])) for index in sorted(chosen)]
    return {
        "questionnaire": questionnaire(),
        "ballots": ballots,
        "strata": [Stratum(classes(cell), round(size), drawn[cell]) for cell, size in cells.items()],
        "variables": [
            Variable(v.name, tuple(dict.fromkeys(merged.mapping[v.name][c] for c in v.classes)), v.ordered)
            for v in VARIABLES
        ],
        "merges": merged.merges,
        "outcomes": Outcomes(
            completed=len(ballots) - len(ballots) // 20,
            partial=len(ballots) // 20,
            refused=invited // 30,
            non_contact=invited // 25,
            unknown=len(people) - len(ballots) - invited // 30 - invited // 25,
            ineligible=3,
        ),
        "statements": _statements(ballots),
        "conditions": Conditions(quorum=100, majority=Fraction(1, 2)),
        "quote_seed": "een openbaar getal: 4711",
    }


def example_findings(answered: int = 300, seed: int = 1) -> Findings:
    return find(**example_input(answered, seed))


def _answers(chance: random.Random, age: str) -> dict[str, Any]:
    def one(*weighted: tuple[str, int]) -> str:
        return chance.choices([key for key, _ in weighted], [weight for _, weight in weighted])[0]

    older = 10 * (age in ("65–74", "75+"))
    vote = one(("voor", 34 - older), ("aanpassen", 38), ("tegen", 16 + older), ("blanco", 12))
    mark = {"voor": 7.6, "aanpassen": 6.2, "tegen": 3.9, "blanco": 6.0}[vote]
    effects = chance.sample(["geld", "werk", "wonen", "gezin", "gezondheid", "zelf", "contact", "veilig"], 2)
    answers: dict[str, Any] = {
        "q01_duidelijk": one(("4", 24), ("3", 46), ("2", 22), ("1", 8)),
        "q02_doel": one(("4", 48), ("3", 38), ("2", 7), ("1", 2), ("0", 5)),
        "q03_grondwaarden": {
            item: one(("2", 18), ("1", 34), ("0", 26), ("-1", 10), ("x", 12))
            for item in ("inkomen", "zelf_doen", "meedoen")
        },
        "q04_gevolgen": {effect: one(("1", 45), ("-1", 35), ("0", 20)) for effect in effects},
        "q06_papierwerk": one(("2", 4), ("1", 10), ("0", 16), ("-1", 42), ("-2", 20), ("x", 8)),
        "q07_regie": one(("3", 30), ("2", 38), ("1", 14), ("0", 4), ("x", 14)),
        "q08_uitzondering": one(("goed", 22), ("weinig", 60), ("veel", 4), ("x", 14)),
        "q09_stem": vote,
        "q11_cijfer": min(10, max(1, round(chance.gauss(mark, 1.4)))),
        "q12_indicator": {"chosen": chance.sample(["i1", "i2", "i3"], 2), "other": ""},
        "e1_info": one(("3", 55), ("2", 30), ("1", 8), ("x", 7)),
    }
    if chance.random() < 0.1:
        answers["q12_indicator"]["other"] = "Vraag het de mensen zelf."
    if chance.random() < 0.08:
        answers["q04_gevolgen"] = {"weetniet": ""}
    for question in ("q02_doel", "q07_regie", "q11_cijfer"):
        if chance.random() < 0.04:
            del answers[question]
    if chance.random() < 0.45:
        number = chance.randrange(1000)
        answers["q10_reden"] = f"{chance.choice(REASONS[vote])[0]} ({number})"
    if chance.random() < 0.25:
        answers["q05_knel"] = chance.choice(HARDER)
    return answers


def _statements(ballots: list[Ballot]) -> list[Statement]:
    codes = {text: code for reasons in REASONS.values() for text, code in reasons}
    found = []
    for number, ballot in enumerate(ballots):
        written = {name: ballot.answers.get(name) for name in ("q05_knel", "q10_reden")}
        written["q12_indicator"] = ballot.answers.get("q12_indicator", {}).get("other")
        for question, text in written.items():
            if text:
                side = ballot.answers["q09_stem"]
                words, outside = text.rsplit(" (", 1)[0], question == "q10_reden" and number % 8 == 5
                found.append(
                    Statement(
                        question,
                        side,
                        OUTSIDE if outside else words,
                        keep=number % 9 > 0,
                        codes=() if outside else codes.get(words, ()),
                        outside=outside,
                    )
                )
    return found
