"""Who answered, how it was done (the eleven items of AAPOR's disclosure list), and every table."""

from collections.abc import Iterator

from deliberation.figures import ClassTurnout
from deliberation.questionnaire import Question, Questionnaire
from panel.reports import charts, wording
from panel.reports.blocks import Block, Bullets, Grid, Heading, Pairs, Paragraph, Picture
from panel.reports.facts import Draw, Facts, Material
from panel.reports.pictures import grids, split_grids
from panel.reports.wording import NBSP, day, number, percent, say
from panel.reviews.routing_words import only_if

MOST_CLASSES = 12  # more do not fit in one picture; the table always has them all
Blocks = Iterator[Block]


def turnout(material: Material) -> Blocks:
    took_part = material.findings.participation
    yield Paragraph(wording.turnout(took_part.answered, took_part.invited), "lead")
    yield Paragraph(" ".join(wording.sureness(material.findings)))
    variables = list(dict.fromkeys(found.variable for found in took_part.classes))
    for variable in variables:
        classes = [found for found in took_part.classes if found.variable == variable]
        table = _turnout_grid(variable, classes)
        shown = [found for found in classes if found.rate is not None]
        if shown and len(classes) <= MOST_CLASSES:
            yield _turnout_picture(variable, classes, table)
        else:
            yield table
    if not variables:
        yield Paragraph("Er zijn geen groepen om te vergelijken.")
    yield Paragraph(
        "Wie mist er sowieso? Mensen die niet in het bestand van de gemeente staan. "
        "En mensen die vooraf zijn weggelaten; hun aantallen staan in de verantwoording."
    )


def _turnout_grid(variable: str, classes: list[ClassTurnout]) -> Grid:
    rows = tuple(
        (
            found.key,
            number(found.population),
            number(found.invited),
            number(found.answered) if found.answered is not None else wording.not_shown(),
            percent(found.rate) if found.rate is not None else wording.not_shown(),
        )
        for found in classes
    )
    some = any(found.answered is None for found in classes)
    note = f"Niet getoond: {wording.hidden('small')}." if some else ""
    columns = (_name(variable), "In het bestand", "Gevraagd", "Antwoordde", "Deel")
    return Grid(f"Wie antwoordde, naar {say('variables', variable)}", columns, rows, (1, 2, 3, 4), note)


def _turnout_picture(variable: str, classes: list[ClassTurnout], table: Grid) -> Picture:
    shown = sorted((found for found in classes if found.rate is not None), key=lambda found: found.rate or 0.0)
    fewest, most = shown[0], shown[-1]
    title = (
        f"Het vaakst antwoordde {most.key} ({percent(most.rate)}), het minst {fewest.key} ({percent(fewest.rate)})"
    )
    if fewest.rate == most.rate:
        title = f"{_name(variable)} maakte geen verschil voor wie antwoordde"
    rows = [
        charts.Dot(
            found.key,
            found.rate,
            None,
            None,
            percent(found.rate),
            "",
            wording.hidden(found.hidden or "small") if found.rate is None else "",
        )
        for found in classes
    ]
    told = "; ".join(f"{row.label}: {row.value if row.share is not None else row.hidden}" for row in rows)
    return Picture(
        id=f"deelname-{variable}",
        title=title,
        alt=f"Grafiek: welk deel van de gelote mensen antwoordde, naar {say('variables', variable)}. {told}.",
        svg=charts.dots(rows),
        n=f"Deel van de gelote mensen dat antwoordde, naar {say('variables', variable)}",
        tables=(table,),
    )


def _name(variable: str) -> str:
    return say("variables", variable).capitalize()


def method(material: Material) -> Blocks:
    """The headings are those of the disclosure list in AAPOR's Code of Professional Ethics and Practices (2021)."""
    yield Paragraph(
        "Zo kan iedereen nagaan hoe dit onderzoek is gedaan. De elf kopjes volgen de lijst van AAPOR.", "lead"
    )
    parts = (
        ("1. Hoe de gegevens zijn verzameld", _strategy),
        ("2. Wie het vroeg en wie het deed", _who),
        ("3. De vragen", _instrument),
        ("4. Om wie het gaat", _population),
        ("5. Hoe mensen zijn gekozen", _draw),
        ("6. Hoe mensen konden antwoorden", _mode),
        ("7. Wanneer", _dates),
        ("8. Hoeveel mensen, en hoe zeker", _size),
        ("9. De weging", _weights),
        ("10. Controle van de gegevens", _processing),
        ("11. Wat dit onderzoek niet kan", _limits),
    )
    for heading, part in parts:
        yield Heading(heading)
        yield from part(material)


