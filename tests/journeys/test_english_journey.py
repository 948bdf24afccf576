"""A member who reads English: from the page behind the link to goodbye, with larger letters on the way."""

import pytest

from tests.journeys.test_member_journey import choose, errors
from tests.journeys.town import PHONE, NewVisitor, Round
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def language(visitor: Visitor) -> str | None:
    return await visitor.page.locator("html").get_attribute("lang")


async def look(visitor: Visitor) -> None:
    """In every guise and with nothing but the Tab key."""
    assert await language(visitor) == "en"
    here = visitor.page.url
    await visitor.look()
    await visitor.page.goto(here)
    await visitor.tab_through()
    await visitor.page.goto(here)


async def test_a_member_answers_in_english(visit: NewVisitor, members_round: Round) -> None:
    visitor = await visit(**PHONE)
    page = visitor.page
    await page.goto(members_round.next_mail().link("/m/"))
    assert await language(visitor) == "nl"
    await visitor.follow("English")
    assert await page.context.cookies() == []
    await look(visitor)
    await visitor.press("Start")
    assert await page.get_by_role("heading", name="The plan in short").is_visible()
    await look(visitor)
    await visitor.follow("Go to the questions")
    await answer_with_a_mistake(visitor)
    await go_back_to_dutch_and_return(visitor)
    await vote_and_send(visitor)
    await visitor.press("Sign out on this device")
    assert await visitor.heading() == "Goodbye"
    assert await page.context.cookies() == []
    await look(visitor)


async def answer_with_a_mistake(visitor: Visitor) -> None:
    assert await visitor.heading() == "Is the plan clear to you?"
    assert await visitor.page.get_by_text("Question 1 of 12").is_visible()
    await choose(visitor, "Yes, mostly")
    await visitor.press("Next")
    for _ in range(3):
        await look(visitor)
        await visitor.press("Next")
    await visitor.press("Back")
    await choose(visitor, "Housing")
    await visitor.press("Next")
    assert await errors(visitor) == ["Choose whether ‘Housing’ is good or bad."]
    await visitor.look()
    await visitor.page.get_by_text("Good", exact=True).locator("visible=true").first.click()
    await visitor.press("Next")
    await visitor.page.locator("textarea").fill("People who are afraid of forms.")
    await look_while_typing(visitor)
    await visitor.press("Next")


async def look_while_typing(visitor: Visitor) -> None:
    assert await visitor.page.get_by_text("Do not write down names.").is_visible()
    await visitor.look()


async def go_back_to_dutch_and_return(visitor: Visitor) -> None:
    """What was chosen stays, whatever the language; larger letters too."""
    await choose(visitor, "More")
    await visitor.press("Next")
    await visitor.press("Back")
    here = visitor.page.url
    await visitor.press("Nederlands")
    assert visitor.page.url == here
    assert await visitor.heading() == "Wat doet dit plan met het papierwerk voor inwoners?"
    assert await visitor.page.get_by_label("Meer", exact=True).is_checked()
    await visitor.press("English")
    assert await visitor.page.get_by_label("More", exact=True).is_checked()
    small = await size_of_letters(visitor)
    await visitor.press("Larger text")
    assert await size_of_letters(visitor) == 1.5 * small
    await look(visitor)
    assert await visitor.page.get_by_label("More", exact=True).is_checked()


async def size_of_letters(visitor: Visitor) -> float:
    size: float = await visitor.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    return size


async def vote_and_send(visitor: Visitor) -> None:
    page = visitor.page
    while await visitor.heading() != "What should the council do with this plan?":
        await visitor.press("Next")
    await choose(visitor, "Change the plan first")
    await look(visitor)
    await choose(visitor, "Change the plan first")
    while not page.url.endswith("/controle"):
        await visitor.press("Next")
    assert await visitor.heading() == "Is this right?"
    await look(visitor)
    await visitor.press("Normal text")
    assert page.url.endswith("/controle")
    await visitor.press("Send")
    assert await visitor.heading() == "Thank you"
    await look(visitor)


async def test_the_pages_beside_the_questions_hold_in_english_too(visit: NewVisitor, members_round: Round) -> None:
    visitor = await visit(locale="en-GB", **PHONE)
    mail = members_round.next_mail()
    await visitor.page.goto(mail.link("/m/"))
    assert await language(visitor) == "en", "a browser that asks for English and not for Dutch"
    await visitor.follow("Larger text")
    await look(visitor)
    for place in (
        "/privacy",
        "/toegankelijkheid",
        "/contact",
        "/link",
        "/link/gevraagd",
        "/m/verzonnen.link",
        "/mening",
    ):
        await visitor.page.goto(place)
        await look(visitor)
    await visitor.page.goto(mail.link("/u/"))
    await visitor.press("Save")
    assert await errors(visitor) == ["Choose one of these."]
    await visitor.look()
    await choose(visitor, "Not this time. I do not take part in this questionnaire.")
    await visitor.press("Save")
    assert await visitor.heading() == "You are not taking part"
    await look(visitor)
