"""What people said: beside the charts, and in full in the chapter of the yes-buts."""

from collections.abc import Collection, Iterator
from itertools import pairwise

from deliberation.figures import Quote, Statements
from deliberation.questionnaire import Question
from panel.reports.blocks import Block, Grid, Paragraph, Quotes, Words, direction
from panel.reports.facts import Material
from panel.reports.wording import NOT_SHOWN, hidden, number, people, say

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
        wrote = sum(statements.texts or 0 for statements in asked)
        some = any(statements.texts is None for statements in asked)
        yield Paragraph(
            f"{wrote_here(wrote)} {say('said', 'unquoted')}" if wrote else say("said", "few" if some else "nobody"),
            "note",
        )
        return
    vote = material.questionnaire.vote
    yield Quotes("Wat mensen daarover schreven", tuple(_words(quote, vote, BESIDE_A_CHART) for quote in quotes))


def story(statements: Statements, vote: Question) -> Iterator[Block]:
    """How many wrote something, on which side, about what, and the words that were drawn to be quoted."""
    if statements.texts is None:
        yield Paragraph(say("said", "few"))
    elif not statements.texts:
        yield Paragraph(say("said", "nobody"))
        return
    else:
        yield Paragraph(wrote_here(statements.texts))
    if statements.texts is not None and any(side.texts is not None for side in statements.sides):
        rows = tuple((side.label, _count(side.texts)) for side in statements.sides)
        yield Grid(
            "Wie schreven er iets?", ("Stem", "Teksten"), rows, (1,), _note([s.texts for s in statements.sides])
        )
    points = [tally for tally in statements.tallies if tally.code]
    if points:
        rows = tuple((tally.code, _count(tally.texts)) for tally in points)
        yield Grid("Waar gingen de teksten over?", ("Punt", "Teksten"), rows, (1,), _note([t.texts for t in points]))
    if statements.quotes:
        yield Quotes("In de woorden van inwoners", tuple(_words(quote, vote) for quote in statements.quotes))
    else:
        yield Paragraph(say("said", "unquoted"), "note")


def wrote_here(texts: int) -> str:
    return "1 mens schreef hier iets." if texts == 1 else f"{people(texts)} schreven hier iets."


def _count(texts: int | None) -> str:
    return number(texts) if texts is not None else NOT_SHOWN


def _note(counts: list[int | None]) -> str:
    return f"Niet getoond: {hidden('small')}." if None in counts else ""


def _follow_ups(material: Material, ids: Collection[str]) -> set[str]:
    questions = material.questionnaire.questions
    return {after.id for before, after in pairwise(questions) if before.id in ids and after.form == "text"}


def _one_per_side(quotes: tuple[Quote, ...]) -> list[Quote]:
    return list({quote.side: quote for quote in reversed(quotes)}.values())[::-1]


def _words(quote: Quote, vote: Question, most: int = 0) -> Words:
    text = quote.text.strip()
    if most and len(text.split()) > most:
        text = f"{' '.join(text.split()[:most])} … (ingekort)"
    paragraphs = tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())
    side = vote.label(quote.side) if quote.side in vote.keys else quote.side
    return Words(paragraphs, f"Stemde: {side[:1].lower()}{side[1:]}", direction(text))
