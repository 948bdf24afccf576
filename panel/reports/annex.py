"""Every table that may be shown, with the exact words of its question."""

from collections.abc import Iterator

from panel.reports.blocks import Block, Heading, Paragraph
from panel.reports.facts import Material
from panel.reports.language import language, t
from panel.reports.other_figures import other_figures
from panel.reports.pictures import grids, split_grids
from panel.reports.wording import say
from panel.reviews.routing_words import only_if


def annex(material: Material) -> Iterator[Block]:
    yield Paragraph(
        t(
            "Hier staan alle vragen met de precieze woorden en alle cijfers die te zien mogen zijn. "
            "Dezelfde cijfers staan in results.csv en results.json."
        ),
        "lead",
    )
    for found in material.findings.questions:
        if found.tables:
            yield Heading(found.text)
            yield Paragraph(t("In die bestanden heet deze vraag {name}.", name=found.id), "note")
            yield from whom(material, found.id)
            yield from grids(found)
    for split in material.findings.splits:
        if not split.hidden:
            yield Heading(t("De stem {groups}", groups=say("splits", split.by)))
            yield from split_grids(split)
    yield from other_figures(material)


def whom(material: Material, question_id: str) -> Iterator[Paragraph]:
    """Who was asked this question, when that was not everyone."""
    questionnaire = material.questionnaire
    names = {question.id: f"‘{question.text}’" for question in questionnaire.questions}
    question = questionnaire.question(question_id)
    condition = only_if(questionnaire, question, language(), names, about_others=True)
    if condition:
        yield Paragraph(condition, "note")
