"""What people said: beside the charts, and in full in the chapter of the yes-buts."""

from collections.abc import Collection, Iterator
from itertools import pairwise

from deliberation.figures import Quote
from deliberation.questionnaire import Question
from panel.reports.blocks import Block, Paragraph, Quotes, Words, direction
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.wording import people, say

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
    yield Quotes(t("Wat mensen daarover schreven"), tuple(words_of(quote, vote, BESIDE_A_CHART) for quote in quotes))


def wrote_here(texts: int) -> str:
    if texts == 1:
        return t("1 mens schreef hier iets.")
    return t("{people} schreven hier iets.", people=people(texts))


def _follow_ups(material: Material, ids: Collection[str]) -> set[str]:
    questions = material.questionnaire.questions
    return {after.id for before, after in pairwise(questions) if before.id in ids and after.form == "text"}


def _one_per_side(quotes: tuple[Quote, ...]) -> list[Quote]:
    return list({quote.side: quote for quote in reversed(quotes)}.values())[::-1]


def words_of(quote: Quote, vote: Question, most: int = 0) -> Words:
    text = quote.text.strip()
    if most and len(text.split()) > most:
        text = f"{' '.join(text.split()[:most])} … ({t('ingekort')})"
    paragraphs = tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())
    side = vote.label(quote.side) if quote.side in vote.keys else quote.side
    return Words(paragraphs, t("Stemde: {side}", side=f"{side[:1].lower()}{side[1:]}"), direction(text))
