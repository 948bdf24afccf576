"""A clerk, a drafter and a council member: from signing in by a mailed link to the follow-up, through every page."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from panel.demo import desk
from panel.demo.browser import Browser, new_client
from panel.demo.mailbox import Mail
from panel.demo.members import MadeUpMember, Outcome, answer_all
from panel.demo.proposal import read_proposal
from panel.demo.residents import make_frame
from panel.web.dutch import today
from panel.web.messages import sentence
from tests.journeys.town import PHONE, NewVisitor, Town, invitations
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

RESIDENTS, SAMPLE, ANSWERS = 400, 90, 80
WRONG_ROWS = (
    "V999001;Fout Postcode;fout@inwoner.example;Kerkstraat;1;12AB;Voorbeeld;01-01-1980;V;West;N",
    "V999002;Fout Datum;fout2@inwoner.example;Kerkstraat;2;3500 AA;Voorbeeld;31-02-1980;M;West;N",
    ";Zonder Nummer;fout3@inwoner.example;Kerkstraat;3;3500 AA;Voorbeeld;01-01-1980;M;West;N",
)
TITLE = "Een eigen bijdrage naar inkomen voor hulp thuis"


async def test_a_review_is_run_from_the_proposal_to_the_follow_up(
    visit: NewVisitor, town: Town, tmp_path: Path
) -> None:
    clerk, drafter, council = await visit(), await visit(), await visit()
    await sign_in_with_a_look(clerk, town)
    await sign_in(drafter, town, desk.DRAFTER)
    await sign_in(council, town, desk.COUNCIL)

    proposal = await write_proposal(drafter)
    review = await prepare(clerk, proposal)
    await approve_twice(clerk, drafter, council, review)
    await read_file(clerk, review, tmp_path)
    resident = await visit(**PHONE)
    await draw(clerk, resident, review)
    mails = await open_box(clerk, town, review)
    await look_up_code(resident, mails[0], review)
    await answer(town, mails)
    await remind_and_extend(clerk, review)
    await close(clerk, town, review)
    await judge_texts(clerk, review)
    await make_report(clerk, review)
    await publish(clerk, review)
    await reply(council, clerk, review)
    await follow_up(clerk, review)
    await see_in_public(resident, review)


async def look_and_tab(visitor: Visitor, address: str = "") -> None:
    """Hold a page against the measure; the keyboard must reach everything on it."""
    if address:
        await visitor.page.goto(address)
    await visitor.look()
    await visitor.tab_through()
    await visitor.page.reload()


async def error(visitor: Visitor) -> str:
    """The one sentence of the error summary, without the name of its field."""
    await visitor.look()
    said = " ".join((await visitor.page.locator("#errors a").inner_text()).split())
    return said.rpartition(" – ")[2]


async def sign_in(visitor: Visitor, town: Town, email: str) -> None:
    box = town.mailbox()
    await visitor.page.goto("/bureau")
    await visitor.page.get_by_label("Uw e-mailadres").fill(email)
    await visitor.press("Stuur mij een link")
    await visitor.page.goto(await box.wait_for(email, "/bureau/aanmelden/"))
    await visitor.press("Aanmelden")
    assert await visitor.heading() == "Wat moet er nu gebeuren?"


async def sign_in_with_a_look(clerk: Visitor, town: Town) -> None:
    """By a link that arrives in the caught mail, and that works once."""
    box = town.mailbox()
    await clerk.page.goto("/bureau")
    assert await clerk.heading() == "Aanmelden voor het bureau"
    await look_and_tab(clerk)
    await clerk.page.get_by_label("Uw e-mailadres").fill(desk.CLERK)
    await clerk.press("Stuur mij een link")
    await look_and_tab(clerk)
    link = await box.wait_for(desk.CLERK, "/bureau/aanmelden/")
    await clerk.page.goto("/demo/post")
    await clerk.follow("Uw link om aan te melden – gemeente Voorbeeld")
    await look_and_tab(clerk)
    await clerk.page.goto(link)
    assert await clerk.heading() == "Welkom, Griet Griffier"
    await look_and_tab(clerk)
    await clerk.press("Aanmelden")
    await look_and_tab(clerk)
    await clerk.page.goto(link)
    assert await clerk.heading() == "Deze link werkt niet meer"
    await look_and_tab(clerk)


async def write_proposal(drafter: Visitor) -> str:
    """The drafter fills in the form, first with too little."""
    page = drafter.page
    await look_and_tab(drafter, "/bureau/voorstellen")
    await drafter.follow("Voorstel toevoegen")
    await look_and_tab(drafter)
    await drafter.press("Bewaren")
    assert await error(drafter) == "Vul dit veld in."
    await page.get_by_label("Hoe heet het?").fill(TITLE)
    await drafter.press("Bewaren")
    assert await page.get_by_text("Schrijf in één zin wat u aan het panel vraagt.").is_visible()
    await look_and_tab(drafter)

    await drafter.follow("Aanvullen")
    await drafter.press("Nog meer feiten")
    await look_and_tab(drafter)
    await page.get_by_text("Engels (voor wie weinig Nederlands leest)").click()
    for name, values in read_proposal(None).items():
        field = page.locator(f"[name={name}]")
        if await field.count() > 1:
            for value in values:
                await page.locator(f"[name={name}][value={value}]").check()
        elif await field.get_attribute("type") == "checkbox":
            await field.check()
        elif name == "kind":
            await field.select_option(values[0])
        else:
            await field.fill(values[0])
    await drafter.press("Bewaren")
    assert await drafter.heading() == TITLE
    assert await page.get_by_text("Nog niet compleet").count() == 0
    await look_and_tab(drafter)
    return page.url


async def prepare(clerk: Visitor, proposal: str) -> str:
    """The clerk sets the size, the conditions and the dates; a report before the closing is refused."""
    page = clerk.page
    await look_and_tab(clerk, proposal)
    await clerk.follow("Tweede mening voorbereiden")
    await look_and_tab(clerk)
    await page.get_by_label("Hoeveel mensen nodigt u uit?").fill(str(SAMPLE))
    await page.get_by_label("Vanaf hoeveel antwoorden geldt het advies?").fill("10")
    for name, days in {"closes_on": 21, "report_due": 20, "judgement_on": 45, "decision_on": 66}.items():
        await page.locator(f"[name={name}]").fill((today() + timedelta(days)).isoformat())
    await clerk.press("Bewaren")
    assert await error(clerk) == "Het rapport kan pas na de sluitingsdatum klaar zijn."
    await page.locator("[name=report_due]").fill((today() + timedelta(28)).isoformat())
    await clerk.press("Bewaren")
    assert await clerk.heading() == TITLE
    await look_and_tab(clerk)
    return page.url


async def approve_twice(clerk: Visitor, drafter: Visitor, council: Visitor, review: str) -> None:
    """Drafter and clerk, each in a browser of their own; a council member cannot."""
    await council.page.goto(f"{review}/akkoord")
    assert await council.heading() == "Dit mag u niet bekijken"
    await look_and_tab(council)
    await drafter.page.goto("/bureau")
    await look_and_tab(drafter)
    await drafter.link("Akkoord geven").first.click()
    await look_and_tab(drafter)
    await drafter.press("Ja, akkoord")
    assert await drafter.page.get_by_text("U bent akkoord. De griffie moet nog akkoord geven.").is_visible()
    await look_and_tab(drafter)

    await clerk.page.goto(review)
    await clerk.follow("Akkoord geven")
    await clerk.press("Ja, akkoord")
    assert await clerk.link("Bestand inlezen").is_visible()
    await look_and_tab(clerk)


async def read_file(clerk: Visitor, review: str, folder: Path) -> None:
    """A file with wrong rows: each is shown with its reason, and the rest can be drawn from."""
    page = clerk.page
    file = folder / "inwoners.csv"
    file.write_bytes(make_frame(RESIDENTS, 7) + "\r\n".join((*WRONG_ROWS, "")).encode())
    await look_and_tab(clerk, f"{review}/loting")
    assert await page.get_by_text("Lees eerst het bestand in").is_visible()
    await page.goto(review)
    await clerk.follow("Bestand inlezen")
    await look_and_tab(clerk)
    await clerk.press("Inlezen")
    assert await error(clerk) == "Kies eerst een bestand."
    await page.get_by_label("CSV-bestand").set_input_files(file)
    await clerk.press("Inlezen")
    assert await page.get_by_text("3 rijen zijn geweigerd.").is_visible()
    for row in (RESIDENTS + 2, RESIDENTS + 3, RESIDENTS + 4):
        assert await page.get_by_text(f"Rij {row}").is_visible()
    await look_and_tab(clerk)


async def draw(clerk: Visitor, resident: Visitor, review: str) -> None:
    """Frozen, looked at by a resident, drawn; then once more, with a reason that everybody can read."""
    page, public = clerk.page, f"/t/{review.rsplit('/', 1)[1]}/loting"
    await clerk.follow("Verder naar de loting")
    await look_and_tab(clerk)
    await page.get_by_label("Op welke dag valt het lot?").fill("2026-11-01")
    await clerk.press("Leg de loting vast")
    assert await error(clerk) == sentence("people.lot_in_the_past")
    await freeze(clerk)
    await look_and_tab(clerk)
    await look_and_tab(resident, public)
    assert await resident.heading() == "Zo wordt er geloot"
    await clerk.press(f"Loot {SAMPLE} mensen")
    assert await error(clerk) == "Vul dit veld in."
    await throw(clerk)
    await page.locator("summary").filter(has_text="Opnieuw loten").click()
    await clerk.press("Deze loting laten vervallen")
    assert await error(clerk) == "Vul dit veld in."
    await page.get_by_label("Waarom?").fill("De notaris gooide een dobbelsteen van tafel.")
    await clerk.press("Deze loting laten vervallen")
    await look_and_tab(resident, public)
    await freeze(clerk)
    await throw(clerk)
    await look_and_tab(clerk)
    await look_and_tab(resident, public)
    assert await resident.page.get_by_text("De notaris gooide een dobbelsteen van tafel.").is_visible()
    await look_and_tab(clerk, review)
    await look_and_tab(clerk, f"{review}/bestand")
    assert await clerk.button("Inlezen").count() == 0


async def freeze(clerk: Visitor) -> None:
    await clerk.page.get_by_label("Dobbelstenen.").check()
    await clerk.page.get_by_label("Wie gooit, waar en wanneer?").fill(desk.THROWER)
    await clerk.press("Leg de loting vast")
    assert await clerk.page.get_by_text("De loting ligt vast").is_visible()


async def throw(clerk: Visitor) -> None:
    await clerk.page.get_by_label("Wat is er gegooid?").fill(desk.THROWN)
    await clerk.press(f"Loot {SAMPLE} mensen")
    assert await clerk.page.get_by_text(f"{SAMPLE} mensen zijn geloot").is_visible()


async def look_up_code(resident: Visitor, mail: Mail, review: str) -> None:
    """Somebody who was drawn types the code from the mail, first wrong; the proof can be unfolded."""
    page = resident.page
    found = re.search(r"vul uw code in: (\S+)", mail.text)
    assert found
    await page.goto(f"/t/{review.rsplit('/', 1)[1]}/loting")
    await page.get_by_label("Uw code").fill("K7QF-2M9D")
    await resident.press("Zoek mij op")
    assert await error(resident) == sentence("people.unknown_code")
    await page.get_by_label("Uw code").fill(found[1].lower().replace("-", " "))
    await resident.press("Zoek mij op")
    assert await resident.heading() == "U bent geloot"
    await page.locator("summary").click()
    await resident.look()
    await resident.tab_through()


async def try_mails(clerk: Visitor) -> None:
    """Every kind of mail is read on the screen, and then in a mailbox of one's own."""
    page = clerk.page
    await clerk.follow("Bekijk alle e-mails hier")
    for summary in await page.locator("summary").all():
        await summary.click()
    await page.frame_locator("iframe").first.get_by_text("Dag Voorbeeld,").wait_for()
    await clerk.look()
    await page.go_back()
    await clerk.press("Stuur 6 proeven naar mij")
    await look_and_tab(clerk)
    async with asyncio.timeout(30):
        while not await clerk.button(f"{SAMPLE} uitnodigingen versturen").count():
            await clerk.follow("Kijk opnieuw")


