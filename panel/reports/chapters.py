"""Findings and facts -> the chapters of the report, in the order in which a council should read them.

First what is wanted, then the founding values, then the effects in full breadth, and only then rules and paper: the
order of the reverse test (Stimulansz, "omgekeerde toets").
"""

from collections.abc import Callable, Iterator, Sequence

from deliberation.figures import Advice, QuestionFindings
from panel.reports import charts, wording
from panel.reports.blocks import (
    Advised,
    Block,
    Chapter,
    Cover,
    Document,
    Grid,
    Heading,
    Pairs,
    Paragraph,
    Picture,
    bullets,
    plain,
)
from panel.reports.facts import Material
from panel.reports.method import annex, method, turnout, whom
from panel.reports.pictures import pictures, split_pictures
from panel.reports.prose import prose
from panel.reports.voices import explained, story
from panel.reports.wording import NBSP, day, say

Blocks = Iterator[Block]
CHAPTERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("samenvatting", "Samenvatting", ()),
    ("voorstel", "Wat lag er voor, en wie beslist?", ()),
    ("aanpak", "Hoe hebben wij het gevraagd?", ("q01_duidelijk", "e1_info", "e2_vertrouwen", "e3_begrip")),
    ("stem", "De stem en het cijfer", ("q09_stem", "q11_cijfer")),
    ("doel", "Het doel", ("q02_doel",)),
    ("grondwaarden", "Wat de wet wil bereiken", ("q03_grondwaarden",)),
    ("gevolgen", "De gevolgen: wie wint, wie krijgt het moeilijker?", ("q04_gevolgen",)),
    ("regels", "Regels, papierwerk en uitzonderingen", ("q06_papierwerk", "q07_regie", "q08_uitzondering")),
    ("verhaal", "De ja-maars: het verhaal achter de cijfers", ()),
    ("adviezen", "Wat moet er anders?", ()),
    ("resultaat", "Hoe zien we of het werkt?", ("q12_indicator",)),
    ("andere", "Andere vragen", ()),
    ("deelname", "Wie antwoordde, en wie mist er?", ()),
    ("verantwoording", "Verantwoording", ()),
    ("bijlage", "Bijlage: alle tabellen", ()),
)
IDS = {name: ids for name, _, ids in CHAPTERS}


def document(material: Material) -> Document:
    """The whole report, ready to be set as a page or as a PDF."""
    numbers = _numbers(material)
    made = tuple(
        Chapter(name, numbers[name], title, tuple(_MAKERS[name](material)))
        for name, title, _ in CHAPTERS
        if name in numbers
    )
    return Document(cover(material), made, _fixed(), _colophon(material))


def _numbers(material: Material) -> dict[str, int]:
    """The number of every chapter; without other questions there is no chapter for them."""
    names = [name for name in IDS if name != "andere" or _other(material)]
    return {name: number for number, name in enumerate(names, 1)}


def _other(material: Material) -> list[QuestionFindings]:
    """Questions that have no chapter of their own. What was written stands in the chapter of the yes-buts."""
    placed = {question_id for ids in IDS.values() for question_id in ids}
    return [
        found
        for found in material.findings.questions
        if found.id not in placed and not found.is_vote and found.type != "text"
    ]


def cover(material: Material) -> Cover:
    facts, took_part = material.facts, material.findings.participation
    lines = (
        ("Gevraagd door", facts["asked_by"]),
        ("Uitgevoerd door", facts["run_by"]),
        ("De raad beslist", day(facts["decision_on"])),
        ("Rapport vastgelegd", day(facts["frozen_on"])),
    )
    return Cover(
        council=facts["council_name"],
        title=facts["title"],
        question=facts["question"],
        lines=tuple(line for line in lines if line[1]),
        dots=charts.crowd(took_part.answered, took_part.invited),
        dots_alt=wording.turnout(took_part.answered, took_part.invited),
        created=facts["frozen_on"],
    )


