"""How it was done: the eleven items of the disclosure list in AAPOR's Code of Professional Ethics (2021).

An item that has nothing to say is said to be missing; a report with such an item is a draft.
"""

from collections.abc import Callable, Iterator
from datetime import date

from deliberation.questionnaire import Question, Questionnaire
from panel.reports import wording
from panel.reports.annex import annex, whom
from panel.reports.blocks import Block, Bullets, Grid, Heading, Pairs, Paragraph
from panel.reports.facts import Draw, Facts, Material
from panel.reports.language import language, t
from panel.reports.precision import precision, weights
from panel.reports.processing import limits, processing
from panel.reports.turnout import turnout
from panel.reports.wording import day, number, say
from panel.reviews.routing_words import only_if

__all__ = ["annex", "method", "missing_items", "turnout", "whom"]
Blocks = Iterator[Block]
Part = tuple[str, Callable[[Material], Blocks], bool]  # heading, what it says, whether that is all there


def method(material: Material) -> Blocks:
    yield Paragraph(
        t("Zo kan iedereen nagaan hoe dit onderzoek is gedaan. De elf kopjes volgen de lijst van AAPOR."), "lead"
    )
    for heading, part, whole in _items(material):
        yield Heading(heading)
        if not whole:
            yield Paragraph(t("Hier ontbreekt iets. Zo kan dit rapport niet worden gepubliceerd."), "fixed")
        yield from part(material)


def missing_items(material: Material) -> list[str]:
    """The headings of the items that do not say what they must. A report is only published when there are none."""
    return [heading for heading, _, whole in _items(material) if not whole]


def _items(material: Material) -> tuple[Part, ...]:
    facts, findings, draw = material.facts, material.findings, material.facts["draw"]
    who = (facts["asked_by"], facts["run_by"], facts["who_decides"], facts["contact"])
    lot = (draw["seed"], draw["seed_source"], draw["frame_digest"], draw["panel_digest"])
    weighting, took_part, bounds = findings.weighting, findings.participation, findings.thresholds
    weighed = weighting.design_effect is not None
    return (
        (t("1. Hoe de gegevens zijn verzameld"), _strategy, _filled(facts["question"], facts["summary"])),
        (t("2. Wie het vroeg en wie het deed"), _who, _filled(*who)),
        (t("3. De vragen"), _instrument, _filled(material.questionnaire.version)),
        (t("4. Om wie het gaat"), _population, draw["accepted"] > 0 and took_part.population > 0),
        (
            t("5. Hoe mensen zijn gekozen"),
            _draw,
            _filled(*lot) and draw["sample_size"] > 0 and _dated(draw["drawn_on"]),
        ),
        (t("6. Hoe mensen konden antwoorden"), _mode, bool(facts["survey_modes"])),
        (t("7. Wanneer"), _dates, _dated(facts["opened_on"], facts["closed_on"], facts["frozen_on"])),
        (t("8. Hoeveel mensen, en hoe zeker"), precision, took_part.outcomes.invited > 0),
        (t("9. De weging"), weights, weighed if weighting.weighted else bool(weighting.reason)),
        (t("10. Controle van de gegevens"), processing, bounds.floor > 0 and _filled(findings.quote_rule)),
        (t("11. Wat dit onderzoek niet kan"), limits, True),
    )


def _filled(*texts: str) -> bool:
    return all(text.strip() for text in texts)


def _dated(*days: str) -> bool:
    try:
        return all(date.fromisoformat(day[:10]) for day in days)
    except ValueError:
        return False


def _strategy(material: Material) -> Blocks:
    if material.facts["draw"]["volunteers"]:
        yield Paragraph(t("Een vragenlijst aan inwoners die zich aanmeldden en daarna zijn geloot."))
    else:
        yield Paragraph(t("Een vragenlijst aan inwoners die zijn geloot."))
    yield Paragraph(t("Zij lazen eerst een samenvatting van het voorstel."))
    if any(question.when for question in material.questionnaire.questions):
        yield Paragraph(t("Iedereen kreeg dezelfde samenvatting. Sommige vragen hingen af van een eerder antwoord."))
    else:
        yield Paragraph(t("Iedereen kreeg dezelfde samenvatting en dezelfde vragen."))


def _who(material: Material) -> Blocks:
    facts = material.facts
    yield named(
        material,
        (t("Gevraagd door"), facts["asked_by"]),
        (t("Uitgevoerd door"), facts["run_by"]),
        (t("Beslist"), facts["who_decides"]),
        (t("Vragen"), facts["contact"]),
    )


def named(material: Material, *pairs: tuple[str, str]) -> Pairs:
    """Facts by name, without those that are not there."""
    kept = tuple((name, value) for name, value in pairs if value.strip())
    return Pairs(kept, tuple(place for place, (_, value) in enumerate(kept) if material.is_dutch(value)))


