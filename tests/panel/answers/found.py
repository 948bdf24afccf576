"""The evidence of a review laid out for the program, and the truth beside what it guessed."""

import json
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panel.draws.classes import CLASSES
from tests.panel.answers.evidence import Evidence, Row, gather, parsed
from tests.panel.answers.story import OWN_WORDS, Answers, Story
from tests.panel.answers.unlinking import Numbers, Score, Things, look_in_files, score, things


@dataclass(frozen=True)
class Found:
    """What the program makes of the evidence, beside the truth that only the story knows."""

    story: Story
    evidence: Evidence
    members: Things
    ballots: Things
    texts: dict[str, Things]

    @property
    def kinds(self) -> list[Things]:
        return [self.ballots, *self.texts.values()]

    def scores(self, seed: int = 0) -> dict[str, Score]:
        """Of every two kinds of things."""
        truth = {kind.name: owners(self.story, kind) for kind in (self.members, *self.kinds)}
        pairs = [(self.members, self.ballots)] + [(kind, self.members) for kind in self.texts.values()]
        pairs += [(kind, self.ballots) for kind in self.texts.values()]
        pairs += list(combinations(sorted(self.texts.values(), key=lambda kind: len(kind.rows)), 2))
        return {f"{a.name}, {b.name}": self._score(a, b, truth, seed) for a, b in pairs}

    def _score(self, a: Things, b: Things, truth: dict[str, list[int]], seed: int) -> Score:
        place = {owner: number for number, owner in enumerate(truth[b.name])}
        pairs: Numbers = np.array([place[owner] for owner in truth[a.name]])
        lefts, rights = self._groups(a, b)
        allowed: NDArray[np.bool_] = np.array([[left == right for right in rights] for left in lefts])
        return score(a, b, allowed, pairs, lefts, seed)

    def _groups(self, a: Things, b: Things) -> tuple[list[Hashable], list[Hashable]]:
        """What everybody may know of both: the side of the vote, or the coarse classes."""
        while_open = any("side" not in row for kind in self.texts.values() for row in kind.rows)
        if self.members not in (a, b) and not while_open:
            return self._sides(a), self._sides(b)
        if {a, b} != {self.members, self.ballots}:
            return [0] * len(a.rows), [0] * len(b.rows)
        draws = [parsed(row)["coarse"] for row in self.evidence.tables["main.draw"] if row["coarse"]]
        coarse = draws[0] if draws else {}

        def classes(row: Row) -> Hashable:
            return tuple(coarse.get(name, {}).get(row[name], row[name]) for name in CLASSES)

        return [classes(row) for row in a.rows], [tuple(row[name] for name in CLASSES) for row in b.rows]

    def _sides(self, kind: Things) -> list[Hashable]:
        vote = self.story.questionnaire.vote.id
        return [row["side"] if "side" in row else parsed(row)["answers"][vote] for row in kind.rows]


async def look(story: Story, log: str) -> Found:
    return arrange(story, await gather(story.stage.settings, log))


def arrange(story: Story, evidence: Evidence, watched: bool = True) -> Found:
    """`watched`: somebody saw, all the time, who began and who handed in."""
    rows = [dict(row) for row in evidence.tables["main.member"] if row["review_id"] == story.review.id]
    for row in rows if watched else ():
        row["watched, began"] = story.order.index(row["id"])
        row["watched, handed in"] = story.last.index(row["id"])
    members = things("member", rows, {t: _of_members(evidence.tables[t], c, rows) for t, c in _naming(evidence)})
    ballots = things("ballot", evidence.tables["main.ballot"])
    while_open = [row for row in evidence.tables["main.written"] if row["answer"] is not None]
    written = evidence.tables["main.statement"] or while_open
    names = sorted({row["question"] for row in written})
    texts = {name: things(name, [row for row in written if row["question"] == name]) for name in names}
    look_in_files(evidence, members, ballots, *texts.values())
    return Found(story, evidence, members, ballots, texts)


def _naming(evidence: Evidence) -> list[tuple[str, str]]:
    columns = ("member_id", "recipient_id")
    return [(table, c) for table, rows in evidence.tables.items() for c in columns if rows and c in rows[0]]


def _of_members(rows: list[Row], column: str, members: list[Row]) -> list[list[Row]]:
    return [[row for row in rows if row[column] == member["id"]] for member in members]


def owners(story: Story, kind: Things) -> list[int]:
    """The truth: for each the member it comes from."""
    if kind.name == "member":
        return [row["id"] for row in kind.rows]
    if kind.name == "ballot":
        by_answers = {_fingerprint(story, answers): id_ for id_, answers in story.answers.items()}
        return [by_answers[_fingerprint(story, parsed(row)["answers"])] for row in kind.rows]
    wrote = {_words_of(answers.get(kind.name)): id_ for id_, answers in story.answers.items()}
    return [wrote[row.get("text") or row["answer"]] for row in kind.rows]


def _words_of(answer: Any) -> str:
    return str(answer["other"] if isinstance(answer, dict) else answer)


def _fingerprint(story: Story, answers: Answers) -> str:
    chosen = {name: value for name, value in answers.items() if name not in (*story.texts, OWN_WORDS)}
    return json.dumps(chosen, sort_keys=True)
