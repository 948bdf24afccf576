"""Facts of a made-up review, to go with the made-up findings of tests/deliberation/example.py."""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deliberation.filling import fill
from panel.reports.facts import Facts
from tests.deliberation.example import example_findings

QUESTIONNAIRE = Path(__file__).parents[3] / "templates/questionnaires/tweede-mening.yaml"
GOAL = "mensen krijgen sneller de hulp die past"
INDICATORS = ["Mensen wachten korter op hulp", "Minder bezwaren", "Meer mensen zijn tevreden"]
SUMMARY = """\
Nu moeten mensen voor hulp naar **drie loketten**. Dat duurt gemiddeld elf weken. Het college wil één loket voor alle
vragen over zorg, werk en geld.

## Wat verandert er?

- Er komt één plek in elke wijk.
- Wie om hulp vraagt, hoort binnen vier weken of die komt.
- De eigen bijdrage wordt € 21 per maand.

Lees het [hele voorstel](https://voorbeeld.example/voorstel) op de site van de gemeente.
"""


def questionnaire() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(QUESTIONNAIRE.read_text(encoding="utf-8"))
    values = {"doel": GOAL, "grondwaarden": ["inkomen", "zelf_doen", "meedoen"], "indicatoren": INDICATORS}
    return fill(data, values)


def facts() -> Facts:
    return {
        "language": "nl",
        "council_name": "gemeente Voorbeeld",
        "contact": "griffie@voorbeeld.example, telefoon 14 030",
        "public_url": "https://tweedemening.voorbeeld.example/ronde/1",
        "title": "Eén loket voor zorg, werk en geld",
        "kind": "verordening",
        "question": "Moet de gemeente één loket maken voor alle vragen over zorg, werk en geld?",
        "summary": SUMMARY,
        "sources": [
            {
                "claim": "Hulp laat elf weken op zich wachten",
                "source": "Jaarverslag",
                "date": "2026-03-01",
            },
            {"claim": "1.240 mensen vroegen om hulp", "source": "De gemeente", "date": "2026-06-30"},
        ],
        "goal": GOAL,
        "values": [
            "Mensen kunnen meedoen of werken",
            "Mensen hebben genoeg geld om van te leven",
            "Mensen kunnen voor zichzelf en hun huishouden zorgen",
        ],
        "who_decides": "De gemeenteraad",
        "asked_by": "De gemeenteraad van Voorbeeld",
        "run_by": "De griffie van Voorbeeld",
        "opened_on": "2026-10-19",
        "closed_on": "2026-11-09",
        "frozen_on": "2026-11-20",
        "report_due": "2026-11-26",
        "judgement_on": "2026-12-10",
        "decision_on": "2026-12-17",
        "version": 2,
        "digest": "5f2b9c1ad04e7763b1c7f1a9e2d86b40f4f0a3f5f9f8c1f5e2b7a6d4c3b2a190",
        "quorum": 100,
        "majority_percent": 50,
        "fixed": ["De wet zegt dat de gemeente hulp moet bieden.", "Het geld voor 2027 staat vast."],
        "open": ["Hoeveel loketten er komen.", "Hoe hoog de eigen bijdrage wordt."],
        "monday": (
            "Mevrouw Jansen zorgt voor haar man. Nu belt zij drie nummers. "
            "Vanaf maandag loopt zij het loket in de wijk binnen. "
            "Eén medewerker luistert naar haar hele verhaal.\n\nBinnen vier weken weet zij welke hulp er komt."
        ),
        "why": {
            "why": "Mensen wachten te lang en vertellen hun verhaal te vaak.",
            "why_this_way": "Eén loket werkte in twee wijken:\n\n- wachttijd gehalveerd\n- minder bezwaren",
            "what_works": "Een vaste medewerker werkt. Een website alleen werkt niet.",
            "how_better": "Door ook 's avonds open te zijn.",
        },
        "starting_points": [
            {"point": "Kijk naar het hele leven", "answer": "Ja, zorg, werk en geld samen."},
            {"point": "Het huishouden staat voorop", "answer": "Ja."},
        ],
        "remarks": ["Dit plan raakt meer dan twee leefgebieden, maar noemt één wet."],
        "laws": ["Wmo 2015", "Participatiewet"],
        "hardship_clause": True,
        "paperwork_added": "Eén formulier voor de eigen bijdrage.",
        "paperwork_removed": "Drie aanvragen worden één aanvraag.",
        "survey_modes": ["web"],
        "answered_by": {"web": 300},
        "retyped": None,
        "retyped_otherwise": None,
        "questionnaire": questionnaire(),
        "review_id": 1,
        "replies": [],
        "reply_due": "2026-12-10",
        "before": None,
        "organisation": {"code": "gm0344", "email": "griffie@voorbeeld.example"},
        "draw": {
            "drawn_on": "2026-10-12",
            "seed": "37 11 4 29 8 15",
            "seed_source": "De lottotrekking van 10 oktober 2026",
            "frame_digest": "9a6c0e5f2f4f4a1d8f0d2c7b6e5a4938271605f4e3d2c1b0a99887766554433f",
            "panel_digest": "17d0c3b2a1908f7e6d5c4b3a29180706f5e4d3c2b1a09f8e7d6c5b4a39281706",
            "accepted": 40000,
            "excluded": {"under_age": 7120, "secrecy": 212, "opted_out": 31},
            "refused": 4,
            "sample_size": 900,
            "volunteers": False,
            "strata": [
                {"label": "Centrum", "eligible": 9200, "drawn": 207},
                {"label": "Noord", "eligible": 14800, "drawn": 333},
                {"label": "Zuid", "eligible": 11500, "drawn": 259},
                {"label": "Buitengebied", "eligible": 4500, "drawn": 101},
            ],
        },
    }


def sample(answered: int = 300, **changes: Any) -> dict[str, Any]:
    """What the build reads, as it comes out of JSON."""
    return {"findings": json.loads(_findings(answered)), "facts": json.loads(json.dumps({**facts(), **changes}))}


@cache
def _findings(answered: int) -> str:
    return json.dumps(asdict(example_findings(answered)))
