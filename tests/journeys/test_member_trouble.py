"""What happens around a member who answers: a lost connection, two tabs, a back button, the closing moment."""

import pytest
import pytest_asyncio

from tests.journeys.town import DESK, PHONE, NewVisitor, OpenRound, Round, Town
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

VOTE, REASON = "/mening/vraag/q09_stem", "/mening/vraag/q10_reden"


@pytest_asyncio.fixture(loop_scope="session")
async def link(members_round: Round) -> str:
    return members_round.next_mail().link("/m/")


async def begin(visitor: Visitor, link: str) -> None:
    await visitor.page.goto(link)
    await visitor.press("Beginnen")


async def vote(visitor: Visitor, choice: str) -> None:
    await visitor.page.goto(VOTE)
    await visitor.page.get_by_label(choice).check()
    await visitor.press("Volgende")


async def send(visitor: Visitor) -> None:
    await visitor.page.goto("/mening/controle")
    await visitor.press("Versturen")
    assert await visitor.heading() == "Dank u wel"


async def typing(visitor: Visitor, said: str) -> None:
    await visitor.page.locator("#typing").get_by_text(said).wait_for()


async def test_while_somebody_types_the_page_counts_keeps_and_remarks(visit: NewVisitor, link: str) -> None:
    visitor = await visit(**PHONE)
    await begin(visitor, link)
    page = visitor.page
    await page.goto(REASON)
    field = page.get_by_role("textbox")
    await field.focus()
    await typing(visitor, "Nog 1000 tekens over.")
    await field.press_sequentially("Te duur 😀")
    await typing(visitor, "Nog 991 tekens over. Bewaard.")
    await visitor.look()
    await page.reload()
    assert await field.input_value() == "Te duur 😀", "it was kept without a button"
    await field.fill("Bel mij op 06-12345678")
    await typing(visitor, "Staat er een telefoonnummer in uw tekst?")
    await field.fill("x" * 1_004)
    await typing(visitor, "Uw tekst is te lang: 1004 tekens.")

    await page.context.set_offline(offline=True)
    await field.fill("Zonder bereik")
    await typing(visitor, "Bewaren lukt nu niet.")
    assert await field.input_value() == "Zonder bereik"
    await page.context.set_offline(offline=False)
    await visitor.press("Volgende")
    await page.goto(REASON)
    assert await field.input_value() == "Zonder bereik"


async def test_a_button_at_the_top_waits_until_what_is_typed_is_kept(visit: NewVisitor, link: str) -> None:
    visitor = await visit(**PHONE)
    await begin(visitor, link)
    page = visitor.page
    await page.goto(REASON)
    field = page.get_by_role("textbox")
    await field.fill("Te duur")
    await visitor.press("Grotere letters")
    assert await page.get_by_role("button", name="Gewone letters").is_visible()
    assert await field.input_value() == "Te duur"
    await field.fill("Veel te duur")
    await visitor.press("English")
    assert await page.get_by_role("button", name="Nederlands").is_visible()
    assert await field.input_value() == "Veel te duur"

    await field.fill("x" * 1_004)
    for _ in range(2):
        await page.get_by_role("button", name="Nederlands").click()
        await typing(visitor, "Your text is too long: 1004 characters.")
        await page.locator("textarea:focus").wait_for()
    await visitor.press("Next")
    await page.get_by_role("button", name="Nederlands").click()
    await typing(visitor, "4 characters too many.")
    assert await field.input_value() == "x" * 1_004
    await field.fill("Te duur")
    await visitor.press("Nederlands")
    assert await page.get_by_role("button", name="English").is_visible()
    assert await field.input_value() == "Te duur"
    assert not visitor.faults


