"""The mail with a personal link, for whoever asked for it again."""

from collections.abc import Sequence

from panel.invitations.links import personal_link
from panel.invitations.models import LINK
from panel.mail.letter import Letter
from panel.mail.models import Message
from panel.mail.wording import languages_for, wording
from panel.people.models import Member, OptOut
from panel.proposals.dossier import Dossier
from panel.reviews.models import State
from panel.settings import Settings


async def compose(settings: Settings, message: Message) -> Letter | None:
    """It was asked for, so it has no header to unsubscribe. None when there is nothing to answer any more."""
    if message.id not in await still_needed([message]):
        return None
    member = await Member.get(id=message.recipient_id).select_related("review__version")
    wanted = wording(
        LINK,
        languages_for(member.language),
        settings,
        name=member.name,
        link=personal_link(settings, member),
        review=member.review,
        dossier=Dossier.from_json(member.review.version.content),
    )
    return Letter(member.name, member.email, *wanted)


async def still_needed(messages: Sequence[Message]) -> set[int]:
    """The ids of those whose member can take part at this moment."""
    if not messages:
        return set()
    members = Member.filter(id__in=[message.recipient_id for message in messages], review__state=State.OPEN)
    found = {member.id for member in await members.exclude(opt_out=OptOut.NEVER_AGAIN).only("id")}
    return {message.id for message in messages if message.recipient_id in found}
