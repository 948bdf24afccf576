from panel.mail.letter import Letter
from panel.mail.models import Message
from panel.settings import Settings
from panel.staff.actions import sign_in_token
from panel.staff.models import Staff
from panel.web.templating import render, subject_and_text


async def compose(settings: Settings, message: Message) -> Letter | None:
    staff = await Staff.get(id=message.recipient_id)
    if not staff.active or staff.sign_ins != message.occasion_id:
        return None  # a newer link was asked for meanwhile
    link = f"{settings.base_url}/bureau/aanmelden/{sign_in_token(settings, staff)}"
    subject, text = subject_and_text(render("mail/sign_in.txt", settings, name=staff.name, link=link))
    html = render("mail/sign_in.html", settings, name=staff.name, link=link)
    return Letter(to_name=staff.name, to_address=staff.email, subject=subject, text=text, html=html)
