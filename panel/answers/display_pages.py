"""The language and the letters that a member chooses. Mail follows the language: it is kept with the member.

Only what was chosen is kept, with Start or with a button: what a browser happens to prefer changes nobody's mail, and
a machine that sends forms as they stand names no choice.
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from panel.answers.visits import come_back, visit_of
from panel.people.actions import choose_language
from panel.people.models import Member
from panel.web.display import LARGE, Language, in_large_print, keep_display, known_language, language_of
from panel.web.forms import read_fields
from panel.web.request import database_of, see

LETTERS = {LARGE: True, "gewoon": False}
PLACES = re.compile(r"/mening(/vraag/[\w-]+(\?daarna=controle)?|/controle|/dank)?")


async def change(request: Request) -> Response:
    visit = await visit_of(request)
    if visit is None:
        return await come_back(request)
    fields = await read_fields(request)
    place = fields.text("terug")
    response = see(place if PLACES.fullmatch(place) else "/mening/controle")
    chosen, letters = known_language(fields.text("taal")), fields.text("letters")
    if chosen or letters in LETTERS:
        large = LETTERS.get(letters, in_large_print(request))
        await keep_wishes(request, response, visit.member, chosen, large=large)
    return response


async def keep_wishes(
    request: Request, response: Response, member: Member, chosen: Language | None, *, large: bool
) -> None:
    if chosen and chosen != member.language:
        await database_of(request).write(choose_language(member, chosen))
    keep_display(request, response, chosen or language_of(request), large=large)
