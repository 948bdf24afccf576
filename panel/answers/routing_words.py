"""When a question is asked, in words: on the paper form, for the clerk, and in the report."""

from collections.abc import Mapping, Sequence

from deliberation.questionnaire import Condition, Question, Questionnaire
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
    called, by its id: else its place in the questionnaire. `about_others`: "voor wie" instead of "als u".
    """
    called = names or {each.id: str(place) for place, each in enumerate(questionnaire.questions, 1)}
    said = []
    for place, conditions in enumerate(question.when):
        what = "".join(
            sentence(
                "answers.and_chose" if after else "answers.chose",
                language,
                question=called[each.question],
                choices=_choices(questionnaire, each, language),
            )
            for after, each in enumerate(conditions)
        )
        said.append(_begun(what, place, language, about_others=about_others))
    return " ".join(said)


def _begun(what: str, place: int, language: Language, *, about_others: bool) -> str:
    if about_others:
        return sentence("answers.or_for" if place else "answers.only_for", language, condition=what)
    return sentence("answers.or_if" if place else "answers.only_if", language, condition=what)


def _choices(questionnaire: Questionnaire, condition: Condition, language: Language) -> str:
    question = questionnaire.question(condition.question)
    return _listed([f"‘{question.label(k)}’" if k in question.keys else k for k in condition.keys], language)


def _listed(words: Sequence[str], language: Language) -> str:
    *first, last = words
    return f"{', '.join(first)}{sentence('answers.or', language)}{last}" if first else last
