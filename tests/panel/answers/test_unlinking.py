"""Whoever has both databases, every file, every mail and the log joins nothing better than chance after closing.

While a review is open the same program finds every ballot, with the vault; without the vault by no digest at all. On
PostgreSQL the write-ahead log of the server is left out: it holds old rows until it is written over.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from panel.settings import Settings
from tests.databases import Urls
from tests.panel.answers.digests import IN_A_FILE, linked
from tests.panel.answers.found import Found, arrange, look, owners
from tests.panel.answers.story import MEMBERS, log_kept, told

# Chance passes its own limit once in a thousand times; twice for the same two kinds of things is no chance.
REVIEWS, TOO_OFTEN = 2, 2
FEWER = 60
Fresh = Callable[[], Urls]


def settings_for(settings: Settings, urls: Urls, number: int) -> Settings:
    var = settings.var / str(number)
    var.mkdir()
    return replace(settings, var=var, database_url=urls.main, vault_url=urls.vault)


@pytest.mark.timeout(400)
async def test_after_closing_nothing_joins_ballots_members_and_texts_better_than_chance(
    settings: Settings, fresh_databases: Fresh
) -> None:
    beyond = Counter[str]()
    for number in range(REVIEWS):
        own = settings_for(settings, fresh_databases(), number)
        with log_kept() as log:
            async with told(own, seed=number) as story:
                await story.close()
                found = await look(story, log.getvalue())
        assert len(found.ballots.rows) == MEMBERS
        assert [len(found.texts[name].rows) for name in story.texts] == [MEMBERS, MEMBERS]
        assert not any(by_digest(found))
        scores = found.scores(seed=number)
        assert len(scores) == 10
        beyond.update(name for name, score in scores.items() if score.beyond())
    assert not [name for name, times in beyond.items() if times >= TOO_OFTEN]


async def test_while_a_review_is_open_the_vault_joins_every_ballot_and_the_main_database_alone_none_by_digest(
    settings: Settings,
) -> None:
    with log_kept() as log:
        async with told(settings, seed=3) as story:
            found = await look(story, log.getvalue())
    by_hand = {
        owner: {(kind.name, number) for kind in found.kinds for number in numbers_of(found, kind.name, owner)}
        for owner in owners(story, found.members)
    }
    in_tables = [{place for place in places if place[1] != IN_A_FILE} for places in by_digest(found)]
    assert dict(zip(owners(story, found.members), in_tables, strict=True)) == by_hand
    assert len(by_hand) == MEMBERS
    alone = arrange(story, found.evidence.without_vault(), watched=False)
    assert not any(by_digest(alone))
    if settings.database_url.startswith("sqlite://"):  # a server tells order and transaction: docs/privacy.md
        beyond = [name for name, score in alone.scores().items() if score.hits > 1.5 * score.limit]
        assert not beyond, "no order joins anything either, for who did not watch"


async def test_the_program_sees_the_order_when_nobody_shuffles(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class InOrder(random.SystemRandom):
        def shuffle(self, x: object) -> None:
            """Leave all as it is."""

    monkeypatch.setattr(random, "SystemRandom", InOrder)
    monkeypatch.setattr("panel.answers.actions._anywhere", str)
    async with told(settings, seed=4, members=FEWER) as story:
        await story.close()
        found = await look(story, "")
    scores = found.scores()
    assert scores["member, ballot"].beyond("order")
    assert scores["member, ballot"].beyond("hits")
    assert scores["q05_knel, ballot"].beyond("hits")


async def test_the_program_sees_a_moment_a_number_that_is_shared_and_a_digest_in_a_file(settings: Settings) -> None:
    async with told(settings, seed=5, members=FEWER) as story:
        await story.close()
        found = await look(story, "")
        owner = dict(enumerate(owners(story, found.ballots)))
        pseudonym = {row["id"]: row["pseudonym"] for row in found.members.rows}
    for leak in ("moment", "rare"):
        for number, row in enumerate(found.evidence.tables["main.ballot"]):
            row["leak"] = story.last.index(owner[number]) if leak == "moment" else f"van {pseudonym[owner[number]]}"
        for row in found.evidence.tables["main.member"]:
            row["leak"] = f"van {row['pseudonym']}"
        assert arrange(story, found.evidence).scores()["member, ballot"].hits == FEWER, leak


def by_digest(found: Found) -> list[set[tuple[str, int]]]:
    return linked(found.evidence, found.members, found.kinds, list(found.texts))


def numbers_of(found: Found, name: str, owner: int) -> list[int]:
    kind = found.ballots if name == "ballot" else found.texts[name]
    return [number for number, one in enumerate(owners(found.story, kind)) if one == owner]
