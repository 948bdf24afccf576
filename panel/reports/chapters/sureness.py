"""How sure the advice is: how many answered, the margin beside what was agreed beforehand, and who is missing."""

from collections.abc import Iterator

from deliberation.figures import ClassTurnout, Participation, Verdict
from panel.reports import wording
from panel.reports.blocks import Paragraph, shortened
from panel.reports.chapters.order import Blocks
from panel.reports.chapters.plainly import of_all
from panel.reports.chapters.proposal import majority
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.wording import percent, say

MOST_OF_NAME = 60
MOST_MISSING = 3
LESS = 0.9  # of a class that answered less than this part of what all did, the rate is told
FOR = "voor"


def sureness(material: Material) -> Blocks:
    findings = material.findings
    took_part, judged = findings.participation, findings.verdict
    yield Paragraph(wording.turnout(took_part.answered, took_part.invited))
    if judged.share is not None and judged.low is not None and judged.high is not None:
        yield Paragraph(" ".join(_for_the_plan(material, judged)))
        yield Paragraph(" ".join(_against_the_limit(material)))
    elif judged.status != "no_verdict":
        yield Paragraph(_of_the_outcome(material))
    if took_part.answered:
        yield Paragraph(f"{_missing(took_part)} {t('Wie niet antwoordde, kan anders denken.')} {_weighed(material)}")


def _for_the_plan(material: Material, judged: Verdict) -> Iterator[str]:
    whole = of_all(material, FOR)
    if whole is not None and whole.share is not None and percent(whole.share) != percent(judged.share):
        yield t("Van alle mensen die antwoordden, wil {whole} het plan aannemen.", whole=percent(whole.share))
        yield t("Zonder wie geen mening heeft, is dat {share}.", share=percent(judged.share))
    else:
        yield t("Van wie een mening heeft, wil {share} het plan aannemen.", share=percent(judged.share))
    yield t("De marge loopt van {low} tot {high}.", low=percent(judged.low), high=percent(judged.high))


def _of_the_outcome(material: Material) -> str:
    """Where the share for the plan, of those with an opinion, may not be shown: how sure the outcome is."""
    judged = material.findings.verdict
    row = of_all(material, judged.outcome)
    if row is None or row.low is None or row.high is None:
        why = wording.hidden(judged.hidden or "small")
        return t("Hoe groot het deel voor het plan is, is niet te tonen: {why}.", why=why)
    told = [*_limit(material)]
    bounds = {"low": percent(row.low), "high": percent(row.high)}
    told.append(t("De marge van de grootste groep loopt van {low} tot {high}.", **bounds))
    if row.low > 0.5 and material.facts["majority_percent"] == 50:
        told.append(t("Die ligt helemaal boven de helft. De uitkomst is dus vrij zeker."))
    return " ".join(told)


def _against_the_limit(material: Material) -> Iterator[str]:
    """What was agreed, whether another draw might have turned out otherwise, and how many chose otherwise."""
    judged, others = material.findings.verdict, material.findings.minority
    yield from _limit(material)
    if "within_margin" in judged.reasons:
        yield t("Die grens ligt binnen de marge. Het is dus niet zeker of het plan steun heeft.")
    elif judged.status == "meets":
        yield t("De hele marge ligt boven die grens. Dat het plan steun heeft, is dus vrij zeker.")
    else:
        yield t("De hele marge ligt onder die grens. Het plan heeft die steun dus vrij zeker niet.")
    if judged.outcome not in ("", FOR) and others is not None and others.share is not None:
        yield t("Van wie een mening heeft, koos {share} iets anders dan dit advies.", share=percent(others.share))


def _limit(material: Material) -> Iterator[str]:
    """What was agreed before anyone was asked, and by whom."""
    facts = material.facts
    who = shortened(facts["run_by"], MOST_OF_NAME)
    if who:
        yield t("{who} legde vooraf vast wanneer het plan steun heeft.", who=who[:1].upper() + who[1:])
    else:
        yield t("Vooraf stond vast wanneer het plan steun heeft.")
    half = facts["majority_percent"] == 50
    limit = t("meer dan de helft") if half else majority(facts["majority_percent"])
    yield t("Van wie een mening heeft, moet {limit} het plan willen aannemen.", limit=limit)


def _missing(took_part: Participation) -> str:
    """The groups that answered least often, with how often that was."""
    shown = [found for found in took_part.classes if found.rate is not None]
    if not shown or not took_part.invited:
        return t("Per groep is niet te tonen hoeveel mensen antwoordden.")
    whole = took_part.answered / took_part.invited
    fewer = sorted(
        (found for found in shown if (found.rate or 0.0) < LESS * whole), key=lambda found: found.rate or 0
    )
    if fewer:
        groups = wording.listed([f"{_group(found)} ({percent(found.rate)})" for found in fewer[:MOST_MISSING]])
        return t("Het minst antwoordden: {groups}.", groups=groups)
    if len(shown) < len(took_part.classes):
        return t("Alle groepen die te tonen zijn, antwoordden ongeveer even vaak.")
    return t("Alle groepen antwoordden ongeveer even vaak.")


def _group(found: ClassTurnout) -> str:
    name = shortened(wording.group(found.key, found.key), MOST_OF_NAME)
    return name if found.key in wording.sentences()["groups"] else f"{say('variables', found.variable)} {name}"


def _weighed(material: Material) -> str:
    """Whether answers count more or less, and in what the panel is then like the town."""
    weighting = material.findings.weighting
    if not weighting.weighted:
        return say("fixed", "unweighted")
    if not weighting.margins:
        return say("fixed", "by_draw")
    made_alike = wording.listed([say("variables", name) for name in weighting.margins])
    return t("De antwoorden zijn gewogen: in {variables} lijkt het panel nu op de gemeente.", variables=made_alike)
