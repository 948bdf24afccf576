"""The goal, the founding values, the effects, rules and paper, how we shall see whether it works, other questions."""

from deliberation.figures import QuestionFindings
from panel.reports import wording
from panel.reports.annex import whom
from panel.reports.blocks import Heading, Paragraph, bullets
from panel.reports.chapters.order import HARDER, Blocks, asked_in, drawn, figures, other_questions, pairs
from panel.reports.chapters.yes_buts import story
from panel.reports.facts import Material
from panel.reports.language import t


def goal(material: Material) -> Blocks:
    wanted = material.facts["goal"].strip().rstrip(".")
    if wanted:
        yield Paragraph(t("Het doel van het plan is: {goal}.", goal=wanted), "lead")
    yield from drawn(material, "doel")


def values(material: Material) -> Blocks:
    wanted = material.facts["values"]
    named = bullets(wanted, any(material.is_dutch(value) for value in wanted))
    if named:
        yield Paragraph(
            t("De wetten achter dit plan willen iets bereiken voor mensen. Bij dit plan gaat het om:"), "lead"
        )
        yield from named
    yield from drawn(material, "grondwaarden")


def effects(material: Material) -> Blocks:
    yield Paragraph(t("Een plan werkt door in het hele leven van mensen, niet alleen binnen één wet."), "lead")
    yield from drawn(material, "gevolgen")
    for statements in material.findings.statements:
        if statements.question == HARDER:
            yield Heading(t("Wie krijgt het moeilijker?"))
            yield from whom(material, HARDER)
            yield from story(statements, material.questionnaire.vote)


def rules(material: Material) -> Blocks:
    facts = material.facts
    clause = {
        True: t("Ja. De gemeente mag afwijken als de regel iemand te hard raakt."),
        False: t("Nee. In het voorstel staat geen hardheidsclausule."),
        None: t("Daarover zegt het voorstel niets."),
    }[facts["hardship_clause"]]
    both = facts["paperwork_removed"].strip()
    named = (
        (t("Hardheidsclausule"), clause),
        (t("Papierwerk dat erbij komt") if both else t("Papierwerk"), facts["paperwork_added"]),
        (t("Papierwerk dat verdwijnt"), facts["paperwork_removed"]),
    )
    yield Paragraph(t("Dit zegt het voorstel zelf:"), "lead")
    yield pairs(material, named)
    yield from drawn(material, "regels")


def results(material: Material) -> Blocks:
    if material.facts["before"]:
        yield Paragraph(t("Hier wilde het panel op letten. Gaat het nu beter of slechter dan vóór het plan?"), "lead")
    else:
        when = t("Na een half jaar tot een jaar kijken we of het plan werkt. Waaraan zien we dat dan?")
        yield Paragraph(when, "lead")
    yield from drawn(material, "resultaat")
    for found in asked_in(material, "resultaat"):
        yield from _own_words(found)


def _own_words(found: QuestionFindings) -> Blocks:
    if found.type == "multi_other" and found.texts:
        yield Paragraph(t("{people} schreven zelf iets op.", people=wording.people(found.texts)))


def others(material: Material) -> Blocks:
    yield Paragraph(t("Deze vragen zijn voor dit plan toegevoegd aan de vaste vragenlijst."), "lead")
    for found in other_questions(material):
        yield Heading(found.text)
        yield from figures(material, found)
        if found.mean is not None:
            yield Paragraph(wording.spread(found.mean))
        yield from _own_words(found)
