"""Every page of a member in each of its states: empty, wrong, filled in, with a remark, hidden, closed, withdrawn."""

import pytest

from tests.journeys.town import DESK, NewVisitor, OpenRound, Round, Town
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGREE = {"e": ["Eens", "I agree"], "n": ["Niet eens, niet oneens", "In between"], "o": ["Oneens", "I disagree"]}
ALSO = (
    {"id": "eigen_1", "type": "likert", "nl": "Hoe vaak hebt u hulp?", "en": "How often?", "options": AGREE},
    {"id": "eigen_2", "type": "statement", "nl": "De wijk is veilig.", "en": "It is safe here.", "options": AGREE},
)


async def look_at(visitor: Visitor, address: str) -> None:
    await visitor.page.goto(address)
    await visitor.look()


async def send_wrong(visitor: Visitor) -> bool:
    """What this question cannot accept, if a page lets somebody choose that."""
    page = visitor.page
    boxes, text = page.locator("main input[type=checkbox]"), page.locator("main textarea, main input[type=text]")
    if await boxes.count():
        for box in await boxes.all():
            await box.check()
    elif await text.count():
        await text.first.fill("Te lang. " * 200)
    elif "q09_stem" not in page.url:
        return False
    await visitor.press("Volgende")
    assert await page.locator("#errors").is_visible()
    return True


async def fill_in(visitor: Visitor) -> None:
    page = visitor.page
    for box in await page.locator("main input[type=checkbox]:checked").all():
        await box.uncheck()
    names = await page.eval_on_selector_all("main input[type=radio]", "all => all.map(one => one.name)")
    for name in dict.fromkeys(names):
        choice = page.locator(f'main input[type=radio][name="{name}"]').first
        if await choice.is_visible():
            await choice.check()
    for text in await page.locator("main textarea, main input[type=text]").all():
        await text.fill("Vraag het mevrouw De Vries, 06-12345678.")


async def test_every_question_in_every_state(visit: NewVisitor, open_round: OpenRound, town: Town) -> None:
    made: Round = await open_round(10)
    await town.ask_also(made.address, *ALSO)
    visitor, link = await visit(**DESK), made.next_mail().link("/m/")
    await look_at(visitor, link)
    await visitor.press("Beginnen")
    await look_at(visitor, "/mening/controle")

    await visitor.page.goto("/mening/vraag/q01_duidelijk")
    seen = 0
    while "/vraag/" in visitor.page.url:
        address = visitor.page.url
        await visitor.look()
        if await send_wrong(visitor):
            await visitor.look()
            await visitor.page.goto(address)
        await fill_in(visitor)
        await visitor.press("Volgende")
        if visitor.page.url == address:
            assert await visitor.page.get_by_text("Kijk er nog eens naar").is_visible()
            await visitor.look()
            await visitor.press("Zo laten")
        following = visitor.page.url
        await look_at(visitor, address)
        await visitor.page.goto(following)
        seen += 1
    assert seen == 17, "twelve, two of the clerk's own, and three extra ones"

    await visitor.look()
    await visitor.press("Versturen")
    await visitor.look()
    await visitor.press("Mijn antwoord laten zien")
    await visitor.look()
    await visitor.page.goto("/mening/vraag/q01_duidelijk")
    await visitor.page.get_by_label("Nee, helemaal niet").check()
    await visitor.press("Volgende")
    await look_at(visitor, "/mening/controle")
    await look_at(visitor, "/mening/dank")
    await look_at(visitor, link)
    await visitor.page.goto("/mening/dank")
    await visitor.press("Afsluiten op dit apparaat")
    await visitor.look()

    await town.withdraw(made.address)
    await look_at(visitor, link)
    assert await visitor.heading() == "Deze tweede mening is gestopt"
    await look_at(visitor, "/mening")
