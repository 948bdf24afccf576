from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class State(StrEnum):
    READY = "ready"  # waits for its turn
    CLAIMED = "claimed"  # a worker holds it; nothing has been sent
    SENDING = "sending"  # a worker is handing it to the relay at this moment
    ACCEPTED = "accepted"  # the relay took responsibility
    DEFERRED = "deferred"  # the relay asked to try again later
    REFUSED = "refused"  # the relay will not take it, now or later
    IN_DOUBT = "in_doubt"  # the relay may or may not have it: its reply did not arrive
    SUPPRESSED = "suppressed"  # not needed any more when its turn came
    CANCELLED = "cancelled"  # called off, together with all others of its wave that still waited
    BOUNCED_SOFT = "bounced_soft"  # the relay took it, and it came back
    BOUNCED_HARD = "bounced_hard"  # it came back because the address does not exist
    COMPLAINED = "complained"  # it arrived, and the receiver calls it unwanted


UNDER_WAY = (State.READY, State.CLAIMED, State.SENDING, State.DEFERRED)  # how it ends is still open
RETURNED = (State.BOUNCED_SOFT, State.BOUNCED_HARD, State.COMPLAINED)  # from bad to worse


class Message(Model):
    """One row per kind, occasion and recipient: the address and the text are looked up when it is sent."""

    id = fields.IntField(primary_key=True)
    kind = fields.CharField(max_length=30)
    occasion_id = fields.IntField()  # a wave of a review; for sign-in links: the count of earlier sign-ins
    recipient_id = fields.IntField()  # a member, or one of the staff: the kind tells
    state = fields.CharField(max_length=12, default=State.READY.value)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    lease_until = fields.DatetimeField(null=True)
    reply = fields.CharField(max_length=300, default="")
    changed_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "message"
        unique_together = (("kind", "occasion_id", "recipient_id"),)
        indexes = (("state", "due_at"),)


class Pause(Model):
    """One row at most: the relay does not serve us, so all mail waits. Workers heed it and pages can show it."""

    id = fields.IntField(primary_key=True, generated=False)
    since = fields.DatetimeField()
    until = fields.DatetimeField()
    failures = fields.IntField()  # passes that ended this way, one after the other
    reply = fields.CharField(max_length=300)

    class Meta:
        table = "mail_pause"


class Rate(Model):
    """When the next message may go: to the relay (key "relay"), or to a domain (key: a keyed hash of it)."""

    key = fields.CharField(max_length=40, primary_key=True)
    next_at = fields.DatetimeField()

    class Meta:
        table = "mail_rate"


class Bounce(Model):
    """A mail that came in about a message of ours."""

    id = fields.IntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    message_id = fields.IntField()
    review_id = fields.IntField(null=True)  # of a message to a member
    kind = fields.CharField(max_length=12)
    code = fields.CharField(max_length=12, default="")
    received_at = fields.DatetimeField(auto_now_add=True)
    content = fields.BinaryField(null=True)  # of unknown mail, for the clerk, until the review closes

    class Meta:
        table = "bounce"
        indexes = (("review_id", "kind"),)
