"""How many letters, how many answers, how sure: reckoned before anything is decided. Nothing is kept of it."""

from dataclasses import dataclass
from fractions import Fraction

from starlette.requests import Request
from starlette.responses import Response

from deliberation.sortition.invitations.allocation import DrawError
from deliberation.sortition.invitations.planning import Plan, forecast, plan
from panel.people.models import Frame, Person
from panel.web.forms import Fields
from panel.web.messages import Refused
from panel.web.templating import page

MOST = 100_000_000
BY_LETTER, BY_MAIL = 5, 50  # percent that usually answers
GOALS = ("answers", "letters")
OTHER_RATES = (Fraction(1, 2), Fraction(3, 4), Fraction(1), Fraction(3, 2), Fraction(2))


@dataclass(frozen=True)
class Asked:
    population: int
    goal: str
    number: int
    percent: int

    def at(self, rate: Fraction) -> Plan:
        """What to expect when this share answers. Raises DrawError."""
        reckon = plan if self.goal == "answers" else forecast
        return reckon(self.population, self.number, rate)


async def show(request: Request) -> Response:
    fields = Fields({name: [value] for name, value in request.query_params.items()})
    typed = await _usual(fields) | {name: value for name, value in fields.typed().items() if name != "review"}
    errors: dict[str, str] = {}
    asked, found = None, None
    rows: list[tuple[Fraction, Plan | None]] = []
    if "number" in fields:
        try:
            asked = _read(fields)
            found = asked.at(Fraction(asked.percent, 100))
            rows = [(rate, _or_none(asked, rate)) for rate in _rates(asked.percent)]
        except Refused as refused:
            errors = {refused.field: refused.sentence}
        except DrawError as error:
            errors = {"number": str(error)}
    context = {"asked": asked, "found": found, "rows": rows, "typed": typed, "errors": errors}
    return page(request, "draws/plan.html", 422 if errors else 200, **context)


async def _usual(fields: Fields) -> dict[str, str]:
    """What stands in the form at first; of a review whose file was read, its people."""
    usual = {"population": "", "goal": "answers", "number": "600", "response": str(BY_LETTER)}
    named = fields.typed().get("review", "")
    frame = await Frame.get_or_none(review_id=int(named)) if named.isdecimal() and len(named) < 10 else None
    if frame is not None:
        usual["population"] = str(frame.accepted)
        if 2 * await Person.filter(frame=frame).exclude(email="").count() > frame.accepted:
            usual["response"] = str(BY_MAIL)
    return usual


def _read(fields: Fields) -> Asked:
    return Asked(
        fields.number("population", 1, MOST),
        fields.choice("goal", GOALS),
        fields.number("number", 1, MOST),
        fields.number("response", 1, 100),
    )


def _rates(percent: int) -> list[Fraction]:
    return sorted({min(share * percent / 100, Fraction(1)) for share in OTHER_RATES})


def _or_none(asked: Asked, rate: Fraction) -> Plan | None:
    try:
        return asked.at(rate)
    except DrawError:
        return None
