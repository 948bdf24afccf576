"""What must change according to the panel, numbered, and what the executive answers to each."""

from deliberation.figures import Advice
from panel.reports import wording
from panel.reports.blocks import Advised, Heading, Pairs, Paragraph
from panel.reports.chapters.order import Blocks, numbers, pairs
from panel.reports.chapters.vote import verdict
from panel.reports.facts import Material, Reply
from panel.reports.language import t
from panel.reports.wording import day, say


def advices(material: Material) -> Blocks:
    yield Paragraph(t("Op elk advies geeft het college een antwoord, met de reden erbij."), "lead")
    for advice in material.findings.advices:
        yield advised(material, advice)
    yield Paragraph(
        t(
            "Het antwoord is per advies: overgenomen, voor een deel overgenomen, niet overgenomen, "
            "of de gemeente gaat er niet over. De panelleden krijgen dat antwoord ook."
        )
    )


def advised(material: Material, advice: Advice) -> Advised:
    """One advice with its reason and, as soon as it is there, the answer to it."""
    question = material.questionnaire.question(advice.question)
    item = question.label(advice.item) if advice.item else ""
    text = verdict(material) if advice.code == "vote" else wording.advised(advice, question.text, item)
    return Advised(
        advice.number, text, wording.reason(advice, item, question.text), _answered(material, advice.number)
    )


def decision_on(material: Material, advice: Advice) -> str:
    """What the executive does with it, in words."""
    reply = _reply(material, advice.number)
    return say("decisions", reply["decision"]) if reply else t("nog te geven")


def _answered(material: Material, number: int) -> str:
    reply = _reply(material, number)
    if reply is None:
        return t("Antwoord van het college: nog te geven")
    return t(
        "Antwoord van het college: {decision}. De reden staat in hoofdstuk {chapter}.",
        decision=say("decisions", reply["decision"]),
        chapter=numbers(material)["antwoord"],
    )


def _reply(material: Material, number: int) -> Reply | None:
    return next((reply for reply in material.facts["replies"] if reply["advice"] == number), None)


def replies(material: Material) -> Blocks:
    """The reply of the executive: that it will come, by when and where; later what it says."""
    facts = material.facts
    if not facts["replies"]:
        yield Paragraph(t("Het college moet nog antwoorden op de adviezen van het panel."), "lead")
        yield Paragraph(t("Bij elk advies komt een antwoord, met de reden erbij. Ook als het college nee zegt."))
        named = [(t("Het antwoord is er uiterlijk op"), day(facts["reply_due"]))]
        named += [(t("Het antwoord komt te staan op"), facts["public_url"])]
        named += [(t("Aantal adviezen"), wording.number(len(material.findings.advices)))]
        yield pairs(material, named)
        return
    yield Paragraph(t("Het college gaf antwoord op de adviezen van het panel. Dit zijn de antwoorden."), "lead")
    for advice in material.findings.advices:
        yield Heading(t("Antwoord op advies {number}", number=advice.number))
        yield Paragraph(advised(material, advice).text)
        reply = _reply(material, advice.number)
        if reply is None:
            yield Paragraph(t("Op dit advies is nog geen antwoord gegeven."))
        else:
            yield _given(material, reply)


def _given(material: Material, reply: Reply) -> Pairs:
    decision = say("decisions", reply["decision"])
    named = (
        (t("Antwoord"), decision[:1].upper() + decision[1:]),
        (t("Reden"), " ".join(reply["reason"].split())),
        (t("Gegeven door"), reply["by"]),
        (t("Op"), day(reply["on"])),
    )
    return pairs(material, named)
