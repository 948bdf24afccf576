"""The envelope sender of a message: where its bounce goes, and proof that we sent it (VERP with a MAC).

Who receives a message can read its envelope sender, so a valid one shows that the message left here, and which one.
"""

import hmac
import re
from base64 import b32encode

from panel.settings import Settings

EXTENSION = re.compile(r"\+([1-9]\d{0,9})\.([a-z2-7]{16})")


def envelope_sender(message_id: int, settings: Settings) -> str:
    """bounce+{id}.{mac}@domain; without an address for bounces, the sender of the letter."""
    if not settings.bounce_address:
        return settings.mail_from
    local, _, domain = settings.bounce_address.rpartition("@")
    return f"{local}+{message_id}.{_mac(message_id, settings)}@{domain}"


def message_of(address: str, settings: Settings) -> int | None:
    """The row in the outbox whose envelope sender this address is; None for every other address."""
    local, _, domain = settings.bounce_address.lower().rpartition("@")
    there, _, at = address.strip().strip("<>").lower().rpartition("@")
    if not local or at != domain or not there.startswith(local):
        return None
    found = EXTENSION.fullmatch(there[len(local) :])
    if found is None:
        return None
    message_id, mac = int(found[1]), found[2]
    return message_id if hmac.compare_digest(mac, _mac(message_id, settings)) else None


def _mac(message_id: int, settings: Settings) -> str:
    digest = hmac.digest(settings.secret_key.encode(), b"envelope:%d" % message_id, "sha256")
    return b32encode(digest[:10]).decode().lower()
