"""Random questionnaires of all types, with conditions of any depth, and random answers to them."""

from collections.abc import Iterator
from itertools import chain, combinations, product
from typing import Any

from hypothesis import strategies as st

from deliberation.answering import OTHER_MAX_CHARS
from deliberation.questionnaire import TYPES, Question, Questionnaire, read
from deliberation.routing import choices_of

Data = dict[str, Any]
KEYS = ("een", "twee", "3", "-4", "vijf")
DIRECTIONS = {"goed": ["Goed", "Good"], "slecht": ["Slecht", "Bad"]}
ITEMS = {"wonen": ["Wonen", "Housing"], "werk": ["Werk", "Work"]}
JUNK: tuple[Any, ...] = (
    *(None, True, 3.5, 99, "", " \n", "no such key", [], {}, [["een"]], ["een"]),
    *({"no such key": "een"}, {"wonen": ["een"]}, {"een": {}}),
    *({"chosen": "een", "other": ""}, {"chosen": [["een"]], "other": ""}, {"chosen": [], "other": ""}),
    *({"chosen": None, "other": None}, {"chosen": ["een", "een"], "other": ""}, {"chosen": []}),
)


@st.composite
def entries(draw: st.DrawFn, question_id: str, kind: str, most_keys: int) -> Data:
    keys = KEYS[: draw(st.integers(2, most_keys))]
    options = {key: [f"{question_id} {key}", f"{question_id} {key} in English"] for key in keys}
    entry: Data = {"id": question_id, "type": kind, "nl": f"Vraag {question_id}?", "en": f"Question {question_id}?"}
    match kind:
        case "text":
            return {**entry, "max_chars": draw(st.integers(1, 30))}
        case "scale":
            beside = draw(st.sampled_from([{}, {"x": ["Weet ik niet", "I do not know"]}]))
            return {**entry, "min": 1, "max": most_keys, "options": beside}
        case "single_per_item":
            return {**entry, "options": options, "items": ITEMS}
        case "multi_with_direction":
            entry = {**entry, "directions": DIRECTIONS}
    if kind in ("multi_with_direction", "multi_other"):
        alone = draw(st.sampled_from([[], [keys[-1]]]))
        return {**entry, "options": options, "max_choices": draw(st.integers(1, len(keys))), "alone": alone}
    return {**entry, "options": options}


@st.composite
def conditions(draw: st.DrawFn, earlier: list[Question], *, tight: bool) -> list[dict[str, list[str]]]:
    """Alternatives over questions that can be referred to; `tight`: such as often contradict each other."""

    def one(question: Question) -> st.SearchStrategy[list[str]]:
        return st.lists(st.sampled_from(choices_of(question)), min_size=1, max_size=1 if tight else 2, unique=True)

    least = min(2, len(earlier)) if tight else 1
    together = st.lists(st.sampled_from(earlier), min_size=least, max_size=3, unique=True)
    every = together.flatmap(lambda some: st.fixed_dictionaries({question.id: one(question) for question in some}))
    return draw(st.lists(every, min_size=1, max_size=1 if tight else 2))


@st.composite
def datas(draw: st.DrawFn, most: int = 8, most_keys: int = 4, *, tight: bool = False) -> Data:
    """A questionnaire of at most this many questions, one of which is the vote; most others have a condition."""
    types = [kind for kind in TYPES if not tight or kind not in ("text", "single_per_item")]
    kinds = draw(st.lists(st.sampled_from(types), min_size=most - 1 if tight else 1, max_size=most - 1))
    place = draw(st.integers(0, len(kinds)))
    kinds.insert(place, "single")
    made: list[Data] = []
    earlier: list[Question] = []
    for number, kind in enumerate(kinds):
        entry = draw(entries(f"v{number}", kind, most_keys))
        if number == place:
            entry |= {"is_vote": True, "required": True}
        else:
            entry["required"] = draw(st.booleans())
            if earlier and draw(st.sampled_from((True, True, True, False))):
                entry["when"] = draw(conditions(earlier, tight=tight))
        made.append(entry)
        rest = [] if number >= place else [_A_VOTE]
        question = read({"version": 1, "questions": [*made, *rest]}).questions[number]
        if choices_of(question):
            earlier.append(question)
    return {"version": 1, "questions": made}


