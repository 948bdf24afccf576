from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from panel.proposals.actions import newest_version, newest_versions, register_proposal, save_version
from panel.proposals.dossier import KINDS, LAWS, MOST_VALUES, Dossier
from panel.proposals.models import Proposal, ProposalVersion
from panel.proposals.questions import founding_values
from panel.staff.access import staff_on
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused, sentence
from panel.web.request import database_of, see
from panel.web.templating import page

MOST_INDICATORS, MOST_OF_INDICATOR = 8, 200


async def index(request: Request) -> Response:
    return page(request, "proposals/index.html", versions=await newest_versions(), kinds=KINDS)


async def show(request: Request) -> Response:
    version = await ProposalVersion.get(id=request.path_params["id"]).select_related("saved_by", "proposal")
    dossier = Dossier.from_json(version.content)
    return page(
        request,
        "proposals/show.html",
        version=version,
        dossier=dossier,
        kinds=KINDS,
        laws=LAWS,
        values=founding_values(),
        missing=[sentence(f"dossier.{code}") for code in dossier.missing()],
        remarks=[sentence(f"dossier.{code}") for code in dossier.remarks()],
        versions=await ProposalVersion.filter(proposal=version.proposal).order_by("-number"),
    )


async def new(request: Request) -> Response:
    return _form(request, Dossier(title=""), {})


async def create(request: Request) -> Response:
    fields = await read_fields(request)
    try:
        dossier = read_dossier(fields)
    except Refused as refused:
        return _form(request, _as_typed(fields), {refused.field: refused.sentence}, status=422)
    version = await database_of(request).write(register_proposal(dossier, staff_on(request)))
    return see(f"/bureau/voorstellen/{version.id}")


async def edit(request: Request) -> Response:
    proposal = await Proposal.get(id=request.path_params["id"])
    version = await newest_version(proposal)
    assert version is not None  # noqa: S101 - a proposal is registered together with its first version
    return _form(request, Dossier.from_json(version.content), {}, proposal)


async def save(request: Request) -> Response:
    proposal = await Proposal.get(id=request.path_params["id"])
    fields = await read_fields(request)
    try:
        dossier = read_dossier(fields)
    except Refused as refused:
        return _form(request, _as_typed(fields), {refused.field: refused.sentence}, proposal, 422)
    version = await database_of(request).write(save_version(proposal, dossier, staff_on(request)))
    return see(f"/bureau/voorstellen/{version.id}")


def _form(
    request: Request,
    dossier: Dossier,
    errors: dict[str, str],
    proposal: Proposal | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "proposals/form.html",
        status,
        dossier=dossier,
        errors=errors,
        proposal=proposal,
        kinds=KINDS,
        laws=LAWS,
        values=founding_values(),
    )


def read_dossier(fields: Fields) -> Dossier:
    fields.required("title")
    dossier = _as_typed(fields)
    fields.choice("kind", KINDS)
    for name, most in LENGTHS.items():
        fields.text(name, most)
    if not set(dossier.values) <= set(founding_values()):
        raise Refused("form.choice", "values")
    if len(dossier.values) > MOST_VALUES:
        raise Refused("form.too_many", "values", most=MOST_VALUES)
    if not set(dossier.laws) <= set(LAWS):
        raise Refused("form.choice", "laws")
    if len(dossier.indicators) > MOST_INDICATORS:
        raise Refused("form.too_many", "indicators", most=MOST_INDICATORS)
    longest = max(map(len, dossier.indicators), default=0)
    if longest > MOST_OF_INDICATOR:
        raise Refused("form.too_long", "indicators", most=MOST_OF_INDICATOR, length=longest)
    return dossier


LENGTHS = {
    "title": 300,
    "question": 300,
    "summary": 6_000,
    "text": 150_000,
    "goal": 300,
    "why_this": 4_000,
    "why_so": 4_000,
    "works": 4_000,
    "better": 4_000,
    "monday": 4_000,
    "fixed": 4_000,
    "still_open": 4_000,
    "hardship": 4_000,
    "paperwork": 4_000,
    "sources": 10_000,
    "decides": 200,
    "kind": 20,
}


def _as_typed(fields: Fields) -> Dossier:
    """What somebody filled in, right or wrong: nothing that was typed is lost when the form comes back."""
    texts: dict[str, Any] = {name: fields.text(name, 10**7) for name in LENGTHS}
    indicators = [line.strip(" -*") for line in fields.text("indicators", 10**7).splitlines()]
    return Dossier(
        values=tuple(fields.get("values", ())),
        laws=tuple(fields.get("laws", ())),
        indicators=tuple(line for line in indicators if line),
        **texts,
    )
