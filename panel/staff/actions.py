import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from panel.audit import record
from panel.mail.models import Message
from panel.mail.outbox import URGENT, queue
from panel.settings import Settings
from panel.staff.models import Role, Session, Staff
from panel.web.signing import sign, unsign

LINK_MINUTES = 30
SESSION_HOURS = 10
QUIET_SECONDS = 60  # somebody who asks again within a minute gets no second mail
SIGN_IN = "sign_in"


async def add_staff(email: str, name: str, role: Role, actor: str) -> Staff:
    staff, _ = await Staff.update_or_create({"name": name, "role": role, "active": True}, email=email.strip().lower())
    await record(actor, "staff added", actor_of(staff), role)
    return staff


def actor_of(staff: Staff) -> str:
    return f"staff {staff.id}"


async def request_sign_in(email: str) -> None:
    """Queue a link for a known address. Who asks cannot see whether the address is known."""
    staff = await Staff.get_or_none(email=email.strip().lower(), active=True)
    if staff is None:
        return
    recently = datetime.now(UTC) - timedelta(seconds=QUIET_SECONDS)
    asked = Message.filter(kind=SIGN_IN, recipient_id=staff.id, occasion_id=staff.sign_ins, changed_at__gt=recently)
    if await asked.exists():
        return
    staff.sign_ins += 1
    await staff.save(update_fields=["sign_ins"])
    await queue(SIGN_IN, staff.sign_ins, [staff.id], URGENT)


def sign_in_token(settings: Settings, staff: Staff) -> str:
    return sign(settings, "sign in", f"{staff.id} {staff.sign_ins}")


async def staff_of_token(settings: Settings, token: str) -> Staff | None:
    """Whom a mailed link lets in: it works once, and only the newest one."""
    value = unsign(settings, "sign in", token, LINK_MINUTES * 60)
    if value is None:
        return None
    staff_id, number = map(int, value.split())
    return await Staff.get_or_none(id=staff_id, sign_ins=number, active=True)


async def start_session(settings: Settings, token: str) -> str | None:
    """Use up the link; the result is the secret that the browser keeps."""
    staff = await staff_of_token(settings, token)
    if staff is None:
        return None
    used = await Staff.filter(id=staff.id, sign_ins=staff.sign_ins).update(sign_ins=staff.sign_ins + 1)
    if not used:
        return None
    secret = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + timedelta(hours=SESSION_HOURS)
    await Session.filter(expires_at__lt=datetime.now(UTC)).delete()
    await Session.create(digest=_digest(secret), staff=staff, expires_at=expires_at)
    await record(actor_of(staff), "signed in", actor_of(staff))
    return secret


async def staff_of_session(secret: str) -> Staff | None:
    session = await Session.get_or_none(digest=_digest(secret), expires_at__gt=datetime.now(UTC)).select_related(
        "staff"
    )
    return session.staff if session and session.staff.active else None


async def end_session(secret: str) -> None:
    await Session.filter(digest=_digest(secret)).delete()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
