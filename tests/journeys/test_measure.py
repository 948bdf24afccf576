"""The measure itself: what is wrong with a page is noticed."""

import pytest

from tests.journeys.town import NewVisitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = """<!doctype html><html lang="nl"><head><title>Proef</title>
<style>:focus {{ outline: 3px solid }}</style></head><body>
<a class="utrecht-skip-link" href="#main">Naar de inhoud</a><main id="main"><h1>Proef</h1>{}</main></body></html>"""


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('<img src="data:,">', "image-alt"),
        ('<p style="color: #999; background: #fff">Bijna niet te lezen</p>', "color-contrast"),
        ("<input>", "label"),
        ('<img src="data:image/svg+xml," alt="De stem">', "does not show"),
        ('<p style="width: 400px">Te breed voor een telefoon</p>', "phone: wider than the screen"),
        (
            "<style>@media (min-width: 1000px) { p { width: 33em } }</style><p>Te breed</p>",
            "^[^:]*: ..large text: wider",
        ),
    ],
)
async def test_looking_at_a_page_finds_what_is_wrong(visit: NewVisitor, content: str, fault: str) -> None:
    visitor = await visit()
    await visitor.page.set_content(PAGE.format(content))
    with pytest.raises(AssertionError, match=fault):
        await visitor.look()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('<button style="outline: none">Stil</button>', "no visible focus"),
        ('<button style="position: absolute; left: -999px; top: -999px">Weg</button>', "out of sight"),
        ('<button>Eerst</button><button tabindex="1">Toch eerder</button>', "left the page"),
        ('<button tabindex="-1">Onbereikbaar</button>', "left the page"),
    ],
)
async def test_the_keyboard_finds_what_it_cannot_reach(visit: NewVisitor, content: str, fault: str) -> None:
    visitor = await visit()
    await visitor.page.set_content(PAGE.format(content))
    with pytest.raises(AssertionError, match=fault):
        await visitor.tab_through()


async def test_a_good_page_passes(visit: NewVisitor) -> None:
    visitor = await visit()
    await visitor.page.set_content(PAGE.format('<button style="min-height: 48px">Goed zo</button>'))
    await visitor.look()
    await visitor.tab_through()
