"""The draw at the desk: frozen, then drawn by a lot that nobody knew, and once more only with a public reason."""

import html
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from deliberation.sortition.seal import Announced
from panel.audit import AuditEntry
from panel.cli import main
from panel.database import Database
from panel.people.models import Draw, Exclusion, Frame, Member
from panel.reviews.models import Review, State, Step
from panel.settings import Settings
from panel.staff.models import Staff
from panel.web.dutch import today
from panel.web.messages import Refused, sentence
from tests.databases import Urls
from tests.panel.stage import SOURCE, THROWN, Stage, frame

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
ROUND = 1000  # of drand, long ago
SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
DICE = {"step": "freeze", "kind": "dice", "dice": SOURCE}
REASON = "Er ontbrak een wijk in het bestand."


@pytest.fixture
async def review(stage: Stage) -> Review:
    made = await stage.review(State.RELEASED)
    await stage.read_people(made)
    return made


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


def tomorrow(**changes: str) -> dict[str, str]:
    day = (today() + timedelta(days=1)).isoformat()
    return {"step": "freeze", "kind": "drand", "day": day, "time": "12:00", **changes}


async def members_of(stage: Stage, review: Review) -> list[str]:
    return sorted(member.pseudonym for member in await stage.members(review))


async def test_the_desk_shows_how_far_the_draw_is_and_what_is_next(stage: Stage, clerk: httpx2.AsyncClient) -> None:
    review = await stage.review(State.RELEASED)
    address = f"/bureau/{review.id}/loting"
    assert sentence("people.no_frame") in (await clerk.get(address)).text
    await stage.read_people(review)
    assert "Leg de loting vast" in (await clerk.get(address)).text
    assert (await clerk.post(address, data=DICE)).headers["location"] == address
    draw = await Draw.get(review=review)
    page = (await clerk.get(address)).text
    for words in (draw.frozen["commitment"], SOURCE, "Loot 40 mensen"):
        assert words in page
    assert (await clerk.post(address, data={"step": "draw", "lot": THROWN})).headers["location"] == address
    page = (await clerk.get(address)).text
    assert f"40 mensen zijn geloot uit {draw.frozen['people']}" in page
    assert "Opnieuw loten" in page
    await stage.open(review)
    page = (await clerk.get(address)).text
    assert "Opnieuw loten" not in page
    assert "Leg de loting vast" not in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"step": "freeze"}, sentence("form.choice")),
        ({"step": "freeze", "kind": "seed"}, sentence("form.choice")),
        ({**DICE, "dice": " "}, sentence("form.empty")),
        ({"step": "freeze", "kind": "lottery"}, sentence("form.empty")),
        (tomorrow(day=today().isoformat(), time="00:00"), sentence("people.lot_in_the_past")),
        (tomorrow(day="2023-08-23"), sentence("people.lot_in_the_past")),
        (tomorrow(day=(today() + timedelta(days=300)).isoformat()), sentence("people.lot_too_late")),
        (tomorrow(time="straks"), sentence("people.no_time")),
        (tomorrow(day="morgen"), sentence("form.date")),
    ],
)
async def test_a_source_that_cannot_be_is_refused_with_what_was_typed(
    clerk: httpx2.AsyncClient, review: Review, typed: dict[str, str], words: str
) -> None:
    page = await clerk.post(f"/bureau/{review.id}/loting", data=typed)
    assert (page.status_code, words in page.text) == (422, True)
    assert all(f'value="{value}"' in page.text for name, value in typed.items() if name in ("day", "time"))
    assert not await Draw.all().exists()


