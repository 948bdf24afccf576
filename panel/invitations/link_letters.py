"""The mail with a personal link, for whoever asked for it again."""

from collections.abc import Sequence

from panel.database import listed, rows
from panel.invitations.links import personal_link
from panel.invitations.models import LINK
from panel.mail.letter import Letter
from panel.mail.models import Message
from panel.mail.wording import languages_for, wording
from panel.people.models import Member
from panel.proposals.dossier import Dossier
from panel.settings import Settings

CAN_TAKE_PART = """
SELECT member.id FROM member JOIN review ON review.id = member.review_id
WHERE review.state = 'open' AND member.opt_out <> 'never_again' AND member.id IN (*)
"""


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
    ids = {message.recipient_id for message in messages}
    found = {row["id"] for row in await rows(listed(CAN_TAKE_PART, ids), *ids)}
    return {message.id for message in messages if message.recipient_id in found}
