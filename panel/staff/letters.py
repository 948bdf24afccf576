from panel.mail.letter import Letter
from panel.mail.models import Message
from panel.mail.wording import DUTCH, wording
from panel.settings import Settings
from panel.staff.actions import sign_in_token
from panel.staff.models import Staff


async def compose(settings: Settings, message: Message) -> Letter | None:
    staff = await Staff.get(id=message.recipient_id)
    if not staff.active or staff.sign_ins != message.occasion_id:
        return None  # a newer link was asked for meanwhile
    link = f"{settings.base_url}/bureau/aanmelden/{sign_in_token(settings, staff)}"
    return Letter(staff.name, staff.email, *wording("sign_in", [DUTCH], settings, name=staff.name, link=link))
