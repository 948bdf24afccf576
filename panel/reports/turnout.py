"""Who answered and who is missing, per class and in words."""

from collections.abc import Iterator

from deliberation.figures import ClassTurnout, Participation
from panel.reports import charts, wording
from panel.reports.blocks import Block, Bullets, Grid, Heading, Paragraph, Picture
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.wording import group, number, percent, say

MOST_CLASSES = 12  # more do not fit in one picture; the table always has them all
LESS = 0.8  # of a class that answered less than this part of what all did, it is said that it is missing
Blocks = Iterator[Block]


def turnout(material: Material) -> Blocks:
    took_part = material.findings.participation
    yield Paragraph(wording.turnout(took_part.answered, took_part.invited), "lead")
    yield Paragraph(" ".join(wording.sureness(material.findings)))
    variables = list(dict.fromkeys(found.variable for found in took_part.classes))
    for variable in variables:
        yield _drawn(variable, [found for found in took_part.classes if found.variable == variable])
    if not variables:
        yield Paragraph(t("Er zijn geen groepen om te vergelijken."))
    yield Heading(t("Wie mist er?"))
    yield from _missing(took_part)
    yield Paragraph(
        t(
            "Mensen die niet in het bestand van de gemeente staan, konden niet meedoen. "
            "Mensen die vooraf zijn weggelaten ook niet. Hun aantallen staan in de verantwoording."
        )
    )


def _drawn(variable: str, classes: list[ClassTurnout]) -> Block:
    if len(classes) == 1:
        name = say("variables", variable)
        return Paragraph(t("Naar {variable} is niets te vergelijken: er is maar één groep.", variable=name))
    table = _grid(variable, classes)
    shown = [found for found in classes if found.rate is not None]
    return _picture(variable, classes, table) if shown and len(classes) <= MOST_CLASSES else table


def missing_classes(took_part: Participation) -> list[ClassTurnout]:
    """The classes that answered a good deal less often than all did, the least first."""
    whole = took_part.answered / took_part.invited if took_part.invited else 0.0
    fewer = [found for found in took_part.classes if found.rate is not None and found.rate < LESS * whole]
    return sorted(fewer, key=lambda found: found.rate or 0.0)


def _missing(took_part: Participation) -> Blocks:
    """The classes that answered a good deal less often than all did, and which variable matters most."""
    if not took_part.invited or not any(found.rate is not None for found in took_part.classes):
        yield Paragraph(t("Per groep is niet te tonen hoeveel mensen antwoordden."))
        return
    whole = took_part.answered / took_part.invited
    fewer = missing_classes(took_part)
    if fewer:
        yield Paragraph(
            t("Van alle gelote mensen antwoordde {share}. In deze groepen was dat veel minder:", share=percent(whole))
        )
        yield Bullets(tuple(f"{_class(found)} ({percent(found.rate)})" for found in fewer))
    else:
        yield Paragraph(t("Van de groepen die te zien zijn, antwoordde er geen veel minder dan gemiddeld."))
    most = max((partial.value for partial in took_part.partials), default=0.0)
    if most >= 0.01:
        named = [say("variables", partial.variable) for partial in took_part.partials if partial.value == most]
        yield Paragraph(
            t("Het meeste verschil in wie antwoordde, zit in: {variable}.", variable=wording.listed(named))
        )


def _class(found: ClassTurnout) -> str:
    return f"{say('variables', found.variable)}: {group(found.key, found.key)}"


def _grid(variable: str, classes: list[ClassTurnout]) -> Grid:
    rows = tuple(
        (
            group(found.key, found.key),
            number(found.population),
            number(found.invited),
            number(found.answered) if found.answered is not None else wording.not_shown(),
            percent(found.rate) if found.rate is not None else wording.not_shown(),
        )
        for found in classes
    )
    note = wording.why_not_shown() if any(found.answered is None for found in classes) else ""
    columns = (_name(variable), t("In het bestand"), t("Gevraagd"), t("Antwoordde"), t("Deel"))
    caption = t("Wie antwoordde, naar {variable}", variable=say("variables", variable))
    return Grid(caption, columns, rows, (1, 2, 3, 4), note)


def _picture(variable: str, classes: list[ClassTurnout], table: Grid) -> Picture:
    rows = [_dot(found) for found in classes]
    told = "; ".join(f"{row.label}: {row.value if row.share is not None else row.hidden}" for row in rows)
    seen = t("Deel van de gelote mensen dat antwoordde, naar {variable}", variable=say("variables", variable))
    return Picture(
        id=f"deelname-{variable}",
        title=_title(variable, classes),
        alt=f"{t('Grafiek')}: {seen[:1].lower()}{seen[1:]}. {told}.",
        svg=charts.dots(rows),
        n=seen,
        tables=(table,),
    )


def _title(variable: str, classes: list[ClassTurnout]) -> str:
    shown = sorted((found for found in classes if found.rate is not None), key=lambda found: found.rate or 0.0)
    fewest, most = shown[0], shown[-1]
    if fewest.rate == most.rate:
        return t("{variable} maakte geen verschil voor wie antwoordde", variable=_name(variable))
    return t(
        "De groep {most} antwoordde het vaakst ({high}), de groep {fewest} het minst ({low})",
        most=group(most.key, most.key),
        high=percent(most.rate),
        fewest=group(fewest.key, fewest.key),
        low=percent(fewest.rate),
    )


def _dot(found: ClassTurnout) -> charts.Dot:
    hidden = wording.hidden(found.hidden or "small") if found.rate is None else ""
    return charts.Dot(group(found.key, found.key), found.rate, None, None, percent(found.rate), "", hidden)


def _name(variable: str) -> str:
    return say("variables", variable).capitalize()