async def look_up_person(clerk: Visitor, mail: Mail, review: str) -> None:
    """What became of the mail to one person, found by a part of the address."""
    await clerk.page.goto(f"{review}/post")
    field = clerk.page.get_by_label("Een deel van de naam, het e-mailadres of het adres")
    await field.fill("ab")
    await clerk.press("Zoeken")
    assert await error(clerk) == sentence("post.too_short", least=3)
    await field.fill(mail.to.upper())
    await clerk.press("Zoeken")
    assert await clerk.page.get_by_role("heading", name="1 mens gevonden").is_visible()
    assert await clerk.page.get_by_text("Bereikt, voor zover wij kunnen zien.").is_visible()
    assert clerk.page.url.endswith("/post/zoeken")
    await clerk.look()
    await clerk.tab_through()


async def open_box(clerk: Visitor, town: Town, review: str) -> list[Mail]:
    """The invitations go out: the button says to how many."""
    box = town.mailbox()
    await clerk.page.goto("/bureau")
    await clerk.link("Uitnodigingen versturen").first.click()
    await look_and_tab(clerk)
    await try_mails(clerk)
    await clerk.page.locator("summary").click()
    await look_and_tab(clerk)
    await clerk.press(f"{SAMPLE} uitnodigingen versturen")
    await look_and_tab(clerk)
    cookies = {cookie["name"]: cookie["value"] for cookie in await clerk.page.context.cookies()}
    async with new_client(town.url) as client:
        client.cookies.update(cookies)
        mails = await invitations(Browser(client), review, box)
    await look_and_tab(clerk, f"{review}/post")
    await look_up_person(clerk, mails[0], review)
    await look_and_tab(clerk, f"{review}/post/onzeker")
    return mails


