"""The texts of one proposal put into a questionnaire: every {name} in its data, in both languages."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from deliberation.questionnaire import PLACEHOLDER, QuestionnaireError, read

Filling = str | Sequence[str] | Sequence[Sequence[str]]
LISTS = {"options": "option_texts", "items": "item_texts"}


def fill(data: Mapping[str, Any], values: Mapping[str, Filling]) -> dict[str, Any]:
    """The questionnaire with every placeholder filled in; `data` itself is left as it is.

    In a text (of a question, a choice, an item or a direction) `{name}` becomes `values[name]`: one text for both
    languages, or [Dutch, English]. White space around it goes, and a full stop at its end. Where the options or the
    items of a question are written as "{name}", `values[name]` is a list: of keys of the question's `option_texts`
    or `item_texts` if it has those (they keep the order of those texts), else of sentences, each one text or [Dutch,
    English], which get the keys i1, i2, ...

    Raises QuestionnaireError: code `missing` names every placeholder, with its question, for which `values` has
    nothing or nothing but white space; else as `read`, for both languages.
    """
    filled = deepcopy({**data, "questions": [dict(entry) for entry in data["questions"]]})
    absent: list[str] = []
    for question in filled["questions"]:
        _fill_lists(question, values, absent)
        empty: list[str] = []
        for field, column in (("nl", 0), ("en", 1)):
            question[field] = _fill_text(question.get(field), column, values, empty)
        for field in ("options", "items", "directions"):
            if isinstance(given := question.get(field), Mapping):
                question[field] = {key: _fill_pair(texts, values, empty) for key, texts in given.items()}
        absent += [f"{name} ({question.get('id')})" for name in empty]
    if absent:
        raise QuestionnaireError("missing", names=", ".join(dict.fromkeys(absent)))
    read(filled, "nl")
    read(filled, "en")
    return filled


def _fill_pair(texts: Any, values: Mapping[str, Filling], absent: list[str]) -> Any:
    if not isinstance(texts, list | tuple):
        return texts  # not [Dutch, English]: for `read` to refuse
    return [_fill_text(text, column, values, absent) for column, text in enumerate(texts)]


def _fill_lists(question: dict[str, Any], values: Mapping[str, Filling], absent: list[str]) -> None:
    for field, source in LISTS.items():
        whole = PLACEHOLDER.fullmatch(question[field]) if isinstance(question.get(field), str) else None
        if whole is None:
            continue
        given = values.get(whole[1], ())
        entries = [] if isinstance(given, str) else list(given)
        if not entries:
            absent.append(f"{whole[1]} ({question.get('id')})")
        elif any(PLACEHOLDER.search(str(entry)) for entry in entries):
            raise QuestionnaireError("brace", names=whole[1])
        elif source in question:
            question[field] = _chosen(question, whole[0], entries, question[source])
        else:
            question[field] = {f"i{n}": _pair(entry) for n, entry in enumerate(entries, 1)}


def _chosen(question: Mapping[str, Any], name: str, keys: Sequence[Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    for key in keys:
        if key not in texts:
            raise QuestionnaireError("unknown_item", question["id"], name=name, key=str(key))
    most = question.get("max_items", len(texts))
    if len(keys) > most:
        raise QuestionnaireError("many_items", question["id"], name=name, most=most)
    return {key: list(texts[key]) for key in texts if key in keys}


def _pair(given: str | Sequence[str]) -> list[str]:
    return [given, given] if isinstance(given, str) else list(given)


def _fill_text(text: Any, column: int, values: Mapping[str, Filling], absent: list[str]) -> Any:
    if not isinstance(text, str):
        return text  # not a text at all: for `read` to refuse
    for name in PLACEHOLDER.findall(text):
        words = _words(values.get(name, ""), column)
        if not words:
            absent.append(name)
        elif PLACEHOLDER.search(words):
            raise QuestionnaireError("brace", names=name)
    return PLACEHOLDER.sub(lambda found: _words(values.get(found[1], ""), column), text)


def _words(given: Filling, column: int) -> str:
    words = given if isinstance(given, str) else given[column] if len(given) == 2 else ""
    return words.strip().rstrip(".") if isinstance(words, str) else ""
