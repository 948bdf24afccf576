"""The whole in short: the first chapter of the report, and the summary on one page.

However long the texts of a proposal are and however many advices there are, what stands here has a largest size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deliberation.figures import Quote, Statements
from panel.reports import wording
from panel.reports.blocks import Block, Bullets, Heading, Paragraph, Quotes, shortened
from panel.reports.chapters.advices import advised, decision_on
from panel.reports.chapters.order import HARDER, Blocks, numbers
from panel.reports.chapters.proposal import fixed_sentences
from panel.reports.chapters.sureness import FOR, MOST_OF_NAME, sureness
from panel.reports.chapters.vote import mark_sentences, option, verdict, vote_picture
from panel.reports.chapters.yes_buts import often_named
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.voices import words_of
from panel.reports.wording import day, say

MOST_LETTERS = 280  # of a question
MOST_OF_ADVICE = 150
MOST_ADVICES = 5
MOST_QUOTES = 2  # of each side
MOST_OF_QUOTE = 130


def summary(material: Material) -> Blocks:
    """The first chapter: the parts of the summary under their headings."""
    for name, title, blocks in parts(material):
        if name == "rapport":
            continue  # this is the report
        if name != "vraag":
            yield Heading(title)
        yield from blocks
        if name == "zeker":
            who = numbers(material)["deelname"]
            yield Paragraph(t("Wie antwoordde en wie niet, staat in hoofdstuk {chapter}.", chapter=who))


def parts(material: Material) -> Iterator[tuple[str, str, tuple[Block, ...]]]:
    """The parts of the summary: an id, a heading and what stands under it."""
    yield "vraag", t("Wat was de vraag?"), tuple(_asked(material))
    yield "advies", t("Wat adviseert het panel?"), (Paragraph(verdict(material), "lead"),)
    yield "stem", t("Hoe stemde het panel?"), (vote_picture(material), *map(Paragraph, mark_sentences(material)))
    yield "zeker", t("Hoe zeker is dat?"), tuple(sureness(material))
    yield "teksten", t("Wat schreven mensen?"), tuple(_voices(material))
    yield "antwoord", t("Waarop moet het college antwoorden?"), tuple(_to_answer(material))
    yield "besluit", t("Wie beslist, en wanneer?"), tuple(_decision(material))
    yield "rapport", t("Waar staat de rest?"), tuple(_rest(material))


def _asked(material: Material) -> Blocks:
    question = material.facts["question"]
    vote = material.questionnaire.vote
    choices = [option(material, key) for key in vote.keys if key not in vote.apart]
    yield Paragraph(shortened(question, MOST_LETTERS), dutch=material.is_dutch(question))
    yield Paragraph(
        t(
            "Inwoners die zijn geloot, lazen het plan. Zij konden kiezen: {choices}.",
            choices=wording.listed([shortened(choice, MOST_OF_NAME) for choice in choices], "of"),
        )
    )


def _voices(material: Material) -> Blocks:
    wrote = _most_written(material)
    if wrote is None or wrote.texts == 0:
        yield Paragraph(t("Niemand schreef iets over het plan."))
        return
    named = often_named(wrote)
    if named:
        yield Paragraph(named)
    vote = material.questionnaire.vote
    chosen = _some_of_each(wrote.quotes)
    if chosen:
        short = [replace(quote, text=shortened(quote.text, MOST_OF_QUOTE)) for quote in chosen]
        words = tuple(words_of(quote, vote) for quote in short)
        both = len({quote.side == FOR for quote in chosen}) > 1
        of_both = t("Het lot koos deze teksten, van voorstemmers en van anderen:")
        title = of_both if both else t("Het lot koos deze teksten:")
        yield Quotes(title, words)
    else:
        yield Paragraph(say("said", "few" if wrote.texts is None else "unquoted"))


def _most_written(material: Material) -> Statements | None:
    """The open question that follows the vote, or else the one to which most was written."""
    asked = [statements for statements in material.findings.statements if statements.question != HARDER]
    ids = [question.id for question in material.questionnaire.questions]
    follows = ids[ids.index(material.questionnaire.vote.id) + 1 :][:1]
    return max(asked, key=lambda found: (found.question in follows, found.texts or 0), default=None)


def _some_of_each(quotes: Sequence[Quote]) -> list[Quote]:
    """One for the plan, one of the others, and so on; when only one side wrote anything, from that one."""
    pro = [quote for quote in quotes if quote.side == FOR][:MOST_QUOTES]
    con = [quote for quote in quotes if quote.side != FOR][:MOST_QUOTES]
    if not pro or not con:
        return pro + con
    return [quote for pair in zip(pro, con, strict=False) for quote in pair]


def _to_answer(material: Material) -> Blocks:
    advices = material.findings.advices
    due = day(material.facts["reply_due"])
    answered = {advice.number for advice in advices} <= {reply["advice"] for reply in material.facts["replies"]}
    if answered:
        yield Paragraph(t("Het college gaf antwoord op elk advies. De reden staat in het rapport."))
    elif due:
        yield Paragraph(
            t(
                "Het college van burgemeester en wethouders antwoordt op elk advies, met de reden erbij. "
                "Dat moet uiterlijk op {day}.",
                day=due,
            )
        )
    else:
        yield Paragraph(t("Op elk advies geeft het college een antwoord, met de reden erbij."))
    lines = []
    for advice in advices[:MOST_ADVICES]:
        text = shortened(advised(material, advice).text, MOST_OF_ADVICE)
        if advice.code == "vote" and not answered and not material.findings.verdict.outcome:
            text = f"{text} {t('Wat doet het college daarmee?')}"
        lines.append(
            f"{text} {t('Antwoord: {decision}.', decision=decision_on(material, advice))}" if answered else text
        )
    yield Bullets(tuple(lines), ordered=True)
    rest = len(advices) - MOST_ADVICES
    if rest == 1:
        yield Paragraph(t("En nog 1 advies. Dat staat in het rapport."))
    elif rest > 1:
        yield Paragraph(t("En nog {number} adviezen. Die staan in het rapport.", number=wording.number(rest)))


def _decision(material: Material) -> Blocks:
    facts = material.facts
    who = shortened(facts["who_decides"].rstrip("."), MOST_OF_NAME)
    yield Paragraph(t("{who} beslist. Dat gebeurt op {day}.", who=who, day=day(facts["decision_on"])))
    yield Paragraph(" ".join(fixed_sentences()), "fixed")


def _rest(material: Material) -> Blocks:
    facts = material.facts
    if facts["public_url"]:
        yield Paragraph(t("Het hele rapport en alle cijfers staan op:"))
        yield Paragraph(facts["public_url"])
    else:
        yield Paragraph(t("Alles staat in het hele rapport en in de open data daarbij."))
    if facts["contact"]:
        yield Paragraph(t("Vragen? {contact}", contact=facts["contact"]))
