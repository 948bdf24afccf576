"""A person with a browser. Every page that is looked at must hold in all its guises, and in reach of the keyboard."""

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import ConsoleMessage, Locator, Page, Request, Response

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """options => axe.run(options).then(found => found.violations.map(
    rule => rule.id + ': ' + rule.nodes.map(node => node.html.slice(0, 160)).join(' | ')))"""
TOO_WIDE = """() => {
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return [];
    const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > most + 1);
    return ['wider than the screen', ...wide.slice(0, 3).map(element => element.outerHTML.slice(0, 160))];
}"""
BROKEN = """() => [...document.images].filter(image => !image.naturalWidth).map(
    image => 'a picture that does not show: ' + image.src.slice(0, 80))"""
# What the Tab key must reach; of radio buttons that share a name it reaches one.
STOPS = """() => {
    const seen = new Set();
    const shown = element => element.checkVisibility({visibilityProperty: true});
    const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(shown);
    return stops.filter(element => {
        if (element.type === 'hidden' || element.disabled) return false;
        if (element.type !== 'radio') return true;
        return !seen.has(element.name) && seen.add(element.name);
    }).length;
}"""
FOCUSED = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const ring = [element, element.closest('.samenspraak-choice')].some(one => {
        const style = one && getComputedStyle(one);
        return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    const box = element.getBoundingClientRect();
    const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0;
    const all = [...document.querySelectorAll('*')];
    return {ring, inside, place: all.indexOf(element), html: element.outerHTML.slice(0, 160)};
}"""
GUISES: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("phone", 320, {}),
    ("forced colours", 768, {"forced_colors": "active"}),
    ("wide", 1280, {"color_scheme": "dark"}),
    ("large text", 1280, {}),
)
LARGE_TEXT = "size => { document.documentElement.style.fontSize = size }"


class Visitor:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.faults: list[str] = []
        self._host = urlsplit(url).netloc
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", self._see_request)
        page.on("response", self._see_response)

    def _hear(self, message: ConsoleMessage) -> None:
        refused = "Failed to load resource" in message.text  # a page that says no (4xx) is judged by its test
        if message.type in ("error", "warning") and not refused:
            self.faults.append(f"console: {message.text}")

    def _see_request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self._host and not request.url.startswith("data:"):
            self.faults.append(f"another host: {request.url}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"status {response.status} at {urlsplit(response.url).path}")

    async def heading(self) -> str:
        return " ".join((await self.page.locator("h1").first.inner_text()).split())

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    async def press(self, name: str) -> None:
        await self.go(self.button(name))

    async def follow(self, name: str) -> None:
        await self.go(self.link(name))

    async def go(self, target: Locator) -> None:
        """Click, and wait for the page that it leads to: a click alone comes back before the page does."""
        async with self.page.expect_event("framenavigated"):
            await target.click()
        await self.page.wait_for_load_state()

    async def look(self) -> None:
        """Hold this page against the measure: narrow, wide, dark, in forced colours, with large text."""
        page, found = self.page, await self.page.evaluate(BROKEN)
        size = page.viewport_size
        await page.evaluate(AXE_SCRIPT)
        for name, width, media in GUISES:
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme="light", forced_colors="none")
            await page.emulate_media(**media)
            faults = await page.evaluate(TOO_WIDE)
            if name == "large text":  # nothing is cut off at 250 %, and all rules hold at 200 %
                await page.evaluate(LARGE_TEXT, "250%")
                faults += await page.evaluate(TOO_WIDE)
                await page.evaluate(LARGE_TEXT, "200%")
            rules = {"color-contrast": {"enabled": name != "forced colours"}}
            options = {"runOnly": {"type": "tag", "values": TAGS}, "rules": rules, "resultTypes": ["violations"]}
            faults += await page.evaluate(AXE, options)
            found += [f"{name}: {fault}" for fault in faults]
        await page.evaluate(LARGE_TEXT, "")
        await page.emulate_media(color_scheme="light", forced_colors="none")
        if size:
            await page.set_viewport_size(size)
        assert not found, f"{urlsplit(page.url).path}: {found}"

    async def tab_through(self) -> None:
        """With nothing but the Tab key: every control is reached, once, in the order of the page, and is seen."""
        await self.page.keyboard.press("Tab")
        await self.page.locator(".utrecht-skip-link").focus()
        places: list[int] = []
        expected = await self.page.evaluate(STOPS)
        while len(places) < expected:
            at = await self.page.evaluate(FOCUSED)
            assert at, f"the keyboard left the page after {len(places)} of {expected} stops"
            assert at["ring"], f"no visible focus: {at['html']}"
            assert at["inside"], f"focus out of sight: {at['html']}"
            if at["place"] not in places[-1:]:  # day, month and year of one date are one place
                places.append(at["place"])
            await self.page.keyboard.press("Tab")
        assert places == sorted(set(places)), "the Tab key jumps about, or comes twice at the same place"

    async def tab_to(self, target: Locator) -> None:
        """Press Tab until the focus is there, and see it there."""
        for _ in range(80):
            if await target.evaluate("element => element === document.activeElement"):
                at: dict[str, Any] = await self.page.evaluate(FOCUSED)
                assert at["ring"], f"no visible focus: {at['html']}"
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not reach {target}")
