"""What residents wrote outside the mandate of the panel: signals to the council."""

from panel.reports import wording
from panel.reports.blocks import Paragraph, Quotes, bullets
from panel.reports.chapters.order import Blocks
from panel.reports.chapters.yes_buts import how_chosen, of
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.voices import words_of


def outside(material: Material) -> Blocks:
    yield Paragraph(t("De raad bepaalde vooraf waarover het panel oordeelt. Dat is het kader."), "lead")
    yield Paragraph(
        t(
            "Soms schrijft iemand over iets anders. Dat telt niet mee bij het oordeel over het plan. "
            "Het is wel een signaal aan de raad. Daarom staat het hier."
        )
    )
    fixed = material.facts["fixed"]
    named = bullets(fixed, any(material.is_dutch(item) for item in fixed))
    if named:
        yield Paragraph(t("Dit stond vooraf vast:"))
        yield from named
    yield from _signals(material)


def _signals(material: Material) -> Blocks:
    signals = material.findings.outside
    if signals is None or signals.texts == 0:
        yield Paragraph(t("Niemand schreef iets dat buiten het kader valt."))
        return
    if signals.texts is None or signals.of is None:
        yield Paragraph(t("Hoeveel teksten dat zijn, is niet te tonen: {why}.", why=wording.hidden("small")))
    else:
        yield Paragraph(
            t("Bij {count} teksten gaat het over iets buiten het kader.", count=of(signals.texts, signals.of))
        )
    if signals.quotes:
        vote = material.questionnaire.vote
        yield Quotes(t("In de woorden van inwoners"), tuple(words_of(quote, vote) for quote in signals.quotes))
        yield how_chosen(material)
    else:
        yield Paragraph(t("Geen van deze teksten is hier te lezen. Zo weet niemand wie het schreef."), "note")
