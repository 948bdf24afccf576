"""A reader who wants to know what is hidden: all published figures of one review as linear inequalities.

It reads nothing but results.csv and results.json, and knows how the report is made: that tables add up, which answers
exclude each other, how many invitations every class got, that weights lie between the smallest and the largest (and
with one variable follow from the turnout), in how many decimals is rounded, whose words are quoted, and what a
verdict says. What it finds out of a hidden figure is the least and the most that it can be.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from math import inf
from typing import Any

import numpy as np
from scipy.optimize import linprog

Name = tuple[str, ...]
Terms = Mapping[Name, float]
TINY = 1e-6
RANGE = 10


def step(n: float) -> float:
    """Half a step of the last decimal of a share of n people."""
    return 0.5 * 10.0 ** -min(max(2, int(np.log10(max(n, 1) / 10))), 4)


@dataclass
class Attacker:
    """What is known so far: least and most of every figure, and of sums of figures."""

    low: dict[Name, float] = field(default_factory=dict)
    high: dict[Name, float] = field(default_factory=dict)
    sums: list[tuple[Terms, float, float]] = field(default_factory=list)
    hidden: list[Name] = field(default_factory=list)

    def see(self, name: Name, figure: float | None, *, published: bool = True) -> Name:
        """A figure of people (or texts), None when it is hidden; one that nobody publishes is not worth finding."""
        self.low.setdefault(name, 0.0)
        self.high.setdefault(name, inf)
        if figure is not None:
            self.low[name] = max(self.low[name], figure)
            self.high[name] = min(self.high[name], figure)
        elif published:
            self.hidden.append(name)
        return name

    def know(self, terms: Terms, low: float = -inf, high: float = inf) -> None:
        self.sums.append((terms, low, high))

    def adds_up(self, whole: Name, parts: Sequence[Name]) -> None:
        self.know({whole: 1.0} | dict.fromkeys(parts, -1.0), 0, 0)

    def share(self, share: float | None, n: float | None, parts: Sequence[Name], whole: Sequence[Name]) -> None:
        """A rounded share: of what the whole weighs, so much."""
        if share is None or n is None:
            return
        for sign, bound in ((1, share + step(n)), (-1, share - step(n))):
            terms = Counter(dict.fromkeys(parts, float(sign)))
            terms.update(dict.fromkeys(whole, -sign * bound))
            self.know(terms, -inf, TINY * n)

    def narrow(self) -> Iterator[tuple[Name, float, float]]:
        """Every hidden figure with the least and the most that it can be; a range of ten is not made wider."""
        lead = {name: name for name in self.low}

        def find(name: Name) -> Name:
            while lead[name] != name:
                lead[name] = name = lead[lead[name]]
            return name

        for terms, _, _ in self.sums:
            first, *others = terms
            for other in others:
                lead[find(other)] = find(first)
        parts: dict[Name, list[Name]] = {}
        for name in self.low:
            parts.setdefault(find(name), []).append(name)
        sums: dict[Name, list[tuple[Terms, float, float]]] = {}
        for told in self.sums:
            sums.setdefault(find(next(iter(told[0]))), []).append(told)
        hidden = set(self.hidden)
        for root, names in parts.items():
            if wanted := [name for name in names if name in hidden]:
                yield from self._reached(names, sums.get(root, []), wanted)

    def _reached(
        self, names: Sequence[Name], sums: Sequence[tuple[Terms, float, float]], wanted: Sequence[Name]
    ) -> Iterator[tuple[Name, float, float]]:
        place = {name: number for number, name in enumerate(names)}
        told = [(terms, float(sign), sign * end) for terms, low, high in sums for sign, end in ((-1, low), (1, high))]
        told = [(terms, sign, bound) for terms, sign, bound in told if bound < inf]
        matrix = np.zeros((len(told), len(names)))
        for row, (terms, sign, _) in enumerate(told):
            for name, value in terms.items():
                matrix[row, place[name]] += sign * value
        most = np.array([bound + TINY for _, _, bound in told])
        box = [(self.low[name], None if self.high[name] == inf else self.high[name]) for name in names]
        reached = {name: [inf, -inf] for name in wanted}
        for name in wanted:
            for sign in (1.0, -1.0):
                if reached[name][1] - reached[name][0] >= RANGE:
                    break
                goal = np.zeros(len(names))
                goal[place[name]] = sign
                found = linprog(goal, A_ub=matrix, b_ub=most, bounds=box, method="highs")
                if found.status == 3:
                    reached[name][1] = inf
                    continue
                assert found.x is not None, f"what is published contradicts itself: {found.message}"
                for other, ends in reached.items():
                    value = float(found.x[place[other]])
                    ends[:] = [min(ends[0], value), max(ends[1], value)]
            yield name, reached[name][0], reached[name][1]


def attack(results_json: str, results_csv: str) -> Attacker:
    """All that these two files tell."""
    document = json.loads(results_json)
    findings, questions = document["findings"], document["facts"]["questionnaire"]["questions"]
    asked = {question["id"]: question for question in questions}
    attacker = Attacker()
    reader = _Reader(attacker, findings, asked)
    for found in findings["questions"]:
        reader.question(found)
    reader.vote()
    for split in findings["splits"]:
        reader.split(split)
    for said in findings["statements"]:
        reader.statements(said)
    reader.outside()
    reader.verdict()
    _second_look(attacker, results_csv)
    return attacker


def _second_look(attacker: Attacker, results_csv: str) -> None:
    """The counts in the table of open data, which may hold what the other file hides."""
    for line in csv.DictReader(StringIO(results_csv)):
        by, group, item, answer = line["group_by"], line["group"], line["item"], line["answer"]
        places: dict[str, Name] = {
            "answer": ("row", line["question"], item, answer),
            "split": ("split", by, group, answer),
            "point": ("code", line["question"], answer),
        }
        place = places.get(line["figure"])
        if line["figure"] == "texts" and group:
            place = ("side", line["question"], group)
        if place in attacker.low and line["count"]:
            attacker.see(place, float(line["count"]))


@dataclass
class _Reader:
    known: Attacker
    findings: dict[str, Any]
    asked: dict[str, dict[str, Any]]

    @property
    def vote_id(self) -> str:
        return str(next(found["id"] for found in self.findings["questions"] if found["is_vote"]))

    @property
    def answered(self) -> int:
        return int(self.findings["participation"]["answered"])

    def worth(self, cell: Name, exactly: float | None = None) -> Name:
        """What the people in a cell weigh together, as a multiple of the mean weight of all."""
        weighting = self.findings["weighting"]
        name = self.known.see(("worth", *cell), None, published=False)
        least, most = weighting["smallest"], weighting["largest"]
        low, high = (least - 0.05, most + 0.05) if weighting["weighted"] else (1.0, 1.0)
        if exactly is not None:
            low = high = exactly
        self.known.know({name: 1, cell: -low}, 0)
        self.known.know({name: -1, cell: high}, 0)
        return name

    def table(self, key: Name, name: Name, table: dict[str, Any], *, exactly: float | None = None) -> list[Name]:
        """A table of which everyone in it is in one row, or of which the rows overlap."""
        total = self.known.see(name, table["n"])
        self.known.know({total: 1}, 0, self.answered)
        cells = [self.known.see((*key, row["key"]), row["count"]) for row in table["rows"]]
        whole = self.worth(total, exactly)
        for row, cell in zip(table["rows"], cells, strict=True):
            self.known.know({total: 1, cell: -1}, 0)
            self.known.share(row["share"], table["n"], [self.worth(cell, exactly)], [whole])
            self.known.know({whole: 1, ("worth", *cell): -1}, 0)
        return cells

    def partition(self, key: Name, name: Name, table: dict[str, Any], *, exactly: float | None = None) -> list[Name]:
        cells = self.table(key, name, table, exactly=exactly)
        self.known.adds_up(name, cells)
        self.known.adds_up(("worth", *name), [("worth", *cell) for cell in cells])
        return cells

    def question(self, found: dict[str, Any]) -> None:
        name, asked = found["id"], self.asked[found["id"]]
        several = asked["type"] in ("multi_with_direction", "multi_other")
        for number, table in enumerate(found["tables"]):
            total: Name = ("n", name, table["key"])
            if several and number == 0:
                self._several(asked, total, self.table(("row", name, ""), total, table))
            elif several:
                total = ("row", name, "", table["key"])
                self.partition(("row", name, table["key"]), total, table)
            else:
                self.partition(("row", name, table["key"]), total, table)
        if found["mean"] is not None:
            self._mean(name, found["mean"], found["tables"][0])
        if found["asked"] is not None:
            self._asked(name, asked["when"], found)
        for advice in self.findings["advices"][1:]:
            if advice["question"] == name:
                table = next(t for t in found["tables"] if t["key"] == advice["item"])
                parts: list[Name] = [("worth", "row", name, advice["item"], key) for key in advice["keys"]]
                self.known.share(advice["share"], table["n"], parts, [("worth", "n", name, advice["item"])])
                self.known.know(dict.fromkeys(parts, 1.0) | {("worth", "n", name, advice["item"]): -0.5}, 0)

    def _several(self, asked: dict[str, Any], total: Name, cells: list[Name]) -> None:
        alone = [cell for cell in cells if cell[-1] in asked.get("alone", ())]
        others = [cell for cell in cells if cell not in alone]
        left = {total: 1.0} | dict.fromkeys(alone, -1.0)
        for cell in others:
            self.known.know(left | {cell: -1.0}, 0)
        at_most = {cell: asked["max_choices"] * number for cell, number in left.items()}
        self.known.know(at_most | dict.fromkeys(others, -1.0), 0)
        if asked["type"] == "multi_with_direction":
            self.known.know(left | dict.fromkeys(others, -1.0), high=0)

    def _mean(self, name: str, mean: dict[str, Any], table: dict[str, Any]) -> None:
        cells = {row["key"]: ("row", name, "", row["key"]) for row in table["rows"]}
        marks = {float(key): cell for key, cell in cells.items() if key.lstrip("-").isdigit()}
        if mean["n"] is not None:
            self.known.know(dict.fromkeys(marks.values(), 1.0), mean["n"], mean["n"])
        if mean["mean"] is None:
            return
        worth: dict[float, Name] = {mark: ("worth", *cell) for mark, cell in marks.items()}
        low, high = mean["mean"] - 0.05, mean["mean"] + 0.05
        self.known.know({cell: mark - low for mark, cell in worth.items()}, -TINY)
        self.known.know({cell: mark - high for mark, cell in worth.items()}, high=TINY)
        most = (mean["sd"] + 0.05) ** 2 + 0.05**2
        self.known.know({cell: (mark - mean["mean"]) ** 2 - most for mark, cell in worth.items()}, high=TINY)
        if mean["n"] is not None:
            least = max(mean["sd"] - 0.05, 0) ** 2 * (mean["n"] - 1) / mean["n"]
            self.known.know({cell: (mark - mean["mean"]) ** 2 - least for mark, cell in worth.items()}, -TINY)
        median = mean["median"]
        self.known.know({cell: (mark < median) - 0.5 for mark, cell in worth.items()}, high=TINY)
        self.known.know({cell: (mark > median) - 0.5 for mark, cell in worth.items()}, high=TINY)

    def _asked(self, name: str, when: Any, found: dict[str, Any]) -> None:
        alternatives = when if isinstance(when, list) else [when]
        base = self.known.see(("asked", name), found["asked"])
        for table in found["tables"]:
            if ("n", name, table["key"]) in self.known.low:
                self.known.know({base: 1, ("n", name, table["key"]): -1}, 0)
        conditions: list[list[list[Name]]] = [
            [[("row", on, "", str(key)) for key in keys] for on, keys in alternative.items()]
            for alternative in alternatives
        ]
        everyone = {cell: 1.0 for alternative in conditions for cell in alternative[0]}
        self.known.know(everyone | {base: -1}, 0)
        for alternative in conditions:
            for cells in alternative if len(conditions) == 1 else ():
                self.known.know(dict.fromkeys(cells, 1.0) | {base: -1}, 0)
            if len(alternative) == 1 and self.asked[alternative[0][0][1]]["type"] == "single":
                self.known.know(dict.fromkeys(alternative[0], -1.0) | {base: 1}, 0)
        if len(conditions) == 1 and len(conditions[0]) == 2:
            self._crossed(base, conditions[0])

    def _crossed(self, base: Name, conditions: list[list[Name]]) -> None:
        """Asked of who voted so and found the plan clear (or not): these stand in the split of the vote."""
        on = {cells[0][1]: {cell[-1] for cell in cells} for cells in conditions}
        votes = on.get(self.vote_id)
        for split in self.findings["splits"]:
            other = on.get(split["by"])
            if votes and other in ({"4", "3"}, {"2", "1"}) and split["tables"]:
                group = "clear" if other == {"4", "3"} else "other"
                cells: list[Name] = [("split", split["by"], group, key) for key in votes]
                for cell in cells:
                    self.known.see(cell, None, published=False)
                if group == "clear":
                    self.known.adds_up(base, cells)

    def vote(self) -> None:
        self.known.see(("n", self.vote_id, ""), self.answered)
        self.known.know({("worth", "n", self.vote_id, ""): 1}, self.answered, self.answered)

    def split(self, split: dict[str, Any]) -> None:
        by, vote = split["by"], self.vote_id
        turnout = [one for one in self.findings["participation"]["classes"] if one["variable"] == by]
        options = [row["key"] for row in self.findings["questions"][self._place(vote)]["tables"][0]["rows"]]
        groups = []
        for table in split["tables"]:
            key, size = ("split", by, table["key"]), ("group", by, table["key"])
            groups.append(table["key"])
            weight, exactly = self._weight(by, table["key"], turnout)
            self.partition(key, size, table, exactly=exactly)
            if weight is not None:
                self.known.know({("worth", *size): 1}, weight - TINY, weight + TINY)
        for one in turnout if groups else ():
            self.known.see(("group", by, one["key"]), one["answered"])
        for option in options if groups else ():
            self.known.adds_up(("row", vote, "", option), [("split", by, group, option) for group in groups])
            columns: list[Name] = [("worth", "split", by, group, option) for group in groups]
            self.known.adds_up(("worth", "row", vote, "", option), columns)
        if groups == ["clear", "other"]:
            self.known.adds_up(("group", by, "clear"), [("row", by, "", "4"), ("row", by, "", "3")])
            self.known.adds_up(("n", vote, ""), [("group", by, "clear"), ("group", by, "other")])

    def _weight(self, by: str, group: str, turnout: list[dict[str, Any]]) -> tuple[float | None, float | None]:
        """What a class weighs in all (its part of the population), and one person in it, if that is sure."""
        weighting = self.findings["weighting"]
        if not weighting["weighted"] or by not in weighting["margins"]:
            return None, None
        whole = sum(one["population"] for one in turnout)
        one = next(one for one in turnout if one["key"] == group)
        weight = self.answered * one["population"] / whole
        sure = weighting["margins"] == [by] and one["answered"]
        return weight, weight / one["answered"] if sure else None

    def _place(self, name: str) -> int:
        return next(n for n, found in enumerate(self.findings["questions"]) if found["id"] == name)

    def statements(self, said: dict[str, Any]) -> None:
        name = said["question"]
        total = self.known.see(("texts", name), said["texts"])
        sides = [self.known.see(("side", name, side["side"]), side["texts"]) for side in said["sides"]]
        if sides:
            self.known.adds_up(total, sides)
        for cell in sides:
            self.known.know({("row", self.vote_id, "", cell[-1]): 1, cell: -1}, 0)
        codes = [self.known.see(("code", name, tally["code"]), tally["texts"]) for tally in said["tallies"]]
        for cell in codes[:-1]:
            self.known.know({cell: 1}, 1)
            self.known.know({total: 1, codes[-1]: -1, cell: -1}, 0)
        if codes:
            assert codes[-1][-1] == "", "texts without a code come last"
            self.known.know(dict.fromkeys(codes, 1.0) | {total: -1.0}, 0)
        for side, number in Counter(quote["side"] for quote in said["quotes"]).items():
            self.known.know({("row", self.vote_id, "", side): 1}, number)
            if ("side", name, side) in sides:
                self.known.know({("side", name, side): 1}, number)

    def outside(self) -> None:
        """Words outside the mandate, and those of the minority, are of somebody as well."""
        for part in (self.findings["outside"], self.findings["minority"]):
            quoted = Counter(quote["side"] for quote in part["quotes"]) if part else {}
            for side, number in quoted.items():
                texts = sum(question["type"] in ("text", "multi_other") for question in self.asked.values())
                self.known.know({("row", self.vote_id, "", side): 1}, -(-number // texts))

    def verdict(self) -> None:
        verdict = self.findings["verdict"]
        opinions: list[Name] = [("row", self.vote_id, "", key) for key in ("voor", "aanpassen", "tegen")]
        worth: list[Name] = [("worth", *cell) for cell in opinions]
        adopt, blank = opinions[0], ("row", self.vote_id, "", "blanco")
        if verdict["opinions"] is not None:
            self.known.know(dict.fromkeys(opinions, 1.0), verdict["opinions"], verdict["opinions"])
        if verdict["blank"] is not None:
            self.known.see(blank, verdict["blank"])
        self.known.share(verdict["share"], verdict["opinions"], [("worth", *adopt)], worth)
        for reason in verdict["reasons"]:
            if reason in ("majority_met", "majority_not_met"):
                sign = 1 if reason == "majority_met" else -1
                self._at_least(("worth", *adopt), worth, 0.5, sign)
            if reason == "no_opinions":
                self.known.know(dict.fromkeys(opinions, 1.0), high=0)
            if reason == "no_outcome":
                for cell in worth:
                    self._at_least(cell, worth, 0.5, -1)
        if verdict["outcome"]:
            self._at_least(("worth", "row", self.vote_id, "", verdict["outcome"]), worth, 0.5, 1)
        minority = self.findings["minority"]
        if minority:
            parts: list[Name] = [("worth", "row", self.vote_id, "", key) for key in minority["options"]]
            self.known.share(minority["share"], verdict["opinions"], parts, worth)

    def _at_least(self, part: Name, whole: Sequence[Name], share: float, sign: int) -> None:
        terms = dict.fromkeys(whole, -sign * share)
        self.known.know(terms | {part: sign * (1 - share)}, -TINY)
