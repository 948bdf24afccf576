"""Questions that a clerk might add: of every form, and some that are not asked of everyone."""

from typing import Any

AGREE = {
    "mee": ["Mee eens", "Agree"],
    "tussen": ["Niet mee eens, niet oneens", "In between"],
    "oneens": ["Niet mee eens", "Disagree"],
    "x": ["Weet ik niet", "I do not know"],
}
CHOICES = {"balie": ["Aan de balie", "At the desk"], "thuis": ["Thuis", "At home"], "digi": ["Digitaal", "Online"]}
AGAINST = {"q09_stem": ["tegen", "aanpassen"]}


def _entry(number: int, kind: str, nl: str, **more: Any) -> dict[str, Any]:
    return {"id": f"eigen_{number}_vraag", "type": kind, "nl": nl, "en": f"Question {number}", **more}


OWN: list[dict[str, Any]] = [
    _entry(1, "likert", "Vindt u het loket een goed idee?", options=AGREE, apart=["x"]),
    _entry(2, "statement", "Het plan moet van tafel.", options=AGREE, apart=["x"], when=AGAINST),
    _entry(3, "scale", "Hoe veilig is uw straat?", min=1, max=5),
    _entry(4, "multi_other", "Waar wilt u geholpen worden?", options=CHOICES, max_choices=2, when=AGAINST),
    _entry(
        *(5, "text", "Wat zou u dan wel doen?"),
        max_chars=300,
        when=[{"q09_stem": ["tegen"], "eigen_2_vraag": ["mee", "tussen"]}, {"eigen_3_vraag": [1]}],
    ),
]


def with_own(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The questions with these behind the main ones."""
    place = next((n for n, question in enumerate(questions) if question.get("extra")), len(questions))
    return [*questions[:place], *OWN, *questions[place:]]