async def test_nothing_is_frozen_when_the_lot_falls_meanwhile(
    clerk: httpx2.AsyncClient, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panel.draws.sources.read_announced", lambda *_: Announced("drand", "1000"))
    page = await clerk.post(f"/bureau/{review.id}/loting", data=tomorrow())
    assert (page.status_code, sentence("people.lot_fell") in page.text) == (422, True)
    assert not await Draw.all().exists()


async def test_a_draw_that_cannot_be_made_is_refused_before_anything_is_public(
    stage: Stage, clerk: httpx2.AsyncClient
) -> None:
    review = await stage.review(State.RELEASED)
    address = f"/bureau/{review.id}/loting"
    assert sentence("people.no_frame") in (await clerk.post(address, data=DICE)).text
    one_home = "volgnummer;e-mail;straat;huisnummer;postcode;woonplaats\n" + "".join(
        f"A{n};a{n}@inwoner.example;Dorpsweg;{n // 2 + 1};3511 AA;Voorbeeld\n" for n in range(50)
    )
    for content, words in ((frame(39), "U wilt 40 mensen loten"), (one_home.encode(), "maar er zijn 25 adressen")):
        await stage.read_people(review, content)
        page = await clerk.post(address, data=DICE)
        assert (page.status_code, words in page.text) == (422, True)
        assert SOURCE in page.text
    assert not await Draw.all().exists()


async def test_a_round_of_drand_is_computed_from_the_moment_and_waits_for_it(
    clerk: httpx2.AsyncClient, review: Review
) -> None:
    address = f"/bureau/{review.id}/loting"
    assert (await clerk.post(address, data=tomorrow())).status_code == 303
    [draw] = await Draw.all()
    announced = draw.frozen["announced"]
    assert announced["kind"] == "drand"
    assert "12.00 uur" in (await clerk.get(address)).text
    page = await clerk.post(address, data={"step": "draw", "lot": SIGNATURE})
    assert (page.status_code, "Dit lot valt pas op" in page.text) == (422, True)
    assert 'name="lot"' not in page.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", sentence("form.empty")),
        (SIGNATURE[:-1], "96 tekens"),
        (SIGNATURE.replace("b4", "b5", 1), "De handtekening hoort niet bij ronde 1000"),
        (f"999:{SIGNATURE}", "De handtekening hoort niet bij ronde 999"),
        (json.dumps({"round": 1001, "signature": SIGNATURE}), "De handtekening hoort niet bij ronde 1001"),
        ('{"round": 1000}', "96 tekens"),
        ("[1, 2]", "96 tekens"),
    ],
)
async def test_a_wrong_signature_draws_nobody(
    stage: Stage, clerk: httpx2.AsyncClient, review: Review, typed: str, words: str
) -> None:
    await stage.freeze(review, Announced("drand", str(ROUND)))
    page = await clerk.post(f"/bureau/{review.id}/loting", data={"step": "draw", "lot": typed})
    assert (page.status_code, words in page.text) == (422, True)
    assert html.escape(typed) in page.text.replace("&#34;", "&quot;"), "nothing that was typed is lost"
    assert not await Member.all().exists()
    assert (await Review.get(id=review.id)).state == State.RELEASED


@pytest.mark.parametrize("shown", [SIGNATURE, f"1000:{SIGNATURE}", '{"round":1000,"signature":"%s"}' % SIGNATURE])  # noqa: UP031
async def test_the_signature_alone_or_all_that_drand_shows_is_the_lot(
    stage: Stage, clerk: httpx2.AsyncClient, review: Review, shown: str
) -> None:
    await stage.freeze(review, Announced("drand", str(ROUND)))
    assert (await clerk.post(f"/bureau/{review.id}/loting", data={"step": "draw", "lot": shown})).status_code == 303
    [draw] = await Draw.all()
    assert draw.record["randomness"]["text"] == f"1000:{SIGNATURE}"
    assert await Member.filter(review=review).count() == 40


