from panel.audit import record
from panel.proposals.dossier import Dossier
from panel.proposals.models import Proposal, ProposalVersion
from panel.staff.actions import actor_of
from panel.staff.models import Staff


async def register_proposal(dossier: Dossier, staff: Staff) -> ProposalVersion:
    proposal = await Proposal.create(created_by=staff)
    return await save_version(proposal, dossier, staff)


async def save_version(proposal: Proposal, dossier: Dossier, staff: Staff) -> ProposalVersion:
    """Keep what the proposal says now. Saving what is already there adds nothing."""
    await Proposal.select_for_update().get(id=proposal.id)  # who saves at the same moment gets the next number
    last = await newest_version(proposal)
    if last and Dossier.from_json(last.content) == dossier:
        return last
    digest = dossier.digest()
    version = await ProposalVersion.create(
        proposal=proposal,
        number=last.number + 1 if last else 1,
        content=dossier.to_json(),
        digest=digest,
        saved_by=staff,
    )
    await record(actor_of(staff), "proposal saved", f"proposal {proposal.id}", f"version {version.number} {digest}")
    return version


async def newest_version(proposal: Proposal) -> ProposalVersion | None:
    return await ProposalVersion.filter(proposal=proposal).order_by("-number").first()


async def newest_versions() -> list[ProposalVersion]:
    """The newest version of every proposal, the latest first."""
    newest: dict[int, ProposalVersion] = {}
    async for version in ProposalVersion.all().order_by("-saved_at", "-id"):
        newest.setdefault(version.proposal_id, version)
    return list(newest.values())
