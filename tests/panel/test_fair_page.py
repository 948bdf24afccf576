"""The public page of the draw: for everybody, and for who has a code."""

import html
import json
import logging
from fractions import Fraction

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from deliberation.sortition.merkle import SALT_BYTES, climb, leaf, salt
from deliberation.sortition.seal import Announced
from panel.draws.proof import LETTERS, code_of, in_groups, read_code
from panel.draws.town import MOST_AREAS, MOST_DOTS, group_name, groups_of, one_in, town_of
from panel.people.models import Draw, Member
from panel.reviews.models import Review, State
from panel.web.messages import sentence
from tests.panel.contents import contents
from tests.panel.stage import SOURCE, THROWN, Stage

ROUND_NEXT_YEAR = 40_000_000
REASON = "Er ontbrak een wijk in het bestand"


@pytest.fixture
async def review(stage: Stage) -> Review:
    made = await stage.review(State.RELEASED)
    await stage.read_people(made)
    return made


def words(page: httpx2.Response) -> str:
    main = LexborHTMLParser(page.text).css_first("main")
    assert main is not None
    return " ".join(main.text(separator=" ").split())


async def code_of_somebody(review: Review) -> tuple[Member, str]:
    member = await Member.filter(review=review).order_by("id").first()
    assert member is not None
    assert member.code
    return member, member.code


async def test_there_is_no_page_before_something_is_frozen(client: httpx2.AsyncClient, review: Review) -> None:
    for address in (f"/t/{review.id}/loting", f"/t/{review.id}/loting.json", f"/t/{review.id}", "/t/9999/loting"):
        assert (await client.get(address)).status_code == 404
    assert f"/t/{review.id}" not in (await client.get("/")).text
    assert (await client.post(f"/t/{review.id}/loting", data={"code": "x"})).status_code == 404


