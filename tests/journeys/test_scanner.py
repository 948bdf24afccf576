"""A machine that looks through mail before people do. It opens what it finds, runs script, presses and sends.

What a mail program sends for "unsubscribe" (RFC 8058), a form that says List-Unsubscribe=One-Click and nothing else,
is how a person opts out: a scanner that sends exactly that cannot be told from one. So the address in that header is
opened here like any other, by HEAD and GET and with a browser, and that form is sent only where somebody opts out.
"""

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Page
from selectolax.lexbor import LexborHTMLParser

from panel.database import Database
from panel.people.models import Member, OptOut
from tests.journeys.test_member_journey import choose, position, skip_to, start
from tests.journeys.town import NewVisitor, OpenRound, Round, Town
from tests.panel.contents import contents

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
TIMES, PAGES = 100, 4
WHAT_COUNTS = ("ballot", "member", "exclusion", "link_request")
FIRST_BUTTON = "main button, main input[type=submit], main a.utrecht-button"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scanned(open_round: OpenRound, town: Town) -> Round:
    """An open review of which the invitations and the reminders have arrived."""
    made = await open_round(6)
    await town.remind(made.address)
    async with asyncio.timeout(60):
        while len(letters(town, made.mails[0].to)) < 2 or len(letters(town, made.mails[1].to)) < 2:
            await asyncio.sleep(0.1)
    return made


def letters(town: Town, to: str) -> list[EmailMessage]:
    """What the relay got for somebody, byte by byte."""
    found = []
    for file in sorted((town.settings.var / "mail").glob("*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if mail["Delivered-To"] == to:
            found.append(mail)
    return found


def addresses_in(mail: EmailMessage) -> set[str]:
    """Every web address: in the plain text, in the HTML, and in the header."""
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    page = LexborHTMLParser(html.get_content())
    linked = {node.attributes.get("href") or "" for node in page.css("[href]")}
    in_header = str(mail["List-Unsubscribe"]).strip("<>")
    found = {*WEB_ADDRESS.findall(text.get_content()), *WEB_ADDRESS.findall(html.get_content()), *linked, in_header}
    return {address for address in found if not address.startswith("mailto:")}


async def scan(visit: NewVisitor, town: Town, address: str) -> None:
    """After every step it must be as before: a second press may undo what the first did."""
    before = await what_counts(town)
    machine = (await visit()).page.context.request
    assert (await machine.head(address)).ok
    for _ in range(TIMES):
        assert (await machine.get(address)).ok
    for act in (press_first_button, send_first_form, send_first_form_of_the_page_itself):
        page = (await visit()).page
        await page.goto(address)
        for _ in range(PAGES):
            await act(page)
            assert await what_counts(town) == before, f"{act.__name__} on {urlsplit(page.url).path[:3]}"


async def press_first_button(page: Page) -> None:
    button = page.locator(FIRST_BUTTON).first
    if await button.count():
        await button.click()
        await page.wait_for_load_state()


async def send_first_form(page: Page) -> None:
    """Without looking what is in it; where there is none, go on to where the first button leads."""
    if not await page.locator("form").count():
        await press_first_button(page)
        return
    async with page.expect_navigation():
        await page.evaluate("document.forms[0].submit()")


async def send_first_form_of_the_page_itself(page: Page) -> None:
    """Not the one at the top, to choose a language."""
    if not await page.locator("main form").count():
        await press_first_button(page)
        return
    async with page.expect_navigation():
        await page.evaluate("document.querySelector('main form').submit()")


async def what_counts(town: Town) -> dict[str, Any]:
    async with Database(town.settings):
        found = await contents()
    return {table: found[f"main.{table}"] for table in WHAT_COUNTS}


async def member_of(town: Town, review: str, to: str) -> Member:
    async with Database(town.settings):
        return await Member.get(review_id=int(review.rsplit("/", 1)[1]), email=to)


async def test_a_machine_that_opens_presses_and_sends_whatever_a_mail_leads_to_does_nothing_to_the_member(
    visit: NewVisitor, town: Town, scanned: Round
) -> None:
    to = scanned.mails[0].to
    invitation, reminder = letters(town, to)
    addresses = addresses_in(invitation) | addresses_in(reminder)
    assert sorted({urlsplit(address).path.split("/")[1] for address in addresses}) == ["m", "t", "u"]
    assert {urlsplit(address).netloc for address in addresses} == {urlsplit(town.url).netloc}
    for address in sorted(addresses):
        await scan(visit, town, address)
    member = await member_of(town, scanned.address, to)
    assert (member.opt_out, member.participated) == (OptOut.NO, False)
    ballots = (await what_counts(town))["ballot"]
    assert member.review_id not in [ballot["review_id"] for ballot in ballots]

    visitor = await visit()
    await start(visitor, scanned.mails[0].link("/m/"))
    assert await position(visitor) == 1
    await skip_to(visitor, 9)
    await choose(visitor, "Het plan aannemen")
    await visitor.press("Volgende")
    await visitor.page.goto("/mening/controle")
    await visitor.press("Versturen")
    assert await visitor.heading() == "Dank u wel"
    assert (await member_of(town, scanned.address, to)).participated


async def test_such_a_machine_does_not_bring_back_who_opted_out(
    visit: NewVisitor, town: Town, scanned: Round
) -> None:
    mail = scanned.mails[1]
    [invitation, _] = letters(town, mail.to)
    address = str(invitation["List-Unsubscribe"]).strip("<>")
    provider = (await visit()).page.context
    done = await provider.request.post(address, form={"List-Unsubscribe": "One-Click"}, headers={"Origin": "null"})
    assert done.ok
    assert not await provider.cookies()
    assert (await member_of(town, scanned.address, mail.to)).opt_out == OptOut.THIS_TIME
    for link in (mail.link("/m/"), address):
        await scan(visit, town, link)
