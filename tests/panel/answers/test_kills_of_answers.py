"""A short run of what `scripts/kills --of answers` does at length."""

from panel.settings import Settings
from tests.panel.answers.killing import Harness, harness


async def test_every_answer_that_was_acknowledged_survives_kills_of_the_service(settings: Settings) -> None:
    async with harness(settings, members=16, seed=5) as made:
        for _ in range(3):
            await made.kill()
        await made.finish()
    assert made.tally.faults() == []
    assert made.tally.kills == 3
    assert made.tally.on_their_way > 0, "the kills hit something"
    assert made.tally.hand_ins >= 16


async def test_a_save_that_got_lost_or_mixed_is_noticed(settings: Settings) -> None:
    async with harness(settings, members=5, seed=6) as made:
        await made.kill()
        await made.finish()
        first, second, *_ = made.writers
        first.known.draft["q09_stem"] = "iets anders"
        assert second.known.answers
        second.known.answers["q09_stem"] = "iets anders"
        await made.compare()
        assert made.tally.mixed == 2
        await _undo(made)
        await made.compare()
        assert made.tally.lost == 1


async def _undo(made: Harness) -> None:
    """Something of which the service said that it had it is not there any more."""
    from panel.answers.models import Ballot

    ballot = await Ballot.all().first()
    assert ballot
    draft = {name: answer for name, answer in ballot.draft.items() if name != "q09_stem"}
    await made.stage.change(Ballot.filter(id=ballot.id), draft=draft)
