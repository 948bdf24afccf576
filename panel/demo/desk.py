"""The people at the desk, in the demonstration: they use the same pages as everyone."""

import asyncio
from datetime import timedelta
from pathlib import Path

from panel.demo.browser import Browser, Page, Values
from panel.demo.mailbox import Mailbox
from panel.demo.proposal import read_proposal
from panel.web.dutch import today

CLERK, DRAFTER, COUNCIL = (f"{name}@voorbeeld.example" for name in ("griffier", "steller", "raadslid"))
TRIAL_SECONDS = 30
THROWER, THROWN = "De notaris gooit zes keer met een dobbelsteen, vandaag in de raadzaal.", "4 1 6 6 2 3"
DECISIONS = ("adopted", "partly", "not", "outside")
REASONS = (
    "De raad neemt dit over en past het voorstel hierop aan.",
    "Een deel kan nu al. Voor de rest is eerst geld nodig, daarover beslist de raad bij de begroting.",
    "Dit staat vast in de wet. Daar kan de raad niet van afwijken.",
    "Hier gaat het Rijk over. De raad stuurt dit advies door.",
)


OWN_POINT = "gezondheid"
POINTS = {  # a point -> words by which it is known in what the made-up members write
    "money": ("duur", "betal", "bedrag", "kosten", "euro"),
    "capacity": ("mantelzorg", "wachttijd"),
    "equality": ("eerlijk", "dubbel", "tellen samen"),
    "privacy": ("niet te weten",),
    "execution": ("papier", "formulier", "makkelijk", "stappen"),
    OWN_POINT: ("ziek",),
}
OUTSIDE = ("belasting",)  # which is not for this council to decide


async def sign_in(browser: Browser, mailbox: Mailbox, email: str) -> None:
    page = await browser.open("/bureau/aanmelden")
    await browser.send(page.form(), {"email": [email]})
    link = await mailbox.wait_for(email, "/bureau/aanmelden/")
    await browser.send((await browser.open(link)).form())


async def register_proposal(drafter: Browser, file: Path | None) -> str:
    """Fill in the drafter's form; the address of the version that was saved."""
    page = await drafter.open("/bureau/voorstellen/nieuw")
    saved = await drafter.send(page.form("/nieuw"), read_proposal(file))
    return saved.path


async def prepare_review(clerk: Browser, proposal: str, size: int, quorum: int) -> str:
    """Prepare a second opinion on that version; its address at the desk."""
    page = await clerk.open(f"{proposal}/tweede-mening")
    dates = {"closes_on": 21, "report_due": 28, "judgement_on": 45, "decision_on": 66}
    values: Values = {name: [(today() + timedelta(days)).isoformat()] for name, days in dates.items()}
    values |= {"sample_size": [str(size)], "quorum": [str(quorum)]}
    return (await clerk.send(page.form("/tweede-mening"), values)).path


async def approve(browser: Browser, review: str) -> None:
    await _press(browser, f"{review}/akkoord")


async def import_frame(clerk: Browser, review: str, name: str, content: bytes) -> Page:
    page = await clerk.open(f"{review}/bestand")
    return await clerk.send(page.form("/bestand"), files={"file": (name, content, "text/csv")})


async def draw(clerk: Browser, review: str) -> None:
    """First what can be drawn is frozen, then the dice fall."""
    await _press(clerk, f"{review}/loting", {"kind": ["dice"], "dice": [THROWER]})
    await _press(clerk, f"{review}/loting", {"lot": [THROWN]})


async def open_box(clerk: Browser, review: str) -> None:
    """First every kind of mail as a trial to herself; when all have arrived, the invitations."""
    page = await clerk.open(f"{review}/openen")
    page = await clerk.send(page.form("/proef"))
    async with asyncio.timeout(TRIAL_SECONDS):
        while not page.has_form("/openen"):
            await asyncio.sleep(0.1)
            page = await clerk.open(f"{review}/openen")
    await clerk.send(page.form("/openen"))


async def remind(clerk: Browser, review: str) -> None:
    await _press(clerk, f"{review}/herinneren")


async def judge_texts(clerk: Browser, review: str) -> int:
    """Read every text: hold back what the page marks as personal, and tick its points. The number of texts judged."""
    page = await clerk.open(f"{review}/teksten")
    page = await clerk.send(page.form(), {"new_code": [OWN_POINT]})
    judged = 0
    while "Alle teksten zijn beoordeeld" not in page.html and page.form().values.get("shown"):
        form = page.form()
        values: Values = {}
        for shown in form.values["shown"]:
            section = page.text(f"#tekst-{shown}")
            values[f"text_{shown}"] = ["hold_back" if "Let op:" in section else "keep"]
            text = page.text(f"#tekst-{shown} blockquote").lower()
            values[f"points_{shown}"] = [
                code for code, words in POINTS.items() if any(word in text for word in words)
            ]
            if any(word in text for word in OUTSIDE):
                values[f"outside_{shown}"] = ["ja"]
        await clerk.send(form, values)
        judged += len(form.values["shown"])
        page = await clerk.open(f"{review}/teksten")
    return judged


async def ask_report(clerk: Browser, review: str) -> None:
    await _press(clerk, f"{review}/rapport")


async def publish(clerk: Browser, review: str) -> None:
    await _press(clerk, f"{review}/publiceren")


async def answer_advice(council: Browser, review: str) -> int:
    """The council answers every advice; how many there were."""
    page = await council.open(f"{review}/antwoord")
    form = page.form("/antwoord")
    advices = [name.removeprefix("decision_") for name in form.choices]
    values: Values = {"finish": ["yes"]}
    for place, advice in enumerate(advices):
        values[f"decision_{advice}"] = [DECISIONS[place % len(DECISIONS)]]
        values[f"reason_{advice}"] = [REASONS[place % len(REASONS)]]
    await council.send(form, values)
    return len(advices)


async def _press(browser: Browser, address: str, values: Values | None = None) -> Page:
    page = await browser.open(address)
    return await browser.send(page.form(address), values)
