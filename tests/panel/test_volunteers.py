"""A panel chosen by lot from volunteers: targets, the search, the draw, what is public, and reserves."""

import asyncio
import csv
import io
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from deliberation.sortition.frames.columns import guess_mapping
from deliberation.sortition.frames.table import read_table
from deliberation.sortition.seal import Announced
from panel.audit import AuditEntry
from panel.cli import main
from panel.draws.proof import code_of, in_groups, read_code, salt_of
from panel.draws.reserves import call_reserves, plan_reserves
from panel.draws.search import Wish, ready, search_wanted, want_search
from panel.draws.targets import propose, save_targets, volunteers_of
from panel.invitations.actions import opt_out
from panel.mail.models import Message
from panel.people.actions import import_frame, read_file
from panel.people.models import Draw, Frame, Member, OptOut, Person, Search
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from panel.web.messages import Refused, sentence
from panel.web.process import Told
from tests.panel.stage import SOURCE, Stage
from tests.panel.volunteers import EXTRA, volunteers

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
SEATS = 20
WISH = Wish("maximin", 10, 20)


async def read_volunteers(stage: Stage, review: Review, content: bytes | None = None) -> None:
    content = content or volunteers().replace(b"W0", b"W%d-0" % review.id)
    found = await read_file(stage.settings, content, guess_mapping(read_table(content).header), EXTRA)
    await stage.database.write(import_frame(review, "aanmeldingen.csv", found, stage.clerk))


async def set_targets(stage: Stage, review: Review) -> None:
    found = await volunteers_of(review)
    targets = propose(found, review.sample_size)
    await stage.database.write(save_targets(review, found.frame, targets, stage.clerk))


async def search(stage: Stage, review: Review, wish: Wish = WISH) -> Draw:
    unit = want_search(review, await ready(review), wish, Announced("dice", SOURCE), stage.clerk)
    await stage.database.write(unit)
    assert await search_wanted(stage.database) == 1
    return await Draw.get(review=review, reason=None)


@pytest.fixture
async def review(stage: Stage) -> Review:
    stage.sample = SEATS
    made = await stage.review(State.RELEASED)
    await read_volunteers(stage, made)
    return made


@pytest.fixture
async def frozen(stage: Stage, review: Review) -> Draw:
    await set_targets(stage, review)
    return await search(stage, review)


@pytest.fixture
async def drawn(stage: Stage, review: Review, frozen: Draw) -> Draw:
    await stage.throw(review, frozen, "4 0 7")
    return await Draw.get(id=frozen.id)


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


def form_of(page: str) -> dict[str, str]:
    """What the fields of the table hold."""
    names = r'name="((?:min|max)-\d+-\d+|frame)"[^>]* value="([^"]*)"'
    return dict(re.findall(names, page))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


async def test_three_dice_choose_the_panel_of_their_number_and_its_members_keep_the_targets(
    stage: Stage, review: Review, drawn: Draw
) -> None:
    record = drawn.record
    assert (record["index"], len(record["panels"])) == (407, 1000)
    assert record["panel"] == record["panels"][407]
    members = await stage.members(review)
    assert sorted(member.token or "" for member in members) == record["panel"]
    assert len({member.address for member in members}) == SEATS
    people = {person.pseudonym: person for person in await Person.filter(frame__review=review)}
    seated = [people[member.pseudonym] for member in members]
    held = Counter(("geslacht", person.gender) for person in seated)
    held += Counter(("opleiding", person.features["opleiding"]) for person in seated)
    bounds = {(row[0], row[1]): row[2:4] for row in record["targets"]}
    assert all(low <= held[key] <= high for key, (low, high) in bounds.items() if key[0] in ("geslacht", "opleiding"))
    assert {(row[0], row[1]): row[3] for row in drawn.composition}["geslacht", "man"] == held["geslacht", "man"]


async def test_the_public_record_names_nobody_and_holds_no_number_of_the_municipality(
    stage: Stage, review: Review, drawn: Draw, client: httpx2.AsyncClient
) -> None:
    published = (await client.get(f"/t/{review.id}/loting.json")).text
    page = (await client.get(f"/t/{review.id}/loting")).text
    for person in await Person.filter(frame__review=review):
        for secret in (person.pseudonym, person.name, str(person.address_key), person.email or person.name):
            assert secret not in published
            assert secret not in page
    assert all(str(member.code) not in published for member in await stage.members(review))
    assert all(set(token) <= set("0123456789abcdef") for token in drawn.record["chances"])


