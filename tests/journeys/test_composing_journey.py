"""A clerk puts the questions together in a browser: from the library, her own, in her order; then both approve."""

import re

import pytest

from panel.demo import desk
from panel.demo.browser import Browser, new_client
from panel.web.messages import sentence
from tests.journeys.town import NewVisitor, Town
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

OWN = "Komt er genoeg hulp in uw buurt?"
CONDITION = "Wat moet de gemeenteraad doen met dit plan?"


async def test_a_clerk_puts_the_questions_together_and_both_approve_them(visit: NewVisitor, town: Town) -> None:
    clerk, drafter = await visit(), await visit()
    for person, email in ((clerk, desk.CLERK), (drafter, desk.DRAFTER)):
        await sign_in(person, town, email)
    review = await prepare(town)
    questions = f"{review}/vragen"

    await clerk.page.goto(review)
    await clerk.follow("De vragen aan het panel")
    assert await clerk.heading() == "De vragen"
    await look_and_tab(clerk)
    await from_the_library(clerk)
    await of_her_own(clerk)
    await only_for_some(clerk)
    await in_another_order(clerk, questions)
    await as_a_member(clerk, questions)
    await wrong_and_mended(clerk, drafter, review)
    await drafter.page.goto(questions)
    assert await drafter.button("Omlaag").count() == 0
    assert await drafter.page.get_by_role("link", name=re.compile(re.escape(OWN))).count() == 1
    await look_and_tab(drafter)


async def look_and_tab(visitor: Visitor) -> None:
    await visitor.look()
    await visitor.tab_through()
    await visitor.page.reload()


async def sign_in(visitor: Visitor, town: Town, email: str) -> None:
    box = town.mailbox()
    await visitor.page.goto("/bureau/aanmelden")
    await visitor.page.get_by_label("Uw e-mailadres").fill(email)
    await visitor.press("Stuur mij een link")
    await visitor.page.goto(await box.wait_for(email, "/bureau/aanmelden/"))
    await visitor.press("Aanmelden")


async def prepare(town: Town) -> str:
    async with new_client(town.url) as first, new_client(town.url) as second:
        clerk, drafter = Browser(first), Browser(second)
        await desk.sign_in(clerk, town.mailbox(), desk.CLERK)
        await desk.sign_in(drafter, town.mailbox(), desk.DRAFTER)
        return await desk.prepare_review(clerk, await desk.register_proposal(drafter, None), 20, 1)


async def from_the_library(clerk: Visitor) -> None:
    await clerk.follow("Een vraag toevoegen")
    await look_and_tab(clerk)
    await clerk.go(clerk.page.get_by_role("button", name=re.compile("Is dit plan eerlijk voor iedereen")))
    assert await clerk.page.get_by_role("link", name="13. Is dit plan eerlijk voor iedereen?").is_visible()
    assert await clerk.button("Omhoog").is_visible(), "the question that was added is open"
    await look_and_tab(clerk)


async def of_her_own(clerk: Visitor) -> None:
    """First with too little, and in words that are too hard."""
    page = clerk.page
    await clerk.follow("Zelf een vraag maken")
    await look_and_tab(clerk)
    await clerk.follow("Eén antwoord kiezen")
    await look_and_tab(clerk)
    await page.get_by_label("De vraag", exact=True).fill("Participeren inwoners?")
    await page.get_by_label("De antwoorden", exact=True).fill("Ja\nNee\nEen beetje")
    await page.get_by_label("De antwoorden in het Engels").fill("Yes\nNo")
    await clerk.press("Bewaren")
    assert await page.locator("#errors a").all_inner_texts() == [
        f"De vraag in het Engels – {sentence('form.empty')}",
        f"De antwoorden in het Engels – {sentence('questions.other_count', english=2, dutch=3)}",
    ]
    assert await page.get_by_label("De antwoorden", exact=True).input_value() == "Ja\nNee\nEen beetje"
    await clerk.look()
    await page.get_by_label("De vraag in het Engels").fill("Is there enough help in your neighbourhood?")
    await page.get_by_label("De antwoorden in het Engels").fill("Yes\nNo\nA little")
    await clerk.press("Bewaren")
    hard = sentence("questions.hard_word", word="participeren", simpler="meedoen")
    assert await page.get_by_text(hard).is_visible()
    await look_and_tab(clerk)
    await clerk.follow("De vraag wijzigen")
    await look_and_tab(clerk)
    await page.get_by_label("De vraag", exact=True).fill(OWN)
    await clerk.press("Bewaren")
    assert await page.get_by_text(hard).count() == 0


async def only_for_some(clerk: Visitor) -> None:
    page = clerk.page
    await clerk.follow("Kiezen wie deze vraag krijgt")
    await look_and_tab(clerk)
    await page.locator("summary", has_text=CONDITION).click()
    await page.get_by_label("Het plan niet aannemen").check()
    await clerk.press("Bewaren")
    words = f"Alleen voor wie bij vraag ‘{CONDITION}’ koos: ‘Het plan niet aannemen’."
    assert await page.get_by_text(words).is_visible()


async def in_another_order(clerk: Visitor, questions: str) -> None:
    await clerk.press("Omhoog")
    assert clerk.page.url.endswith("#vraag-eigen_1_participeren_inwoners")
    assert await clerk.page.get_by_role("link", name=f"13. {OWN}").is_visible()
    await clerk.page.goto(questions)


async def as_a_member(clerk: Visitor, questions: str) -> None:
    """Every question can be seen in both languages, one after the other, and answered nowhere."""
    await clerk.follow("Bekijk de vragen zoals een inwoner")
    seen = 0
    while True:
        seen += 1
        assert await clerk.page.locator("main form").count() == 0
        if seen in (1, 3, 4, 5, 11, 12, 13):  # every form of question once, and the one of her own
            await look_and_tab(clerk)
        if await clerk.link("Volgende vraag").count() == 0:
            break
        await clerk.follow("Volgende vraag")
    assert seen == 17
    await clerk.page.goto(f"{questions}/q09_stem")
    await clerk.follow("In het Engels")
    assert await clerk.heading() == "What should the council do with this plan?"
    await look_and_tab(clerk)


async def wrong_and_mended(clerk: Visitor, drafter: Visitor, review: str) -> None:
    """The question that the vote leads to comes before the vote: that cannot be released, and the page says why."""
    page = clerk.page
    for _ in range(4):
        await page.goto(f"{review}/vragen?bij=eigen_1_participeren_inwoners")
        await clerk.press("Omhoog")
    fault = sentence("fault.when_later", question=OWN, on=CONDITION)
    assert await page.get_by_text(fault).is_visible()
    await look_and_tab(clerk)
    for person in (drafter, clerk):
        await person.page.goto(f"{review}/akkoord")
        assert await person.page.get_by_text(fault).is_visible()
        assert await person.button("Ja, akkoord").count() == 0
        await look_and_tab(person)

    await page.goto(f"{review}/vragen?bij=eigen_1_participeren_inwoners")
    await clerk.press("Omlaag")
    assert await page.get_by_text(fault).count() == 0
    await page.goto(f"{review}/vragen?bij=vertrouwen_eerlijk")
    await clerk.follow("De vraag weghalen")
    await look_and_tab(clerk)
    await clerk.press("Ja, haal weg")
    await page.goto(f"{review}/vragen/standaard")
    await look_and_tab(clerk)

    for person in (drafter, clerk):
        await person.page.goto(f"{review}/akkoord")
        await person.press("Ja, akkoord")
    await page.goto(f"{review}/vragen")
    assert await page.get_by_text("De vragen liggen vast.").is_visible()
    await look_and_tab(clerk)
