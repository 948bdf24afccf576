"""Findings and facts -> the chapters of the report."""

from collections.abc import Callable

from panel.reports import charts, wording
from panel.reports.annex import annex
from panel.reports.blocks import Chapter, Cover, Document
from panel.reports.chapters import advices, order, proposal, topics
from panel.reports.chapters.brief import summary
from panel.reports.chapters.comparison import comparison
from panel.reports.chapters.minority import minority
from panel.reports.chapters.order import Blocks
from panel.reports.chapters.outside import outside
from panel.reports.chapters.vote import vote, vote_picture
from panel.reports.chapters.yes_buts import yes_buts
from panel.reports.dutch_inside import phrases
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.method import method
from panel.reports.turnout import turnout
from panel.reports.wording import day

__all__ = ["colophon", "cover", "document", "vote_picture"]
MAKERS: dict[str, Callable[[Material], Blocks]] = {
    "samenvatting": summary,
    "voorstel": proposal.proposal,
    "aanpak": proposal.approach,
    "stem": vote,
    "doel": topics.goal,
    "grondwaarden": topics.values,
    "gevolgen": topics.effects,
    "regels": topics.rules,
    "verhaal": yes_buts,
    "adviezen": advices.advices,
    "signalen": outside,
    "resultaat": topics.results,
    "andere": topics.others,
    "eerder": comparison,
    "antwoord": advices.replies,
    "minderheid": minority,
    "deelname": turnout,
    "verantwoording": method,
    "bijlage": annex,
}


def document(material: Material) -> Document:
    """The whole report, ready to be set as a page or as a PDF."""
    made = tuple(
        Chapter(name, number, order.title(name), tuple(MAKERS[name](material)))
        for name, number in order.numbers(material).items()
    )
    return Document(cover(material), made, proposal.fixed_sentences(), colophon(material), phrases(material))


def cover(material: Material) -> Cover:
    facts, took_part = material.facts, material.findings.participation
    lines = (
        (t("Gevraagd door"), facts["asked_by"]),
        (t("Uitgevoerd door"), facts["run_by"]),
        (t("De raad beslist"), day(facts["decision_on"])),
        (t("Rapport vastgelegd"), day(facts["frozen_on"])),
    )
    return Cover(
        council=facts["council_name"],
        title=facts["title"],
        question=facts["question"],
        lines=tuple(line for line in lines if line[1]),
        dots=charts.crowd(took_part.answered, took_part.invited),
        dots_alt=wording.turnout(took_part.answered, took_part.invited),
        created=facts["frozen_on"],
        dutch=material.is_dutch(facts["title"]),
    )


def colophon(material: Material) -> tuple[str, ...]:
    facts = material.facts
    where, question = facts["public_url"], facts["contact"]
    lines = (
        t("Alle cijfers staan ook als open data bij dit rapport: {address}", address=where) if where else "",
        t("Vragen over dit rapport: {contact}", contact=question) if question else "",
        t(
            "Bevindingen versie {version}, vastgelegd op {day}.",
            version=material.findings.version,
            day=day(facts["frozen_on"]),
        ),
    )
    return tuple(line for line in lines if line)