async def test_with_the_two_lists_an_inspector_finds_everything_right(
    stage: Stage, review: Review, drawn: Draw, clerk: httpx2.AsyncClient, tmp_path: Path
) -> None:
    paths = [tmp_path / "loting.json"]
    paths[0].write_bytes((await clerk.get(f"/t/{review.id}/loting.json")).content)
    for name in ("mensen", "streefaantallen"):
        answer = await clerk.post(f"/bureau/{review.id}/loting/lijst/{name}")
        assert answer.status_code == 200
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_bytes(answer.content)
    assert b"Vrijwilliger" not in paths[1].read_bytes()
    result = CliRunner().invoke(main, ["draw", "verify", *map(str, paths)])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert len(lines) > 15
    assert all(line.startswith("goed") for line in lines)
    assert await AuditEntry.filter(action__contains="given out").count() == 2
    changed = paths[1].read_text().replace("laag", "hoog", 1)
    paths[1].write_text(changed)
    assert CliRunner().invoke(main, ["draw", "verify", *map(str, paths)]).exit_code == 1


async def test_everybody_who_volunteered_finds_the_own_place_with_a_code(
    review: Review, drawn: Draw, clerk: httpx2.AsyncClient, client: httpx2.AsyncClient
) -> None:
    listed = (await clerk.post(f"/bureau/{review.id}/loting/lijst/codes")).content.decode("utf-8-sig")
    codes = [row["code"] for row in csv.DictReader(io.StringIO(listed), delimiter=";")]
    assert len(codes) == len(set(codes)) == 150
    seen = Counter[str]()
    for code in codes:
        page = await client.post(f"/t/{review.id}/loting", data={"code": in_groups(code).lower()})
        assert page.status_code == 200
        [heading] = re.findall("<h1>(.*?)</h1>", page.text)
        seen[heading] += 1
    assert seen == {"U bent geloot": SEATS, "U bent reserve": 10, "U bent niet geloot": 120}
    for wrong in ("", "x", "0000-0000-0000-0000", codes[0][:-1]):
        page = await client.post(f"/t/{review.id}/loting", data={"code": wrong})
        assert (page.status_code, sentence("people.unknown_code") in page.text) == (422, True)


