"""A member, from the caught mail to the thank-you page: on a phone, with the keyboard alone, without script."""

import re
from typing import Literal

import pytest
import pytest_asyncio

from panel.demo.mailbox import Mail
from tests.journeys.town import PHONE, NewVisitor, OpenRound, Round, Town
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST_PAGE_BYTES = 60_000
MAIN = 12  # questions that are not extra
LOADED = """() => Object.fromEntries([...performance.getEntriesByType('navigation'),
    ...performance.getEntriesByType('resource')].map(entry => [entry.name, entry.decodedBodySize]))"""


@pytest_asyncio.fixture(loop_scope="session")
async def link(members_round: Round) -> str:
    return members_round.next_mail().link("/m/")


async def start(visitor: Visitor, link: str) -> None:
    await visitor.page.goto(link)
    await visitor.press("Beginnen")
    await visitor.page.locator("main a.utrecht-button").click()


async def choose(visitor: Visitor, *labels: str) -> None:
    """Tap the rows with these words."""
    for label in labels:
        await (
            visitor.page.locator("label.samenspraak-choice").filter(has_text=re.compile(f"^\\s*{label}\\s*$")).click()
        )


async def skip_to(visitor: Visitor, number: int) -> None:
    while await position(visitor) < number:
        await visitor.press("Volgende")


async def position(visitor: Visitor) -> int:
    """Which of the questions this page asks, counted through to the extra ones."""
    shown = await visitor.page.get_by_text(re.compile(r"^(Vraag|Extra vraag) \d+ van \d+$")).first.inner_text()
    number = int(re.findall(r"\d+", shown)[0])
    return number + MAIN if shown.startswith("Extra") else number


async def errors(visitor: Visitor) -> list[str]:
    """The sentences of the error summary; the focus must be there."""
    summary = visitor.page.locator("#errors")
    assert await summary.evaluate("element => element === document.activeElement")
    return [" ".join(text.split()) for text in await summary.locator("a").all_inner_texts()]


async def answer_of(visitor: Visitor, question: str) -> str:
    """What the page to check says somebody answered."""
    row = visitor.page.locator(".utrecht-data-list__item").filter(has_text=question)
    return " / ".join((await row.locator("dd").first.inner_text()).split("\n"))


async def test_a_member_answers_every_question_on_a_phone(visit: NewVisitor, members_round: Round) -> None:
    visitor = await visit(**PHONE)
    await open_the_mail(visitor, members_round.next_mail())
    await read_the_plan(visitor)
    await answer_what_people_notice(visitor)
    await write_and_go_back(visitor)
    await vote(visitor)
    await mark_and_choose(visitor)
    await check_and_hand_in(visitor)


async def open_the_mail(visitor: Visitor, mail: Mail) -> None:
    """From the caught mail to the first page, which is small and leaves no cookie."""
    page = visitor.page
    await page.goto("/demo/post")
    await visitor.look()
    await page.get_by_label("Zoek op adres of onderwerp").fill(mail.to)
    await visitor.press("Zoeken")
    await visitor.follow(mail.subject)
    await visitor.look()

    await page.get_by_role("link", name="/m/").first.click()  # once in each language
    await page.wait_for_load_state()
    loaded = await page.evaluate(LOADED)
    assert [address.partition("?")[0].rsplit("/", 1)[1] for address in loaded] == [
        mail.link("/m/").rsplit("/", 1)[1],
        "samenspraak.css",
    ]
    assert sum(loaded.values()) < FIRST_PAGE_BYTES
    assert await page.context.cookies() == []
    assert (
        await visitor.heading()
        == "Vindt u het goed dat de eigen bijdrage voor hulp thuis afhangt van iemands inkomen?"
    )
    await visitor.look()


async def read_the_plan(visitor: Visitor) -> None:
    """Begin, and read the plan with all its folds open."""
    page = visitor.page
    await page.get_by_role("button", name="Beginnen").tap()
    await page.wait_for_url("**/mening")
    assert [cookie["name"] for cookie in await page.context.cookies()] == ["mening"]
    assert await page.get_by_role("heading", level=2).all_inner_texts() == [
        "Het plan in het kort",
        "Wat verandert er maandag?",
        "Wat staat vast, wat is nog open?",
        "Het hele plan, stuk voor stuk",
    ]
    await visitor.look()
    for summary in await page.locator("summary").all():
        await summary.tap()
    await visitor.look()
    await page.get_by_role("link", name="Naar de vragen").tap()
    await page.wait_for_url("**/vraag/q01_duidelijk")


