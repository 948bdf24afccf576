"""A browser without a screen: opens pages over real HTTP, fills in the forms that it finds there, and sends them."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
from selectolax.lexbor import LexborHTMLParser, LexborNode

Values = dict[str, list[str]]
Files = dict[str, tuple[str, bytes, str]]


class UnexpectedPage(RuntimeError):  # noqa: N818 - it names what was met
    """A page that is not what the job needs; the message holds its heading, never a personal address."""


@dataclass
class Form:
    """A form as it stands on the page: its address and the values that are filled in."""

    action: str
    values: Values = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)  # of radio buttons, checkboxes and lists
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page:
    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        self.path = urlsplit(str(response.url)).path
        self.html = response.text
        self._tree = LexborHTMLParser(response.text)

    @property
    def heading(self) -> str:
        found = self._tree.css_first("h1")
        return found.text(strip=True) if found else ""

    def link(self, beginning: str) -> str:
        """The first address on the page that begins so."""
        found = self._tree.css_first(f'a[href^="{beginning}"]')
        if found is None:
            raise UnexpectedPage(f"no link to {beginning} on a page headed {self.heading!r}")
        return found.attributes["href"] or ""

    def text(self, selector: str) -> str:
        """What stands in the first element that this finds."""
        found = self._tree.css_first(selector)
        return found.text(separator=" ", strip=True) if found else ""

    def has_form(self, action: str) -> bool:
        return any((node.attributes.get("action") or self.path).endswith(action) for node in self._tree.css("form"))

    def form(self, action: str = "") -> Form:
        """The form that goes to an address ending so; without one, the first that is not at the top of every page."""
        for node in self._tree.css("main form"):
            target = node.attributes.get("action") or self.path
            if target.endswith(action):
                return _read_form(node, target)
        raise UnexpectedPage(f"no form to {action or 'send'} on a page headed {self.heading!r}")


class Browser:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self.pages = 0

    async def open(self, address: str) -> Page:
        return self._expect(await self._client.get(address))

    async def send(self, form: Form, values: Values | None = None, files: Files | None = None) -> Page:
        data = form.values | (values or {})
        if files:
            response = await self._client.post(form.action, data=data, files=files)
        else:
            response = await self._client.post(form.action, data=data)
        return self._expect(response)

    def _expect(self, response: httpx2.Response) -> Page:
        self.pages += 1 + len(response.history)
        page = Page(response)
        if page.status >= 400:
            raise UnexpectedPage(f"status {page.status} on a page headed {page.heading!r}: {_alert(page)}")
        return page


def _alert(page: Page) -> str:
    tree = LexborHTMLParser(page.html)
    found = tree.css_first(".utrecht-alert--error") or tree.css_first("main p")
    return found.text(separator=" ", strip=True)[:200] if found else ""


def new_client(base_url: str) -> httpx2.AsyncClient:
    """A browser's connection to a service on this machine: plain HTTP, so no certificates are loaded."""
    limits = httpx2.Limits(max_connections=8, max_keepalive_connections=8)
    return httpx2.AsyncClient(
        base_url=base_url, follow_redirects=True, timeout=60, limits=limits, trust_env=False, verify=False
    )


def _read_form(node: LexborNode, action: str) -> Form:
    form = Form(action)
    for control in node.css("input, textarea, select, button"):
        name, kind = control.attributes.get("name"), control.attributes.get("type") or ""
        value = control.attributes.get("value") or ""
        if control.tag == "button":
            form.buttons.append((name or "", value))
        elif not name or kind == "file":
            continue
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value)
            if "checked" in control.attributes:
                form.values.setdefault(name, []).append(value)
        elif control.tag == "select":
            options = control.css("option")
            form.choices[name] = [option.attributes.get("value") or "" for option in options]
            chosen = [option for option in options if "selected" in option.attributes]
            form.values[name] = [option.attributes.get("value") or "" for option in chosen[:1] or options[:1]]
        else:
            form.values.setdefault(name, []).append(control.text() if control.tag == "textarea" else value)
    return form