def vote_picture(material: Material) -> Picture:
    """The vote as one honest picture."""
    found = next(found for found in material.findings.questions if found.is_vote)
    drawn = pictures(found, material.questionnaire.question(found.id))[0]
    assert isinstance(drawn, Picture)  # noqa: S101 - a vote is one table, and one table is one picture
    return drawn


def _fixed() -> tuple[str, ...]:
    return say("fixed", "advises"), say("fixed", "no_referendum"), say("fixed", "council")


def _colophon(material: Material) -> tuple[str, ...]:
    facts = material.facts
    version = f"Bevindingen versie {material.findings.version}, vastgelegd op {day(facts['frozen_on'])}."
    where = (
        f"Alle cijfers staan ook als open data bij dit rapport: {facts['public_url']}" if facts["public_url"] else ""
    )
    question = f"Vragen over dit rapport: {facts['contact']}" if facts["contact"] else ""
    return tuple(line for line in (where, question, version) if line)


def _verdict(material: Material) -> str:
    judged = material.findings.verdict
    vote = material.questionnaire.vote
    label = vote.label(judged.outcome).lower() if judged.outcome in vote.keys else judged.outcome
    return wording.verdict(judged, label, material.facts["majority_percent"])


def _drawn(material: Material, name: str) -> Blocks:
    """The questions of a chapter as pictures, then what people said about them."""
    ids = IDS[name]
    asked = [found for found in material.findings.questions if found.id in ids]
    for found in asked:
        yield from _figures(material, found)
    if asked:
        yield from explained(material, ids, _numbers(material)["verhaal"])
    else:
        yield Paragraph("Hierover is in deze vragenlijst niets gevraagd.")


def _figures(material: Material, found: QuestionFindings) -> Blocks:
    """A question drawn, with whom it was asked when that was not everyone."""
    yield from pictures(found, material.questionnaire.question(found.id))
    yield from whom(material, found.id)


def summary(material: Material) -> Blocks:
    facts, findings = material.facts, material.findings
    yield Paragraph(_verdict(material), "lead")
    yield Paragraph(facts["question"])
    yield vote_picture(material)
    yield from (Paragraph(wording.spread(found.mean)) for found in _marks(material) if found.mean is not None)
    took_part = findings.participation
    yield Paragraph(
        f"{wording.turnout(took_part.answered, took_part.invited)} {say('fixed', 'missing')} "
        f"Meer daarover staat in hoofdstuk {_numbers(material)['deelname']}."
    )
    asked = [_advised(material, advice) for advice in findings.advices if advice.code != "vote"]
    if asked:
        yield Heading("Wat het panel verder vraagt")
        yield from bullets([advice.text for advice in asked])
    yield Paragraph(" ".join(_fixed()), "fixed")


def _marks(material: Material) -> list[QuestionFindings]:
    """The mark for the plan; other scales are other questions."""
    return [found for found in material.findings.questions if found.id in IDS["stem"] and not found.is_vote]


def proposal(material: Material) -> Blocks:
    facts = material.facts
    yield Paragraph(facts["question"], "lead")
    pairs = (
        ("Soort stuk", say("kinds", facts["kind"])),
        ("Versie", f"{facts['version']} (controlegetal {facts['digest'][:16]})"),
        ("Wie beslist", facts["who_decides"]),
        ("De raad vormt een oordeel op", day(facts["judgement_on"])),
        ("De raad beslist op", day(facts["decision_on"])),
        ("Dit rapport moest klaar zijn op", day(facts["report_due"])),
        ("Gevraagd door", facts["asked_by"]),
        ("Uitgevoerd door", facts["run_by"]),
        ("Wetten", wording.listed(facts["laws"])),
    )
    yield Pairs(tuple(pair for pair in pairs if pair[1]))
    yield from (Paragraph(line, "fixed") for line in _fixed())
    yield Heading("Wat het panel heeft gelezen")
    yield from prose(facts["summary"])
    if facts["monday"].strip():
        yield Heading("Wat verandert er maandag?")
        yield from plain(facts["monday"])
    yield from _listed("Wat vaststaat", facts["fixed"])
    yield from _listed("Waarover de raad nog kan kiezen", facts["open"])
    yield from _why(material)
    yield from _listed("Opmerkingen bij het voorstel", facts["remarks"])
    if facts["sources"]:
        rows = tuple((source["claim"], source["source"], day(source["date"])) for source in facts["sources"])
        yield Grid("Bronnen bij de samenvatting", ("Wat er staat", "Bron", "Datum"), rows)