async def test_the_same_file_key_and_lot_give_the_same_people_in_another_installation(
    fresh_databases: Callable[[], Urls], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panel.draws.actions.new_key", lambda: b"k" * 32)

    async def drawn(secret: str, thrown: str) -> list[str]:
        urls = fresh_databases()
        own = replace(settings, secret_key=secret, database_url=urls.main, vault_url=urls.vault)
        async with Database(own) as database:
            stage = Stage(own, database)
            await stage.hire()
            for _ in range(int(secret[-1])):  # other ids than in the first installation
                await stage.draft()
            review = await stage.review(State.RELEASED)
            await stage.read_people(review, frame())
            await stage.draw_from_frame(review, thrown)
            return await members_of(stage, review)

    here = await drawn("the secret key of installation 1", THROWN)
    assert await drawn("the secret key of installation 2", THROWN) == here
    assert await drawn("the secret key of installation 2", "6 6 6") != here


async def test_another_file_after_freezing_is_refused_until_the_draw_is_put_aside(
    stage: Stage, clerk: httpx2.AsyncClient, review: Review
) -> None:
    await stage.freeze(review)
    before = await Frame.get(review=review)
    page = await clerk.get(f"/bureau/{review.id}/bestand")
    assert ("De loting ligt vast, met dit bestand" in page.text, "Inlezen</button>" in page.text) == (True, False)
    files = {"file": ("anders.csv", frame(200, seed=9), "text/csv")}
    page = await clerk.post(f"/bureau/{review.id}/bestand", files=files)
    assert (page.status_code, sentence("people.frozen") in page.text) == (422, True)
    assert (await Frame.get(review=review)).id == before.id
    await clerk.post(f"/bureau/{review.id}/loting", data={"step": "put_aside", "reason": REASON})
    assert (await clerk.post(f"/bureau/{review.id}/bestand", files=files)).status_code == 303


async def test_a_frozen_draw_can_be_put_aside_with_a_reason_and_the_next_names_it(
    stage: Stage, clerk: httpx2.AsyncClient, review: Review
) -> None:
    address = f"/bureau/{review.id}/loting"
    first = await stage.freeze(review)
    for reason, words in (("", sentence("form.empty")), ("Zomaar.", sentence("people.no_reason"))):
        page = await clerk.post(address, data={"step": "put_aside", "reason": reason})
        assert (page.status_code, words in page.text) == (422, True)
    assert (await clerk.post(address, data={"step": "put_aside", "reason": REASON})).status_code == 303
    assert REASON in (await clerk.get(address)).text
    second = await stage.freeze(review)
    assert (first.number, second.number) == (1, 2)
    assert second.frozen["previous"] == {"digest": first.frozen["commitment"], "reason": REASON}
    assert (await Draw.get(id=first.id)).salt_key is None


async def test_drawing_again_takes_the_members_away_and_lets_them_be_drawn(
    stage: Stage, clerk: httpx2.AsyncClient, review: Review
) -> None:
    await stage.draw_from_frame(review)
    [first] = await Draw.all()
    await clerk.post(f"/bureau/{review.id}/loting", data={"step": "put_aside", "reason": REASON})
    assert (await Review.get(id=review.id)).state == State.RELEASED
    assert not await Member.all().exists()
    assert not await Exclusion.all().exists()
    assert not await Step.filter(review=review, state=State.DRAWN).exists()
    await stage.draw_from_frame(review, "6 6 1")
    assert await Member.filter(review=review).count() == 40
    second = await Draw.get(number=2)
    assert second.record["previous"] == {"digest": first.record["digest"], "reason": REASON}
    assert await Step.filter(review=review, state=State.DRAWN).count() == 1
    lines = [line.action for line in await AuditEntry.filter(object=f"review {review.id}").order_by("id")]
    assert lines[-5:] == ["review released again", "draw put aside", "draw frozen", "review drawn", "draw made"]


async def test_a_draw_is_made_only_of_what_was_frozen(stage: Stage, review: Review) -> None:
    from panel.people.models import Person

    draw = await stage.freeze(review)
    await stage.change(Person.filter(area="Noord"), area="Zuid")
    with pytest.raises(Refused) as refusal:
        await stage.throw(review, draw)
    assert refusal.value.code == "people.frame_changed"


async def test_an_inspector_makes_the_whole_draw_again_from_the_list(
    stage: Stage, clerk: httpx2.AsyncClient, client: httpx2.AsyncClient, review: Review, tmp_path: Path
) -> None:
    await stage.freeze(review)
    await stage.put_aside(review)
    await stage.draw_from_frame(review)
    record, people = tmp_path / "loting.json", tmp_path / "lijst.csv"
    record.write_bytes((await client.get(f"/t/{review.id}/loting.json")).content)
    answer = await clerk.post(f"/bureau/{review.id}/loting/lijst")
    people.write_bytes(answer.content)
    for member in await stage.members(review):
        assert member.name not in answer.text
        assert member.email not in answer.text
    assert await AuditEntry.filter(action="lijst of the draw given out").count() == 1

    done = CliRunner().invoke(main, ["draw", "verify", str(record), str(people)])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert len(lines) > 8
    assert all(line.startswith("goed") for line in lines), done.output

    people.write_bytes(answer.content.replace(b",Noord,", b",Zuid,", 1))
    done = CliRunner().invoke(main, ["draw", "verify", str(record), str(people)])
    assert (done.exit_code, "FOUT" in done.stdout) == (1, True)


async def test_the_key_of_the_secrets_dies_at_closing_and_at_a_withdrawal(
    stage: Stage, clerk: httpx2.AsyncClient
) -> None:
    review = await stage.review(State.OPEN)
    key = (await Draw.get(review=review)).salt_key
    assert key
    assert (await clerk.post(f"/bureau/{review.id}/loting/lijst")).status_code == 200
    await stage.close(review)
    assert (await Draw.get(review=review)).salt_key is None
    page = await clerk.post(f"/bureau/{review.id}/loting/lijst")
    assert (page.status_code, sentence("people.no_list") in page.text) == (409, True)

    other = await stage.review(State.DRAWN)
    await stage.withdraw(other)

    async def cleared() -> bool:
        return (await Draw.get(review=other)).salt_key is None

    await stage.work(cleared)
