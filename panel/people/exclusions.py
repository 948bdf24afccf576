"""People who may not be drawn, known by keyed hashes of their address or pseudonym."""

import hmac
from datetime import timedelta

from panel.people.models import Exclusion, Member
from panel.settings import Settings
from panel.web.dutch import today

OPTED_OUT, DRAWN = "opted_out", "drawn"
REST_DAYS = 365  # who was drawn is left in peace for a year


def keyed(settings: Settings, value: str) -> str:
    return hmac.digest(settings.secret_key.encode(), f"exclusion {value.lower()}".encode(), "sha256").hex()


async def exclude(settings: Settings, member: Member, excluded: bool) -> None:
    digest = keyed(settings, member.email or member.pseudonym)
    if excluded:
        await Exclusion.update_or_create({"reason": OPTED_OUT, "since": today()}, digest=digest)
    else:
        await Exclusion.filter(digest=digest, reason=OPTED_OUT).delete()


async def excluded_digests() -> dict[str, set[str]]:
    """Digests by reason; a draw of more than a year ago does not count any more."""
    opted_out = await Exclusion.filter(reason=OPTED_OUT).values_list("digest", flat=True)
    rested = today() - timedelta(days=REST_DAYS)
    drawn = await Exclusion.filter(reason=DRAWN, since__gt=rested).values_list("digest", flat=True)
    return {OPTED_OUT: set(map(str, opted_out)), DRAWN: set(map(str, drawn))}
