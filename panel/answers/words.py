"""What somebody wrote is kept apart from what they chose: taking an answer in two, and putting it together again."""

from deliberation.answering import Answer
from deliberation.questionnaire import Question, Questionnaire


def written_questions(questionnaire: Questionnaire) -> tuple[Question, ...]:
    return tuple(question for question in questionnaire.questions if question.asks_words)


def split_words(question: Question, answer: Answer | None) -> tuple[Answer | None, str | None]:
    """What was chosen, and what was written; None where there is nothing."""
    if answer is None:
        return None, None
    if question.form == "text":
        return None, answer
    if question.form == "multi_other":
        return {**answer, "other": ""}, answer["other"] or None
    return answer, None


def join_words(question: Question, chosen: Answer | None, words: str | None) -> Answer | None:
    if words is None:
        return chosen
    return words if question.form == "text" else {"chosen": [], **(chosen or {}), "other": words}
