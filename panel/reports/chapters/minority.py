"""The view of those who chose otherwise than the outcome, when it is a view of enough people."""

from deliberation.figures import GroupView, Minority
from panel.reports import wording
from panel.reports.blocks import Bullets, Heading, Paragraph, Quotes
from panel.reports.chapters.order import Blocks
from panel.reports.chapters.vote import option
from panel.reports.chapters.yes_buts import how_chosen
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.voices import words_of
from panel.reports.wording import percent, quoted


def minority(material: Material) -> Blocks:
    found = material.findings.minority
    if found is None or not found.rule:
        yield Paragraph(_why_none(material, found), "lead")
    else:
        yield from _view(material, found)
    yield Heading(t("Wanneer staat hier een mening?"))
    yield Paragraph(
        t(
            "Eerst moet er een uitkomst zijn: een keuze van meer dan de helft. "
            "Dan is er een van deze twee dingen nodig."
        )
    )
    yield Bullets(
        (
            t("Minstens een vijfde van de mensen met een mening koos iets anders."),
            t("In een groep koos zeker meer dan de helft iets anders."),
        )
    )
    yield Paragraph(t("Deze regel stond vooraf vast. Hij is voor elk plan gelijk."))


def _why_none(material: Material, found: Minority | None) -> str:
    judged = material.findings.verdict
    if judged.status == "no_verdict":
        return t("Er is geen uitspraak. Dan is er ook geen mening van een minderheid.")
    if not judged.outcome:
        return t("Geen keuze kreeg meer dan de helft. Dan is er ook geen minderheid.")
    if found is None or found.hidden:
        return t("Of er een minderheid is, is niet te tonen: {why}.", why=_reason(found))
    if found.share is not None and found.share < 0.2:
        return t("Er is geen grote minderheid. Minder dan een vijfde koos iets anders.")
    return t("Er is geen grote minderheid. Bijna iedereen met een mening koos hetzelfde.")


def _reason(found: Minority | None) -> str:
    return wording.hidden(found.hidden if found and found.hidden else "small")


def _view(material: Material, found: Minority) -> Blocks:
    chosen = quoted(option(material, material.findings.verdict.outcome))
    yield Paragraph(
        t("Meer dan de helft koos: {outcome}. Niet iedereen is het daarmee eens.", outcome=chosen), "lead"
    )
    if found.share is None:
        yield Paragraph(t("Hoeveel mensen anders kozen, is niet te tonen: {why}.", why=_reason(found)))
    else:
        yield Paragraph(
            t(
                "Van de mensen met een mening koos {share} iets anders{margin}. Zij kozen: {options}.",
                share=percent(found.share),
                margin=_between(found),
                options=wording.listed([quoted(option(material, key)) for key in found.options], "of"),
            )
        )
    if found.groups:
        yield Paragraph(t("In deze groepen koos meer dan de helft iets anders:"))
        yield Bullets(tuple(_group(material, view) for view in found.groups))
    if found.quotes:
        vote = material.questionnaire.vote
        yield Quotes(t("Wat deze mensen schreven"), tuple(words_of(quote, vote) for quote in found.quotes))
        yield how_chosen(material, both_sides=False)
    else:
        yield Paragraph(t("Hun woorden staan hier niet. Niemand schreef iets, of het is niet te tonen."), "note")


def _between(found: Minority) -> str:
    if found.low is None or found.high is None:
        return ""
    return t(" (tussen {low} en {high})", low=percent(found.low), high=percent(found.high))


def _group(material: Material, view: GroupView) -> str:
    name = wording.group(view.key, view.key)
    variable = wording.say("variables", view.by)
    return f"{name} ({variable}): {quoted(option(material, view.option))}"
