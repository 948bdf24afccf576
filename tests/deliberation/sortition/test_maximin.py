import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import deliberation
from deliberation.sortition.maximin import bound, maximin
from deliberation.sortition.quotas import Pool, QuotaError, Target, group
from tests.deliberation.sortition.small_pools import all_panels, homes, people, targets, wanted, words


def brute_force(ids: Sequence[str], panels: Sequence[Sequence[str]]) -> float:
    """The largest smallest chance of whoever is in any panel, from all panels of persons."""
    member = np.array([[float(id_ in panel) for panel in panels] for id_ in ids if any(id_ in p for p in panels)])
    rows = np.hstack([-member, np.ones((len(member), 1))])
    cost, total = [0.0] * len(panels) + [-1.0], [[1.0] * len(panels) + [0.0]]
    found = linprog(cost, rows, np.zeros(len(member)), total, [1.0])
    assert found.fun is not None
    return -float(found.fun)


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
@given(words, wanted, st.integers(1, 4), homes)
def test_small_pools_get_the_smallest_chance_that_brute_force_over_persons_finds(
    rows: list[str], aims: list[Target], seats: int, shared: dict[str, str]
) -> None:
    volunteers = people(*rows)
    pool, panels = group(volunteers, aims, shared), all_panels(volunteers, aims, seats, shared)
    if not panels:
        with pytest.raises(QuotaError):
            maximin(pool, seats)
        return
    lottery = maximin(pool, seats)
    assert lottery.smallest == pytest.approx(brute_force(sorted(volunteers), panels), rel=2e-6)
    out = {id_ for t in lottery.excluded for id_ in pool.members[t]}
    assert out == set(volunteers) - {id_ for panel in panels for id_ in panel}


def test_a_lottery_keeps_every_target_and_proves_its_smallest_chance() -> None:
    pool = town()
    lottery = maximin(pool, 20)
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


def test_who_the_targets_exclude_is_said() -> None:
    pool = group(people("vjn", "mjn", "mon"), targets(o=(0, 0)))
    lottery = maximin(pool, 1)
    assert [pool.members[t] for t in lottery.excluded] == [("p2",)]
    assert lottery.smallest == pytest.approx(0.5)


def test_without_any_panel_the_targets_that_clash_are_named() -> None:
    with pytest.raises(QuotaError, match="minstens 2 keer ‘v’ bij ‘geslacht’ en hoogstens 1 keer ‘j’ bij ‘leeftijd’"):
        maximin(group(people("vjn", "vjn", "mon"), targets(j=(0, 1), v=(2, 2))), 2)


def test_the_order_of_rows_does_not_matter() -> None:
    assert maximin(town(), 20) == maximin(town(order=1), 20)


def test_every_process_finds_the_same_lottery() -> None:
    code = (
        "from tests.deliberation.sortition.test_maximin import town, maximin\n"
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
    maximin(town(), 20, heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
