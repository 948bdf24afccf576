from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from deliberation.sortition.same_panel import METHOD as SAME_PANEL
from deliberation.sortition.volunteers.panel_record import METHOD as PANEL
from panel.reviews.models import Review


class Frame(Model):
    """The people who can be drawn for one review, as read from the municipality's file."""

    id = fields.IntField(primary_key=True)
    review: fields.OneToOneRelation[Review] = fields.OneToOneField("main.Review", related_name="frame")
    file_name = fields.CharField(max_length=200)
    digest = fields.CharField(max_length=64)
    accepted = fields.IntField()
    excluded: Any = fields.JSONField()  # reason -> number
    refused_count = fields.IntField()
    refused: Any = fields.JSONField()  # the first of them: [{"row", "sentence"}]
    columns: Any = fields.JSONField(null=True)  # how it was read: {"mapping", "remembered", "supplier"}
    area_figures: Any = fields.JSONField(null=True)  # to compare with: {"counts", "column", "households"}
    extra: Any = fields.JSONField(null=True)  # names of the columns behind Person.features
    volunteers = fields.BooleanField(default=False, db_default=False)  # a panel is drawn from them, with targets
    targets: Any = fields.JSONField(null=True)  # [[category, feature, minimum, maximum, least, most]]
    imported_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "frame"


class ColumnMapping(Model):
    """Columns that somebody named by hand, for the next file with the same column names."""

    fingerprint = fields.CharField(max_length=64, primary_key=True)  # of the names in the header
    supplier = fields.CharField(max_length=200, default="")
    mapping: Any = fields.JSONField()  # our field -> their column
    extra: Any = fields.JSONField(null=True)  # other columns that were kept
    used_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "column_mapping"


class Person(Model):
    """Somebody in a frame. The rows are deleted when the review closes."""

    id = fields.IntField(primary_key=True)
    frame: fields.ForeignKeyRelation[Frame] = fields.ForeignKeyField("main.Frame", on_delete=fields.CASCADE)
    pseudonym = fields.CharField(max_length=80)
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254)
    address = fields.CharField(max_length=300)
    address_key = fields.CharField(max_length=40, null=True)
    area = fields.TextField()
    age = fields.CharField(max_length=40)
    gender = fields.CharField(max_length=40)
    features: Any = fields.JSONField(null=True)  # column -> what it says, of the extra columns
    language = fields.CharField(max_length=2, default="", db_default="")  # nl, en; empty: not known

    class Meta:
        table = "person"
        unique_together = (("frame", "pseudonym"),)


class Draw(Model):
    """A draw for a review: public before the lot falls, complete after it. One that was put aside stays."""

    id = fields.IntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="draws")
    review_id: int
    number = fields.IntField()
    frozen: Any = fields.JSONField()  # what was published before the lot fell; its "method" says which kind of draw
    record: Any = fields.JSONField(null=True)  # the whole record, once the lot has fallen
    reason = fields.TextField(null=True)  # why it was put aside; empty while it counts
    composition: Any = fields.JSONField(null=True)  # of volunteers: [category, feature, people, in the panel]
    salt_key = fields.BinaryField(null=True)  # makes everybody's secret; destroyed at closing
    announced_at = fields.DatetimeField(auto_now_add=True)
    drawn_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)  # when it was put aside
    coarse: Any = fields.JSONField(null=True)  # variable -> at the draw -> on the ballots, set at closing

    class Meta:
        table = "draw"
        unique_together = (("review", "number"),)

    @property
    def from_volunteers(self) -> bool:
        return bool(self.frozen["method"] == PANEL)

    @property
    def same_panel(self) -> bool:
        """Of a follow-up: the members of the first review are asked again."""
        return bool(self.frozen["method"] == SAME_PANEL)

    @property
    def out_of(self) -> int:
        """How many people could be drawn; of a follow-up, how many were members the first time."""
        if self.same_panel:
            return int(self.frozen["members"])
        return int(self.frozen["people"]["count"] if self.from_volunteers else self.frozen["frame"]["accepted"])

    @property
    def source(self) -> dict[str, Any]:
        """What may be known of the file: {"digest", "accepted", "excluded", "refused"}."""
        found: dict[str, Any] = (
            self.frozen["people"]["reading"]["source"] if self.from_volunteers else self.frozen["frame"]
        )
        return found

    @property
    def published(self) -> Any:
        """What everybody may know at this moment."""
        return self.record or self.frozen

    @property
    def invited(self) -> dict[tuple[str, ...], int]:
        """Group -> how many were drawn."""
        return {tuple(group): number for group, number in self.record["invited"]}


async def current_draw(review: Review) -> Draw | None:
    """The draw that counts: frozen, or drawn as well."""
    return await Draw.get_or_none(review_id=review.id, reason=None)


async def finished_draw(review: Review) -> Draw:
    """The draw by which the members were chosen. DoesNotExist as long as there is none."""
    return await Draw.get(review_id=review.id, reason=None, drawn_at__isnull=False)


class Search(Model):
    """The search for the fairest chances of volunteers, done by the worker before their draw can be frozen."""

    id = fields.IntField(primary_key=True)
    review: fields.OneToOneRelation[Review] = fields.OneToOneField("main.Review", related_name="search")
    review_id: int
    frame_id = fields.IntField()
    wish: Any = fields.JSONField()  # {"method", "reserves", "dropout", "announced", "actor"}
    share = fields.FloatField(default=0.0)  # of the work that is done
    trouble = fields.TextField(default="")  # why it failed; empty while it goes on
    touched_at = fields.DatetimeField(null=True)  # by the worker that does it, every few seconds

    class Meta:
        table = "search"


class OptOut(StrEnum):
    NO = "no"
    THIS_TIME = "this_time"
    NEVER_AGAIN = "never_again"


class Channel(StrEnum):
    WEB = "web"
    PAPER = "paper"
    PHONE = "phone"


class Member(Model):
    """A drawn person who is asked to take part. Whether they answered is known here, what they answered never."""

    id = fields.IntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="members")
    review_id: int
    pseudonym = fields.CharField(max_length=80)
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254)
    address = fields.CharField(max_length=300)
    area = fields.TextField()
    age = fields.CharField(max_length=40)
    gender = fields.CharField(max_length=40)
    link_id = fields.CharField(max_length=16, unique=True)
    link_version = fields.IntField(default=1)
    opt_out = fields.CharField(max_length=12, default=OptOut.NO.value)
    participated = fields.BooleanField(default=False)
    channel = fields.CharField(max_length=5, default="", db_default="")  # in which way: see Channel
    code = fields.CharField(
        max_length=16, unique=True, null=True
    )  # with which to look up one's own place in the draw
    proof: Any = fields.JSONField(null=True)  # of that place, see panel/draws/proof.py
    token = fields.CharField(max_length=12, null=True)  # the name of a volunteer in the public record
    dropped_out = fields.BooleanField(default=False, db_default=False)  # said so to the clerk
    language = fields.CharField(max_length=2, default="", db_default="")  # of letters: nl, en; empty: both

    class Meta:
        table = "member"
        unique_together = (("review", "pseudonym"),)

    @property
    def typed_in(self) -> bool:
        """The answer that counts came in on paper or by telephone: it cannot be given, or changed, in another way."""
        return self.channel in (Channel.PAPER, Channel.PHONE)


class Exclusion(Model):
    """A person who may not be drawn, known by a keyed hash only: it outlives erasure and a new import."""

    digest = fields.CharField(max_length=64, primary_key=True)
    reason = fields.CharField(max_length=20)  # opted_out, drawn
    since = fields.DateField()

    class Meta:
        table = "exclusion"
