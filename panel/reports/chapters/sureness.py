"""How sure the advice is: how many answered, the margin beside the limit, and who is missing."""

from collections.abc import Iterator

from deliberation.figures import Participation
from panel.reports import wording
from panel.reports.blocks import Paragraph, shortened
from panel.reports.chapters.order import Blocks
from panel.reports.chapters.proposal import majority
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.turnout import missing_classes
from panel.reports.wording import percent, say

MOST_OF_NAME = 60
MOST_MISSING = 4
FOR = "voor"


def sureness(material: Material) -> Blocks:
    findings = material.findings
    took_part, judged = findings.participation, findings.verdict
    yield Paragraph(wording.turnout(took_part.answered, took_part.invited))
    if judged.share is not None and judged.low is not None and judged.high is not None:
        yield Paragraph(_for_the_plan(judged.share, judged.low, judged.high))
        yield Paragraph(" ".join([*_against_the_limit(material), say("fixed", "margin")]))
    elif judged.status != "no_verdict":
        why = wording.hidden(judged.hidden or "small")
        yield Paragraph(t("Hoe groot het deel voor het plan is, is niet te tonen: {why}.", why=why))
    yield Paragraph(_missing(took_part))
    yield Paragraph(f"{say('fixed', 'missing')} {wording.weighed(findings.weighting)}")


def _for_the_plan(share: float, low: float, high: float) -> str:
    return t(
        "Van de mensen met een mening wil {share} het plan aannemen. De marge loopt van {low} tot {high}.",
        share=percent(share),
        low=percent(low),
        high=percent(high),
    )


def _against_the_limit(material: Material) -> Iterator[str]:
    """Whether another draw might have turned out otherwise, and how many chose otherwise than is advised."""
    judged, others = material.findings.verdict, material.findings.minority
    limit = majority(material.facts["majority_percent"])
    if "within_margin" in judged.reasons:
        yield t("De grens is {limit}. Die ligt binnen de marge.", limit=limit)
    elif judged.status == "meets":
        yield t("De grens is {limit}. De hele marge ligt erboven. Het advies is dus vrij zeker.", limit=limit)
    else:
        yield t(
            "De grens is {limit}. De hele marge ligt eronder. Het plan haalt die dus vrij zeker niet.", limit=limit
        )
    if judged.outcome not in ("", FOR) and others is not None and others.share is not None:
        yield t("Iets anders dan dit advies koos {share}.", share=percent(others.share))


def _missing(took_part: Participation) -> str:
    """The groups that answered a good deal less than all together did."""
    if not any(found.rate is not None for found in took_part.classes):
        return t("Per groep is niet te tonen hoeveel mensen antwoordden.")
    fewer = [
        f"{shortened(wording.group(found.key, found.key), MOST_OF_NAME)} ({percent(found.rate)})"
        for found in missing_classes(took_part)[:MOST_MISSING]
    ]
    if not fewer:
        return t("Van de groepen die te zien zijn, antwoordde er geen veel minder dan gemiddeld.")
    return t("Veel minder antwoord kwam van: {groups}.", groups=wording.listed(fewer))
