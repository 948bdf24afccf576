"""A short run of what `scripts/kills` does at length."""

from dataclasses import replace
from typing import Literal

import pytest

from panel.database import Database
from panel.settings import Settings
from tests.panel.mail.killing import harness


@pytest.mark.parametrize("policy", ["hold", "resend"])
async def test_after_kills_at_random_moments_nothing_is_lost_and_nothing_arrives_twice_that_need_not(
    database: Database, settings: Settings, policy: Literal["hold", "resend"]
) -> None:
    async with harness(database, replace(settings, mail_in_doubt=policy), members=300, seed=3) as made:
        made.paces = (1.5,)
        await made.wave(kills=3)
    assert made.tally.faults(policy) == []
    assert made.tally.messages == 300
    assert made.tally.kills == 3
    assert made.tally.in_doubt + made.tally.duplicates > 0, "the kills hit something"