async def test_before_the_lot_the_page_says_when_it_falls_and_what_was_frozen(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    draw = await stage.freeze(review, Announced("drand", str(ROUND_NEXT_YEAR)))
    page = await client.get(f"/t/{review.id}/loting")
    assert "Er is nog niet geloot. Het lot valt op " in words(page)
    assert draw.frozen["commitment"] in page.text
    assert "gekleurd." in words(page)
    assert 'stroke-width="9"' not in page.text
    assert page.headers["cache-control"] == "public, max-age=60"
    record = await client.get(f"/t/{review.id}/loting.json")
    assert record.json() == draw.frozen
    assert "randomness" not in record.json()
    assert f'href="/t/{review.id}"' in (await client.get("/")).text
    assert f'href="/t/{review.id}/loting"' in (await client.get(f"/t/{review.id}")).text


async def test_after_the_lot_everybody_sees_what_came_out_and_how_to_check_it(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    await stage.draw_from_frame(review)
    [draw] = await Draw.all()
    page = await client.get(f"/t/{review.id}/loting")
    assert f"40 mensen zijn geloot uit {draw.frozen['people']} inwoners" in words(page)
    for part in (draw.record["digest"], draw.frozen["commitment"], THROWN, SOURCE, "samenspraak draw verify"):
        assert part in html.unescape(page.text)
    assert (await client.get(f"/t/{review.id}/loting.json")).json() == draw.record
    assert (await client.get(f"/t/{review.id}/loting/1.json")).json() == draw.record
    assert (await client.get(f"/t/{review.id}/loting/2.json")).status_code == 404


async def test_an_earlier_draw_stays_in_public_with_the_reason(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    await stage.draw_from_frame(review)
    await stage.put_aside(review, REASON)
    page = await client.get(f"/t/{review.id}/loting")
    assert "Er is nog niet opnieuw geloot" in words(page)
    assert f'href="/t/{review.id}/loting"' in (await client.get(f"/t/{review.id}")).text
    await stage.freeze(review)
    await stage.put_aside(review, "Het lot kon niet doorgaan vandaag.")
    await stage.draw_from_frame(review)
    page = await client.get(f"/t/{review.id}/loting")
    text = words(page)
    assert "Er is eerder geloot, op" in text
    assert f"De reden: {REASON}." in text
    assert "Er was eerder een loting vastgelegd, op" in text
    assert "40 mensen zijn geloot" in text
    first = (await client.get(f"/t/{review.id}/loting/1.json")).json()
    second = (await client.get(f"/t/{review.id}/loting/2.json")).json()
    assert second["previous"] == {"digest": first["digest"], "reason": REASON}
    assert (await client.get(f"/t/{review.id}/loting.json")).json()["previous"]["digest"] == second["commitment"]


async def test_a_draw_put_aside_after_its_lot_fell_says_so(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    for round_ in (1_000, ROUND_NEXT_YEAR):
        await stage.freeze(review, Announced("drand", str(round_)))
        await stage.put_aside(review)
        text = words(await client.get(f"/t/{review.id}/loting"))
        assert text.count("Het lot was al gevallen, maar er is niet mee geloot") == 1


async def test_nothing_about_a_person_stands_on_the_page_or_in_the_record(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    await stage.draw_from_frame(review)
    shown = [await client.get(f"/t/{review.id}/{name}") for name in ("loting", "loting.json", "loting/1.json")]
    key = (await Draw.get(review=review)).salt_key
    assert key
    for member in await stage.members(review):
        assert member.code
        private = (member.name, member.email, member.address, member.pseudonym, member.link_id)
        for trait in (*private, member.code, in_groups(member.code), member.proof["salt"]):
            assert not [page for page in shown if trait in page.text]
    assert not [page for page in shown if key.hex() in page.text]


def spellings(code: str) -> list[str]:
    shown = in_groups(code)
    loose = shown.replace("0", "o").replace("1", "l")
    return [shown, code, shown.lower(), f"  {shown.replace('-', ' ')} ", loose, shown.replace("1", "I"), shown + "."]


async def test_who_has_a_code_finds_the_place_however_it_is_typed(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    await stage.draw_from_frame(review)
    member, code = await code_of_somebody(review)
    for typed in spellings(code):
        page = await client.post(f"/t/{review.id}/loting", data={"code": typed})
        assert page.status_code == 200, typed
        assert "U bent geloot" in words(page)
        assert group_name(member.proof["group"]) in words(page)
        assert one_in(Fraction(member.proof["chance"])) in words(page)
        assert page.headers["cache-control"] == "no-store"
        assert "set-cookie" not in page.headers
        assert member.name not in page.text


async def test_the_proof_on_the_page_leads_to_the_published_root(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    await stage.draw_from_frame(review)
    root = (await client.get(f"/t/{review.id}/loting.json")).json()["root"]
    _, code = await code_of_somebody(review)
    page = await client.post(f"/t/{review.id}/loting", data={"code": code})
    node = LexborHTMLParser(page.text).css_first("details .samenspraak-code")
    assert node is not None
    proof = json.loads(node.text())
    assert set(proof) == {"id", "salt", "group", "household", "path", "root"}
    found = leaf(proof["id"], proof["salt"], proof["group"], proof["household"])
    assert climb(found, proof["path"]) == root == proof["root"]


async def test_a_code_that_is_nobodys_here_gets_a_friendly_sentence_and_is_not_logged(
    stage: Stage, client: httpx2.AsyncClient, review: Review, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.draw_from_frame(review)
    other = await stage.review(State.DRAWN)
    _, elsewhere = await code_of_somebody(other)
    before = await contents()
    with caplog.at_level(logging.INFO):
        for typed in ("", "K7QF-2M9D-8XPT-4VCA", in_groups(elsewhere), "é" * 50, "<b>", "%00", "x" * 16, "x" * 9_999):
            page = await client.post(f"/t/{review.id}/loting", data={"code": typed})
            assert page.status_code == 422, typed
            assert sentence("people.unknown_code") in words(page)
            assert "set-cookie" not in page.headers
            assert page.headers["cache-control"] == "no-store"
    assert await contents() == before
    assert "K7QF" not in caplog.text
    assert elsewhere not in caplog.text


async def test_a_place_that_was_changed_in_the_database_is_not_confirmed(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    await stage.draw_from_frame(review)
    member, code = await code_of_somebody(review)
    await stage.change(Member.filter(id=member.id), proof={**member.proof, "group": ["Elders", "iedereen", "man"]})
    assert (await client.post(f"/t/{review.id}/loting", data={"code": code})).status_code == 422


async def test_members_find_their_place_also_after_closing(stage: Stage, client: httpx2.AsyncClient) -> None:
    review = await stage.review(State.CLOSED)
    assert (await Draw.get(review=review)).salt_key is None
    _, code = await code_of_somebody(review)
    assert (await client.post(f"/t/{review.id}/loting", data={"code": code})).status_code == 200


async def test_the_page_invites_to_the_town_hall_as_long_as_the_list_is_there(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    for state, invited in ((State.DRAWN, True), (State.CLOSED, False)):
        review = await stage.review(state)
        assert ("Kom langs op het gemeentehuis" in words(await client.get(f"/t/{review.id}/loting"))) is invited


async def test_the_code_stands_in_the_invitation_and_in_nothing_else(stage: Stage) -> None:
    from panel.invitations.letters import write_letter
    from panel.invitations.models import Kind

    review = await stage.review(State.OPEN)
    await review.fetch_related("version")
    member, code = await code_of_somebody(review)
    for kind in Kind:
        letter = write_letter(stage.settings, kind, member, review)
        told = [in_groups(code) in part for part in (letter.text, letter.html)]
        assert told == [kind is Kind.INVITATION] * 2, kind
        assert code not in letter.text + letter.html
    old = Member(name="Jo", email="jo@inwoner.example", link_id="x", review=review)
    assert "eerlijk bent geloot" not in write_letter(stage.settings, Kind.INVITATION, old, review).text


def test_a_code_is_sixteen_letters_that_cannot_be_confused_and_holds_the_whole_secret() -> None:
    assert len(set(LETTERS)) == 32
    assert not set("ILOU") & set(LETTERS)
    for number in range(300):
        secret = salt(b"key", str(number))
        code = code_of(secret)
        assert len(code) == 16
        value = 0
        for letter in code:
            value = value * 32 + LETTERS.index(letter)
        assert f"{value:0{2 * SALT_BYTES}x}" == secret
        assert all(read_code(typed) == code for typed in spellings(code))
    assert in_groups("K7QF2M9D8XPT4VCA") == "K7QF-2M9D-8XPT-4VCA"


Invited = dict[tuple[str, ...], int]


def frozen_town(areas: dict[str, int], one_of: int) -> tuple[dict[str, object], Invited]:
    strata = [
        {"stratum": [name, "iedereen"], "population": people, "seats": people // one_of, "chance": f"1/{one_of}"}
        for name, people in areas.items()
    ]
    invited: Invited = {(name, "iedereen"): people // one_of for name, people in areas.items()}
    return {"strata": strata, "commitment": "ab" * 32}, invited


@pytest.mark.parametrize("people", [12, 999, 1_000, 54_000, 1_000_000])
def test_the_picture_shows_every_area_and_the_share_that_was_drawn(people: int) -> None:
    areas = {"Noord": people // 2, "Zuid": people // 3, "West": people - people // 2 - people // 3}
    frozen, invited = frozen_town(areas, 2)
    blocks, per_dot = town_of(frozen, invited)
    assert sum(block.dots for block in blocks) == min(people, MOST_DOTS)
    assert {block.name: block.people for block in blocks} == areas
    assert all(block.coloured in (block.dots // 2, -(-block.dots // 2)) for block in blocks)
    for block in blocks:
        assert (block.others + block.drawn).count("M") == block.dots
        assert block.drawn.count("M") == block.coloured
    assert per_dot == max(1, people // 1_000)
    assert town_of(frozen, invited) == (blocks, per_dot)
    assert not [block for block in town_of(frozen, None)[0] if block.drawn]


def test_a_town_of_many_areas_is_one_picture() -> None:
    frozen, invited = frozen_town({f"Wijk {n}": 100 for n in range(MOST_AREAS + 1)}, 10)
    [block] = town_of(frozen, invited)[0]
    assert (block.people, block.invited, block.chance) == (1_700, 170, "1 op 10")
    assert len(groups_of(frozen, invited)) == MOST_AREAS + 1


def test_a_group_is_named_by_what_its_people_share() -> None:
    assert group_name(["Noord", "iedereen", "man"]) == "Noord, man"
    assert group_name(["Noord + Zuid", "65+", "anders + vrouw"]) == "Noord of Zuid, 65+, anders of vrouw"
    assert group_name(["iedereen"] * 3) == "iedereen"


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (Fraction(1, 90), "1 op 90"),
        (Fraction(2, 5), "1 op 2,5"),
        (Fraction(1, 3), "1 op 3"),
        (Fraction(3, 200), "1 op 67"),
        (Fraction(1), "1 op 1"),
        (Fraction(1, 54321), "1 op 54.321"),
        (Fraction(0), "geen"),
    ],
)
def test_a_chance_is_said_as_one_in_so_many(chance: Fraction, said: str) -> None:
    assert one_in(chance) == said