def _instrument(material: Material) -> Blocks:
    yield Paragraph(
        " ".join(
            (
                t("Dit zijn de vragen, woord voor woord en in deze volgorde."),
                _required(material.questionnaire),
                t("De antwoorden staan in de bijlage."),
                t("Versie van de vragenlijst: {version}.", version=material.questionnaire.version),
            )
        )
    )
    yield Bullets(tuple(_question(material, question) for question in material.questionnaire.questions), ordered=True)


def _required(questionnaire: Questionnaire) -> str:
    places = [place for place, question in enumerate(questionnaire.questions, 1) if question.required]
    if [questionnaire.questions[place - 1] for place in places] == [questionnaire.vote]:
        return t("Alleen de stem was verplicht.")
    numbers = wording.listed([str(place) for place in places])
    return t("Verplicht waren: {numbers}.", numbers=numbers) if places else t("Geen vraag was verplicht.")


def _question(material: Material, question: Question) -> str:
    condition = only_if(material.questionnaire, question, language(), about_others=True)
    return f"{question.text} ({condition.rstrip('.')})" if condition else question.text


def _population(material: Material) -> Blocks:
    draw = material.facts["draw"]
    yield Paragraph(
        f"{_asked(draw)} "
        + t("{number} regels van het bestand waren niet bruikbaar.", number=number(draw["refused"]))
    )
    if draw["excluded"]:
        rows = tuple((say("excluded", code), number(count)) for code, count in sorted(draw["excluded"].items()))
        yield Grid(t("Vooraf weggelaten"), (t("Reden"), t("Mensen")), rows, (1,))


def _asked(draw: Draw) -> str:
    if draw["volunteers"]:
        return t("{number} mensen meldden zich aan en konden geloot worden.", number=number(draw["accepted"]))
    return t(
        "Het bestand van de gemeente telt {number} mensen die geloot konden worden.", number=number(draw["accepted"])
    )


def _draw(material: Material) -> Blocks:
    draw = material.facts["draw"]
    if draw["volunteers"]:
        yield Paragraph(
            t(
                "Vooraf zijn panels gemaakt die zich alle aan dezelfde streefaantallen houden. Het lot koos er een. "
                "Het panel lijkt op de inwoners voor zover daar streefaantallen voor waren. "
                "Wie zich niet aanmeldt, kon niet worden geloot. De marges gaan daar niet over."
            )
        )
    yield Paragraph(
        t("Op {day} zijn {number} mensen geloot.", day=day(draw["drawn_on"]), number=number(draw["sample_size"]))
        + " "
        + t("Het lot is openbaar: met het getal hieronder en het bestand komt er altijd dezelfde uitkomst uit.")
    )
    if material.facts["before"]:
        yield Paragraph(
            t(
                "Nu zijn dezelfde mensen opnieuw gevraagd, zonder nieuw lot. "
                "Wie niet meer kon of wilde worden gevraagd, telt als iemand die niet antwoordde."
            )
        )
    yield named(
        material,
        (t("Getal van de loting"), draw["seed"]),
        (t("Waar het getal vandaan komt"), draw["seed_source"]),
        (t("Controlegetal van het bestand"), draw["frame_digest"]),
        (t("Controlegetal van het panel"), draw["panel_digest"]),
    )
    if draw["strata"]:
        rows = tuple(
            (
                ", ".join(wording.group(part, part) for part in stratum["label"].split(", ")),
                number(stratum["eligible"]),
                number(stratum["drawn"]),
                _one_in(stratum["eligible"], stratum["drawn"]),
            )
            for stratum in draw["strata"]
        )
        columns = (t("Groep"), t("In het bestand"), t("Geloot"), t("Kans"))
        yield Grid(t("De loting per groep"), columns, rows, (1, 2, 3))


def _one_in(eligible: int, drawn: int) -> str:
    if not drawn:
        return wording.DASH
    return t("1 op {number}", number=number(eligible / drawn, 0 if eligible >= 10 * drawn else 1))


def _mode(material: Material) -> Blocks:
    modes = wording.listed([say("modes", mode) for mode in material.facts["survey_modes"]])
    yield Paragraph(t("Met {modes}.", modes=modes) if modes else wording.DASH)
    ways = material.facts["answered_by"]
    if len(ways) > 1:
        rows = tuple(
            (say("ways", way), wording.not_shown() if count is None else number(count)) for way, count in ways.items()
        )
        note = wording.why_not_shown() if None in ways.values() else ""
        yield Grid(t("Hoe de antwoorden binnenkwamen"), (t("Manier"), t("Mensen")), rows, (1,), note)


def _dates(material: Material) -> Blocks:
    facts: Facts = material.facts
    yield Paragraph(
        t(
            "De vragenlijst stond open van {first} tot en met {last}.",
            first=day(facts["opened_on"]),
            last=day(facts["closed_on"]),
        )
        + " "
        + t("De bevindingen zijn vastgelegd op {day}.", day=day(facts["frozen_on"]))
    )
