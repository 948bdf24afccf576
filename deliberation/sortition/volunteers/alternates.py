"""Which reserves to choose: those with whom a panel is expected to stay nearest to its targets when people drop out.

Assos, Baharav, Flanigan, Procaccia, "Alternates, Assemble! Selecting Optimal Alternates for Citizens' Assemblies", EC
2025: sample dropouts, and choose the reserves that minimise the mean deviation over the samples (empirical risk),
where the best of the reserves are called each time. A person stays with the product of chances per feature, as there.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

from deliberation.sortition.lottery import Stream, seeded_order
from deliberation.sortition.volunteers.panels import Vector, optimal, solver
from deliberation.sortition.volunteers.quotas import Pool, QuotaError
from deliberation.sortition.volunteers.replacements import nearest

Whole = NDArray[np.int64]
Dropout = float | Mapping[tuple[str, str], float]
SAMPLES, FINE, LUCK = 200, 10**9, 0.5
ROUNDS, PATIENCE, STEP, NODES, CLOSE, LOOSE = 25, 8, 1, 10, 0.05, 0.1


def choose_alternates(
    pool: Pool, panel: Collection[str], count: int, dropout: Dropout, seed: bytes
) -> tuple[str, ...]:
    """`count` reserves for this panel, in the order in which they are called; fewer when the pool has no more.

    `dropout`: the probability that somebody drops out, one for all or per (category, feature), then he stays with
    the product of 1 − probability over his features (those not given: 0). No reserve shares an address with the panel
    or another reserve. Samples, who of a type it is, and the order come from `seed` alone (HMAC-SHA256).
    Raises QuotaError for a negative count, a probability outside 0 to 1, a feature without a target, or a panel with
    people who are not in the pool.
    """
    if count < 0:
        raise QuotaError("Het aantal reserves moet 0 of meer zijn.")
    type_of = {id_: t for t, ids in enumerate(pool.members) for id_ in ids}
    if any(id_ not in type_of for id_ in panel):
        raise QuotaError("Niet iedereen in de groep staat in de lijst.")
    reserves = _Reserves(pool, panel)
    stays = _stays(pool, dropout)
    stream, dice = Stream(seed, "uitval"), Stream(seed, "soort")
    seated = [type_of[id_] for id_ in sorted(panel)]
    samples = [[t for t in seated if stream.below(FINE) < stays[t] * FINE] for _ in range(SAMPLES)]
    mean = sum((_held(pool, [t]) * (1 - stays[t]) for t in seated), np.zeros(len(pool.targets) + 1))
    risk = _Risk(pool, samples, len(seated))
    luck = np.array([dice.below(FINE) / FINE for _ in pool.types])
    numbers = _choose(risk, reserves, _mirror(pool, reserves, mean, min(count, reserves.total), luck))
    chosen = reserves.people(numbers, seed)
    return tuple(seeded_order(chosen, seed, "belvolgorde"))


def _stays(pool: Pool, dropout: Dropout) -> list[float]:
    """Per type, the probability that one of its people comes."""
    given = dict(dropout) if isinstance(dropout, Mapping) else {}
    if any(not 0 <= chance <= 1 for chance in (given.values() if isinstance(dropout, Mapping) else [dropout])):
        raise QuotaError("De kans op uitval moet van 0 tot en met 1 zijn.")
    if unknown := given.keys() - {(target.category, target.feature) for target in pool.targets}:
        category, feature = min(unknown)
        raise QuotaError(f"Voor ‘{feature}’ bij ‘{category}’ is geen streefaantal. Voeg het toe.")
    if not isinstance(dropout, Mapping):
        return [1 - dropout] * len(pool.types)
    keeps = [1 - given.get((target.category, target.feature), 0.0) for target in pool.targets]
    return [math.prod(keeps[place] for place in type_) for type_ in pool.types]


class _Reserves:
    """Who can be a reserve: people who share no address with the panel, one per address."""

    def __init__(self, pool: Pool, panel: Collection[str]) -> None:
        seated = set(panel)
        self._homes = pool.homes
        taken = {pool.homes[id_] for id_ in seated if id_ in pool.homes}
        self._free = [
            [id_ for id_ in ids if id_ not in seated and pool.homes.get(id_) not in taken] for ids in pool.members
        ]
        self.most = np.array([len(ids) for ids in self._free])
        self.alike = list[tuple[list[int], int]]()
        for household in pool.households:
            types = sorted(set(household.types))
            homes = {pool.homes[id_] for t in types for id_ in self._free[t]}
            self.alike.append((types, len(homes)))
        together = sum(sum(len(self._free[t]) for t in types) for types, _ in self.alike)
        self.total = int(self.most.sum()) - together + sum(homes for _, homes in self.alike)

    def limit(self, highs: highspy.Highs) -> None:
        """Make the first columns of `highs` whole numbers per type that these people allow."""
        count = len(self.most)
        places = np.arange(count, dtype=np.int32)
        highs.changeColsBounds(count, places, np.zeros(count), self.most.astype(float))
        highs.changeColsIntegrality(count, places, np.full(count, highspy.HighsVarType.kInteger))
        for types, homes in self.alike:
            highs.addRow(0, homes, len(types), np.array(types, dtype=np.int32), np.ones(len(types)))

    def people(self, numbers: Whole, seed: bytes) -> list[str]:
        """So many people per type: who they are is set by the seed."""
        chosen = list[str]()
        shared = {t for types, _ in self.alike for t in types}
        for t in set(range(len(numbers))) - shared:
            chosen += seeded_order(self._free[t], seed, "reserve")[: numbers[t]]
        for types, _ in self.alike:
            homes = {self._homes[id_] for t in types for id_ in self._free[t]}
            at = iter(seeded_order(homes, seed, "adres"))
            for t in types:
                members = seeded_order(self._free[t], seed, "reserve")
                for home in [next(at) for _ in range(numbers[t])]:
                    chosen.append(next(id_ for id_ in members if self._homes[id_] == home))
        return chosen


class _Risk:
    """The mean deviation over sampled dropouts, and how it falls with more reserves."""

    def __init__(self, pool: Pool, samples: Sequence[Sequence[int]], seats: int) -> None:
        """`samples`: the types of those who stay."""
        kinds = sorted(set(pool.types))
        at = {kind: i for i, kind in enumerate(kinds)}
        self._kind, self._kinds = np.array([at[type_] for type_ in pool.types]), len(kinds)
        aims = [(target.minimum, target.maximum) for target in pool.targets]
        self._program = nearest(aims, 0, kinds)
        bounds = np.array([*aims, (seats, seats)], dtype=float).T
        self._rooms = [bounds - _held(pool, stayers) for stayers in samples]

    def __call__(self, numbers: Whole) -> tuple[float, Vector]:
        """The mean deviation with these reserves, and per type how much one more changes it (≤ 0).

        The best replacement is relaxed to fractions of people, so the deviation is convex in `numbers`, and its
        change is that of the linear program's reduced costs (L-shaped method: Van Slyke, Wets, SIAM J. Applied
        Mathematics 17 (1969)).
        """
        highs = self._program
        for kind, number in enumerate(np.bincount(self._kind, weights=numbers, minlength=self._kinds)):
            highs.changeColBounds(kind, 0, number)
        loss, slope = 0.0, np.zeros(self._kinds)
        for room in self._rooms:
            for row, (low, high) in enumerate(room.T):
                highs.changeRowBounds(row, low, high)
            if not optimal(highs):
                raise ArithmeticError("the program of replacements has no optimum")
            loss += highs.getInfo().objective_function_value / len(self._rooms)
            slope += np.minimum(0, highs.getSolution().col_dual[: self._kinds]) / len(self._rooms)
        return loss, slope[self._kind]


def _held(pool: Pool, stayers: Sequence[int]) -> Vector:
    """People per target, then in all."""
    held = np.zeros(len(pool.targets) + 1)
    for t in stayers:
        held[[*pool.types[t], -1]] += 1
    return held


def _choose(risk: _Risk, reserves: _Reserves, best: Whole) -> Whole:
    """Numbers per type with the smallest risk that is found, step by step from these.

    Each step solves a model of the risk (the largest of all tangents so far) for numbers of which few reserves are of
    types that the best so far has not. It ends when the model says that no such step helps, when none has for a
    while, or after so many.
    """
    lowest, slope = risk(best)
    model = _Model(reserves, int(best.sum()))
    model.add(best, lowest, slope)
    waited = 0
    for _ in range(ROUNDS):
        trial, promised = model.near(best)
        if promised >= lowest - CLOSE or waited == PATIENCE:
            break
        loss, slope = risk(trial)
        model.add(trial, loss, slope)
        waited += 1
        if loss < lowest:
            best, lowest, waited = trial, loss, 0
    return best


def _mirror(pool: Pool, reserves: _Reserves, mean: Vector, count: int, luck: Vector) -> Whole:
    """`count` reserves among whom each target has about its share of `mean`, those expected to drop out.

    Of the many such choices luck (0 to 1 per type) decides: a type costs as much as the luckiest of its people.
    """
    shares = mean[:-1] * count / (mean[-1] or 1)
    highs = nearest([(math.floor(share), math.ceil(share)) for share in shares], count, pool.types)
    reserves.limit(highs)
    highs.changeColBounds(len(pool.types), 0, 0)  # no empty seats
    for t, cost in enumerate(LUCK * (1 - (1 - luck) ** (1 / np.maximum(reserves.most, 1)))):
        highs.changeColCost(t, cost)
    highs.setOptionValue("mip_abs_gap", 0.5)
    numbers = _whole(highs, len(pool.types))
    if numbers is None:
        raise ArithmeticError("the program of reserves has no solution")
    return numbers


def _whole(highs: highspy.Highs, count: int) -> Whole | None:
    """The first columns of the best solution within NODES nodes; a limit that is the same on every machine."""
    highs.setOptionValue("mip_max_nodes", NODES)
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.rint(highs.getSolution().col_value[:count]).astype(np.int64)


class _Model:
    """Tangents of the risk, as a mixed integer program for the numbers per type."""

    def __init__(self, reserves: _Reserves, count: int) -> None:
        self._highs, self._types, self._count = solver(), len(reserves.most), count
        for _ in range(self._types):
            self._highs.addCol(0.0, 0, 0, 0, [], [])
        reserves.limit(self._highs)
        self._highs.addCol(1.0, 0, highspy.kHighsInf, 0, [], [])
        types = np.arange(self._types, dtype=np.int32)
        self._highs.addRow(count, count, self._types, types, np.ones(self._types))
        self._highs.setOptionValue("mip_rel_gap", LOOSE)
        self._highs.setOptionValue("mip_abs_gap", CLOSE)

    def add(self, numbers: Whole, loss: float, slope: Vector) -> None:
        """The tangent in `numbers`."""
        used = np.append(np.flatnonzero(slope), self._types).astype(np.int32)
        values = np.append(-slope[slope != 0], 1.0)
        self._highs.addRow(float(loss - slope @ numbers), highspy.kHighsInf, len(used), used, values)

    def near(self, best: Whole) -> tuple[Whole, float]:
        """The numbers with the smallest modelled risk, at most STEP reserves being of types not in `best`."""
        row = self._highs.getNumRow()
        used = np.flatnonzero(best).astype(np.int32)
        self._highs.addRow(self._count - STEP, highspy.kHighsInf, len(used), used, np.ones(len(used)))
        numbers = _whole(self._highs, self._types)
        promised = self._highs.getInfo().mip_dual_bound
        self._highs.deleteRows(1, np.array([row], dtype=np.int32))
        return (best, math.inf) if numbers is None else (numbers, promised)
