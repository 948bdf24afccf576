"""What lay before the panel and who decides, and how the panel was asked."""

from collections.abc import Sequence

from panel.reports import wording
from panel.reports.blocks import Grid, Heading, Paragraph, bullets, plain
from panel.reports.chapters.order import Blocks, asked_in, drawn, numbers, pairs
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.prose import prose
from panel.reports.wording import day, say


def fixed_sentences() -> tuple[str, ...]:
    return say("fixed", "advises"), say("fixed", "no_referendum"), say("fixed", "council")


def proposal(material: Material) -> Blocks:
    facts = material.facts
    yield Paragraph(facts["question"], "lead", material.is_dutch(facts["question"]))
    named = (
        (t("Soort stuk"), say("kinds", facts["kind"])),
        (
            t("Versie"),
            t("{version} (controlegetal {digest})", version=facts["version"], digest=facts["digest"][:16]),
        ),
        (t("Wie beslist"), facts["who_decides"]),
        (t("De raad vormt een oordeel op"), day(facts["judgement_on"])),
        (t("De raad beslist op"), day(facts["decision_on"])),
        (t("Dit rapport moest klaar zijn op"), day(facts["report_due"])),
        (t("Gevraagd door"), facts["asked_by"]),
        (t("Uitgevoerd door"), facts["run_by"]),
        (t("Wetten"), wording.listed(facts["laws"])),
    )
    yield pairs(material, named)
    yield from (Paragraph(line, "fixed") for line in fixed_sentences())
    yield Heading(t("Wat het panel heeft gelezen"))
    yield from prose(facts["summary"], material.is_dutch(facts["summary"]))
    if facts["monday"].strip():
        yield Heading(t("Wat verandert er maandag?"))
        yield from plain(facts["monday"], material.is_dutch(facts["monday"]))
    yield from listed(material, t("Wat vaststaat"), facts["fixed"])
    yield from listed(material, t("Waarover de raad nog kan kiezen"), facts["open"])
    yield from _why(material)
    yield from listed(material, t("Opmerkingen bij het voorstel"), facts["remarks"])
    if facts["sources"]:
        rows = tuple((source["claim"], source["source"], day(source["date"])) for source in facts["sources"])
        columns = (t("Wat er staat"), t("Bron"), t("Datum"))
        dutch = any(material.is_dutch(claim) for claim, _, _ in rows)
        yield Grid(t("Bronnen bij de samenvatting"), columns, rows, dutch=(0, 1) if dutch else ())


def listed(material: Material, heading: str, items: Sequence[str]) -> Blocks:
    """A heading and a list, or nothing when it would be empty."""
    made = bullets(items, any(material.is_dutch(item) for item in items))
    if made:
        yield Heading(heading)
        yield from made


def _why(material: Material) -> Blocks:
    answers = material.facts["why"]
    asked = (
        (t("Waarom doen we dit?"), answers["why"]),
        (t("Waarom op deze manier?"), answers["why_this_way"]),
        (t("Wat werkt wel en wat niet?"), answers["what_works"]),
        (t("Hoe kan het beter?"), answers["how_better"]),
    )
    for heading, text in asked:
        if text.strip():
            yield Heading(heading)
            yield from prose(text, material.is_dutch(text))
    points = material.facts["starting_points"]
    if points:
        rows = tuple((point["point"], point["answer"]) for point in points)
        columns = (t("Uitgangspunt"), t("Antwoord van de steller"))
        dutch = any(material.is_dutch(answer) for _, answer in rows)
        yield Grid(t("De zeven uitgangspunten, volgens de steller"), columns, rows, dutch=(0, 1) if dutch else ())


def approach(material: Material) -> Blocks:
    facts, findings = material.facts, material.findings
    yield Paragraph(
        t(
            "Wij vroegen {people} om hun mening. Zij zijn geloot uit {number} mensen. Dat gebeurde met {modes}.",
            people=wording.people(findings.participation.invited),
            number=wording.number(facts["draw"]["accepted"]),
            modes=wording.listed([say("modes", mode) for mode in facts["survey_modes"]]),
        ),
        "lead",
    )
    named = (
        (t("Loting"), day(facts["draw"]["drawn_on"])),
        (t("Open van"), day(facts["opened_on"])),
        (t("Gesloten op"), day(facts["closed_on"])),
        (t("Nodig voor een uitspraak"), t("{number} antwoorden", number=wording.number(facts["quorum"]))),
        (t("Grens om het plan te steunen"), majority(facts["majority_percent"])),
    )
    yield pairs(material, named)
    yield Paragraph(
        t("Deze grenzen stonden vast voordat iemand iets gevraagd werd. Tijdens de ronde zag niemand de antwoorden.")
    )
    who = numbers(material)["deelname"]
    yield Paragraph(
        t("Wie antwoordde, en hoe het panel op de gemeente lijkt, staat in hoofdstuk {chapter}.", chapter=who)
    )
    if asked_in(material, "aanpak"):
        yield Heading(t("Wat mensen van het plan en de vragen vonden"))
        yield from drawn(material, "aanpak")


def majority(percent: int) -> str:
    """How many must want to adopt the plan."""
    size = wording.percent(percent / 100)
    return t("meer dan {percent}", percent=size) if percent <= 50 else t("minstens {percent}", percent=size)