async def test_a_remark_on_personal_data_can_be_followed_or_left(visit: NewVisitor, link: str) -> None:
    visitor = await visit(**PHONE, java_script_enabled=False)
    await begin(visitor, link)
    await visitor.page.goto(REASON)
    await visitor.page.get_by_role("textbox").fill("Vraag het aan mevrouw De Vries.")
    await visitor.press("Volgende")
    remark = visitor.page.locator("[role=alert]:focus", has_text="Staat er een naam in uw tekst?")
    assert await remark.is_visible(), "who cannot see the page hears it at once"
    assert (await visitor.page.title()).startswith("Let op: Vraag")
    await visitor.press("Zo laten")
    assert "q11_cijfer" in visitor.page.url


async def test_an_error_that_was_followed_leads_no_further_than_its_question(visit: NewVisitor, link: str) -> None:
    visitor = await visit(**PHONE)
    await begin(visitor, link)
    await visitor.page.goto(VOTE)
    await visitor.press("Volgende")
    await visitor.page.locator("#errors a").click()
    await visitor.page.get_by_label("Het plan aannemen").check()
    await visitor.press("Volgende")
    assert visitor.page.url.endswith(REASON), "the next page is read from its top"
    await visitor.page.goto("/mening/controle")
    await visitor.page.get_by_role("link", name="Wijzigen : Wat moet de gemeenteraad doen").click()
    await visitor.page.get_by_label("Het plan niet aannemen").check()
    await visitor.look()
    await visitor.press("Opslaan")
    assert await visitor.heading() == "Klopt het zo?"


async def test_two_tabs_of_one_member_make_one_answer_the_last(visit: NewVisitor, link: str) -> None:
    first = await visit(**DESK)
    await begin(first, link)
    second = Visitor(await first.page.context.new_page(), link)
    await vote(first, "Het plan aannemen")
    await vote(second, "Het plan niet aannemen")
    await send(first)
    await second.page.goto(VOTE)
    assert await second.heading() == "Dank u wel", "the other tab does not show it either"
    await second.press("Mijn antwoord laten zien")
    assert await second.page.get_by_text("Het plan niet aannemen").is_visible()
    assert not first.faults + second.faults


async def test_after_sending_the_back_button_shows_nothing(visit: NewVisitor, link: str) -> None:
    visitor = await visit(**PHONE)
    await begin(visitor, link)
    await vote(visitor, "Het plan niet aannemen")
    await send(visitor)
    for _ in range(2):
        await visitor.page.go_back()
        assert await visitor.heading() == "Dank u wel"
        assert await visitor.page.get_by_text("Het plan niet aannemen").count() == 0
    await visitor.look()
    await visitor.tab_through()


async def test_who_is_busy_at_the_closing_moment_can_finish_and_who_is_too_late_hears_so(
    visit: NewVisitor, open_round: OpenRound, town: Town
) -> None:
    closing = await open_round(10)
    busy, link, late = await visit(**PHONE), closing.next_mail().link("/m/"), closing.next_mail().link("/m/")
    await begin(busy, link)
    await vote(busy, "Het plan aannemen")
    await town.reach_closing(closing.address)

    other = await visit(**PHONE)
    await other.page.goto(late)
    assert await other.heading() == "Deze vragenlijst is gesloten"
    await other.look()
    for place in (link, "/mening/controle"):
        await busy.page.goto(place)
        assert await busy.page.get_by_role("heading", name="De vragenlijst is net gesloten").is_visible()
        await busy.look()
    await send(busy)
    assert await busy.page.get_by_text("De vragenlijst is net gesloten. Tot ").is_visible()
    await busy.look()

    await busy.press("Mijn antwoord laten zien")
    await busy.page.goto(VOTE)
    await busy.page.get_by_label("Het plan niet aannemen").check()
    await town.pass_time(closing.address)
    await other.page.goto(link)
    while await other.page.get_by_role("button", name="Mijn antwoord").count():
        await other.page.reload()
    assert await other.heading() == "Deze vragenlijst is gesloten"
    await busy.press("Volgende")
    assert await busy.heading() == "Deze vragenlijst is gesloten"
    await busy.look()