def _strategy(material: Material) -> Blocks:
    first = "zich aanmeldden en daarna " if material.facts["draw"]["volunteers"] else ""
    same = "Iedereen kreeg dezelfde samenvatting en dezelfde vragen."
    if any(question.when for question in material.questionnaire.questions):
        same = "Iedereen kreeg dezelfde samenvatting. Sommige vragen hingen af van een eerder antwoord."
    yield Paragraph(
        f"Een vragenlijst aan inwoners die {first}zijn geloot. "
        f"Zij lazen eerst een samenvatting van het voorstel. {same}"
    )


def _who(material: Material) -> Blocks:
    facts = material.facts
    pairs = (
        ("Gevraagd door", facts["asked_by"]),
        ("Uitgevoerd door", facts["run_by"]),
        ("Beslist", facts["who_decides"]),
        ("Vragen", facts["contact"]),
    )
    yield Pairs(tuple(pair for pair in pairs if pair[1]))


def _instrument(material: Material) -> Blocks:
    yield Paragraph(
        f"Dit zijn de vragen, woord voor woord en in deze volgorde. {_required(material.questionnaire)} "
        f"De antwoorden staan in de bijlage. Versie van de vragenlijst: {material.questionnaire.version}."
    )
    yield Bullets(tuple(_question(material, question) for question in material.questionnaire.questions), ordered=True)


def _required(questionnaire: Questionnaire) -> str:
    places = [place for place, question in enumerate(questionnaire.questions, 1) if question.required]
    if [questionnaire.questions[place - 1] for place in places] == [questionnaire.vote]:
        return "Alleen de stem was verplicht."
    numbers = wording.listed([str(place) for place in places])
    return f"Verplicht waren: {numbers}." if places else "Geen vraag was verplicht."


def _question(material: Material, question: Question) -> str:
    condition = only_if(material.questionnaire, question, about_others=True)
    return f"{question.text} ({condition.rstrip('.')})" if condition else question.text


def whom(material: Material, question_id: str) -> Iterator[Paragraph]:
    """Who was asked this question, when that was not everyone."""
    questionnaire = material.questionnaire
    names = {question.id: f"‘{question.text}’" for question in questionnaire.questions}
    condition = only_if(questionnaire, questionnaire.question(question_id), names=names, about_others=True)
    if condition:
        yield Paragraph(condition, "note")


def _population(material: Material) -> Blocks:
    draw = material.facts["draw"]
    yield Paragraph(f"{_asked(draw)} {number(draw['refused'])} regels van het bestand waren niet bruikbaar.")
    if draw["excluded"]:
        rows = tuple((say("excluded", code), number(count)) for code, count in sorted(draw["excluded"].items()))
        yield Grid("Vooraf weggelaten", ("Reden", "Mensen"), rows, (1,))


def _asked(draw: Draw) -> str:
    if draw["volunteers"]:
        return f"{number(draw['accepted'])} mensen meldden zich aan en konden geloot worden."
    return f"Het bestand van de gemeente telt {number(draw['accepted'])} mensen die geloot konden worden."


def _draw(material: Material) -> Blocks:
    draw = material.facts["draw"]
    if draw["volunteers"]:
        yield Paragraph(
            "Vooraf zijn panels gemaakt die zich alle aan dezelfde streefaantallen houden. Het lot koos er een. "
            "Het panel lijkt op de inwoners voor zover daar streefaantallen voor waren. "
            "Wie zich niet aanmeldt, kon niet worden geloot. De marges gaan daar niet over."
        )
    yield Paragraph(
        f"Op {day(draw['drawn_on'])} zijn {number(draw['sample_size'])} mensen geloot. "
        "Het lot is openbaar: met het getal hieronder en het bestand komt er altijd dezelfde uitkomst uit."
    )
    pairs = (
        ("Getal van de loting", draw["seed"]),
        ("Waar het getal vandaan komt", draw["seed_source"]),
        ("Controlegetal van het bestand", draw["frame_digest"]),
        ("Controlegetal van het panel", draw["panel_digest"]),
    )
    yield Pairs(tuple(pair for pair in pairs if pair[1]))
    if draw["strata"]:
        rows = tuple(
            (
                stratum["label"],
                number(stratum["eligible"]),
                number(stratum["drawn"]),
                _one_in(stratum["eligible"], stratum["drawn"]),
            )
            for stratum in draw["strata"]
        )
        columns = ("Groep", "In het bestand", "Geloot", "Kans")
        yield Grid("De loting per groep", columns, rows, (1, 2, 3))


def _one_in(eligible: int, drawn: int) -> str:
    return f"1 op {number(eligible / drawn, 0 if eligible >= 10 * drawn else 1)}" if drawn else wording.DASH


def _mode(material: Material) -> Blocks:
    modes = wording.listed([say("modes", mode) for mode in material.facts["survey_modes"]])
    yield Paragraph(f"Met {modes}." if modes else wording.DASH)
    ways = material.facts["answered_by"]
    if len(ways) > 1:
        rows = tuple(
            (say("ways", way), wording.not_shown() if count is None else number(count)) for way, count in ways.items()
        )
        note = f"Niet getoond: {wording.hidden('small')}." if None in ways.values() else ""
        yield Grid("Hoe de antwoorden binnenkwamen", ("Manier", "Mensen"), rows, (1,), note)


