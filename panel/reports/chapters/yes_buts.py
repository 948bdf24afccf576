"""The yes-buts and the story behind the figures: what people wrote, counted in texts, and in their own words."""

from collections.abc import Sequence

from deliberation.figures import Statements, Tally
from deliberation.questionnaire import Question
from panel.reports import wording
from panel.reports.annex import whom
from panel.reports.blocks import Grid, Heading, Paragraph, Quotes
from panel.reports.chapters.order import HARDER, Blocks, numbers
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.voices import words_of, wrote_here
from panel.reports.wording import number, say

MOST_NAMED = 3


def yes_buts(material: Material) -> Blocks:
    wrote = [statements for statements in material.findings.statements if statements.question != HARDER]
    quoted = any(statements.quotes for statements in wrote)
    yield Paragraph(t("Achter elk cijfer staat een verhaal."), "lead")
    if not wrote:
        yield Paragraph(t("Niemand schreef iets over het plan."))
    elif any(points(statements) for statements in wrote):
        yield Paragraph(
            t(
                "Een ja-maar is een punt bij het plan: ja, maar wie betaalt dat? "
                "Een medewerker las elke tekst en noteerde de punten. Eén tekst kan meer punten hebben. "
                "De aantallen gaan over teksten. Zij zeggen niet hoeveel inwoners zo denken."
            )
        )
    for statements in wrote:
        yield Heading(statements.text)
        yield from whom(material, statements.question)
        yield from story(statements, material.questionnaire.vote)
    if quoted:
        yield how_chosen(material)


def how_chosen(material: Material, *, both_sides: bool = True) -> Paragraph:
    """Why these words are quoted and not others."""
    equal = (
        t(
            "Van voor en van niet voor staan er evenveel, als er genoeg zijn. "
            "Bij niet voor komen ‘eerst veranderen’ en ‘niet aannemen’ om de beurt."
        )
        if both_sides
        else ""
    )
    drawn = t(
        "Het lot bepaalde welke teksten hier staan. "
        "Wij tonen alleen teksten bij een stem waarvan ook het aantal te tonen is."
    )
    rest = t(
        "Iedere tekst is eerst gelezen, zodat er geen persoonlijke gegevens in staan. "
        "Hoe u het lot narekent, staat in hoofdstuk {chapter}.",
        chapter=numbers(material)["verantwoording"],
    )
    parts = (drawn, equal, rest)
    return Paragraph(" ".join(part for part in parts if part), "note")


def story(statements: Statements, vote: Question) -> Blocks:
    """How many wrote something, on which side, about what, and the words that were drawn to be quoted."""
    if statements.texts == 0:
        yield Paragraph(say("said", "nobody"))
        return
    if statements.texts is None:
        yield Paragraph(say("said", "few"))
    else:
        yield Paragraph(wrote_here(statements.texts))
        yield from _sides(statements)
        yield from _tallies(statements)
    if statements.quotes:
        yield Quotes(t("In de woorden van inwoners"), tuple(words_of(quote, vote) for quote in statements.quotes))
    else:
        yield Paragraph(say("said", "unquoted"), "note")


def _sides(statements: Statements) -> Blocks:
    if any(side.texts is not None for side in statements.sides):
        rows = tuple((side.label, _count(side.texts)) for side in statements.sides)
        note = _note([side.texts for side in statements.sides])
        yield Grid(t("Wie schreven er iets?"), (t("Stem"), t("Teksten")), rows, (1,), note)


def _tallies(statements: Statements) -> Blocks:
    found = points(statements)
    if not found:
        return
    if all(tally.texts is None for tally in statements.tallies):
        named = wording.listed([point(tally) for tally in found])
        yield Paragraph(t("Daarin staan deze punten: {points}. Hoe vaak, is niet te tonen.", points=named))
        return
    named = often_named(statements)
    if named:
        yield Paragraph(named)
    rows = [(point(tally), of(tally.texts, statements.texts)) for tally in found]
    rows += [
        (t("geen van deze punten"), of(rest.texts, statements.texts)) for rest in statements.tallies if not rest.code
    ]
    note = _note([tally.texts for tally in statements.tallies])
    yield Grid(t("Waar gingen de teksten over?"), (t("Punt"), t("Teksten")), tuple(rows), (1,), note)


def points(statements: Statements) -> list[Tally]:
    """What the texts were about, the point that most of them raise first; what is hidden last."""
    found = [tally for tally in statements.tallies if tally.code]
    return sorted(found, key=lambda tally: (tally.texts is None, -(tally.texts or 0)))


def point(tally: Tally) -> str:
    """The point in words; one that the clerk added is in her own words."""
    return wording.isolated(say("codes", tally.code))


def often_named(statements: Statements) -> str:
    """The points that can be shown and stand in most texts, in a sentence; empty when there are none."""
    shown = [tally for tally in points(statements) if tally.texts][:MOST_NAMED]
    if not shown or statements.texts is None:
        return ""
    named = [f"{point(tally)} ({of(tally.texts, statements.texts)})" for tally in shown]
    return t("Vaak genoemd in de teksten: {points}.", points="; ".join(named))


def of(texts: int | None, whole: int | None) -> str:
    """x of y, never a percentage: who writes is not drawn by lot."""
    if texts is None or whole is None:
        return wording.not_shown()
    return t("{some} van de {all}", some=number(texts), all=number(whole))


def _count(texts: int | None) -> str:
    return number(texts) if texts is not None else wording.not_shown()


def _note(counts: Sequence[int | None]) -> str:
    return wording.why_not_shown() if None in counts else ""