async def answer_what_people_notice(visitor: Visitor) -> None:
    """One choice, an own choice for each item, and areas with a direction: with every mistake on the way."""
    page = visitor.page
    assert await visitor.heading() == "Is het plan duidelijk voor u?"
    await visitor.look()
    await choose(visitor, "Ja, helemaal")
    await visitor.look()
    await visitor.press("Volgende")

    await choose(visitor, "Weet ik niet")
    await visitor.press("Volgende")

    await visitor.look()
    for row in await page.get_by_text("Het maakt geen verschil").all():
        await row.tap()
    await visitor.press("Volgende")

    await visitor.look()
    await choose(visitor, "Geld en schulden", "Wonen", "Gezondheid", "Veiligheid")
    await visitor.press("Volgende")
    assert await errors(visitor) == ["U koos er 4. Kies er hoogstens 3."]
    await visitor.look()
    await choose(visitor, "Veiligheid")
    for row in await page.get_by_text("Slecht", exact=True).all():
        if await row.is_visible():
            await row.tap()
    await choose(visitor, "Gezondheid", "Contact met andere mensen")
    await visitor.press("Volgende")
    assert await errors(visitor) == ["Kies bij ‘Contact met andere mensen’ of het goed of slecht is."]
    await visitor.look()
    await page.locator("#errors a").tap()
    assert page.url.endswith("#field-answer_contact")
    await page.locator("label[for=field-answer_contact]").tap()
    await visitor.press("Volgende")


async def write_and_go_back(visitor: Visitor) -> None:
    """Too long a text, a shorter one, and a look back."""
    page = visitor.page
    assert await visitor.heading() == "Wie krijgt het moeilijker door dit plan? (mag leeg blijven)"
    await page.locator("textarea").fill("x" * 501)
    await visitor.press("Volgende")
    assert await errors(visitor) == ["Uw tekst is te lang: 501 tekens. Gebruik er hoogstens 500."]
    await visitor.look()
    await page.locator("textarea").fill("Mensen met net iets meer dan het minimum.\nEn hun buren.")
    await visitor.press("Volgende")

    await choose(visitor, "Het blijft gelijk")
    await visitor.press("Vorige")
    assert await page.locator("textarea").input_value() == "Mensen met net iets meer dan het minimum.\nEn hun buren."
    await visitor.press("Volgende")
    assert await page.get_by_label("Het blijft gelijk").is_checked()
    await visitor.press("Volgende")


async def vote(visitor: Visitor) -> None:
    """Only the vote cannot be skipped."""
    page = visitor.page
    await skip_to(visitor, 9)

    await visitor.look()
    await visitor.press("Volgende")
    assert await errors(visitor) == [
        "Kies wat de gemeenteraad moet doen. Weet u het niet? Kies dan ‘Ik heb geen mening’."
    ]
    await visitor.look()
    await choose(visitor, "Het plan eerst veranderen")
    await visitor.press("Volgende")
    await page.locator("textarea").fill("Doe het in stappen.")
    await visitor.press("Volgende")

    await visitor.look()


async def mark_and_choose(visitor: Visitor) -> None:
    """A mark, indicators with own words, and the extra questions."""
    page = visitor.page
    await choose(visitor, "7")
    await visitor.press("Volgende")

    await visitor.look()
    await choose(visitor, "Hoe lang mensen op hulp wachten")
    await page.get_by_label("Of schrijf zelf iets op").fill("Of mensen tevreden zijn")
    await visitor.press("Volgende")
    assert await page.get_by_text("Extra vraag 1 van 3").is_visible()
    await visitor.look()
    await visitor.press("Volgende")
    await visitor.press("Volgende")
    await visitor.press("Volgende")


