from datetime import timedelta
from time import perf_counter

import pytest

from panel.mail.delivery import LONGEST_DELAY, SHORTEST_DELAY, delay
from panel.mail.outcome import Kind, judge, outcome


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4.7.1 Greylisted, please try again in 300 seconds", 300),
        ("4.2.0 try again in 5 minutes", 300),
        ("4.7.1 try again after 1 hour", 3600),
        ("4.7.0 Please retry in 90s.", 90),
        ("4.7.1 Greylisting in action, please come back in 00:04:58", 298),
        ("4.7.1 wait 10 min, then send it once more", 600),
        ("4.2.1 come back in about 2 minutes", 120),
        ("4.3.2 try again later", None),
        ("4.2.2 mailbox full, quota 300 MB", None),
        ("4.7.1 sent 30 messages in 60 seconds, try again", None),
        ("4.7.1 again 20260102", None),
    ],
)
def test_a_relay_that_says_in_how_long_we_may_come_back_is_understood(text: str, seconds: int | None) -> None:
    found = judge("RCPT", 450, text, "wim@voorbeeld.example").come_back
    assert found == (None if seconds is None else timedelta(seconds=seconds))


def test_a_message_that_was_taken_asks_for_nothing() -> None:
    assert judge("dot", 250, "2.0.0 taken, try again in 5 minutes", "wim@voorbeeld.example").come_back is None


def test_what_the_relay_asks_is_heeded_and_never_goes_wild() -> None:
    minute = timedelta(minutes=1)
    for _ in range(100):
        assert minute <= delay(1, minute) <= 1.2 * minute
        assert delay(1, timedelta(0)) == SHORTEST_DELAY
        assert 2 * minute < delay(2, minute), "it was asked before, and it did not help"
        assert timedelta(hours=1) <= delay(3, timedelta(hours=1))
        assert delay(1, timedelta(days=3)) == LONGEST_DELAY
        assert 4.5 * minute <= delay(1) <= 6.5 * minute


def test_a_reply_without_end_takes_no_time_and_shows_no_half_address() -> None:
    began = perf_counter()
    endless = outcome(Kind.REFUSED, "550 5.1.1 " + "\n".join(["a" * 1990] * 100), "wim@voorbeeld.example")
    assert perf_counter() - began < 0.2
    assert endless.reply.startswith("550 5.1.1")
    addresses = " ".join(f"w{number}.{'i' * 60}@voorbeeld.example" for number in range(100))
    assert "@" not in outcome(Kind.REFUSED, f"550 {addresses}", "wim@voorbeeld.example").reply
    assert "iii" not in outcome(Kind.REFUSED, f"550 {addresses}", "wim@voorbeeld.example").reply
