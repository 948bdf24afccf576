import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.randomness import RandomnessError, read_randomness, round_after, time_of

# Round 1000 of the public network, as anyone can look it up.
SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
VALUE = "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
COMMITMENT = hashlib.sha256(b"frozen").hexdigest()


def test_a_drand_round_is_checked_without_a_network() -> None:
    found = read_randomness("drand", f" 1000 : {SIGNATURE.upper()}\n")
    assert (found.text, found.value.hex()) == (f"1000:{SIGNATURE}", VALUE)


@pytest.mark.parametrize(
    "text",
    [
        f"1001:{SIGNATURE}",
        f"1000:{SIGNATURE[:-1]}8",
        f"1000:{'00' * 48}",
        f"1000:c0{'00' * 47}",
        f"1000:{SIGNATURE[:-2]}",
        SIGNATURE,
        "",
    ],
)
def test_a_signature_that_is_not_of_that_round_is_refused(text: str) -> None:
    with pytest.raises(RandomnessError, match=r"drand"):
        read_randomness("drand", text)


def test_the_moment_of_a_round_and_the_first_round_after_a_moment_agree() -> None:
    noon = datetime(2026, 12, 3, 12, 0, 1, tzinfo=UTC)
    round_ = round_after(noon)
    assert noon <= time_of(round_) < noon + timedelta(seconds=3)
    assert round_after(time_of(round_)) == round_
    assert time_of(1000) == datetime(2023, 8, 23, 15, 59, 24, tzinfo=UTC)


@pytest.mark.parametrize("text", ["4 0 7", "4, 0, 7", " 4;0;7 ", "4 - 0 - 7", "４ ０ ７"])
def test_dice_are_the_same_however_they_are_written(text: str) -> None:
    assert read_randomness("dice", text) == read_randomness("dice", "4 0 7")


def test_three_ten_sided_dice_are_the_number_of_one_of_a_thousand_panels() -> None:
    assert read_randomness("dice", "4 0 7").index(1_000, COMMITMENT) == 407
    assert read_randomness("dice", "0 0 0").index(1_000, COMMITMENT) == 0


def test_other_dice_are_hashed() -> None:
    found = {read_randomness("dice", f"{n} 6 2 5").index(1_000, COMMITMENT) for n in range(1, 7)}
    assert len(found) > 4
    for thrown in ("10 2 3", "12 3 4", "1 2 89"):
        assert 0 <= read_randomness("dice", thrown).index(1_000, COMMITMENT) < 1_000


def test_what_was_frozen_decides_with_the_number_that_fell() -> None:
    fell = read_randomness("lottery", "Trekking 10-12: 3, 14, 27, 31")
    assert fell == read_randomness("lottery", "trekking 10 12 3 14 27 31 ")
    assert fell.seed(COMMITMENT) != fell.seed(hashlib.sha256(b"other").hexdigest())


@given(st.integers(2, 10_000), st.binary(min_size=1))
def test_an_index_is_a_panel(panels: int, value: bytes) -> None:
    assert 0 <= read_randomness("seed", value.hex()).index(panels, COMMITMENT) < panels


@pytest.mark.parametrize(
    ("kind", "text"), [("dice", ""), ("dice", "vier"), ("lottery", "7"), ("seed", "xyz"), ("seed", ""), ("munt", "1")]
)
def test_what_cannot_be_used_gets_a_sentence(kind: str, text: str) -> None:
    with pytest.raises(RandomnessError, match=r"^\S.*\.$"):
        read_randomness(kind, text)
