"""A program that tries to join members, ballots and texts by whatever it finds, without knowing who wrote what.

For two kinds of things it makes a guess (who belongs to whom, one to one) from every pair of features: order and
place in a table, number of the transaction, moments, place in every file, size, names in order of the alphabet; from
how near two things lie in a file, from rare values they share, and from all together. It respects what everybody may
know: coarse classes, and the side of the vote of a text. Digests are tried apart, see digests.py.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.stats import rankdata

from tests.panel.answers.evidence import Evidence, Row, leaves

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
NEVER = 1e9  # the cost of a pair that cannot be
PREFIX = 8  # bytes of a needle that are looked for at once
SHUFFLES = 4000
QUANTILE = 0.999


@dataclass(eq=False)
class Things:
    """`rows`: as they lie in the table. `scalars`: feature -> a number for each, of which the order may tell."""

    name: str
    rows: list[Row]
    scalars: dict[str, Floats] = field(default_factory=dict)
    tokens: list[Counter[str]] = field(default_factory=list)
    offsets: dict[str, list[list[int]]] = field(default_factory=dict)  # file -> of each, where it stands


def things(name: str, rows: list[Row], related: dict[str, list[list[Row]]] | None = None) -> Things:
    """`related`: table -> for each of the things the rows there that name it."""
    made = Things(name, rows, _scalars(rows) | {"row": np.arange(len(rows), dtype=float)})
    made.scalars["size"] = np.array([len(json.dumps(row, default=str)) for row in rows], dtype=float)
    made.tokens = [Counter(_words(row)) for row in rows]
    for table, found in (related or {}).items():
        for place, which in ((0, "first"), (-1, "last")):
            own = [of_one[place] if of_one else {} for of_one in found]
            made.scalars |= {f"{which} {table}.{c}": v for c, v in _scalars(own).items()}
        for tokens, of_one in zip(made.tokens, found, strict=True):
            tokens.update(word for row in of_one for word in _words(row))
    return made


def _scalars(rows: Sequence[Row]) -> dict[str, Floats]:
    columns = {column: [row.get(column) for row in rows] for row in rows[:1] for column in row}
    ordered = {column: _in_order(values) for column, values in columns.items()}
    return {column: values for column, values in ordered.items() if values is not None and len(set(values)) > 1}


def _in_order(values: Sequence[Any]) -> Floats | None:
    numbers = [float(value) if isinstance(value, int | float) else np.nan for value in values]
    if not all(np.isnan(numbers)):
        return np.asarray(np.nan_to_num(np.array(numbers), nan=float(np.nanmedian(numbers))))
    texts = [str(value) for value in values]
    return rankdata(texts, method="dense").astype(float) if len(set(texts)) == len(texts) else None


def _words(row: Row) -> set[str]:
    return {str(leaf) for value in row.values() for leaf in (*leaves(value), str(value)) if len(str(leaf)) > 1}


def look_in_files(evidence: Evidence, *kinds: Things) -> None:
    """Find every place where a thing stands in a file, by any long string of its row."""
    owners: dict[bytes, list[tuple[Things, int]]] = defaultdict(list)
    for kind in kinds:
        for number, row in enumerate(kind.rows):
            for needle in {needle for value in row.values() for needle in _needles(value)}:
                owners[needle].append((kind, number))
    owners = {needle: found for needle, found in owners.items() if len(found) == 1}
    by_prefix = defaultdict[int, list[bytes]](list)
    for needle in owners:
        by_prefix[int.from_bytes(needle[:PREFIX], "little")].append(needle)
    wanted = np.array(sorted(by_prefix), dtype=np.uint64)
    for file, content in evidence.files.items():
        for kind in kinds:
            kind.offsets[file] = [[] for _ in kind.rows]
        found = ((offset, needle) for offset, prefix in _found(content, wanted) for needle in by_prefix[prefix])
        for offset, needle in found:
            if content.startswith(needle, offset):
                [(kind, number)] = owners[needle]
                kind.offsets[file][number].append(offset)
    for kind in kinds:
        _order_in_files(kind)


def _order_in_files(kind: Things) -> None:
    for file, offsets in kind.offsets.items():
        for place, which in ((0, "first"), (-1, "last")):
            places = np.array([of_one[place] if of_one else np.nan for of_one in offsets])
            if np.mean(np.isnan(places)) < 0.5:
                kind.scalars[f"{which} in {file}"] = np.nan_to_num(places, nan=float(np.nanmedian(places)))


def _needles(value: Any) -> set[bytes]:
    if isinstance(value, UUID):
        return {value.bytes, str(value).encode(), value.hex.encode()}
    if isinstance(value, str) and len(value) >= PREFIX and value[0] not in "{[":
        return {value.encode()}
    return {value} if isinstance(value, bytes) and len(value) >= PREFIX else set()


def _found(content: bytes, wanted: NDArray[np.uint64]) -> list[tuple[int, int]]:
    if len(content) < PREFIX:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(content, np.uint8), PREFIX)
    prefixes = np.ascontiguousarray(windows).view("<u8").ravel()
    places = np.flatnonzero(np.isin(prefixes, wanted))
    return list(zip(places.tolist(), prefixes[places].tolist(), strict=True))


def guesses(left: Things, right: Things, allowed: NDArray[np.bool_]) -> dict[str, Numbers]:
    """Feature -> for each of the left, which of the right belongs to it. There are at least as many on the right."""
    never = np.where(allowed, 0.0, NEVER)
    costs: dict[str, Floats] = {}
    for (one, a), (other, b) in product(left.scalars.items(), right.scalars.items()):
        difference = _ranks(a)[:, None] - _ranks(b)[None, :]
        costs[f"{one} ~ {other}"] = np.abs(difference)
        costs[f"{one} ~ {other}, in reverse"] = np.abs(_ranks(a)[:, None] + _ranks(b)[None, :] - 1)
    forward = [cost for name, cost in costs.items() if "reverse" not in name]
    near = _nearness(left, right)
    costs |= near
    costs["shared rare values"] = _strangeness(left, right)
    costs["all together"] = np.sum([np.mean(forward, axis=0), costs["shared rare values"], *near.values()], axis=0)
    return {name: linear_sum_assignment(cost + never)[1] for name, cost in costs.items()}


def _ranks(values: Floats) -> Floats:
    return (rankdata(values) - 0.5) / len(values)


def _nearness(left: Things, right: Things) -> dict[str, Floats]:
    """File -> how far two things lie from each other, as a share of the farthest."""
    found = {}
    for file, lefts in left.offsets.items():
        cost = np.full((len(left.rows), len(right.rows)), np.inf)
        for (i, ones), (j, others) in product(enumerate(lefts), enumerate(right.offsets[file])):
            if ones and others:
                cost[i, j] = np.abs(np.subtract.outer(ones, others)).min()
        if np.isfinite(cost).any():
            highest = cost[np.isfinite(cost)].max() + 1
            found[f"near in {file}"] = np.log1p(np.minimum(cost, highest)) / np.log1p(highest)
    return found


def _strangeness(left: Things, right: Things) -> Floats:
    """Low when two rows share a value that few have."""
    seen = Counter(word for tokens in (*left.tokens, *right.tokens) for word in tokens)
    total = len(left.rows) + len(right.rows)
    shared = np.zeros((len(left.rows), len(right.rows)))
    holders = defaultdict[str, list[int]](list)
    for number, tokens in enumerate(right.tokens):
        for word in tokens:
            holders[word].append(number)
    for number, tokens in enumerate(left.tokens):
        for word in tokens:
            if word in holders:
                shared[number, holders[word]] += np.log(total / seen[word])
    return -shared / max(float(np.abs(shared).max()), 1.0)


@dataclass(frozen=True)
class Score:
    """`hits`: of the best feature, beside the mean of chance, and a limit that chance passes once in a thousand."""

    pairs: int
    hits: int
    by: str
    chance: float
    limit: int
    correlation: float
    correlation_by: str
    correlation_limit: float

    def beyond(self, by: Literal["hits", "order"] | None = None) -> bool:
        more = {"hits": self.hits > self.limit, "order": self.correlation > self.correlation_limit}
        return more[by] if by else any(more.values())


def score(
    left: Things, right: Things, allowed: NDArray[np.bool_], truth: Numbers, groups: Sequence[Hashable], seed: int = 0
) -> Score:
    """Hits of the best feature, and how well two features go together, both beside shuffles within the groups."""
    guessed = guesses(left, right, allowed)
    shuffled = _shuffles(truth, groups, seed)
    matrix = np.array(list(guessed.values()))
    hits = (matrix == truth).sum(axis=1)
    by_chance = np.array([(matrix == one).sum(axis=1).max() for one in shuffled])
    ones, others = list(left.scalars), list(right.scalars)
    a = np.array([_standard(left.scalars[name], groups) for name in ones])
    b = np.array([_ranks(right.scalars[name]) for name in others])
    together = np.abs(_correlations(a, b[:, truth]))
    strongest = np.unravel_index(together.argmax(), together.shape)
    chance = np.array([np.abs(_correlations(a, b[:, one])).max() for one in shuffled])
    return Score(
        pairs=len(truth),
        hits=int(hits.max()),
        by=list(guessed)[int(hits.argmax())],
        chance=float(np.mean([(matrix == one).sum(axis=1).mean() for one in shuffled[:100]])),
        limit=int(np.quantile(by_chance, QUANTILE, method="higher")),
        correlation=float(together.max()),
        correlation_by=f"{ones[strongest[0]]} ~ {others[strongest[1]]}",
        correlation_limit=float(np.quantile(chance, QUANTILE, method="higher")),
    )


def _standard(values: Floats, groups: Sequence[Hashable]) -> Floats:
    """Ranks without what the group explains."""
    ranks = _ranks(values)
    names = rankdata([str(group) for group in groups], method="dense").astype(int) - 1
    return np.asarray(ranks - (np.bincount(names, ranks) / np.bincount(names))[names])


def _correlations(a: Floats, b: Floats) -> Floats:
    b = b - b.mean(axis=1, keepdims=True)
    size = np.outer(np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1))
    return np.asarray(a @ b.T / np.where(size > 1e-9, size, np.inf))


def _shuffles(truth: Numbers, groups: Sequence[Hashable], seed: int) -> Numbers:
    """Other truths: within each group as likely as the real one when nothing tells."""
    names = rankdata([str(group) for group in groups], method="dense")
    mixed = np.argsort(np.random.default_rng(seed).random((SHUFFLES, len(truth))) * 0.9 + names, axis=1)
    found = np.empty((SHUFFLES, len(truth)), dtype=np.int64)
    found[:, np.argsort(names, kind="stable")] = truth[mixed]
    return found
