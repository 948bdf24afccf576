"""What people said: beside the charts, and in full in the chapter of the yes-buts."""

from collections.abc import Collection, Iterator
from itertools import pairwise

from deliberation.figures import Quote, Statements
from deliberation.questionnaire import Question
from panel.reports.blocks import Block, Grid, Paragraph, Quotes, Words, direction
from panel.reports.facts import Material
from panel.reports.wording import hidden, number, people, say

BESIDE_A_CHART = 60  # words of one text


def explained(material: Material, ids: Collection[str], chapter: int) -> Iterator[Block]:
    """What people said about these questions: their answers to the open question that follows one of them."""
    open_ids = _follow_ups(material, ids)
    asked = [statements for statements in material.findings.statements if statements.question in open_ids]
    if not open_ids:
        yield Paragraph(say("said", "not_asked", chapter=chapter), "note")
        return
    quotes = [quote for statements in asked for quote in _one_per_side(statements.quotes)]
    if not quotes:
        yield Paragraph(say("said", "nobody"), "note")
        return
    vote = material.questionnaire.vote
    yield Quotes("Wat mensen daarover schreven", tuple(_words(quote, vote, BESIDE_A_CHART) for quote in quotes))


def story(statements: Statements, vote: Question) -> Iterator[Block]:
    """How many wrote something, on which side, about what, and the words that were drawn to be quoted."""
    if statements.texts is None:
        yield Paragraph("Zo weinig mensen schreven hier iets, dat wij het aantal niet noemen.")
    elif not statements.texts:
        yield Paragraph(say("said", "nobody"))
        return
    else:
        yield Paragraph(f"{people(statements.texts)[:1].upper()}{people(statements.texts)[1:]} schreven hier iets.")
    if statements.texts is not None and any(side.texts is not None for side in statements.sides):
        rows = tuple((side.label, _count(side.texts, side.hidden)) for side in statements.sides)
        yield Grid("Wie schreven er iets?", ("Stem", "Teksten"), rows, (1,))
    points = [tally for tally in statements.tallies if tally.code]
    if points:
        rows = tuple((tally.code, _count(tally.texts, tally.hidden)) for tally in points)
        yield Grid("Waar gingen de teksten over?", ("Punt", "Teksten"), rows, (1,))
    if statements.quotes:
        yield Quotes("In de woorden van inwoners", tuple(_words(quote, vote) for quote in statements.quotes))


def _count(texts: int | None, reason: str) -> str:
    return number(texts) if texts is not None else hidden(reason or "small")


def _follow_ups(material: Material, ids: Collection[str]) -> set[str]:
    questions = material.questionnaire.questions
    return {after.id for before, after in pairwise(questions) if before.id in ids and after.type == "text"}


def _one_per_side(quotes: tuple[Quote, ...]) -> list[Quote]:
    return list({quote.side: quote for quote in reversed(quotes)}.values())[::-1]


def _words(quote: Quote, vote: Question, most: int = 0) -> Words:
    text = quote.text.strip()
    if most and len(text.split()) > most:
        text = f"{' '.join(text.split()[:most])} … (ingekort)"
    paragraphs = tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())
    side = vote.label(quote.side) if quote.side in vote.keys else quote.side
    return Words(paragraphs, f"Stemde: {side[:1].lower()}{side[1:]}", direction(text))
