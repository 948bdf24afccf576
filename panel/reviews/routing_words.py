"""When a question is asked, in words: for who puts the questions together, on paper, and in the report."""

from collections.abc import Mapping, Sequence

from deliberation.questionnaire import Condition, Question, Questionnaire
from deliberation.routing import choices_of
from panel.web.display import DUTCH, Language
from panel.web.messages import sentence


def only_if(
    questionnaire: Questionnaire,
    question: Question,
    language: Language = DUTCH,
    names: Mapping[str, str] | None = None,
    *,
    about_others: bool = False,
) -> str:
    """One sentence per alternative: "Alleen als u bij vraag 9 koos: ‘A’ of ‘B’, en bij vraag 11: 1. Of als u …".

    Empty when everyone is asked. `questionnaire` in the language of the sentence; `names` is what each question is
    called, by its id: else its place in the questionnaire. `about_others`: "voor wie" instead of "als u". Of a draft,
    a question or a choice may be gone: then that is said.
    """
    called = names or {each.id: str(place) for place, each in enumerate(questionnaire.questions, 1)}
    known = {each.id: each for each in questionnaire.questions}
    said = []
    for place, conditions in enumerate(question.when):
        what = "".join(
            sentence(
                "answers.and_chose" if after else "answers.chose",
                language,
                question=called.get(each.question) or sentence("answers.removed", language),
                choices=_choices(known.get(each.question), each, language),
            )
            for after, each in enumerate(conditions)
        )
        said.append(_begun(what, place, language, about_others=about_others))
    return " ".join(said)


def in_quotes(questionnaire: Questionnaire) -> dict[str, str]:
    """Each question called by what people read in large letters, by its id."""
    return {question.id: f"‘{heading(question.text)}’" for question in questionnaire.questions}


def heading(text: str) -> str:
    asked, mark, _ = text.partition("?")
    return asked + mark


def _begun(what: str, place: int, language: Language, *, about_others: bool) -> str:
    if about_others:
        return sentence("answers.or_for" if place else "answers.only_for", language, condition=what)
    return sentence("answers.or_if" if place else "answers.only_if", language, condition=what)


def _choices(question: Question | None, condition: Condition, language: Language) -> str:
    removed = sentence("answers.removed", language)
    if question is None:
        return removed
    words = {key: f"‘{question.label(key)}’" if key in question.keys else key for key in choices_of(question)}
    gone = {key: f"‘{key.removesuffix(removed).strip()}’ {removed}" for key in condition.keys}
    return _listed([(gone | words)[key] for key in condition.keys], language)


def _listed(words: Sequence[str], language: Language) -> str:
    *first, last = words
    return f"{', '.join(first)}{sentence('answers.or', language)}{last}" if first else last
