"""Every address that can be opened, made from the routes of the application itself."""

from collections.abc import Iterable, Iterator

from starlette.routing import BaseRoute, Route

from deliberation.questionnaire import Question, read
from panel.invitations.links import ANSWER, OPT_OUT, make_token
from panel.invitations.models import Kind
from panel.proposals.models import ProposalVersion
from panel.publication.files import DOWNLOADS
from panel.reviews.composing import add_own
from panel.reviews.models import Review, State
from panel.staff.actions import request_sign_in, sign_in_token
from panel.staff.models import Staff
from tests.panel.stage import Stage


def asked_in(review: Review) -> tuple[Question, ...]:
    return read(review.questionnaire).questions if review.questionnaire else ()


METADATA = ("diwoo.xml", "unknown.xml")
OWN_QUESTION = {"type": "text", "nl": "Wat mist u?", "en": "What do you miss?", "max_chars": 500}


class Addresses:
    """Every address of the application, for the reviews of one test."""

    def __init__(self, stage: Stage, reviews: list[Review]) -> None:
        self._stage = stage
        self._reviews = reviews

    async def prepare(self) -> None:
        settings, database = self._stage.settings, self._stage.database
        await database.write(request_sign_in(self._stage.council.email))
        own = ""
        for draft in [review for review in self._reviews if review.state == State.DRAFT]:
            own = await database.write(add_own(draft, OWN_QUESTION, self._stage.clerk))
        council = await Staff.get(id=self._stage.council.id)
        members = [member for review in self._reviews for member in (await self._stage.members(review))[:2]]
        questions = {one.id for review in self._reviews for one in asked_in(review)}
        names = [*DOWNLOADS, "vote.svg", "unknown.txt"]
        ids = [review.id for review in self._reviews]
        versions = [version.id for version in await ProposalVersion.all()]
        answer, opt_out = ([make_token(settings, member, kind) for member in members] for kind in (ANSWER, OPT_OUT))
        last = [members[-1] for review in self._reviews if (members := await self._stage.members(review))]
        sheets = [make_token(settings, member, ANSWER) for member in last]  # of who has not answered
        self._fillings: dict[str, Iterable[dict[str, object]]] = {
            "/m/{token}": [{"token": token} for token in (*answer, answer[0] + "x")],
            "/m/{token}/papier": [{"token": token} for token in (*answer, *sheets, answer[0] + "x")],
            "/u/{token}": [{"token": token} for token in (*opt_out, answer[0])],
            "/mening/vraag/{id}": [{"id": id_} for id_ in (*questions, "q99")],
            "/bureau/aanmelden/{token}": [{"token": sign_in_token(settings, council)}, {"token": "x"}],
            "/bureau/voorstellen/{version}/tweede-mening": [{"version": id_} for id_ in versions],
            "/bureau/voorstellen/{id}": [{"id": id_} for id_ in versions],
            "/bureau/voorstellen/{id}/veranderen": [{"id": id_} for id_ in versions],
            "/demo/post/{number}": [{"number": 1}, {"number": 99}],
            "/bureau/{id}/voorbeelden/{kind}": [{"id": ids[0], "kind": kind} for kind in (*Kind, "unknown")],
            "/bureau/{id}/vragen/eigen/{kind}": [{"id": ids[0], "kind": kind} for kind in ("likert", "unknown")],
            **{
                f"{place}/metadata/{{name}}": [{"id": id_, "name": name} for id_ in ids for name in METADATA]
                for place in ("/t/{id}", "/bureau/{id}/rapport")
            },
            "{id} {question}": [{"id": id_, "question": q} for id_ in ids for q in ("q09_stem", own, "unknown")],
            "{id} {number}": [{"id": id_, "number": number} for id_ in ids for number in (1, 9)],
            "{id}": [{"id": id_} for id_ in (*ids, 9_999)],
            "{id} {name}": [{"id": id_, "name": name} for id_ in ids for name in names],
        }

    def of(self, route: Route) -> Iterator[str]:
        if not route.param_convertors:
            yield route.path
            return
        parameters = " ".join(f"{{{name}}}" for name in sorted(route.param_convertors))
        # A new kind of address that is not known here makes this fail: add what it is to be filled with.
        for values in self._fillings.get(route.path_format) or self._fillings[parameters]:
            yield route.path_format.format(**values)


def opened(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes that can be looked at."""
    return (route for route in routes if isinstance(route, Route) and "GET" in (route.methods or ()))
