"""The questions of a review, to look at for everyone at the desk."""

from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from deliberation.questionnaire import Language, Question, Questionnaire, read
from panel.proposals.dossier import Dossier
from panel.proposals.questions import library
from panel.reviews.actions import freeze_questionnaire
from panel.reviews.judging import judgement, only_for, shown
from panel.reviews.models import Review, State
from panel.staff.access import Right, may, staff_on
from panel.web.messages import Refused
from panel.web.templating import environment, page


async def index(request: Request) -> Response:
    """`?bij=` names the question that was changed last: there the page opens."""
    review = await review_on(request)
    return page(
        request,
        "reviews/questions.html",
        **about_questions(review),
        review=review,
        composes=review.state == State.DRAFT and may(staff_on(request), Right.RUN),
        latest=request.query_params.get("bij", ""),
    )


def about_questions(review: Review) -> dict[str, Any]:
    """What a page needs that shows the questions of a review with its version: also which faults stop the release."""
    dossier = Dossier.from_json(review.version.content)
    fault = ""
    if review.state == State.DRAFT:
        try:
            freeze_questionnaire(review.version, review.composed)
        except Refused as refused:
            fault = refused.sentence
    judged = judgement(questionnaire_of(review), dossier.summary)
    return {"judged": judged, "fault": fault, "kinds": library()["kinds"]}


async def preview(request: Request) -> Response:
    """A question as members see it; there is no form around it, so nothing can be sent."""
    review = await review_on(request)
    language: Language = "en" if request.query_params.get("taal") == "en" else "nl"
    questionnaire = questionnaire_of(review, language)
    question = question_on(request, questionnaire)
    place = questionnaire.questions.index(question)
    asking: Any = environment(language).get_template("answers/asking.html").module
    return page(
        request,
        "reviews/questions_preview.html",
        review=review,
        question=question,
        fields=Markup(asking.fields(question)),  # noqa: S704 - made by a template that escapes
        language=language,
        only_for=only_for(questionnaire_of(review), questionnaire_of(review).question(question.id)),
        place=place,
        questions=questionnaire.questions,
    )


async def review_on(request: Request) -> Review:
    return await Review.get(id=request.path_params["id"]).select_related("version")


def questionnaire_of(review: Review, language: Language = "nl") -> Questionnaire:
    if review.questionnaire:
        return read(review.questionnaire, language)
    return shown(review.composed, Dossier.from_json(review.version.content), language)


def question_on(request: Request, questionnaire: Questionnaire) -> Question:
    try:
        return questionnaire.question(request.path_params["question"])
    except KeyError:
        raise HTTPException(404) from None
