"""What was done with the data before it was shown, and what the figures cannot say: items 10 and 11 of the method."""

from collections.abc import Iterator

from panel.reports import wording
from panel.reports.blocks import Block, Bullets, Paragraph
from panel.reports.facts import Facts, Material
from panel.reports.language import t
from panel.reports.wording import number, percent

Blocks = Iterator[Block]


def processing(material: Material) -> Blocks:
    yield Paragraph(t("Wat is ingevuld, is niet veranderd. Een vraag die niemand invulde, blijft leeg."))
    if set(material.facts["survey_modes"]) - {"web"}:
        yield Paragraph(t("Een medewerker typte over wat niet op internet is ingevuld.") + _retyped(material.facts))
    yield Paragraph(t("Bij het sluiten is de band tussen mensen en hun antwoorden vernietigd."))
    yield from _hidden(material)
    yield from _texts(material)


def _retyped(facts: Facts) -> str:
    if facts["retyped"] is None or facts["retyped_otherwise"] is None:
        return ""
    return " " + t(
        "Een ander typte er {number} nog eens over. Bij {otherwise} daarvan was iets anders.",
        number=number(facts["retyped"]),
        otherwise=percent(facts["retyped_otherwise"]),
    )


def _hidden(material: Material) -> Blocks:
    """The rules of disclosure control."""
    limits = material.findings.thresholds
    yield Paragraph(t("Niemand mag te herkennen zijn. Daarom is niet alles te zien:"))
    yield Bullets(
        (
            t(
                "Een aantal onder {floor} is niet te zien. Ook een nul niet, want die zegt iets over iedereen.",
                floor=limits.floor,
            ),
            t("Koos bijna iedereen in een groep hetzelfde? Dan is dat ook niet te zien."),
            t(
                "Soms is ook een ander aantal verborgen. Anders is het eerste te vinden door af te trekken. "
                "Voor elk verborgen aantal blijven minstens {floor} mogelijkheden over.",
                floor=limits.floor,
            ),
            t(
                "Bij minder dan {number} antwoorden staat er geen percentage. "
                "Ook niet als er na de weging minder dan {number} overblijven (effectieve n).",
                number=limits.share_n,
            ),
            t(
                "Er staat ook geen percentage als de marge breder is dan {width} procentpunt.",
                width=round(100 * limits.width),
            ),
        )
    )
    yield Paragraph(t("Deze regels gelden voor alle cijfers samen. Ook voor de bestanden bij dit rapport."))


def _texts(material: Material) -> Blocks:
    """How texts were read, counted and quoted."""
    yield Paragraph(
        t(
            "Elke tekst is gelezen voordat die in dit rapport kwam. "
            "Teksten met persoonlijke gegevens zijn weggelaten. "
            "Een medewerker noteerde welke punten erin staan. Eén tekst kan meer punten hebben. "
            "Die aantallen gaan over teksten, niet over alle inwoners."
        )
    )
    yield Paragraph(
        t(
            "Welke teksten hier staan, bepaalt het lot. "
            "Elke tekst krijgt een getal uit de code van de loting, de vraag en de tekst zelf. "
            "De laagste getallen komen eerst. "
            "Wij tonen alleen teksten bij een stem waarvan ook het aantal te tonen is. "
            "Van voor en van niet voor zijn het er evenveel, als er genoeg zijn. "
            "Bij niet voor komen ‘eerst veranderen’ en ‘niet aannemen’ om de beurt."
        )
    )
    rule, seed = material.findings.quote_rule, material.findings.quote_seed
    if rule and seed:
        yield Paragraph(t("Rekenregel: {rule}. Code: {seed}.", rule=rule, seed=seed), "note")


def limits(material: Material) -> Blocks:
    yield Paragraph(" ".join(wording.sureness(material.findings)))
    yield Paragraph(
        t(
            "De marges gaan over het toeval van de loting. Andere fouten zitten er niet in, "
            "zoals een vraag die mensen verkeerd begrijpen, of wie niet antwoordde."
        )
    )
    yield Paragraph(
        t(
            "Wij noemen twee groepen alleen verschillend als het verschil groter is dan toeval. "
            "Of iets een oorzaak is, zegt dit onderzoek niet."
        )
    )
    yield Paragraph(t("Percentages zijn afgerond. Samen zijn ze soms geen {all}.", all=wording.of_hundred(100)))
