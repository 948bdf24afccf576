"""On paper: a member prints the form, a clerk types it in, a colleague checks it, and the link says that it is in."""

import re
from pathlib import Path

import pikepdf
import pytest

from panel.database import Database
from panel.demo import desk
from panel.demo.mailbox import Mail
from panel.staff.actions import add_staff
from panel.staff.models import Role
from panel.web.messages import sentence
from tests.journeys.town import PHONE, NewVisitor, OpenRound, Town
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

COLLEAGUE = "collega@voorbeeld.example"
REASON = "De rekening komt te laat."


async def test_an_answer_on_paper_from_the_printed_form_to_the_check_by_a_second_person(
    visit: NewVisitor, open_round: OpenRound, town: Town, tmp_path: Path
) -> None:
    opened = await open_round(12)
    mail, other, third = (opened.next_mail() for _ in range(3))
    await print_the_form(await visit(**PHONE), mail, tmp_path)
    clerk, second = await visit(), await visit()
    await sign_in(clerk, town, desk.CLERK)
    async with Database(town.settings) as database:
        await database.write(add_staff(COLLEAGUE, "Gerda Griffier", Role.CLERK, "journeys"))
    await sign_in(second, town, COLLEAGUE)

    under_way = await visit(**PHONE)
    await under_way.page.goto(mail.link("/m/"))
    await under_way.press("Beginnen")
    await print_for_somebody(clerk, opened.address, other)
    await type_in(clerk, opened.address, mail)
    await be_refused(clerk, opened.address, mail)
    await hear_that_it_is_in(under_way, mail)
    await check_by_a_second_person(clerk, second, opened.address, mail)
    await by_telephone(clerk, opened.address, third)


async def look_and_tab(visitor: Visitor, address: str = "") -> None:
    if address:
        await visitor.page.goto(address)
    await visitor.look()
    await visitor.tab_through()


async def sign_in(visitor: Visitor, town: Town, email: str) -> None:
    box = town.mailbox()
    await visitor.page.goto("/bureau")
    await visitor.page.get_by_label("Uw e-mailadres").fill(email)
    await visitor.press("Stuur mij een link")
    await visitor.page.goto(await box.wait_for(email, "/bureau/aanmelden/"))
    await visitor.page.locator("main button").click()
    await visitor.page.wait_for_load_state()


def code_in(mail: Mail) -> str:
    found = re.search(r"vul uw code in: (\S+)", mail.text)
    assert found
    return found[1]


async def errors(visitor: Visitor) -> list[str]:
    return [" ".join(text.split()) for text in await visitor.page.locator("#errors a").all_inner_texts()]


async def choose(visitor: Visitor, number: int, label: str) -> None:
    group = visitor.page.get_by_role("radiogroup", name=re.compile(rf"^{number}\. "))
    await group.get_by_label(label, exact=True).check()


async def print_the_form(member: Visitor, mail: Mail, folder: Path) -> None:
    await member.page.goto(mail.link("/m/"))
    await member.follow("Druk een formulier af")
    assert await member.page.locator("strong", has_text=code_in(mail)).is_visible()
    await look_and_tab(member)
    await member.follow("English")
    assert await member.page.get_by_role("heading", name="How it works").is_visible()
    await member.look()
    await member.page.go_back()
    await member.page.emulate_media(media="print")
    assert not await member.link("English").is_visible()
    assert await member.page.locator(".samenspraak-boxes li").first.is_visible()
    plain, usual = [await pages_of(member, folder, address_in_margin=wish) for wish in (False, True)]
    assert 4 <= len(plain) <= 8
    assert usual == plain, "the personal link, which is the address of the page, must not be printed on the form"


async def pages_of(visitor: Visitor, folder: Path, *, address_in_margin: bool) -> list[bytes]:
    """What is drawn on each page of A4; browsers print the address of a page in its margin unless told otherwise."""
    file = folder / f"form-{address_in_margin}.pdf"
    await visitor.page.pdf(path=file, format="A4", prefer_css_page_size=True, display_header_footer=address_in_margin)
    with pikepdf.open(file) as printed:
        return [page.Contents.read_bytes() for page in printed.pages]


async def print_for_somebody(clerk: Visitor, review: str, mail: Mail) -> None:
    await clerk.page.goto(review)
    await clerk.follow("Antwoorden op papier of per telefoon")
    await look_and_tab(clerk)
    await clerk.follow("Een formulier afdrukken")
    await look_and_tab(clerk)
    await clerk.page.get_by_label("De code").fill("K7QF")
    await clerk.press("Maak het formulier")
    assert await errors(clerk) == [sentence("paper.unknown_code")]
    await clerk.look()
    await clerk.page.get_by_label("De code").fill(code_in(mail).lower())
    await clerk.press("Maak het formulier")
    assert await clerk.page.get_by_role("heading", name="Zo werkt het").is_visible()
    await clerk.look()