async def answer(town: Town, mails: list[Mail]) -> None:
    members = [MadeUpMember(mail.link("/m/"), mail.link("/u/"), seed) for seed, mail in enumerate(mails)]
    members[0].vote, members[1].vote = "voor", "aanpassen"
    finished: list[int] = []
    await answer_all(town.url, members[:ANSWERS], Outcome(), finished.append)


async def remind_and_extend(clerk: Visitor, review: str) -> None:
    page = clerk.page
    await page.goto(review)
    await look_and_tab(clerk)
    await clerk.follow("Herinnering versturen")
    await look_and_tab(clerk)
    await page.get_by_role("button", name=re.compile(r"^\d+ herinneringen versturen$")).click()
    assert await page.get_by_text("Het panel antwoordt.").is_visible()

    await clerk.follow("Langer openhouden")
    await look_and_tab(clerk)
    await clerk.press("Langer openhouden")
    assert await error(clerk) == "Vul dit veld in."
    later = today() + timedelta(25)
    await page.get_by_label("Nieuwe sluitingsdatum").fill(later.isoformat())
    await clerk.press("Langer openhouden")
    assert await error(clerk) == "Schrijf op waarom."
    await page.get_by_label("Waarom?").fill("De brieven kwamen later aan.")
    await clerk.press("Langer openhouden")
    assert page.url == review

    await look_and_tab(clerk, "/bureau")
    await page.goto(review)
    await clerk.follow("Intrekken")
    await look_and_tab(clerk)
    await page.get_by_role("button", name=re.compile(r"^Intrekken en \d+ mensen berichten$")).click()
    assert await error(clerk) == "Schrijf op waarom."


