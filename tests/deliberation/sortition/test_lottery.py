import hashlib
import hmac
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.lottery import Stream, seeded_order

SEED = b"a public seed"


def test_the_stream_is_the_leading_bits_of_the_published_construction() -> None:
    message = (4).to_bytes(4, "big") + b"dice" + (0).to_bytes(8, "big")
    block = int.from_bytes(hmac.digest(SEED, message, hashlib.sha256), "big")
    assert Stream(SEED, "dice").below(2**16) == block >> 240


def test_known_numbers_stay_what_they_are() -> None:
    stream = Stream(SEED, "dice")
    assert [stream.below(6) for _ in range(12)] == [4, 5, 4, 0, 4, 1, 4, 3, 3, 5, 3, 0]


@given(st.integers(1, 2**700), st.binary(max_size=8))
def test_numbers_are_within_bounds_and_repeat(n: int, seed: bytes) -> None:
    first, second = Stream(seed, "x"), Stream(seed, "x")
    numbers = [first.below(n) for _ in range(3)]
    assert all(0 <= number < n for number in numbers)
    assert numbers == [second.below(n) for _ in range(3)]


def test_every_number_comes_up_equally_often() -> None:
    stream = Stream(SEED, "chi-square")
    counts = Counter(stream.below(7) for _ in range(7_000))
    assert sum((counts[face] - 1_000) ** 2 / 1_000 for face in range(7)) < 22.5  # 99.9 % point, 6 df


def test_large_bounds_are_filled_to_the_top() -> None:
    stream, n = Stream(SEED, "large"), 3 * 2**600
    thirds = Counter(stream.below(n) // 2**600 for _ in range(3_000))
    assert set(thirds) == {0, 1, 2}
    assert all(900 < count < 1_100 for count in thirds.values())


def test_purposes_do_not_share_numbers() -> None:
    assert Stream(SEED, "a").below(2**128) != Stream(SEED, "b").below(2**128)


@pytest.mark.parametrize("n", [0, -3])
def test_nothing_lies_below_zero(n: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Stream(SEED, "x").below(n)


@given(st.sets(st.text(max_size=5)), st.randoms())
def test_the_order_depends_on_the_ids_alone(ids: set[str], random: Random) -> None:
    shuffled = sorted(ids)
    random.shuffle(shuffled)
    assert seeded_order(shuffled, SEED, "order") == seeded_order(sorted(ids), SEED, "order")
    assert sorted(seeded_order(shuffled, SEED, "order")) == sorted(ids)


def test_another_seed_gives_another_order() -> None:
    ids = [f"p{i}" for i in range(50)]
    assert seeded_order(ids, SEED, "order") != seeded_order(ids, b"another", "order")
