from starlette.requests import Request
from starlette.responses import Response

from panel.proposals.actions import newest_version, newest_versions, register_proposal, save_version
from panel.proposals.dossier import KINDS, LAWS, Claim, Dossier, English
from panel.proposals.form import MORE_CLAIMS, MOST_CLAIMS, Errors, as_typed, errors_in, number_of_rows
from panel.proposals.level import levels
from panel.proposals.models import Proposal, ProposalVersion
from panel.proposals.questions import founding_values
from panel.staff.access import staff_on
from panel.web.forms import read_fields
from panel.web.messages import sentence
from panel.web.request import database_of, see
from panel.web.templating import page


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
        levels=levels(dossier),
        versions=await ProposalVersion.filter(proposal=version.proposal).order_by("-number"),
    )


async def new(request: Request) -> Response:
    return _form(request, Dossier(title=""))


async def create(request: Request) -> Response:
    form = await read_fields(request)
    dossier = as_typed(form)
    if form.get("go") == ["more"]:
        return _form(request, dossier, rows=number_of_rows(form))
    if errors := errors_in(dossier):
        return _form(request, dossier, errors)
    version = await database_of(request).write(register_proposal(dossier, staff_on(request)))
    return see(f"/bureau/voorstellen/{version.id}")


async def edit(request: Request) -> Response:
    proposal = await Proposal.get(id=request.path_params["id"])
    version = await newest_version(proposal)
    assert version is not None  # noqa: S101 - a proposal is registered together with its first version
    return _form(request, Dossier.from_json(version.content), proposal=proposal)


async def save(request: Request) -> Response:
    proposal = await Proposal.get(id=request.path_params["id"])
    form = await read_fields(request)
    dossier = as_typed(form)
    if form.get("go") == ["more"]:
        return _form(request, dossier, proposal=proposal, rows=number_of_rows(form))
    if errors := errors_in(dossier):
        return _form(request, dossier, errors, proposal)
    version = await database_of(request).write(save_version(proposal, dossier, staff_on(request)))
    return see(f"/bureau/voorstellen/{version.id}")


def _form(
    request: Request,
    dossier: Dossier,
    errors: Errors | None = None,
    proposal: Proposal | None = None,
    rows: int = 0,
) -> Response:
    """With at least so many rows of claims, and some more."""
    written = len(dossier.claims)
    shown = max(written, min(max(written, rows) + MORE_CLAIMS, MOST_CLAIMS))
    return page(
        request,
        "proposals/form.html",
        422 if errors else 200,
        dossier=dossier,
        claims=dossier.claims + (Claim(""),) * (shown - written),
        room_for_claims=shown < MOST_CLAIMS,
        english_open=dossier.english != English() or any(name.startswith("english_") for name in errors or ()),
        errors=errors or {},
        proposal=proposal,
        kinds=KINDS,
        laws=LAWS,
        values=founding_values(),
    )
