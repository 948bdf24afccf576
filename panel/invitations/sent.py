"""The mail of a review: what was queued for its members, whatever became of it."""

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from panel.invitations.models import LINK, Wave
from panel.mail.models import Message
from panel.people.models import Member


async def messages_of(review_id: int) -> QuerySet[Message]:
    """Those of its waves, and the links that members asked for again."""
    waves = [Q(kind=wave.kind, occasion_id=wave.id) for wave in await Wave.filter(review_id=review_id)]
    members = Member.filter(review_id=review_id)
    asked = Q(kind=LINK, recipient_id__in=Subquery(members.values("id")))
    return Message.filter(Q(*waves, asked, join_type=Q.OR))