async def check_and_hand_in(visitor: Visitor) -> None:
    """Every answer in words, then thank you."""
    page = visitor.page
    assert await visitor.heading() == "Klopt het zo?"
    assert await answer_of(visitor, "Waar merken mensen") == (
        "Geld en schulden: Slecht / Wonen: Slecht / Contact met andere mensen: Goed"
    )
    assert await answer_of(visitor, "Helpt dit plan hierbij?") == (
        "Mensen kunnen meedoen of werken: Het maakt geen verschil / "
        "Mensen hebben genoeg geld om van te leven: Het maakt geen verschil / "
        "Mensen kunnen voor zichzelf en hun huishouden zorgen: Het maakt geen verschil"
    )
    assert await answer_of(visitor, "Welk cijfer geeft u dit plan?") == "7"
    assert await answer_of(visitor, "Hoe zien we over een jaar") == (
        "Hoe lang mensen op hulp wachten / Of mensen tevreden zijn"
    )
    assert await answer_of(visitor, "Kunnen mensen genoeg zelf kiezen") == "Niet ingevuld"
    await visitor.look()
    await page.get_by_role("button", name="Versturen").tap()
    await page.wait_for_url("**/dank")
    assert await visitor.heading() == "Dank u wel"
    await visitor.look()
    await visitor.follow("openbare pagina van deze tweede mening")
    assert await page.get_by_text("Het panel kan antwoorden tot en met").is_visible()


async def test_a_member_answers_with_the_keyboard_alone(visit: NewVisitor, link: str) -> None:
    visitor = await visit()
    await visitor.page.goto(link)
    await visitor.tab_through()
    await visitor.page.goto(link)
    await enter(visitor, "Beginnen")
    await read_by_keyboard(visitor)
    await choose_by_keyboard(visitor)
    await vote_by_keyboard(visitor)
    await visitor.tab_through()
    assert await answer_of(visitor, "Welk cijfer geeft u dit plan?") == "9"
    assert await answer_of(visitor, "Waar merken mensen") == "Wonen: Slecht / Veiligheid: Goed"
    await visitor.page.goto("/mening/controle")
    await enter(visitor, "Versturen")
    assert await visitor.heading() == "Dank u wel"
    await visitor.tab_through()
    await visitor.page.goto("/mening/dank")
    await enter(visitor, "Afsluiten op dit apparaat")
    assert await visitor.heading() == "Tot ziens"


async def enter(visitor: Visitor, name: str, role: Literal["button", "link"] = "button") -> None:
    await visitor.tab_to(visitor.page.get_by_role(role, name=name, exact=True))
    async with visitor.page.expect_navigation():
        await visitor.page.keyboard.press("Enter")


async def read_by_keyboard(visitor: Visitor) -> None:
    await visitor.tab_through()
    await visitor.page.goto("/mening")
    article = visitor.page.locator("details").filter(has_text="Artikel 4. Het hoogste bedrag")
    assert not await article.locator("p").first.is_visible()
    await visitor.tab_to(article.locator("summary"))
    await visitor.page.keyboard.press("Enter")
    assert await article.locator("p").first.is_visible()
    await enter(visitor, "Naar de vragen", "link")


async def choose_by_keyboard(visitor: Visitor) -> None:
    """Choices, choices for each item, and areas with a forgotten direction, to which the error leads."""
    page, keys = visitor.page, visitor.page.keyboard
    await visitor.tab_to(page.get_by_label("Ja, helemaal"))
    await keys.press("Space")
    await keys.press("ArrowDown")
    assert await page.get_by_label("Ja, voor het grootste deel").is_checked()
    await enter(visitor, "Volgende")
    await visitor.tab_through()
    await enter(visitor, "Volgende")
    await visitor.tab_through()
    await visitor.tab_to(page.locator("main input").first)
    await keys.press("Space")
    await enter(visitor, "Volgende")

    for name in ("Wonen", "Veiligheid"):
        await visitor.tab_to(page.get_by_label(name, exact=True))
        await keys.press("Space")
    await enter(visitor, "Volgende")
    assert await errors(visitor) == ["Kies bij ‘Wonen’ of het goed of slecht is."]
    await keys.press("Tab")
    await keys.press("Enter")
    await keys.press("ArrowRight")
    assert await page.locator("#field-answer_wonen--1").is_checked()
    await visitor.tab_to(page.locator("#field-answer_veilig"))
    await keys.press("Space")
    await visitor.tab_through()
    await enter(visitor, "Volgende")


