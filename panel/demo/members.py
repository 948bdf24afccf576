"""Made-up members: they open the link in their mail and fill in the pages that they find."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from panel.demo.browser import Browser, Form, Page, UnexpectedPage, Values, new_client

AT_ONCE = 12
SHARE_ANSWERS, SHARE_LATE, SHARE_CHANGES, SHARE_OPTS_OUT, SHARE_STOPS = 0.42, 0.2, 0.08, 0.04, 0.03
HARDER = (
    "Mensen met net iets meer dan het minimum. Die betalen straks voor alles.",
    "Ouderen die bang zijn voor formulieren. Zij vragen dan maar geen hulp meer.",
    "Mensen die chronisch ziek zijn en al veel eigen kosten hebben.",
    "Mantelzorgers. Als de hulp duurder wordt, komt het werk bij hen terecht.",
    "Stellen waarvan een van de twee werkt. Hun inkomens tellen samen.",
)
REASONS = {
    "voor": (
        "Wie meer heeft, kan meer dragen. Dat vind ik eerlijk.",
        "Nu is de hulp er te weinig voor mensen die niet zonder kunnen.",
        "Goed dat mensen met weinig geld niets meer betalen. Maak het wel makkelijk.",
        "Ik zit zelf in die situatie en wil best meer betalen als de wachttijd korter wordt.",
    ),
    "aanpassen": (
        "Het hoogste bedrag is te hoog. Begin met 75 euro.",
        "Kijk naar wat mensen overhouden, niet alleen naar inkomen. Huur en zorg kosten ook veel.",
        "Doe het in stappen, anders schrikken mensen en zeggen ze de hulp op.",
        "Het inkomen van twee jaar geleden zegt niets als je net gestopt bent met werken.",
    ),
    "tegen": (
        "Eén bedrag is simpel. Dit wordt weer een papierwinkel.",
        "Straks stoppen mensen met hulp en belanden ze in het ziekenhuis. Dat is duurder.",
        "Iedereen betaalt al belasting naar inkomen. Dit is dubbel.",
        "De gemeente hoeft niet te weten wat ik verdien.",
    ),
}
# What most of them think, whatever their vote: a word in the question, and the answer.
CONVICTIONS = {"papierwerk": "-1", "uitzondering": "weinig"}
SHARE_CONVINCED = 0.62
MARKS = {"voor": (6, 9), "aanpassen": (4, 7), "tegen": (1, 5), "blanco": (4, 7), "": (4, 7)}


@dataclass
class Outcome:
    """What the members did, as they count it themselves."""

    handed_in: int = 0
    changed: int = 0
    opted_out: int = 0
    stopped_halfway: int = 0
    pages: int = 0


@dataclass
class MadeUpMember:
    link: str
    opt_out: str
    seed: int
    handed_in: bool = False
    opted_out: bool = False
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - made-up opinions
        self.vote = self.rng.choices(("voor", "aanpassen", "tegen", "blanco"), (37, 33, 22, 8))[0]

    def fill_in(self, page: Page) -> Values:
        """Something sensible in every field of one question's form."""
        form = page.form()
        if "answer" in form.choices and set(form.choices["answer"]) & set(REASONS):
            return {"answer": [self.vote]}
        for word, conviction in CONVICTIONS.items():
            if word in page.heading and self.rng.random() < SHARE_CONVINCED:
                return {"answer": [conviction]}
        if "answer" not in form.choices and "answer" in form.values:  # a text
            return {"answer": [self._words(page)]}
        values: Values = {}
        for name, choices in form.choices.items():
            if name == "answer" and any(other.startswith("answer_") for other in form.choices):
                continue
            if name == "answer" and "10" in choices:
                values[name] = [str(self.rng.randint(*MARKS[self.vote]))]
            elif name == "answer" and "other" in form.values:
                values[name] = self.rng.sample(choices, min(2, len(choices)))
            elif name.startswith("answer"):
                values[name] = [self._leaning(choices)]
        if "answer" in form.choices and any(name.startswith("answer_") for name in form.choices):
            values |= self._areas(form)
        return values

    def _areas(self, form: Form) -> Values:
        with_direction = [key for key in form.choices["answer"] if f"answer_{key}" in form.choices]
        chosen = self.rng.sample(with_direction, self.rng.randint(1, 3))
        return {"answer": chosen} | {
            f"answer_{key}": [self._leaning(form.choices[f"answer_{key}"])] for key in chosen
        }

    def _leaning(self, choices: list[str]) -> str:
        """The first choices are the favourable ones; those in favour of the plan choose them more often."""
        lean = {"voor": 2.5, "aanpassen": 1.0, "tegen": 0.45}.get(self.vote, 1.0)
        weights = [lean ** (len(choices) / 2 - place) for place in range(len(choices))]
        return self.rng.choices(choices, weights)[0]

    def _words(self, page: Page) -> str:
        if self.rng.random() < 0.45:
            return ""
        if "moeilijker" in page.heading:
            return self.rng.choice(HARDER)
        words = self.rng.choice(REASONS.get(self.vote, ("",)))
        slip = " Vraag maar aan mevrouw Bakker, Lindelaan 12." if self.rng.random() < 0.02 else ""
        return words + slip


async def answer_all(
    base_url: str, members: list[MadeUpMember], outcome: Outcome, tell: Callable[[int], None]
) -> None:
    """Let members come and answer, so many at a time, each in a browser of his own."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def visit(member: MadeUpMember) -> None:
        async with gate, new_client(base_url) as client:
            browser = Browser(client)
            await _one_visit(browser, member, outcome)
            outcome.pages += browser.pages
            tell(1)

    await asyncio.gather(*(visit(member) for member in members))


async def _one_visit(browser: Browser, member: MadeUpMember, outcome: Outcome) -> None:
    if member.rng.random() < SHARE_OPTS_OUT:
        await browser.send((await browser.open(member.opt_out)).form(), {"choice": ["this_time"]})
        member.opted_out = True
        outcome.opted_out += 1
        return
    await _fill_in_everything(browser, member)
    if member.rng.random() < SHARE_STOPS:
        outcome.stopped_halfway += 1
        return
    await _hand_in(browser, member)
    outcome.handed_in += 1
    if member.rng.random() < SHARE_CHANGES:
        member.vote = member.rng.choice(("voor", "aanpassen", "tegen"))
        await _fill_in_everything(browser, member)
        await _hand_in(browser, member)
        outcome.changed += 1


async def _fill_in_everything(browser: Browser, member: MadeUpMember) -> None:
    start = await browser.open(member.link)
    begun = await browser.send(start.form())
    page = await browser.open(begun.link("/mening/vraag/"))
    while page.path.startswith("/mening/vraag/"):
        form = page.form()
        page = await browser.send(Form(form.action), member.fill_in(page) | {"go": ["keep"]})


async def _hand_in(browser: Browser, member: MadeUpMember) -> None:
    check = await browser.open("/mening/controle")
    if not check.path.endswith("/controle"):
        raise UnexpectedPage(f"no page to check the answers, but {check.heading!r}")
    try:
        form = check.form("/mening/versturen")
    except UnexpectedPage:
        return  # nothing was changed after all
    thanks = await browser.send(form)
    if not thanks.path.endswith("/dank"):
        raise UnexpectedPage(f"no thanks after handing in, but {thanks.heading!r}")
    member.handed_in = True
