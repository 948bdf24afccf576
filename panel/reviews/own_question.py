"""A question of the clerk's own: from the fields of a form to data, and back to show it again."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from deliberation.questionnaire import PLACEHOLDER
from panel.proposals.questions import library
from panel.reviews.composing import Entry
from panel.web.forms import Fields
from panel.web.messages import Refused

# What a kind of question needs beside its words.
NEEDS: dict[str, tuple[str, ...]] = {
    "single": ("options",),
    "likert": ("options",),
    "statement": (),
    "scale": (),
    "multi_other": ("options", "most"),
    "multi_with_direction": ("options", "most"),
    "single_per_item": ("items", "options"),
    "text": (),
}
LANGUAGES = ("nl", "en")
MOST_CHARS, LEAST_LINES, MOST_LINES, LONGEST_LINE = 500, 2, 12, 120
UNSURE = "x"
FILLINGS = {"doel"}  # of the proposal, that a clerk may use
T = TypeVar("T")


def read_question(kind: str, fields: Fields) -> tuple[Entry, dict[str, str]]:
    """The question as data, and a sentence at every field that is wrong: with any of those the data is worthless."""
    errors: dict[str, str] = {}

    def tried(read: Callable[..., T], *values: Any) -> T | None:
        try:
            return read(*values)
        except Refused as refused:
            errors.setdefault(refused.field, refused.sentence)
            return None

    entry: Entry = {"type": kind} | {language: tried(_text, fields, language) for language in LANGUAGES}
    lists = {
        name: [tried(_lines, fields, f"{name}_{language}") for language in LANGUAGES]
        for name in ("items", "options")
        if name in NEEDS[kind]
    }
    for name, (dutch, english) in lists.items():
        if dutch is not None and english is not None:
            entry[name] = tried(_pairs, name, dutch, english)
    if "most" in NEEDS[kind]:
        entry["max_choices"] = tried(_most, fields, lists["options"][0])
    return (entry, errors) if errors else (_complete(entry), {})


def _text(fields: Fields, name: str) -> str:
    text = " ".join(fields.required(name).split())
    _require_known(text, name)
    return text


def _require_known(text: str, name: str) -> None:
    for found in PLACEHOLDER.finditer(text):
        if found[1] not in FILLINGS:
            raise Refused("questions.placeholder", name, name=found[0])
    if set("{}") & set(PLACEHOLDER.sub("", text)):
        raise Refused("questions.braces", name)


def _lines(fields: Fields, name: str) -> list[str]:
    lines = [" ".join(line.split()) for line in fields.required(name, 2_000).splitlines() if line.strip()]
    if not LEAST_LINES <= len(lines) <= MOST_LINES:
        raise Refused("questions.lines", name, least=LEAST_LINES, most=MOST_LINES)
    for place, line in enumerate(lines):
        _require_known(line, name)
        if len(line) > LONGEST_LINE:
            raise Refused("questions.long_line", name, line=line[:30], length=len(line), most=LONGEST_LINE)
        if line.casefold() in map(str.casefold, lines[:place]):
            raise Refused("questions.twice", name, line=line)
    return lines


def _pairs(name: str, dutch: Sequence[str], english: Sequence[str]) -> list[tuple[str, str]]:
    if len(dutch) != len(english):
        raise Refused("questions.other_count", f"{name}_en", dutch=len(dutch), english=len(english))
    unsure = _unsure()[0].casefold()  # comes by itself
    pairs = [pair for pair in zip(dutch, english, strict=True) if pair[0].casefold() != unsure]
    if len(pairs) < LEAST_LINES:
        raise Refused("questions.lines", f"{name}_nl", least=LEAST_LINES, most=MOST_LINES)
    return pairs


def _unsure() -> list[str]:
    words: list[str] = library()["choices"]["eens"][UNSURE]
    return words


def _most(fields: Fields, lines: Sequence[str] | None) -> int:
    return fields.number("most", 1, len(lines) if lines else MOST_LINES)


def _complete(entry: Entry) -> Entry:
    """With keys, and with what comes by itself: having no opinion, the choices of a sentence, the ends of a scale."""
    choices, unsure, pairs = library()["choices"], {UNSURE: _unsure()}, entry.get("options", ())
    match entry["type"]:
        case "text":
            return entry | {"max_chars": MOST_CHARS}
        case "scale":
            return entry | {"min": 1, "max": 10, "options": unsure, "apart": [UNSURE]}
        case "statement":
            return entry | {"options": choices["eens"], "apart": [UNSURE]}
        case "multi_other":
            return entry | {"options": _keyed(pairs, "k")}
        case "multi_with_direction":
            alone = {"apart": [UNSURE], "alone": [UNSURE], "directions": choices["richting"]}
            return entry | {"options": _keyed(pairs, "k") | unsure} | alone
        case "single":
            return entry | {"options": _keyed(pairs, "k") | unsure, "apart": [UNSURE]}
        case _:  # judgements: the first is the highest
            items = {"items": _keyed(entry["items"], "i")} if "items" in entry else {}
            judged = {str(len(pairs) - place): list(pair) for place, pair in enumerate(pairs)}
            return entry | items | {"options": judged | unsure, "apart": [UNSURE]}


def _keyed(pairs: Sequence[tuple[str, str]], letter: str) -> dict[str, list[str]]:
    return {f"{letter}{number}": list(pair) for number, pair in enumerate(pairs, 1)}


def typed(entry: Entry) -> dict[str, str]:
    """The fields of the form, as they were for this question."""
    fields = {language: entry[language] for language in LANGUAGES} | {"most": str(entry.get("max_choices", ""))}
    for name in ("items", "options"):
        texts = [texts for key, texts in entry.get(name, {}).items() if key != UNSURE]
        for column, language in enumerate(LANGUAGES):
            fields[f"{name}_{language}"] = "\n".join(text[column] for text in texts)
    return fields
