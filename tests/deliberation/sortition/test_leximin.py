import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

import deliberation
from deliberation.sortition.leximin import FairLottery, bound, leximin, maximin
from deliberation.sortition.quotas import Pool, QuotaError, Target, group
from tests.deliberation.sortition.small_pools import all_panels, people, targets, wanted, words


def brute_force(ids: Sequence[str], panels: Sequence[Sequence[str]]) -> dict[str, float]:
    """Leximin chances per person from all panels of persons: whoever cannot exceed the level is settled at it."""
    member = np.array([[float(id_ in panel) for panel in panels] for id_ in ids])
    settled = {i: 0.0 for i in range(len(ids)) if not member[i].any()}
    while len(settled) < len(ids):
        waiting = [i for i in range(len(ids)) if i not in settled]
        level = -_lowest([0.0] * len(panels) + [-1.0], member, settled, waiting, None)
        for i in waiting:
            if -_lowest([*-member[i], 0.0], member, settled, waiting, level) < level + 1e-6:
                settled[i] = level
    return {ids[i]: chance for i, chance in settled.items()}


def _lowest(
    cost: Sequence[float],
    member: NDArray[np.float64],
    settled: dict[int, float],
    waiting: list[int],
    level: float | None,
) -> float:
    rows = [[*-member[i], 0.0] for i in settled] + [[*-member[i], 1.0] for i in waiting]
    limits = [1e-9 - chance for chance in settled.values()] + [1e-9] * len(waiting)
    total = [[1.0] * member.shape[1] + [0.0]]
    ends = [(0, None)] * member.shape[1] + [(level or 0, level)]
    found = linprog(cost, rows, limits, total, [1.0], ends)
    assert found.fun is not None
    return float(found.fun)


def chances(pool: Pool, lottery: FairLottery) -> dict[str, float]:
    return {id_: p for ids, p in zip(pool.members, lottery.chances, strict=True) for id_ in ids}


def town(size: int = 150, order: int = 0) -> Pool:
    dice = random.Random(4)
    rows = {
        f"p{i}": {"a": dice.choice("xxxy"), "b": dice.choice("rstu"), "c": dice.choice("klm")} for i in range(size)
    }
    ids = sorted(rows)
    random.Random(order).shuffle(ids)
    aims = [
        *(Target("a", feature, 9, 11) for feature in "xy"),
        *(Target("b", feature, 4, 6) for feature in "rstu"),
        *(Target("c", feature, 6, 8) for feature in "klm"),
    ]
    return group({id_: rows[id_] for id_ in ids}, aims)


@settings(max_examples=40, deadline=None)
@given(words, wanted, st.integers(1, 4))
def test_small_pools_get_the_chances_that_brute_force_over_persons_finds(
    rows: list[str], aims: list[Target], seats: int
) -> None:
    volunteers = people(*rows)
    pool, panels = group(volunteers, aims), all_panels(volunteers, aims, seats)
    if not panels:
        with pytest.raises(QuotaError):
            leximin(pool, seats)
        return
    expected = brute_force(sorted(volunteers), panels)
    lottery = leximin(pool, seats)
    assert chances(pool, lottery) == pytest.approx(expected, abs=2e-6)
    possible = [chance for chance in expected.values() if chance > 1e-9]
    assert maximin(pool, seats).smallest == pytest.approx(min(possible), rel=2e-6, abs=1e-9)
    assert sum(len(pool.members[t]) for t in lottery.excluded) == len(expected) - len(possible)


@pytest.mark.parametrize("method", [maximin, leximin])
def test_a_lottery_keeps_every_target_and_proves_its_smallest_chance(
    method: Callable[[Pool, int], FairLottery],
) -> None:
    pool = town()
    lottery = method(pool, 20)
    for panel in lottery.panels:
        assert sum(panel) == 20
        assert all(0 <= number <= size for number, size in zip(panel, pool.sizes, strict=True))
        for place, target in enumerate(pool.targets):
            held = sum(number for number, type_ in zip(panel, pool.types, strict=True) if place in type_)
            assert target.minimum <= held <= target.maximum
    assert sum(lottery.probabilities) == pytest.approx(1)
    assert min(lottery.probabilities) > 0
    mean = np.array(lottery.probabilities) @ np.array(lottery.panels) / np.array(pool.sizes)
    assert list(lottery.chances) == pytest.approx(list(mean))
    assert (lottery.smallest, lottery.largest) == (min(lottery.chances), max(lottery.chances))
    assert min(lottery.weights) >= 0
    assert sum(lottery.weights) == pytest.approx(1)
    assert bound(pool, 20, lottery.weights) == pytest.approx(lottery.upper_bound)
    assert -1e-9 < lottery.gap <= 1e-6


def test_leximin_goes_on_after_the_smallest_chance() -> None:
    """The four women share one seat, so theirs is the smallest chance; the two men share the other seat equally."""
    pool = group(people("vjn", "vjz", "von", "voz", "mjn", "mon"), targets(v=(1, 1)))
    assert maximin(pool, 2).smallest == pytest.approx(1 / 4)
    assert chances(pool, leximin(pool, 2)) == pytest.approx(
        {"p0": 1 / 4, "p1": 1 / 4, "p2": 1 / 4, "p3": 1 / 4, "p4": 1 / 2, "p5": 1 / 2}, abs=1e-6
    )


def test_who_the_targets_exclude_is_said() -> None:
    pool = group(people("vjn", "mjn", "mon"), targets(o=(0, 0)))
    lottery = maximin(pool, 1)
    assert [pool.members[t] for t in lottery.excluded] == [("p2",)]
    assert lottery.smallest == pytest.approx(0.5)


def test_without_any_panel_the_targets_that_clash_are_named() -> None:
    with pytest.raises(QuotaError, match="minstens 2 keer ‘v’ bij ‘geslacht’ en hoogstens 1 keer ‘j’ bij ‘leeftijd’"):
        maximin(group(people("vjn", "vjn", "mon"), targets(j=(0, 1), v=(2, 2))), 2)


def test_the_order_of_rows_does_not_matter() -> None:
    assert leximin(town(), 20) == leximin(town(order=1), 20)


def test_every_process_finds_the_same_lottery() -> None:
    code = (
        "from tests.deliberation.sortition.test_leximin import town, maximin\n"
        "import hashlib; print(hashlib.sha256(repr(maximin(town(), 20)).encode()).hexdigest())"
    )
    root = Path(deliberation.__file__).parents[1]
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_progress_rises_to_one() -> None:
    heard = list[float]()
    leximin(town(), 20, heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
