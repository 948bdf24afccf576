"""Dutch inside English: what nobody translated, filled into a sentence or a table.

A text that is Dutch as a whole is marked by its block. Here are the phrases that may stand anywhere in a text: they
are marked too, so that a screen reader pronounces them well.
"""

from collections.abc import Iterable
from re import escape

from deliberation.questionnaire import Questionnaire
from panel.reports.facts import Material
from panel.reports.language import language
from panel.reports.wording import sentences
from panel.web.display import DUTCH


def phrases(material: Material) -> tuple[str, ...]:
    """The clerk's own points, and texts of more than one word that are there in Dutch alone; the longest first."""
    if language() == DUTCH:
        return ()
    codes = {tally.code for said in material.findings.statements for tally in said.tallies}
    own = {code.strip() for code in codes - sentences()["codes"].keys()}
    told = {text for text in material.dutch if " " in text and "\n" not in text and any(map(str.isalpha, text))}
    return tuple(sorted((told | own) - {""}, key=lambda text: (-len(text), text)))


def untranslated(dutch: Questionnaire, english: Questionnaire) -> set[str]:
    """The words of a questionnaire that are the same in both languages."""
    return _words(dutch) & _words(english)


def _words(questionnaire: Questionnaire) -> set[str]:
    return {
        words.strip()
        for question in questionnaire.questions
        for words in (
            question.text,
            *(option.label for option in (*question.options, *question.items, *question.directions)),
        )
    }


def pattern(some: Iterable[str]) -> str:
    """What finds any of them as whole words, for Python and for Typst; empty when there are none."""
    return "|".join(f"{_edge(text[0])}{escape(text)}{_edge(text[-1])}" for text in some)


def _edge(character: str) -> str:
    return r"\b" if character.isalnum() else ""