async def vote_by_keyboard(visitor: Visitor) -> None:
    """A text, a vote that was skipped at first, a mark with the arrows, and on to the check."""
    page, keys = visitor.page, visitor.page.keyboard
    await visitor.tab_to(page.locator("textarea"))
    await keys.type("Wie bang is voor formulieren.")
    for _ in range(5):
        await enter(visitor, "Volgende")
    assert (await errors(visitor))[0].startswith("Kies wat de gemeenteraad moet doen.")
    await keys.press("Tab")
    await keys.press("Enter")
    await keys.press("Space")
    assert await page.get_by_label("Het plan aannemen").is_checked()
    await enter(visitor, "Volgende")
    await enter(visitor, "Vorige")
    assert await page.get_by_label("Het plan aannemen").is_checked()
    for _ in range(2):
        await enter(visitor, "Volgende")
    await visitor.tab_to(page.get_by_label("1", exact=True))
    for _ in range(8):
        await keys.press("ArrowRight")
    for _ in range(5):
        await enter(visitor, "Volgende")


async def test_a_member_answers_without_script(visit: NewVisitor, link: str) -> None:
    visitor = await visit(java_script_enabled=False)
    page = visitor.page
    await start(visitor, link)
    await choose(visitor, "Nee, een deel niet")
    await skip_to(visitor, 4)
    await choose(visitor, "Werk, school en vrije tijd")
    await visitor.press("Volgende")
    assert await page.locator("#errors a").inner_text() == (
        "Kies bij ‘Werk, school en vrije tijd’ of het goed of slecht is."
    )
    await page.locator("label[for=field-answer_werk-0]").click()
    await visitor.press("Volgende")
    await skip_to(visitor, 9)
    await visitor.press("Volgende")
    assert await page.locator("#errors a").count() == 1
    await choose(visitor, "Ik heb geen mening")
    await visitor.press("Volgende")
    await skip_to(visitor, 15)
    await visitor.press("Volgende")
    assert await answer_of(visitor, "Waar merken mensen") == "Werk, school en vrije tijd: Allebei"
    await visitor.press("Versturen")
    assert await visitor.heading() == "Dank u wel"


async def test_a_member_goes_on_where_she_was_on_another_device(visit: NewVisitor, link: str) -> None:
    phone = await visit(**PHONE)
    await start(phone, link)
    await choose(phone, "Ja, helemaal")
    await phone.press("Volgende")
    await choose(phone, "Belangrijk")
    await phone.press("Volgende")

    computer = await visit()
    await computer.page.goto(link)
    await computer.press("Beginnen")
    await computer.look()
    await computer.follow("Verder met de vragen")
    assert await position(computer) == 3
    await computer.press("Vorige")
    assert await computer.page.get_by_label("Belangrijk", exact=True).is_checked()
    await computer.page.goto("/mening/controle")
    assert await computer.page.get_by_role("alert").get_by_role("link").inner_text() == (
        "Wat moet de gemeenteraad doen met dit plan?"
    )
    await computer.look()
    await computer.follow("Naar de vraag die nog mist")
    assert await position(computer) == 9


async def test_a_member_changes_an_answer_that_was_handed_in(visit: NewVisitor, link: str) -> None:
    visitor = await visit()
    await start(visitor, link)
    await skip_to(visitor, 9)
    await choose(visitor, "Het plan aannemen")
    await visitor.press("Volgende")
    await visitor.page.goto("/mening/controle")
    await visitor.press("Versturen")
    await visitor.press("Mijn antwoord laten zien")
    assert await visitor.page.get_by_role("status").get_by_text("Uw antwoord is binnen").is_visible()
    await visitor.look()

    await visitor.page.goto(link)
    await visitor.look()
    await visitor.press("Mijn antwoord bekijken of veranderen")
    await visitor.page.goto("/mening/vraag/q09_stem")
    await choose(visitor, "Het plan niet aannemen")
    await visitor.press("Volgende")
    await visitor.page.goto("/mening/dank")
    await visitor.look()
    await visitor.press("Mijn antwoord laten zien")
    await visitor.look()
    await visitor.press("Versturen")
    await visitor.press("Mijn antwoord laten zien")
    assert await answer_of(visitor, "Wat moet de gemeenteraad doen") == "Het plan niet aannemen"