def _dates(material: Material) -> Blocks:
    facts = material.facts
    yield Paragraph(
        f"De vragenlijst stond open van {day(facts['opened_on'])} tot en met {day(facts['closed_on'])}. "
        f"De bevindingen zijn vastgelegd op {day(facts['frozen_on'])}."
    )


def _size(material: Material) -> Blocks:
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
    yield Grid(f"Wat er werd van {number(took_part.invited)} uitnodigingen", ("Uitkomst", "Mensen"), rows, (1,))
    pairs = (
        ("Respons met hele vragenlijsten (RR1)", percent(took_part.rr1)),
        ("Respons met een deel erbij (RR2)", percent(took_part.rr2)),
        ("Hoe gelijk de groepen antwoordden (R-indicator, 1 is gelijk)", number(took_part.r_indicator, 2)),
    )
    yield Pairs(pairs)
    yield Paragraph(say("fixed", "margin"))


def _weights(material: Material) -> Blocks:
    weighting = material.findings.weighting
    if not weighting.weighted:
        yield Paragraph(say("not_weighted", weighting.reason))
        return
    names = wording.listed([say("variables", variable) for variable in weighting.margins])
    like = "het gekozen panel" if material.facts["draw"]["volunteers"] else "het bestand van de gemeente"
    yield Paragraph(
        f"De antwoorden zijn gewogen naar {names}. Zo telt elke groep even zwaar als in {like}. "
        "Daarbij is rekening gehouden met de kans om geloot te worden."
    )
    for merge in weighting.merged:
        classes = wording.listed(merge.classes)
        yield Paragraph(f"Bij {say('variables', merge.variable)} zijn samengenomen: {classes} (nu: {merge.into}).")
    pairs = (
        ("Kleinste gewicht", number(weighting.smallest, 2)),
        ("Grootste gewicht", number(weighting.largest, 2)),
        ("Gewichten die zijn afgekapt", number(weighting.trimmed)),
        ("Effect van de weging op de marge (ontwerpeffect)", number(weighting.design_effect, 2)),
        ("Aantal antwoorden dat dan overblijft (effectieve n)", number(weighting.effective_n)),
    )
    yield Pairs(pairs)


def _processing(material: Material) -> Blocks:
    limits = material.findings.thresholds
    yield Paragraph("Wat is ingevuld, is niet veranderd. Een vraag die niemand invulde, blijft leeg.")
    yield Paragraph(
        "Elke tekst is gelezen voordat die in dit rapport kwam. Teksten met persoonlijke gegevens zijn weggelaten."
    )
    if set(material.facts["survey_modes"]) - {"web"}:
        yield Paragraph(f"Een medewerker typte over wat niet op internet is ingevuld.{_retyped(material.facts)}")
    yield Paragraph("Bij het sluiten is de band tussen mensen en hun antwoorden vernietigd.")
    yield Paragraph(
        f"Aantallen onder {limits.floor} zijn niet te zien. Ook niet als iemand gaat aftrekken. "
        f"Bij minder dan {limits.share_n} antwoorden staat er geen percentage. "
        f"Ook niet als de marge breder is dan {percent(limits.width).replace('%', 'procentpunt')}."
    )


def _retyped(facts: Facts) -> str:
    if facts["retyped"] is None or facts["retyped_otherwise"] is None:
        return ""
    otherwise = percent(facts["retyped_otherwise"])
    return f" Een ander typte er {number(facts['retyped'])} nog eens over. Bij {otherwise} daarvan was iets anders."


def _limits(material: Material) -> Blocks:
    yield Paragraph(" ".join(wording.sureness(material.findings)))
    yield Paragraph(
        "De marges gaan over het toeval van de loting. Andere fouten zitten er niet in, "
        "zoals een vraag die mensen verkeerd begrijpen. "
        f"Percentages zijn afgerond. Samen zijn ze soms geen 100{NBSP}%."
    )


def annex(material: Material) -> Blocks:
    yield Paragraph(
        "Hier staan alle vragen met de precieze woorden en alle cijfers die te zien mogen zijn. "
        "Dezelfde cijfers staan in results.csv en results.json.",
        "lead",
    )
    for found in material.findings.questions:
        if found.tables:
            yield Heading(found.text)
            yield Paragraph(f"In die bestanden heet deze vraag {found.id}.", "note")
            yield from whom(material, found.id)
            yield from grids(found)
    for split in material.findings.splits:
        if not split.hidden:
            yield Heading(f"De stem {say('splits', split.by)}")
            yield from split_grids(split)