_A_VOTE = {"id": "stem", "type": "single", "is_vote": True, "nl": "Stem?", "en": "Vote?"} | {
    "options": {"voor": ["Voor", "For"], "tegen": ["Tegen", "Against"]}
}


def questionnaires(most: int = 8, most_keys: int = 4, *, tight: bool = False) -> st.SearchStrategy[Questionnaire]:
    return datas(most, most_keys, tight=tight).map(read)


def _subsets(keys: list[str], least: int, most: int) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(keys, size) for size in range(least, most + 1))


def choices(question: Question, least: int = 1) -> list[tuple[str, ...]]:
    """Every set of choices that a question for several accepts."""
    plain = [key for key in question.keys if key not in question.alone]
    return [*_subsets(plain, least, min(question.most, len(plain))), *((key,) for key in question.alone)]


def every_answer(question: Question) -> list[Any]:
    """All answers, or enough of them where words make them endless."""
    match question.form:
        case "scale":
            return [*range(question.low, question.high + 1), *question.keys]
        case "text":
            return ["a"]
        case "single_per_item":
            return [{"wonen": key} for key in question.keys]
        case "multi_with_direction":
            return [{k: "" if k in question.alone else "goed" for k in some} for some in choices(question)]
        case "multi_other":
            return [{"chosen": list(some), "other": ""} for some in choices(question)]
        case _:
            return list(question.keys)


def every_set(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    """Every way to answer some of the questions, on their path or not."""
    ids = [question.id for question in questionnaire.questions]
    for given in product(*([None, *every_answer(question)] for question in questionnaire.questions)):
        yield {name: answer for name, answer in zip(ids, given, strict=True) if answer is not None}


def _lines(most: int) -> st.SearchStrategy[str]:
    letters = st.characters(codec="utf-8", exclude_characters="\r")
    return st.text(letters, min_size=1, max_size=most).map(str.strip).filter(bool)


def answers_to(question: Question) -> st.SearchStrategy[Any]:
    """Any answer that a form can give to this question."""
    match question.form:
        case "single" | "scale":
            return st.sampled_from(every_answer(question))
        case "text":
            return _lines(question.most)
        case "single_per_item":
            some = st.lists(st.sampled_from([item.key for item in question.items]), min_size=1, unique=True)
            key = st.sampled_from(question.keys)
            return some.flatmap(lambda items: st.fixed_dictionaries(dict.fromkeys(items, key)))
        case "multi_with_direction":
            direction = st.sampled_from([each.key for each in question.directions])
            return st.sampled_from(choices(question)).flatmap(
                lambda some: st.fixed_dictionaries(
                    {key: st.just("") if key in question.alone else direction for key in some}
                )
            )
        case "multi_other":
            other = st.one_of(st.just(""), _lines(OTHER_MAX_CHARS).map(lambda text: " ".join(text.split())))
            chosen = st.sampled_from(choices(question, 0)).map(list)
            made = st.fixed_dictionaries({"chosen": chosen, "other": other})
            return made.filter(lambda answer: bool(answer["chosen"] or answer["other"]))


def is_asked(questionnaire: Questionnaire, question: Question, answers: dict[str, Any]) -> bool:
    """By the definition: some alternative holds, of which every question is itself asked and answered so."""

    def holds(on: str, keys: tuple[str, ...]) -> bool:
        other, answer = questionnaire.question(on), answers.get(on)
        if answer is None or not is_asked(questionnaire, other, answers):
            return False
        given = answer["chosen"] if other.form == "multi_other" else answer
        given = given if isinstance(given, list | dict) else [str(given)]
        return bool(set(given) & set(keys))

    return not question.when or any(all(holds(c.question, c.keys) for c in each) for each in question.when)


@st.composite
def answer_sets(draw: st.DrawFn, questionnaire: Questionnaire, *, whole: bool = True) -> dict[str, Any]:
    """What one member can hand in; with `whole=False` what a draft can hold: also off the path, and not finished."""
    answers: dict[str, Any] = {}
    for question in questionnaire.questions:
        if whole and not is_asked(questionnaire, question, answers):
            continue
        if (whole and question.required) or draw(st.integers(0, 2)):
            answers[question.id] = draw(answers_to(question))
    return answers
