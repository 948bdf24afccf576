"""The second database: one secret per open review. It is not backed up, and a secret dies when its review closes."""

import secrets

from tortoise import fields
from tortoise.models import Model


class ReviewSecret(Model):
    review_id = fields.IntField(primary_key=True, generated=False)
    secret = fields.BinaryField()

    class Meta:
        table = "review_secret"


async def make_secret(review_id: int) -> None:
    """Made when the first member begins; whoever comes later finds it there."""
    await ReviewSecret.get_or_create({"secret": secrets.token_bytes(32)}, review_id=review_id)


async def destroy_secret(review_id: int) -> None:
    await ReviewSecret.filter(review_id=review_id).delete()