def _listed(heading: str, items: Sequence[str]) -> Blocks:
    made = bullets(items)
    if made:
        yield Heading(heading)
        yield from made


def _why(material: Material) -> Blocks:
    answers = material.facts["why"]
    asked = (
        ("Waarom doen we dit?", answers["why"]),
        ("Waarom op deze manier?", answers["why_this_way"]),
        ("Wat werkt wel en wat niet?", answers["what_works"]),
        ("Hoe kan het beter?", answers["how_better"]),
    )
    for heading, text in asked:
        if text.strip():
            yield Heading(heading)
            yield from prose(text)
    points = material.facts["starting_points"]
    if points:
        rows = tuple((point["point"], point["answer"]) for point in points)
        yield Grid("De zeven uitgangspunten, volgens de steller", ("Uitgangspunt", "Antwoord van de steller"), rows)


def approach(material: Material) -> Blocks:
    facts, findings = material.facts, material.findings
    yield Paragraph(
        f"Wij vroegen {wording.people(findings.participation.invited)} om hun mening. "
        f"Zij zijn geloot uit {wording.number(facts['draw']['accepted'])} mensen. "
        f"Dat gebeurde met {wording.listed([say('modes', mode) for mode in facts['survey_modes']])}.",
        "lead",
    )
    pairs = (
        ("Loting", day(facts["draw"]["drawn_on"])),
        ("Open van", day(facts["opened_on"])),
        ("Gesloten op", day(facts["closed_on"])),
        ("Nodig voor een uitspraak", f"{wording.number(facts['quorum'])} antwoorden"),
        ("Grens om het plan te steunen", _majority(facts["majority_percent"])),
    )
    yield Pairs(tuple(pair for pair in pairs if pair[1]))
    yield Paragraph(
        "Deze grenzen stonden vast voordat iemand iets gevraagd werd. Tijdens de ronde zag niemand de antwoorden."
    )
    yield Paragraph(" ".join(wording.sureness(findings)))
    if {found.id for found in findings.questions} & set(IDS["aanpak"]):
        yield Heading("Wat mensen van het plan en de vragen vonden")
        yield from _drawn(material, "aanpak")


def _majority(percent: int) -> str:
    return f"meer dan {percent}{NBSP}%" if percent <= 50 else f"minstens {percent}{NBSP}%"


def vote(material: Material) -> Blocks:
    findings = material.findings
    yield Paragraph(_verdict(material), "lead")
    votes = [found for found in findings.questions if found.is_vote]
    for found in (*votes, *_marks(material)):
        yield from _figures(material, found)
        if found.mean is not None:
            yield Paragraph(wording.spread(found.mean))
    yield from explained(material, [found.id for found in votes], _numbers(material)["verhaal"])
    if findings.splits:
        yield Heading("De stem per groep")
    for split in findings.splits:
        yield from split_pictures(split, material.questionnaire.vote)


def goal(material: Material) -> Blocks:
    if material.facts["goal"].strip():
        yield Paragraph(f"Het doel van het plan is: {material.facts['goal'].strip().rstrip('.')}.", "lead")
    yield from _drawn(material, "doel")


def values(material: Material) -> Blocks:
    named = bullets(material.facts["values"])
    if named:
        yield Paragraph(
            "De wetten achter dit plan willen iets bereiken voor mensen. Bij dit plan gaat het om:", "lead"
        )
        yield from named
    yield from _drawn(material, "grondwaarden")


def effects(material: Material) -> Blocks:
    yield Paragraph("Een plan werkt door in het hele leven van mensen, niet alleen binnen één wet.", "lead")
    yield from _drawn(material, "gevolgen")
    harder = [statements for statements in material.findings.statements if statements.question == "q05_knel"]
    if harder:
        yield Heading("Wie krijgt het moeilijker?")
        yield from whom(material, "q05_knel")
        yield from story(harder[0], material.questionnaire.vote)