async def close(clerk: Visitor, town: Town, review: str) -> None:
    await town.pass_time(review)
    await until(clerk, review, lambda: clerk.link("Teksten beoordelen").is_visible())
    await look_and_tab(clerk)


async def until(visitor: Visitor, address: str, ready: Callable[[], Awaitable[bool]]) -> None:
    await visitor.page.goto(address)
    while not await ready():
        await visitor.page.wait_for_timeout(200)
        await visitor.page.reload()


async def judge_texts(clerk: Visitor, review: str) -> None:
    page = clerk.page
    await clerk.follow("Teksten beoordelen")
    await look_and_tab(clerk)
    while not await page.get_by_text("Alle teksten zijn beoordeeld").is_visible():
        for group in await page.get_by_role("radiogroup").all():
            if not await group.locator("input:checked").count():
                await group.get_by_text("Niet in het rapport").click()
        await page.get_by_role("button", name="Bewaren").click()
    await look_and_tab(clerk)


async def make_report(clerk: Visitor, review: str) -> None:
    page = clerk.page
    await page.goto(review)
    await clerk.follow("Rapport maken")
    await look_and_tab(clerk)
    await clerk.press("Rapport maken")
    await clerk.look()
    await until(clerk, review, lambda: clerk.link("Openbaar maken").is_visible())
    await look_and_tab(clerk)