async def test_in_a_draw_that_was_put_aside_nobody_was_drawn(
    stage: Stage, review: Review, drawn: Draw, clerk: httpx2.AsyncClient, client: httpx2.AsyncClient
) -> None:
    listed = (await clerk.post(f"/bureau/{review.id}/loting/lijst/codes")).content.decode("utf-8-sig")
    await stage.put_aside(review)
    codes = [row["code"] for row in csv.DictReader(io.StringIO(listed), delimiter=";")]
    for code in codes[:: len(codes) // 20]:  # more failures at once would be answered otherwise
        assert (await client.post(f"/t/{review.id}/loting", data={"code": code})).status_code == 422


async def test_the_public_page_tells_the_targets_and_the_chances(
    review: Review, frozen: Draw, client: httpx2.AsyncClient, stage: Stage
) -> None:
    page = (await client.get(f"/t/{review.id}/loting")).text
    for words in ("150 mensen meldden zich aan", "1.000", "Opleiding", "Kleinste kans", frozen.frozen["commitment"]):
        assert words in page
    assert "Gekozen" not in page
    await stage.throw(review, frozen, "4 0 7")
    page = (await client.get(f"/t/{review.id}/loting")).text
    assert "panel 407" in page
    assert "Gekozen" in page


async def test_when_everybody_has_the_same_chance_the_page_says_so(
    stage: Stage, review: Review, client: httpx2.AsyncClient
) -> None:
    await read_volunteers(stage, review, volunteers(800))
    await set_targets(stage, review)
    await search(stage, review)
    page = (await client.get(f"/t/{review.id}/loting")).text
    assert "Ja: iedereen die zich aanmeldde, heeft dezelfde kans: 1 op 40." in page
    assert "Kleinste kans" not in page


async def test_a_file_with_columns_for_targets_is_one_of_volunteers(stage: Stage, review: Review) -> None:
    assert (await Frame.get(review=review)).volunteers
    await stage.read_people(review)
    assert (await Frame.get(review=review)).volunteers  # as it was said of the file before
    other = await stage.review(State.RELEASED)
    await stage.read_people(other)
    assert not (await Frame.get(review=other)).volunteers


async def test_the_desk_leads_from_the_file_to_the_members(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    address = f"/bureau/{review.id}/loting"
    assert "Mensen die zich hebben aangemeld" in (await clerk.get(address)).text
    assert (await clerk.post(f"{address}/wijze", data={"way": "both"})).status_code == 422
    await clerk.post(f"{address}/wijze", data={"way": "volunteers"})
    asked = {"step": "freeze", "kind": "dice", "dice": SOURCE, "method": "maximin", "reserves": "10", "dropout": "20"}
    page = await clerk.post(address, data=asked)
    assert (page.status_code, sentence("targets.none") in page.text) == (422, True)
    typed = form_of((await clerk.get(f"/bureau/{review.id}/streefaantallen")).text)
    await clerk.post(f"/bureau/{review.id}/streefaantallen", data={**typed, "step": "save"})
    for name, wrong in (("method", "luck"), ("reserves", "veel"), ("dropout", "100"), ("kind", "seed")):
        page = await clerk.post(address, data={**asked, name: wrong})
        assert page.status_code == 422
        assert f'id="error-{name}"' in page.text
    assert (await clerk.post(address, data=asked)).status_code == 303
    page = await clerk.get(address)
    assert "De computer zoekt" in page.text
    assert page.headers["refresh"] == "5"
    assert "refresh" not in (await clerk.get(f"{address}?stil")).headers
    assert (await clerk.post(address, data=asked)).status_code == 303
    assert await Search.all().count() == 1
    page = await clerk.post(f"/bureau/{review.id}/streefaantallen", data={**typed, "step": "save"})
    assert (page.status_code, sentence("targets.frozen") in page.text) == (422, True)
    assert (await clerk.post(f"{address}/wijze", data={"way": "everybody"})).status_code == 422
    assert await search_wanted(stage.database) == 1
    assert "De loting ligt vast" in (await clerk.get(address)).text
    assert (await clerk.post(address, data={"step": "draw", "lot": "4 0 7"})).status_code == 303
    assert "20 mensen zijn geloot uit 150" in (await clerk.get(address)).text
    assert await Member.filter(review=review).count() == SEATS


async def test_a_search_can_be_stopped_and_a_half_done_one_is_begun_again(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    await set_targets(stage, review)
    unit = want_search(review, await ready(review), WISH, Announced("dice", SOURCE), stage.clerk)
    await stage.database.write(unit)
    await clerk.post(f"/bureau/{review.id}/loting", data={"step": "stop"})
    assert await search_wanted(stage.database) == 0
    unit = want_search(review, await ready(review), WISH, Announced("dice", SOURCE), stage.clerk)
    await stage.database.write(unit)
    long_ago = (await Review.get(id=review.id)).created_at.replace(year=2020)
    await stage.change(Search.filter(review=review), touched_at=long_ago, share=0.4)

    async def made() -> bool:
        return await Draw.filter(review=review).exists()

    await stage.work(made)
    assert not await Search.all().exists()


@pytest.mark.parametrize("way", ["the clerk stops it", "the service stops"])
async def test_a_search_that_goes_on_is_stopped_at_once(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    ended = asyncio.Event()

    async def endless(module: list[str], document: Any, told: Told) -> list[str]:
        await told("0.250")
        try:
            await asyncio.sleep(1000)
        finally:
            ended.set()
        return []

    monkeypatch.setattr("panel.draws.search.run", endless)
    monkeypatch.setattr("panel.draws.search.BEAT", 0.05)
    await set_targets(stage, review)
    unit = want_search(review, await ready(review), WISH, Announced("dice", SOURCE), stage.clerk)
    await stage.database.write(unit)

    async def shown() -> bool:
        return "25 % klaar" in (await clerk.get(f"/bureau/{review.id}/loting")).text

    if way == "the service stops":
        await stage.work(shown)
        assert await Search.filter(review=review, trouble="").exists()
    else:

        async def stop_when_shown() -> bool:
            if await shown():
                await clerk.post(f"/bureau/{review.id}/loting", data={"step": "stop"})
            return ended.is_set()

        await stage.work(stop_when_shown)
        assert not await Search.all().exists()
    assert ended.is_set()
    assert not await Draw.all().exists()


async def test_a_search_that_fails_says_why_and_can_be_tried_again(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    await set_targets(stage, review)
    late = Announced("drand", "1000")
    await stage.database.write(want_search(review, await ready(review), WISH, late, stage.clerk))
    await search_wanted(stage.database)
    assert not await Draw.all().exists()
    assert sentence("people.lot_fell") in (await clerk.get(f"/bureau/{review.id}/loting")).text
    await stage.database.write(want_search(review, await ready(review), WISH, Announced("dice", SOURCE), stage.clerk))
    await read_volunteers(stage, review)
    await search_wanted(stage.database)
    assert sentence("people.frame_changed") in (await clerk.get(f"/bureau/{review.id}/loting")).text
    await search(stage, review)


async def test_what_cannot_be_is_said_with_the_smallest_repair_and_what_was_typed_stays(
    review: Review, clerk: httpx2.AsyncClient
) -> None:
    address = f"/bureau/{review.id}/streefaantallen"
    typed = form_of((await clerk.get(address)).text)
    assert len(typed) == 1 + 2 * (3 + 4 + 2 + 4 + 3)
    nonsense = {**typed, "min-0-0": "tien", "max-1-0": "", "min-2-0": "21", "min-3-1": "9", "max-3-1": "8"}
    page = await clerk.post(address, data=nonsense)
    assert page.status_code == 422
    assert 'value="tien"' in page.text
    assert all(f'id="error-{name}"' in page.text for name in ("min-0-0", "max-1-0", "min-2-0", "min-3-1"))
    assert not (await Frame.get(review=review)).targets
    too_much = typed | dict.fromkeys(("min-4-0", "max-4-0", "min-4-1", "max-4-1", "min-4-2", "max-4-2"), "8")
    page = await clerk.post(address, data=too_much)
    assert "Dit kan zo niet" in page.text
    assert re.search(r"8–8 wordt \d–8", page.text)
    assert (await clerk.post(address, data={**too_much, "step": "repair"})).status_code == 303
    page = await clerk.get(address)
    assert "Dit kan" in page.text
    assert "zo niet" not in page.text
    blank = {name: "" for name in typed if name != "frame"}
    page = await clerk.post(address, data={**typed, **blank})
    assert page.status_code == 200
    assert "Er zijn nog geen streefaantallen" in page.text


async def test_targets_go_out_and_come_in_as_the_csv_of_the_field(review: Review, clerk: httpx2.AsyncClient) -> None:
    address = f"/bureau/{review.id}/streefaantallen/bestand"
    content = (await clerk.get(address)).content
    rows = rows_of(content)
    assert {row["category"] for row in rows} == {"wijk", "leeftijd", "geslacht", *EXTRA}
    assert (await clerk.post(address, files={"file": ("s.csv", content)})).status_code == 303
    assert (await clerk.get(address)).content == content
    english = b"category,feature,min,max,min_flex,max_flex\nGender,VROUW,9,11,8,12\ngender,man,9,11,8,12\n"
    assert (await clerk.post(address, files={"file": ("s.csv", english)})).status_code == 303
    assert (await Frame.get(review=review)).targets == [
        ["geslacht", "vrouw", 9, 11, 8, 12],
        ["geslacht", "man", 9, 11, 8, 12],
    ]
    for wrong, words in (
        (b"category,feature,min,max\nhaarkleur,rood,1,2\n", "haarkleur"),
        (b"category,feature,min,max\ngeslacht,man,2,1\n", "Rij 2"),
        (b"a,b\n1,2\n", "category"),
    ):
        page = await clerk.post(address, files={"file": ("s.csv", wrong)})
        assert (page.status_code, words in page.text) == (422, True)
    short = b"category,feature,min,max\ngeslacht,man,9,11\n"
    assert (await clerk.post(address, files={"file": ("s.csv", short)})).status_code == 303
    page = await clerk.get(f"/bureau/{review.id}/streefaantallen")
    assert "Voor ‘vrouw’ bij ‘geslacht’ is geen streefaantal" in page.text


async def test_only_the_page_of_targets_may_run_a_script_and_only_our_own(
    review: Review, clerk: httpx2.AsyncClient
) -> None:
    response = await clerk.get(f"/bureau/{review.id}/streefaantallen")
    assert "script-src 'self'" in response.headers["content-security-policy"]
    scripts = re.findall(r"<script[^>]*>", response.text)
    assert len(scripts) == 1
    assert 'src="/static/targets.js' in scripts[0]
    other = await clerk.get(f"/bureau/{review.id}/loting")
    assert "<script" not in other.text
    assert "script-src" not in other.headers["content-security-policy"]


async def test_what_is_frozen_cannot_change(
    stage: Stage, review: Review, frozen: Draw, clerk: httpx2.AsyncClient
) -> None:
    found = await volunteers_of(review)
    with pytest.raises(Refused) as refused:
        await stage.database.write(save_targets(review, found.frame, [], stage.clerk))
    assert refused.value.code == "targets.frozen"
    page = (await clerk.get(f"/bureau/{review.id}/streefaantallen")).text
    assert "Bewaar" not in page
    await stage.change(Person.filter(frame__review=review, gender="man"), gender="vrouw")
    with pytest.raises(Refused) as refused:
        await stage.throw(review, frozen, "4 0 7")
    assert refused.value.code == "people.frame_changed"


async def test_reserves_come_in_the_order_of_the_lot_and_the_targets_stay(
    stage: Stage, review: Review, drawn: Draw, clerk: httpx2.AsyncClient
) -> None:
    address = f"/bureau/{review.id}/reserve"
    page = await clerk.get(address)
    assert "Er is niemand afgevallen" in page.text
    first, second, *_ = await stage.members(review)
    assert (await clerk.post(address, data={"step": "drop", "member": str(first.id)})).status_code == 303
    assert (await clerk.post(address, data={"step": "back", "member": str(first.id)})).status_code == 303
    assert "Er is niemand afgevallen" in (await clerk.get(address)).text
    await clerk.post(address, data={"step": "drop", "member": str(first.id)})
    plan = await plan_reserves(review)
    assert [member.id for member in plan.gone] == [first.id]
    [reserve] = plan.called
    assert reserve.token == drawn.record["alternates"][reserve.place - 1]
    page = await clerk.get(address)
    assert "Roep deze reserve op" in page.text
    await stage.database.write(opt_out(stage.settings, second, OptOut.THIS_TIME))
    stale = await clerk.post(address, data={"step": "call", "seen": plan.seen})
    assert (stale.status_code, sentence("reserves.changed") in stale.text) == (422, True)
    with pytest.raises(Refused):
        await stage.database.write(call_reserves(stage.settings, review, plan, stage.clerk))
    seen = (await plan_reserves(review)).seen
    assert (await clerk.post(address, data={"step": "call", "seen": seen})).status_code == 303
    members = await stage.members(review)
    assert len(members) == SEATS + 2
    assert {member.token for member in members[SEATS:]} == set(seen.split())
    assert all(member.code for member in members)
    assert len(await AuditEntry.filter(action="reserves called")) == 1
    assert (await Draw.get(id=drawn.id)).record == drawn.record
    assert not (await plan_reserves(review)).called
    # Who comes back after his place was taken sits beside the reserve, and nobody more is called.
    await clerk.post(address, data={"step": "back", "member": str(first.id)})
    plan = await plan_reserves(review)
    assert (len(plan.staying), list(plan.called)) == (SEATS + 1, [])
    assert (await clerk.get(address)).status_code == 200


async def test_a_reserve_called_while_the_questionnaire_is_open_is_invited_at_once_and_others_not_again(
    stage: Stage, review: Review, drawn: Draw, clerk: httpx2.AsyncClient
) -> None:
    assert "U meldde zich aan, en u bent geloot." in (await clerk.get(f"/bureau/{review.id}/openen")).text
    await stage.open(review)
    before = await Message.filter(kind="invitation").count()
    members = [member for member in await stage.members(review) if member.email]
    address = f"/bureau/{review.id}/reserve"
    for member in members[:3]:
        await clerk.post(address, data={"step": "drop", "member": str(member.id)})
    seen = (await plan_reserves(review)).seen
    assert len(seen.split()) == 3
    assert (await clerk.post(address, data={"step": "call", "seen": seen})).status_code == 303
    called = await Member.filter(review=review, token__in=seen.split()).exclude(email="")
    assert await Message.filter(kind="invitation").count() == before + len(called)
    assert await Message.filter(kind="invitation", recipient_id__in=[member.id for member in called]).exists()
    for wrong in ({"step": "x"}, {"step": "drop", "member": "9999"}, {"step": "drop"}, {"step": "call"}):
        assert (await clerk.post(address, data=wrong)).status_code == 422
    await stage.bring(review, State.CLOSED)
    assert sentence("reserves.not_now") in (await clerk.get(address)).text


async def test_the_page_of_reserves_counts_who_answered_and_names_nobody_who_did(
    stage: Stage, review: Review, drawn: Draw, clerk: httpx2.AsyncClient
) -> None:
    await stage.open(review)
    before = await clerk.get(address := f"/bureau/{review.id}/reserve")
    await stage.answer_some(review, 3)
    after = await clerk.get(address)
    assert "Van 3 mensen is het antwoord al binnen." in after.text
    assert before.text.split("<table")[1] == after.text.split("<table")[1]
    [first, *_] = await stage.members(review)
    refused = await clerk.post(address, data={"step": "drop", "member": str(first.id)})
    assert (refused.status_code, sentence("reserves.answered") in refused.text) == (422, True)


async def test_who_was_drawn_from_everybody_has_no_reserves(stage: Stage, clerk: httpx2.AsyncClient) -> None:
    made = await stage.review(State.DRAWN)
    page = await clerk.get(f"/bureau/{made.id}/reserve")
    assert (page.status_code, "Uitval en reserves" in page.text) == (200, True)
    assert sentence("reserves.none") in page.text


async def test_a_report_of_volunteers_weighs_to_the_panel_and_says_how_it_was_chosen(
    stage: Stage, review: Review, drawn: Draw
) -> None:
    from panel.reports.material import facts_of, input_of_findings

    await stage.bring(review, State.CLOSED)
    material = await input_of_findings(await Review.get(id=review.id))
    assert sum(group["population"] for group in material["strata"]) == 150
    assert sum(group["invited"] for group in material["strata"]) == SEATS
    rates = [group["population"] / group["invited"] for group in material["strata"]]
    assert max(rates) - min(rates) < 1.01
    whole = await Review.get(id=review.id).select_related("version")
    facts = await facts_of(stage.settings, whole, whole.created_at)
    assert (facts["draw"]["volunteers"], facts["draw"]["accepted"]) == (True, 150)
    await stage.bring(review, State.REPORTED)


def test_a_code_and_its_secret_lead_to_each_other() -> None:
    for secret in ("0" * 20, "f" * 20, "00000000000000000001", "0123456789abcdef0123"):
        assert salt_of(read_code(code_of(secret))) == secret
    assert salt_of("UUUU0000AAAA1111") == ""


async def test_columns_for_targets_are_named_at_the_import_and_remembered(
    stage: Stage, clerk: httpx2.AsyncClient
) -> None:
    review = await stage.review(State.RELEASED)
    address = f"/bureau/{review.id}/bestand"
    for name in ("Wijk", "id", "haarkleur", "opleiding, OPLEIDING"):
        page = await clerk.post(address, files={"file": ("a.csv", volunteers())}, data={"extra": name})
        assert page.status_code == 422, name
        assert f'value="{name}"' in page.text
    files = {"file": ("a.csv", volunteers())}
    assert (await clerk.post(address, files=files, data={"extra": "Opleiding"})).status_code == 303
    assert "voor streefaantallen: kolom ‘opleiding’" in (await clerk.get(address)).text
    assert (await clerk.post(address, files=files)).status_code == 303
    frame = await Frame.get(review=review)
    assert frame.extra == ["opleiding"]
    assert {person.features["opleiding"] for person in await Person.filter(frame=frame)} == {
        "laag", "midden", "hoog", "onbekend",
    }  # fmt: skip
