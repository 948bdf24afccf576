"""The whole in short: the first chapter of the report, and the summary on one page.

However long the texts of a proposal are and however many advices there are, what stands here has a largest size.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deliberation.figures import Advice, Quote, Statements
from panel.reports import wording
from panel.reports.blocks import Block, Bullets, Heading, Paragraph, Quotes, shortened
from panel.reports.chapters.advices import advised, decision_on
from panel.reports.chapters.order import HARDER, Blocks, numbers
from panel.reports.chapters.plainly import (
    about_the_picture,
    largest,
    largest_in_short,
    mark_sentences,
    picture,
    why,
)
from panel.reports.chapters.sureness import FOR, MOST_OF_NAME, sureness
from panel.reports.chapters.vote import option, verdict
from panel.reports.chapters.yes_buts import MOST_NAMED, point, points
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.prose import prose
from panel.reports.voices import words_of
from panel.reports.wording import day, number, people, say

MOST_LETTERS = 280  # of a question
MOST_OF_PLAN = 300  # of what the plan says: whole sentences, as many as fit
END = re.compile(r"(?<=[.!?])\s+")
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
    yield "plan", t("Wat staat er in het plan?"), (_plan(material),)
    yield "advies", t("Wat adviseert het panel?"), tuple(_advice(material))
    yield "stem", t("Hoe stemde het panel?"), tuple(_vote(material))
    yield "zeker", t("Hoe zeker is dat?"), tuple(sureness(material))
    yield "teksten", t("Wat schreven mensen?"), tuple(_voices(material))
    yield "antwoord", t("Waarop moet het college antwoorden?"), tuple(_to_answer(material))
    yield "besluit", t("Wie beslist, en wanneer?"), tuple(_decision(material))
    yield "rapport", t("Waar staat de rest?"), tuple(_rest(material))


def _asked(material: Material) -> Blocks:
    facts, vote = material.facts, material.questionnaire.vote
    yield Paragraph(shortened(facts["question"], MOST_LETTERS), dutch=material.is_dutch(facts["question"]))
    plain = [shortened(option(material, key), MOST_OF_NAME) for key in vote.keys if key not in vote.apart]
    apart = [wording.quoted(shortened(vote.label(key), MOST_OF_NAME)) for key in vote.apart]
    choices = f"{', '.join(plain)}, {t('of')}: {', '.join(apart)}" if apart else wording.listed(plain, "of")
    told = {"question": shortened(vote.text, MOST_LETTERS), "number": wording.in_words(len(vote.keys))}
    if facts["opened_on"] and facts["closed_on"]:
        days = {"opened": day(facts["opened_on"]), "closed": day(facts["closed_on"])}
        yield Paragraph(t("Gelote inwoners lazen het plan. Dat was van {opened} tot en met {closed}.", **days))
    yield Paragraph(t("De vraag aan dit panel was: {question}", **told))
    yield Paragraph(t("Er waren {number} keuzes: {choices}.", choices=choices, **told))


def _plan(material: Material) -> Paragraph:
    """The first sentences of what residents read about the proposal: as many as fit, at least a part of one."""
    summary = material.facts["summary"]
    texts: list[str] = []
    for block in prose(summary):
        texts += block.items if isinstance(block, Bullets) else [block.text] if isinstance(block, Paragraph) else []
    told = ""
    for sentence in (sentence for text in texts for sentence in END.split(text) if sentence):
        longer = f"{told} {sentence}".strip()
        if len(longer) > MOST_OF_PLAN:
            break
        told = longer
    whole = " ".join(texts)
    if not whole:
        return Paragraph(t("Het plan staat in het hele rapport."))
    return Paragraph(told or shortened(whole, MOST_OF_PLAN), dutch=material.is_dutch(summary))


def _advice(material: Material) -> Blocks:
    yield Paragraph(verdict(material), "lead")
    told = largest(material)
    if told:
        yield Paragraph(told)
    yield from map(Paragraph, mark_sentences(material))


def _vote(material: Material) -> Blocks:
    yield picture(material)
    about = about_the_picture(material)
    if about:
        yield Paragraph(about, "note")


def _voices(material: Material) -> Blocks:
    wrote = _most_written(material)
    if wrote is None or wrote.texts == 0:
        yield Paragraph(t("Niemand schreef iets over het plan."))
        return
    named = _named(wrote)
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


def _named(wrote: Statements) -> str:
    """How many wrote, and what most of the texts are about that can be told."""
    shown = [tally for tally in points(wrote) if tally.texts][:MOST_NAMED]
    if wrote.texts is None:
        return ""
    one = wrote.texts == 1
    told = [t("1 mens schreef iets.") if one else t("{people} schreven iets.", people=people(wrote.texts))]
    if shown:
        most = t("{some} van de {all} teksten", some=number(shown[0].texts), all=number(wrote.texts))
        counted = [most, *(number(tally.texts) for tally in shown[1:])]
        named = "; ".join(f"{point(tally)} ({count})" for tally, count in zip(shown, counted, strict=True))
        if any(tally.texts is None for tally in wrote.tallies):
            told.append(t("Van wat te tonen is, gaan deze zorgen of wensen het vaakst over: {points}.", points=named))
        else:
            told.append(t("Hun zorgen of wensen gaan het vaakst over: {points}.", points=named))
    return " ".join(told)


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
    advices, facts = material.findings.advices, material.facts
    answered = {advice.number for advice in advices} <= {reply["advice"] for reply in facts["replies"]}
    if answered:
        yield Paragraph(t("Het college gaf antwoord op elk advies. De reden staat in het rapport."))
    else:
        yield from _due(material)
    lines = [_line(material, advice, answered) for advice in advices[:MOST_ADVICES]]
    yield Bullets(tuple(lines), ordered=True)
    if any(advice.code != "vote" for advice in advices):
        yield Paragraph(
            t("Over de stem gaat advies 1. De andere volgen uit wat meer dan de helft antwoordde."), "note"
        )
    rest = len(advices) - MOST_ADVICES
    if rest == 1:
        yield Paragraph(t("En nog 1 advies. Dat staat in het rapport."))
    elif rest > 1:
        yield Paragraph(t("En nog {number} adviezen. Die staan in het rapport.", number=wording.number(rest)))


def _due(material: Material) -> Blocks:
    due, decision = material.facts["reply_due"], material.facts["decision_on"]
    if not due:
        yield Paragraph(t("Op elk advies geeft het college een antwoord, met de reden erbij."))
        return
    yield Paragraph(
        t("Het college van burgemeester en wethouders antwoordt uiterlijk op {day}.", day=day(due)), "fixed"
    )
    late = due > decision
    yield Paragraph(
        " ".join(
            [
                *([t("Dat is na het besluit van de raad.")] if late else []),
                t("Op elk advies komt een antwoord, met de reden erbij."),
            ]
        )
    )


def _line(material: Material, advice: Advice, answered: bool) -> str:
    """An advice with the figure behind it, or with what the executive answered."""
    text = shortened(advised(material, advice).text, MOST_OF_ADVICE)
    if answered:
        return f"{text} {t('Antwoord: {decision}.', decision=decision_on(material, advice))}"
    if advice.code != "vote":
        return f"{text} {why(advice)}".strip()
    asked = "" if material.findings.verdict.outcome else t("Wat doet het college daarmee?")
    return " ".join(part for part in (text, largest_in_short(material), asked) if part)


def _decision(material: Material) -> Blocks:
    facts = material.facts
    who = shortened(facts["who_decides"].rstrip("."), MOST_OF_NAME)
    yield Paragraph(t("{who} beslist op {day}.", who=who, day=day(facts["decision_on"])), "fixed")
    yield Paragraph(f"{say('fixed', 'no_referendum')} {say('fixed', 'council')}")


def _rest(material: Material) -> Blocks:
    facts = material.facts
    if facts["public_url"]:
        yield Paragraph(t("Het hele rapport en alle cijfers staan op:"))
        yield Paragraph(facts["public_url"])
    else:
        yield Paragraph(t("Alles staat in het hele rapport en in de open data daarbij."))
    if facts["contact"]:
        yield Paragraph(t("Vragen? {contact}", contact=facts["contact"]))
