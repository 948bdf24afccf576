"""Which chapters there are, in the order in which a council should read them, and which questions stand in which.

First what is wanted, then the founding values, then the effects in full breadth, and only then rules and paper: the
order of the reverse test (Stimulansz, "omgekeerde toets").
"""

from collections.abc import Iterator, Sequence

from deliberation.figures import QuestionFindings
from panel.reports.annex import whom
from panel.reports.blocks import Block, Pairs, Paragraph
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.pictures import pictures
from panel.reports.voices import explained

Blocks = Iterator[Block]
QUESTIONS: dict[str, tuple[str, ...]] = {
    "samenvatting": (),
    "voorstel": (),
    "aanpak": ("q01_duidelijk", "e1_info", "e2_vertrouwen", "e3_begrip"),
    "stem": ("q09_stem", "q11_cijfer"),
    "doel": ("q02_doel",),
    "grondwaarden": ("q03_grondwaarden",),
    "gevolgen": ("q04_gevolgen",),
    "regels": ("q06_papierwerk", "q07_regie", "q08_uitzondering"),
    "verhaal": (),
    "adviezen": (),
    "signalen": (),
    "resultaat": ("q12_indicator",),
    "andere": (),
    "eerder": (),
    "antwoord": (),
    "minderheid": (),
    "deelname": (),
    "verantwoording": (),
    "bijlage": (),
}
INDICATOR = "v_indicator_"  # of a follow-up: whether it goes better with what the panel chose to look at
HARDER = "q05_knel"  # who has it harder: told in the chapter of the effects


def title(name: str) -> str:
    return {
        "samenvatting": t("Samenvatting"),
        "voorstel": t("Wat lag er voor, en wie beslist?"),
        "aanpak": t("Hoe hebben wij het gevraagd?"),
        "stem": t("De stem en het cijfer"),
        "doel": t("Het doel"),
        "grondwaarden": t("Wat de wet wil bereiken"),
        "gevolgen": t("De gevolgen: wie wint, wie krijgt het moeilijker?"),
        "regels": t("Regels, papierwerk en uitzonderingen"),
        "verhaal": t("De ja-maars: het verhaal achter de cijfers"),
        "adviezen": t("Wat moet er anders?"),
        "signalen": t("Wat buiten het kader valt: signalen voor de raad"),
        "resultaat": t("Hoe zien we of het werkt?"),
        "andere": t("Andere vragen"),
        "eerder": t("Wat is er veranderd sinds de eerste keer?"),
        "antwoord": t("De reactie van het college"),
        "minderheid": t("De mening van de minderheid"),
        "deelname": t("Wie antwoordde, en wie mist er?"),
        "verantwoording": t("Verantwoording"),
        "bijlage": t("Bijlage: alle tabellen"),
    }[name]


def numbers(material: Material) -> dict[str, int]:
    """The number of every chapter; a chapter about what this review does not have is left out."""
    without = {"andere"} if not other_questions(material) else set()
    if material.facts["before"] is None:
        without.add("eerder")
    return {name: number for number, name in enumerate((name for name in QUESTIONS if name not in without), 1)}


def other_questions(material: Material) -> list[QuestionFindings]:
    """Questions that have no chapter of their own. What was written stands in the chapter of the yes-buts."""
    placed = {found.id for name in QUESTIONS for found in asked_in(material, name)}
    return [
        found
        for found in material.findings.questions
        if found.id not in placed and not found.is_vote and found.type != "text"
    ]


def asked_in(material: Material, name: str) -> list[QuestionFindings]:
    return [found for found in material.findings.questions if _is_in(found.id, name)]


def _is_in(question_id: str, name: str) -> bool:
    return question_id in QUESTIONS[name] or (name == "resultaat" and question_id.startswith(INDICATOR))


def drawn(material: Material, name: str) -> Blocks:
    """The questions of a chapter as pictures, then what people said about them."""
    asked = asked_in(material, name)
    for found in asked:
        yield from figures(material, found)
    told_below = name == "gevolgen" and any(said.question == HARDER for said in material.findings.statements)
    if not asked:
        yield Paragraph(t("Hierover is in deze vragenlijst niets gevraagd."))
    elif not told_below:
        yield from explained(material, [found.id for found in asked], numbers(material)["verhaal"])


def figures(material: Material, found: QuestionFindings) -> Blocks:
    """A question drawn, with whom it was asked when that was not everyone."""
    yield from pictures(found, material.questionnaire.question(found.id))
    yield from whom(material, found.id)


def pairs(material: Material, named: Sequence[tuple[str, str]]) -> Pairs:
    """Facts by name, without those that are not there."""
    kept = tuple((name, value) for name, value in named if value.strip())
    return Pairs(kept, tuple(place for place, (_, value) in enumerate(kept) if material.is_dutch(value)))
