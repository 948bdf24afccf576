"""Mails in a browser, as mail programs show them: narrow, wide, dark, with large text, with and without <style>."""

import re

import pytest
from playwright.async_api import Browser

from panel.invitations.models import Kind
from tests.journeys.visitor import Visitor
from tests.panel.mail.test_wording import letter, sign_in_letter

pytestmark = pytest.mark.asyncio(loop_scope="session")
BOTH = letter(Kind.INVITATION, "").html
GUISES = {
    "in both languages": BOTH,
    "in English": letter(Kind.INVITATION, "en").html,
    "without style": re.sub("<style>.*</style>", "", BOTH, flags=re.DOTALL),
    "with large text": BOTH.replace("font-size: 18px", "font-size: 36px"),
    "of a withdrawal": letter(Kind.WITHDRAWN, "").html,
    "to staff": sign_in_letter().html,
}


@pytest.mark.parametrize("html", GUISES.values(), ids=GUISES)
async def test_a_mail_is_read_on_every_screen(browser: Browser, html: str) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 800})
    visitor = Visitor(await context.new_page(), "about:blank")
    await visitor.page.set_content(html)
    await visitor.look()
    await context.close()
    assert not visitor.faults