async def open_form(clerk: Visitor, review: str, code: str, way: str) -> None:
    await clerk.page.goto(f"{review}/papier")
    await clerk.page.get_by_label("De code").fill(code)
    await clerk.page.get_by_label(way).check()
    await clerk.press("Naar de vragen")


async def type_in(clerk: Visitor, review: str, mail: Mail) -> None:
    page = clerk.page
    await page.goto(f"{review}/papier")
    await clerk.press("Naar de vragen")
    assert await errors(clerk) == [sentence("paper.unknown_code")]
    await clerk.look()
    await open_form(clerk, review, code_in(mail), "Op papier")
    assert await clerk.heading() == "Overtypen"
    await look_and_tab(clerk)
    await choose(clerk, 1, "Ja, helemaal")
    await page.get_by_label("Geld en schulden").check()
    await page.get_by_label(re.compile(r"^10\. ")).fill(REASON)
    await choose(clerk, 11, "8")
    await clerk.press("Opslaan")
    assert [line.partition(":")[0] for line in await errors(clerk)] == ["Vraag 4", "Vraag 9"]
    assert await page.get_by_label(re.compile(r"^10\. ")).input_value() == REASON
    await look_and_tab(clerk)
    await page.get_by_label("Geld en schulden").uncheck()
    await choose(clerk, 9, "Het plan aannemen")
    await clerk.press("Opslaan")
    assert await clerk.heading() == "Het antwoord is opgeslagen"
    await look_and_tab(clerk)


async def be_refused(clerk: Visitor, review: str, mail: Mail) -> None:
    await clerk.follow("Nog een antwoord overtypen")
    assert await clerk.page.get_by_text("Er is 1 antwoord overgetypt.").is_visible()
    await open_form(clerk, review, code_in(mail), "Per telefoon")
    assert await errors(clerk) == [sentence("paper.already")]
    await clerk.look()
    await look_and_tab(clerk, review)


async def hear_that_it_is_in(member: Visitor, mail: Mail) -> None:
    await member.page.goto("/mening/controle")
    assert await member.heading() == "Uw antwoord was er al"
    await look_and_tab(member)
    await member.page.goto(mail.link("/m/"))
    assert await member.page.get_by_text("Uw antwoord is binnen, op papier").is_visible()
    assert await member.page.get_by_role("button").count() == 0
    await look_and_tab(member)


async def check_by_a_second_person(clerk: Visitor, second: Visitor, review: str, mail: Mail) -> None:
    await look_and_tab(clerk, f"{review}/papier/nakijken")
    await clerk.page.get_by_label("De code").fill(code_in(mail))
    await clerk.press("Naar de vragen")
    assert await errors(clerk) == [sentence("paper.same_person")]
    await clerk.look()

    await look_and_tab(second, f"{review}/papier/nakijken")
    await second.page.get_by_label("De code").fill(code_in(mail))
    await second.press("Naar de vragen")
    assert await second.heading() == "Nog eens overtypen"
    assert await second.page.locator("input:checked").count() == 0
    await look_and_tab(second)
    await choose(second, 1, "Ja, helemaal")
    await choose(second, 9, "Het plan niet aannemen")
    await second.page.get_by_label(re.compile(r"^10\. ")).fill(REASON)
    await choose(second, 11, "8")
    await second.press("Vergelijken")
    assert await errors(second) == [f"Vraag 9: {sentence('paper.differs')}"]
    await look_and_tab(second)
    await second.press("Dit staat op het formulier")
    assert await second.heading() == "Het formulier is nagekeken"
    await look_and_tab(second)
    await second.follow("Nog een formulier nakijken")
    assert await second.page.get_by_text("Er is nu niets na te kijken.").is_visible()


async def by_telephone(clerk: Visitor, review: str, mail: Mail) -> None:
    await open_form(clerk, review, code_in(mail), "Per telefoon")
    await choose(clerk, 9, "Ik heb geen mening")
    await clerk.press("Opslaan")
    assert await clerk.heading() == "Het antwoord is opgeslagen"
    await clerk.page.goto(mail.link("/m/"))
    assert await clerk.page.get_by_text("Uw antwoord is binnen, per telefoon").is_visible()
