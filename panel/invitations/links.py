"""Personal links. The database holds a part of each; without the installation's secret nobody can make one."""

import re
from contextlib import suppress
from functools import lru_cache

from itsdangerous import BadSignature, Signer

from panel.database import rows
from panel.people.models import Member
from panel.settings import Settings

ANSWER, OPT_OUT = "answer", "opt out"
LINK_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")


def personal_link(settings: Settings, member: Member) -> str:
    return f"{settings.base_url}/m/{make_token(settings, member, ANSWER)}"


def opt_out_link(settings: Settings, member: Member) -> str:
    return f"{settings.base_url}/u/{make_token(settings, member, OPT_OUT)}"


def make_token(settings: Settings, member: Member, purpose: str) -> str:
    return _signer(settings.secret_key, purpose, member.link_version).sign(member.link_id).decode()


async def member_of_token(settings: Settings, token: str, purpose: str) -> Member | None:
    """Whose link this is. A wrong, a revoked and a foreign link are all nobody's."""
    link_id = token.partition(".")[0]
    if not LINK_ID.fullmatch(link_id):
        return None
    for known in await rows("SELECT id, link_version FROM member WHERE link_id = $1", link_id):
        with suppress(BadSignature):
            _signer(settings.secret_key, purpose, known["link_version"]).unsign(token)
            return await Member.get_or_none(id=known["id"]).select_related("review")
    return None


@lru_cache(64)
def _signer(secret_key: str, purpose: str, version: int) -> Signer:
    # A new version of a member's link makes every earlier one worthless.
    key = Signer(secret_key, salt=f"{purpose} link, version {version}").derive_key()
    return Signer(key, key_derivation="none")  # the same signatures, for a quarter less