async def publish(clerk: Visitor, review: str) -> None:
    page = clerk.page
    await clerk.follow("Openbaar maken")
    await look_and_tab(clerk)
    await clerk.follow("Het rapport als webpagina")
    assert await clerk.heading() == TITLE
    await page.go_back()
    await page.get_by_role("button", name=re.compile(r"^Openbaar maken en \d+ mensen berichten$")).click()
    await page.locator("summary").filter(has_text="Openbaar").click()
    assert await clerk.link("De openbare pagina").is_visible()
    await look_and_tab(clerk)


async def reply(council: Visitor, clerk: Visitor, review: str) -> None:
    """A council member answers every advice, and has said something to all of them before it is final."""
    page = council.page
    await look_and_tab(council, "/bureau")
    await council.link("Antwoorden op het advies").first.click()
    await look_and_tab(council)
    finish = page.get_by_role("button", name=re.compile(r"^Vastleggen en \d+ mensen berichten$"))
    await page.get_by_label("Overgenomen", exact=True).first.check()
    await council.press("Alleen bewaren")
    assert await error(council) == "Kies wat u met dit advies doet, en schrijf waarom."
    for place, group in enumerate(await page.get_by_role("radiogroup").all()):
        await group.get_by_role("radio").nth(place % 4).check()
    for place, field in enumerate(await page.locator("textarea").all()):
        await field.fill(desk.REASONS[place % 4])
    await council.press("Alleen bewaren")
    assert await page.get_by_text("Bewaard. U kunt later verdergaan.").is_visible()
    await page.goto(review)
    await council.follow("Antwoorden op het advies")
    assert await page.locator("textarea").first.input_value() == desk.REASONS[0]
    await finish.click()
    await page.wait_for_url(review)
    assert await page.get_by_text("De griffie is aan zet.").is_visible()
    await look_and_tab(council)
    await clerk.page.goto(f"{review}/antwoord")


async def follow_up(clerk: Visitor, review: str) -> None:
    page = clerk.page
    await page.goto(review)
    await clerk.follow("Laten zien wat ermee is gedaan")
    await look_and_tab(clerk)
    await clerk.press("Openbaar maken en afronden")
    assert await error(clerk) == "Vul dit veld in."
    await page.get_by_label("Wat is er gedaan?").fill("Het hoogste bedrag is verlaagd naar 75 euro.")
    await clerk.press("Openbaar maken en afronden")
    await look_and_tab(clerk)
    await look_and_tab(clerk, "/bureau")
    await clerk.press("Afmelden")
    assert await clerk.heading() == "Aanmelden voor het bureau"


async def see_in_public(resident: Visitor, review: str) -> None:
    """A resident finds question, advice, vote, answer and follow-up, and every document."""
    page = resident.page
    number = review.rsplit("/", 1)[1]
    await page.goto("/")
    await look_and_tab(resident)
    await page.goto(f"/t/{number}")
    assert await page.get_by_role("img").get_attribute("alt")
    assert await page.get_by_text(desk.REASONS[0]).is_visible()
    assert await page.get_by_text("Het hoogste bedrag is verlaagd naar 75 euro.").is_visible()
    await look_and_tab(resident)
    links = [await link.get_attribute("href") or "" for link in await page.locator(".samenspraak-links a").all()]
    assert len(links) > 12
    for link in links:
        assert (await page.request.get(link)).ok
    await page.goto(f"/t/{number}?taal=en")
    assert await page.get_by_text("Everything to read and to check").is_visible()
    await resident.look()
