"""People who may not be drawn, known by keyed hashes of their pseudonym: the hashes outlive erasure and re-import."""

from collections.abc import Iterable
from datetime import timedelta

from deliberation.sortition.frames.frame import Rules, keyed_hash
from panel.people.models import Exclusion, Member
from panel.settings import Settings
from panel.web.dutch import today

OPTED_OUT, DRAWN = "opted_out", "drawn"
REST_DAYS = 365  # who was drawn is left in peace for a year


def hash_key(settings: Settings) -> bytes:
    return b"exclusion " + settings.secret_key.encode()


async def rules(settings: Settings) -> Rules:
    """Who is left out before a draw, as things stand today."""
    rested = today() - timedelta(days=REST_DAYS)
    return Rules(
        opted_out=await _digests(reason=OPTED_OUT),
        recently_drawn=await _digests(reason=DRAWN, since__gt=rested),
        hash_key=hash_key(settings),
    )


async def _digests(**filters: object) -> frozenset[str]:
    found = await Exclusion.filter(**filters).values_list("digest", flat=True)
    return frozenset(map(str, found))


async def set_opted_out(settings: Settings, member: Member, never_again: bool) -> None:
    digest = keyed_hash(member.pseudonym, hash_key(settings))
    reason = OPTED_OUT if never_again else DRAWN
    await Exclusion.update_or_create({"reason": reason, "since": today()}, digest=digest)


async def rest(settings: Settings, pseudonyms: Iterable[str]) -> None:
    """Leave the people who were drawn in peace for a while."""
    key = hash_key(settings)
    entries = [Exclusion(digest=keyed_hash(id_, key), reason=DRAWN, since=today()) for id_ in pseudonyms]
    await Exclusion.bulk_create(entries, on_conflict=["digest"], update_fields=["since"])


async def wake(settings: Settings, pseudonyms: Iterable[str]) -> None:
    """People whose draw does not count can be drawn again."""
    key = hash_key(settings)
    await Exclusion.filter(reason=DRAWN, digest__in=[keyed_hash(id_, key) for id_ in pseudonyms]).delete()
