"""The vote and the mark, for all and per group."""

from collections.abc import Sequence

from deliberation.figures import Agreement, QuestionFindings
from panel.reports import wording
from panel.reports.blocks import Grid, Heading, Paragraph, Picture
from panel.reports.chapters.order import Blocks, asked_in, figures, numbers
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.pictures import pictures, split_pictures
from panel.reports.voices import explained
from panel.reports.wording import percent, say


def vote(material: Material) -> Blocks:
    findings = material.findings
    yield Paragraph(verdict(material), "lead")
    votes = [found for found in findings.questions if found.is_vote]
    for found in (*votes, *marks(material)):
        yield from figures(material, found)
        if found.mean is not None:
            yield Paragraph(wording.spread(found.mean))
    yield from explained(material, [found.id for found in votes], numbers(material)["verhaal"])
    if findings.splits:
        yield Heading(t("De stem per groep"))
    for split in findings.splits:
        yield from split_pictures(split, material.questionnaire.vote)
    yield from _agreement(material, findings.agreement)


def verdict(material: Material) -> str:
    """The outcome of the vote in one or two sentences."""
    judged = material.findings.verdict
    return wording.verdict(judged, option(material, judged.outcome), material.facts["majority_percent"])


def option(material: Material, key: str) -> str:
    """The words of an option of the vote, as they stand in a sentence."""
    choice = material.questionnaire.vote
    label = choice.label(key) if key in choice.keys else key
    return label[:1].lower() + label[1:]


def marks(material: Material) -> list[QuestionFindings]:
    """The mark for the plan; other scales are other questions."""
    return [found for found in asked_in(material, "stem") if not found.is_vote]


def vote_picture(material: Material) -> Picture:
    """The vote as one honest picture."""
    found = next(found for found in material.findings.questions if found.is_vote)
    drawn = pictures(found, material.questionnaire.question(found.id))[0]
    assert isinstance(drawn, Picture)  # noqa: S101 - a vote is one table, and one table is one picture
    return drawn


def _agreement(material: Material, agreed: Sequence[Agreement]) -> Blocks:
    """Where the groups agree most: the option with the highest product of their shares, and who chose it least."""
    if not agreed:
        return
    yield Heading(t("Zijn de groepen het eens?"))
    best = {found.by: found for found in sorted(agreed, key=lambda found: found.product)}
    for by in dict.fromkeys(found.by for found in agreed):
        found = best[by]
        yield Paragraph(
            t(
                "{split}: in elke groep koos minstens {share} ‘{option}’. Het laagst is dat bij {group}.",
                split=_first_up(say("splits", by)),
                share=percent(found.lowest),
                option=option(material, found.option),
                group=wording.group(found.group, found.group),
            )
        )
    rows = tuple(
        (
            f"{_first_up(say('variables', found.by))}: {option(material, found.option)}",
            percent(found.lowest),
            wording.group(found.group, found.group),
        )
        for found in agreed
    )
    columns = (t("Keuze"), t("Laagste aandeel"), t("Bij wie"))
    yield Grid(t("Hoe eens de groepen het zijn, per keuze"), columns, rows, (1,))


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def mark_sentences(material: Material) -> list[str]:
    """The mark with its spread, a sentence per question that asks one."""
    return [wording.spread(found.mean) for found in marks(material) if found.mean is not None]
