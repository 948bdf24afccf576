"""A follow-up beside the review that it follows: what people answered then, and what they answer now."""

from collections.abc import Sequence
from itertools import groupby

from deliberation.consensus import Movement, Published, moved
from deliberation.figures import Findings
from panel.reports import wording
from panel.reports.blocks import Grid, Heading, Paragraph, bullets
from panel.reports.chapters.order import Blocks
from panel.reports.facts import Before, Material, read_dataclass
from panel.reports.language import t
from panel.reports.wording import day, number, percent


def comparison(material: Material) -> Blocks:
    before = material.facts["before"]
    if before is None:
        return
    yield Paragraph(
        t(
            "Het panel antwoordde al eens eerder, tot {day}. Hier staan beide keren naast elkaar.",
            day=day(before["closed_on"]),
        ),
        "lead",
    )
    yield _which(before)
    compared = moved(read_dataclass(Findings, before["findings"], "facts.before.findings"), material.findings)
    if not compared:
        yield Paragraph(t("Er zijn geen cijfers die beide keren te zien zijn."))
        return
    yield from _changed(material, [movement for movement in compared if movement.differs])
    for (question, item), movements in groupby(compared, lambda movement: (movement.question, movement.item)):
        yield _beside(_caption(material, question, item), list(movements))
    yield Paragraph(
        t(
            "Een verschil heet zeker als de hele marge aan één kant van nul ligt. "
            "Bij de marge doen wij alsof er andere mensen zijn geloot. Zo noemen wij niet te snel iets zeker. "
            "Ook dan is van twintig zulke verschillen er soms een toeval."
        ),
        "note",
    )


def _which(before: Before) -> Paragraph:
    where = f" {before['public_url']}" if before["public_url"] else ""
    return Paragraph(t("De eerste keer: {title}.", title=before["title"].rstrip(".")) + where, "note")


def _changed(material: Material, surely: Sequence[Movement]) -> Blocks:
    if not surely:
        yield Paragraph(t("Geen enkel cijfer is zeker veranderd."))
        return
    yield Heading(t("Wat is zeker veranderd?"))
    yield from bullets(
        [f"{_caption(material, one.question, one.item)} {_answer(one)}: {_from_to(one)}" for one in surely]
    )


def _caption(material: Material, question: str, item: str) -> str:
    asked = material.questionnaire.question(question)
    return f"{asked.text} {asked.label(item)}." if item else asked.text


def _beside(caption: str, movements: Sequence[Movement]) -> Grid:
    rows = tuple(
        (
            _answer(one),
            _with_margin(one, one.before),
            _with_margin(one, one.now),
            t("is veranderd") if one.differs else t("niet zeker"),
        )
        for one in movements
    )
    return Grid(caption, (t("Antwoord"), t("Eerste keer"), t("Nu"), t("Verschil")), rows, (1, 2))


def _answer(movement: Movement) -> str:
    return t("Gemiddeld") if movement.kind == "mean" else movement.label


def _from_to(movement: Movement) -> str:
    before, now = _value(movement, movement.before), _value(movement, movement.now)
    return t("eerst {before}, nu {now}", before=before, now=now)


def _value(movement: Movement, figure: Published) -> str:
    return number(figure.value, 1) if movement.kind == "mean" else percent(figure.value)


def _with_margin(movement: Movement, figure: Published) -> str:
    if movement.kind == "mean":
        return f"{number(figure.value, 1)} ({number(figure.low, 1)}–{number(figure.high, 1)})"
    margin = wording.margin(figure.low, figure.high).rstrip("%").strip()
    return f"{percent(figure.value)} ({margin})"
