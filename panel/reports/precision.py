"""How many answered, how sure the figures are, and how the answers were weighted: items 8 and 9 of the method."""

from collections.abc import Iterator

from deliberation.figures import Merge, Split
from panel.reports import wording
from panel.reports.blocks import Block, Grid, Pairs, Paragraph
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.wording import number, percent, say

Blocks = Iterator[Block]


def precision(material: Material) -> Blocks:
    took_part = material.findings.participation
    outcomes = took_part.outcomes
    counts = {
        "completed": outcomes.completed,
        "partial": outcomes.partial,
        "refused": outcomes.refused,
        "non_contact": outcomes.non_contact,
        "unknown": outcomes.unknown,
        "ineligible": outcomes.ineligible,
    }
    rows = tuple((say("outcomes", code), number(count)) for code, count in counts.items())
    caption = t("Wat er werd van {number} uitnodigingen", number=number(outcomes.invited))
    yield Grid(caption, (t("Uitkomst"), t("Mensen")), rows, (1,))
    yield Pairs(
        (
            (t("Respons met hele vragenlijsten (RR1)"), percent(took_part.rr1)),
            (t("Respons met een deel erbij (RR2)"), percent(took_part.rr2)),
            (
                t("Hoe gelijk de groepen antwoordden (R-indicator, 1 is gelijk)"),
                number(took_part.r_indicator, 2),
            ),
        )
    )
    yield Paragraph(
        t(
            "De respons is berekend zoals AAPOR dat voorschrijft. "
            "Van wie wij niets hoorden, telt mee als iemand die had kunnen antwoorden."
        )
    )
    if took_part.partials:
        parts = tuple(
            (say("variables", part.variable).capitalize(), number(part.value, 2)) for part in took_part.partials
        )
        note = t("0 is geen verschil, 0,5 is het grootste verschil dat kan (partiële R-indicator, onvoorwaardelijk).")
        columns = (t("Kenmerk"), t("Waarde"))
        yield Grid(t("Waar het verschil in antwoorden zit"), columns, parts, (1,), note)
    yield Paragraph(say("fixed", "margin"))
    yield Paragraph(_estimator(material))
    yield from _tests(material)
    if material.findings.agreement:
        yield Paragraph(
            t(
                "Hoe eens groepen het zijn, is op twee manieren te zien: aan het laagste aandeel, "
                "en aan het product. Dat is alle aandelen keer elkaar: 1 als elke groep helemaal voor een keuze is. "
                "Het product staat in de bijlage."
            )
        )


def _estimator(material: Material) -> str:
    errors = t("De standaardfouten zijn gelineariseerd (Taylor). Het aantal mensen in het bestand telt daarin mee.")
    design = t("Gerekend is alsof iedereen dezelfde kans had.")
    if material.findings.weighting.weighted:
        design = t(
            "De groepen van de loting tellen daarin mee (strata). De weging ook: gerekend is met wat de weging niet "
            "verklaart (residuen op de randtotalen; Deville en Särndal, 1992)."
        )
    intervals = t(
        "De marge van een percentage is die van Korn en Graubard (1998). "
        "Daarin telt nooit meer mee dan het echte aantal antwoorden. De marge van een cijfer is die van Student."
    )
    return f"{errors} {design} {intervals}"


def _tests(material: Material) -> Blocks:
    """Rao and Scott's test of each split of which all is shown."""
    tested = [split for split in material.findings.splits if split.test is not None]
    if not tested:
        return
    yield Grid(
        t("Verschilt de stem tussen groepen? (toets van Rao en Scott)"),
        (t("Groepen"), "F", t("Vrijheidsgraden"), "p"),
        tuple(_tested(split) for split in tested),
        (1, 2, 3),
        t(
            "Bij p onder {level} noemen wij een verschil groter dan toeval. "
            "Van twintig toetsen valt er gemiddeld één zo uit door toeval alleen.",
            level=number(wording.CHANCE, 2),
        ),
    )


def _tested(split: Split) -> tuple[str, ...]:
    test = split.test
    assert test is not None  # noqa: S101 - only those that were tested come here
    p = f"<{wording.NBSP}{number(0.001, 3)}" if test.p < 0.001 else number(test.p, 3)
    freedom = t("{one} en {other}", one=number(test.df, 2), other=number(test.denominator_df, 1))
    return say("splits", split.by), number(test.statistic, 2), freedom, p


def weights(material: Material) -> Blocks:
    weighting = material.findings.weighting
    if weighting.weighted:
        yield from _raked(material)
    else:
        yield Paragraph(say("not_weighted", weighting.reason))
    for merge in weighting.merged:
        yield Paragraph(_merged(merge))
    if weighting.weighted:
        yield Pairs(
            (
                (t("Kleinste gewicht (gemiddeld is 1)"), number(weighting.smallest, 1)),
                (t("Grootste gewicht"), number(weighting.largest, 1)),
                (t("Gewichten die zijn afgekapt"), number(weighting.trimmed)),
                (t("Effect van de weging op de marge (ontwerpeffect van Kish)"), number(weighting.design_effect, 2)),
                (t("Aantal antwoorden dat dan overblijft (effectieve n)"), number(weighting.effective_n)),
            )
        )


def _raked(material: Material) -> Blocks:
    if not material.findings.weighting.margins:
        yield Paragraph(t("Alleen de kans op loting telt mee. De groepen waren te klein om verder te wegen."))
        return
    names = wording.listed([say("variables", variable) for variable in material.findings.weighting.margins])
    volunteers = material.facts["draw"]["volunteers"]
    like = t("het gekozen panel") if volunteers else t("het bestand van de gemeente")
    yield Paragraph(
        t(
            "De antwoorden zijn gewogen naar {names}. Zo telt elke groep even zwaar als in {like}.",
            names=names,
            like=like,
        )
    )
    yield Paragraph(
        t(
            "Eerst kreeg elk antwoord een gewicht: één gedeeld door de kans om geloot te worden. "
            "Daarna zijn de gewichten bijgesteld tot de aantallen van elk kenmerk kloppen (raking). "
            "Geen gewicht is groter dan vijf keer het gemiddelde. "
            "Dat geldt alleen niet als de aantallen dan niet meer kloppen."
        )
    )


def _merged(merge: Merge) -> str:
    facts = {
        "variable": say("variables", merge.variable),
        "classes": wording.listed([wording.group(name, name) for name in merge.classes]),
        "into": wording.group(merge.into, merge.into),
    }
    if merge.reason == "nobody":
        return t(
            "Bij {variable} zijn samengenomen: {classes} (nu: {into}). Uit een van die groepen antwoordde niemand.",
            **facts,
        )
    return t("Bij {variable} zijn samengenomen: {classes} (nu: {into}). Een groep was anders te klein.", **facts)
