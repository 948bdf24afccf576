"""A clerk chooses a panel from volunteers, through every page of it; a volunteer looks up the own place."""

import csv
from pathlib import Path

import pytest

from panel.demo import desk
from panel.demo.browser import Browser, new_client
from tests.journeys.test_clerk_journey import look_and_tab, sign_in
from tests.journeys.town import PHONE, NewVisitor, Town
from tests.journeys.visitor import Visitor
from tests.panel.volunteers import EXTRA, volunteers

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SEATS = 20
SOURCE = "De notaris gooit drie dobbelstenen met de cijfers 0 tot en met 9, vanavond in de raadzaal."


async def test_a_panel_is_chosen_from_volunteers(visit: NewVisitor, town: Town, tmp_path: Path) -> None:
    clerk, volunteer = await visit(), await visit(**PHONE)
    await sign_in(clerk, town, desk.CLERK)
    review = await released(town)
    await read_file(clerk, review, tmp_path)
    await set_targets(clerk, review)
    await freeze(clerk, review)
    await look_and_tab(volunteer, f"/t/{review.rsplit('/', 1)[1]}/loting")
    await throw(clerk)
    await find_places(clerk, volunteer, review)
    await replace_who_drops_out(clerk, review)


async def released(town: Town) -> str:
    async with new_client(town.url) as first, new_client(town.url) as second:
        clerk, drafter = Browser(first), Browser(second)
        await desk.sign_in(clerk, town.mailbox(), desk.CLERK)
        await desk.sign_in(drafter, town.mailbox(), desk.DRAFTER)
        version = await desk.register_proposal(drafter, None)
        address = await desk.prepare_review(clerk, version, SEATS, 1)
        await desk.approve(drafter, address)
        await desk.approve(clerk, address)
        return address


async def read_file(clerk: Visitor, review: str, folder: Path) -> None:
    people = folder / "aanmeldingen.csv"
    people.write_bytes(volunteers())
    await clerk.page.goto(f"{review}/bestand")
    await clerk.page.get_by_label("CSV-bestand").set_input_files(people)
    await clerk.page.get_by_label("Kolommen voor streefaantallen").fill(", ".join(EXTRA))
    await clerk.press("Inlezen")
    await look_and_tab(clerk)
    await clerk.follow("Verder naar de loting")
    await look_and_tab(clerk)
    await clerk.page.get_by_text("Klopt dat niet?").click()
    await clerk.page.get_by_label("Mensen die zich hebben aangemeld").check()
    await clerk.press("Kies dit")
    await look_and_tab(clerk)


async def set_targets(clerk: Visitor, review: str) -> None:
    """With the script the answer comes while typing; the smallest repair is taken over with a button."""
    page = clerk.page
    await clerk.follow("Vul de streefaantallen in")
    await look_and_tab(clerk)
    answer = page.locator("#answer")
    assert "Dit kan" in await answer.inner_text()
    for feature in ("tegen", "voor", "weet niet"):
        await page.get_by_label(f"{EXTRA[1]}, {feature}: minstens").fill("8")
        await page.get_by_label(f"{EXTRA[1]}, {feature}: hoogstens").fill("8")
    await answer.get_by_text("De minima van").wait_for()
    await clerk.look()
    await page.get_by_label("geslacht, man: minstens").fill("veel")
    await page.locator("#error-min-2-0").wait_for()
    await clerk.look()
    await page.get_by_label("geslacht, man: minstens").fill("8")
    await clerk.button("Neem dit over en bewaar").click()
    await page.get_by_text("Deze streefaantallen zijn bewaard.").wait_for()
    assert "Dit kan" in await answer.inner_text()
    await look_and_tab(clerk)


async def freeze(clerk: Visitor, review: str) -> None:
    await clerk.page.goto(f"{review}/loting")
    await clerk.page.get_by_label("Dobbelstenen").check()
    await clerk.page.get_by_label("Wie gooit, waar en wanneer?").fill(SOURCE)
    await clerk.press("Maak de panels en leg de loting vast")
    await clerk.page.goto(f"{review}/loting?stil")
    if await clerk.button("Stop met zoeken").count():
        await clerk.look()
        await clerk.page.goto(f"{review}/loting")  # which looks again by itself
    await clerk.page.get_by_text("De loting ligt vast").wait_for(timeout=60_000)
    await look_and_tab(clerk)


async def throw(clerk: Visitor) -> None:
    await clerk.page.get_by_label("Wat is er gegooid?").fill("4 0 7")
    await clerk.press(f"Loot {SEATS} mensen")
    await clerk.page.get_by_text(f"{SEATS} mensen zijn geloot").wait_for(timeout=60_000)
    await look_and_tab(clerk)


async def find_places(clerk: Visitor, volunteer: Visitor, review: str) -> None:
    await clerk.page.get_by_text("Lijsten voor controle, en codes", exact=True).click()
    async with clerk.page.expect_download() as arriving:
        await clerk.button("Lijst van codes").click()
    path = await (await arriving.value).path()
    codes = [row["code"] for row in csv.DictReader(path.read_text("utf-8-sig").splitlines(), delimiter=";")]
    address = f"/t/{review.rsplit('/', 1)[1]}/loting"
    await look_and_tab(volunteer, f"{address}?")
    found = set()
    for code in codes:
        await volunteer.page.goto(address)
        await volunteer.page.get_by_label("Uw code").fill(code)
        await volunteer.press("Zoek mij op")
        if (heading := await volunteer.heading()) not in found:
            found.add(heading)
            await volunteer.look()
        if len(found) == 3:
            return
    raise AssertionError(found)


async def replace_who_drops_out(clerk: Visitor, review: str) -> None:
    await clerk.page.goto(f"{review}/reserve")
    await look_and_tab(clerk)
    for _ in range(2):
        await clerk.page.get_by_role("button", name="Valt af").first.click()
    await look_and_tab(clerk)
    await clerk.press("Roep deze 2 reserves op")
    await clerk.page.get_by_text("18 van de 20").wait_for(state="detached")
    await clerk.look()


async def test_letters_are_reckoned(visit: NewVisitor, town: Town) -> None:
    clerk = await visit()
    await sign_in(clerk, town, desk.CLERK)
    await clerk.follow("Hoeveel brieven?")
    await look_and_tab(clerk)
    await clerk.page.get_by_label("Uit hoeveel mensen wordt er geloot?").fill("300000")
    await clerk.press("Reken uit")
    await clerk.page.get_by_text("12.000 uitnodigingen").first.wait_for()
    await look_and_tab(clerk)