def rules(material: Material) -> Blocks:
    facts = material.facts
    clause = {
        True: "Ja. De gemeente mag afwijken als de regel iemand te hard raakt.",
        False: "Nee. In het voorstel staat geen hardheidsclausule.",
        None: "Daarover zegt het voorstel niets.",
    }[facts["hardship_clause"]]
    pairs = (
        ("Hardheidsclausule", clause),
        (
            "Papierwerk dat erbij komt" if facts["paperwork_removed"].strip() else "Papierwerk",
            facts["paperwork_added"],
        ),
        ("Papierwerk dat verdwijnt", facts["paperwork_removed"]),
    )
    yield Paragraph("Dit zegt het voorstel zelf:", "lead")
    yield Pairs(tuple(pair for pair in pairs if pair[1].strip()))
    yield from _drawn(material, "regels")


def yes_buts(material: Material) -> Blocks:
    wrote = [statements for statements in material.findings.statements if statements.question != "q05_knel"]
    yield Paragraph("Achter elk cijfer staat een verhaal. Dit zijn de woorden van inwoners zelf.", "lead")
    if not wrote:
        yield Paragraph("Niemand schreef iets over het plan.")
    for statements in wrote:
        yield Heading(statements.text)
        yield from whom(material, statements.question)
        yield from story(statements, material.questionnaire.vote)
    if not any(statements.quotes for statements in wrote):
        return
    yield Paragraph(
        "Welke teksten hier staan, is door het lot bepaald. "
        "Van voor en van tegen staan er evenveel, als er genoeg zijn. "
        "Iedere tekst is eerst gelezen, zodat er geen persoonlijke gegevens in staan. "
        f"De volgorde is na te rekenen met de code {material.findings.quote_seed or 'van deze ronde'}.",
        "note",
    )


def _advised(material: Material, advice: Advice) -> Advised:
    question = material.questionnaire.question(advice.question)
    item = question.label(advice.item) if advice.item else ""
    if advice.code == "vote":
        return Advised(advice.number, _verdict(material), wording.reason(advice, item))
    return Advised(advice.number, wording.advised(advice, question.text, item), wording.reason(advice, item))


def advices(material: Material) -> Blocks:
    yield Paragraph("Op elk advies geeft het college een antwoord, met de reden erbij.", "lead")
    for advice in material.findings.advices:
        yield _advised(material, advice)
    yield Paragraph(
        "Het antwoord is per advies: overgenomen, voor een deel overgenomen, niet overgenomen, "
        "of de gemeente gaat er niet over. De panelleden krijgen dat antwoord ook."
    )


def results(material: Material) -> Blocks:
    yield Paragraph("Na een half jaar tot een jaar kijken we of het plan werkt. Waaraan zien we dat dan?", "lead")
    yield from _drawn(material, "resultaat")
    for found in material.findings.questions:
        if found.id in IDS["resultaat"]:
            yield from _own_words(found)


def _own_words(found: QuestionFindings) -> Blocks:
    if found.type == "multi_other" and found.texts:
        yield Paragraph(f"{wording.people(found.texts)} schreven zelf iets op.")


def others(material: Material) -> Blocks:
    yield Paragraph("Deze vragen zijn voor dit plan toegevoegd aan de vaste vragenlijst.", "lead")
    for found in _other(material):
        yield Heading(found.text)
        yield from _figures(material, found)
        if found.mean is not None:
            yield Paragraph(wording.spread(found.mean))
        yield from _own_words(found)


_MAKERS: dict[str, Callable[[Material], Blocks]] = {
    "samenvatting": summary,
    "voorstel": proposal,
    "aanpak": approach,
    "stem": vote,
    "doel": goal,
    "grondwaarden": values,
    "gevolgen": effects,
    "regels": rules,
    "verhaal": yes_buts,
    "adviezen": advices,
    "resultaat": results,
    "andere": others,
    "deelname": turnout,
    "verantwoording": method,
    "bijlage": annex,
}