async def test_who_opts_out_can_come_back(visit: NewVisitor, members_round: Round) -> None:
    visitor = await visit(**PHONE)
    mail = members_round.next_mail()
    await visitor.page.goto(mail.link("/m/"))
    await visitor.follow("Ik doe liever niet mee")
    await visitor.look()
    await visitor.press("Opslaan")
    assert await errors(visitor) == ["Kies een van de mogelijkheden."]
    await visitor.look()
    await wish(visitor, "Nooit meer vragen")
    assert await visitor.heading() == "U doet niet mee"
    await visitor.look()
    await wish(visitor, "Ik doe mee")
    assert await visitor.heading() == "U doet mee"
    await visitor.look()
    await visitor.tab_through()
    await wish(visitor, "Deze keer niet")
    await visitor.page.goto(mail.link("/u/"))
    assert await visitor.heading() == "U doet niet mee"
    await wish(visitor, "Ik doe mee")
    await start(visitor, mail.link("/m/"))
    assert await position(visitor) == 1


async def test_who_lost_the_mail_gets_the_same_link_again(
    visit: NewVisitor, members_round: Round, town: Town
) -> None:
    mail, box = members_round.next_mail(), town.mailbox()
    visitor = await visit(**PHONE)
    await visitor.page.goto("/m/verzonnen.link")
    await visitor.follow("Vraag hem opnieuw")
    assert await visitor.heading() == "Bent u uw link kwijt?"
    await visitor.look()
    await visitor.tab_through()
    await visitor.page.get_by_label("Uw e-mailadres").fill("mijn adres")
    await visitor.press("Stuur mij mijn link opnieuw")
    assert await errors(visitor) == ["Dit is geen e-mailadres. Kijk het na. Het lijkt op naam@voorbeeld.nl."]
    assert await visitor.page.get_by_label("Uw e-mailadres").input_value() == "mijn adres"
    await visitor.look()

    plain = await visit(java_script_enabled=False)
    await plain.page.goto(members_round.address.replace("/bureau/", "/t/"))
    await plain.follow("Vraag hem opnieuw")
    await plain.page.get_by_label("Uw e-mailadres").fill(f" {mail.to.upper()} ")
    await plain.press("Stuur mij mijn link opnieuw")
    assert await plain.heading() == "Kijk in uw e-mail"
    assert plain.page.url == f"{town.url}/link/gevraagd"
    assert not await plain.page.context.cookies()
    assert await box.wait_for(mail.to, "/m/") == mail.link("/m/")
    await visitor.page.goto("/link/gevraagd")
    await visitor.look()


async def wish(visitor: Visitor, words: str) -> None:
    await visitor.page.get_by_label(words).check()
    await visitor.press("Opslaan")


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/m/verzonnen.link", "Deze pagina is er niet"),
        ("/u/verzonnen.link", "Deze pagina is er niet"),
        ("/mening", "Open uw link opnieuw"),
        ("/mening/vraag/q03_grondwaarden", "Open uw link opnieuw"),
        ("/mening/controle", "Open uw link opnieuw"),
        ("/mening/tot-ziens", "Tot ziens"),
        ("/toegankelijkheid", "Toegankelijkheid"),
        ("/privacy", "Uw privacy"),
        ("/contact", "Contact"),
        ("/", "De tweede mening"),
    ],
)
async def test_pages_without_a_visit_say_how_to_go_on(visit: NewVisitor, address: str, heading: str) -> None:
    visitor = await visit()
    await visitor.page.goto(address)
    assert await visitor.heading() == heading
    await visitor.look()
    await visitor.tab_through()


async def test_after_closing_a_link_says_so_and_leads_to_the_public_page(
    visit: NewVisitor, open_round: OpenRound, town: Town
) -> None:
    closing = await open_round(10)
    link = closing.next_mail().link("/m/")
    visitor = await visit(**PHONE)
    await start(visitor, link)
    await town.pass_time(closing.address)
    await visitor.page.goto(link)
    while await visitor.heading() != "Deze vragenlijst is gesloten":
        await visitor.page.reload()
    await visitor.look()
    await visitor.page.goto("/mening/vraag/q01_duidelijk")
    assert await visitor.heading() == "Deze vragenlijst is gesloten"
    await visitor.follow("openbare pagina van deze tweede mening")
    while not await visitor.page.get_by_text("Het rapport komt uiterlijk op").is_visible():  # the worker comes by
        await visitor.page.reload()
    await visitor.look()
