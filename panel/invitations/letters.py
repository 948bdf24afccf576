"""The mails to members. Each is composed when it is sent, from how things stand at that moment."""

from panel.draws.proof import in_groups
from panel.invitations.links import opt_out_link, personal_link
from panel.invitations.models import Kind, Wave
from panel.mail.letter import Letter
from panel.mail.models import Message
from panel.people.models import Member, OptOut
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.web.templating import render, subject_and_text


async def compose(settings: Settings, message: Message) -> Letter | None:
    """The letter of one message, or None when this member does not need it any more."""
    wave = await Wave.get(id=message.occasion_id)
    member = await Member.get(id=message.recipient_id)
    review = await Review.get(id=wave.review_id).select_related("version")
    kind = Kind(wave.kind)
    if not needed(kind, member, review):
        return None
    return write_letter(settings, kind, member, review)


def needed(kind: Kind, member: Member, review: Review) -> bool:
    if member.opt_out == OptOut.NEVER_AGAIN:
        return False
    match kind:
        case Kind.INVITATION:
            return review.state == State.OPEN and member.opt_out == OptOut.NO
        case Kind.REMINDER:
            return review.state == State.OPEN and member.opt_out == OptOut.NO and not member.participated
        case Kind.THANKS:
            return member.participated
        case Kind.RESULT | Kind.REPLY | Kind.WITHDRAWN:
            return member.opt_out == OptOut.NO or member.participated


def write_letter(settings: Settings, kind: Kind, member: Member, review: Review) -> Letter:
    context = {
        "member": member,
        "review": review,
        "dossier": Dossier.from_json(review.version.content),
        "link": personal_link(settings, member),
        "opt_out": opt_out_link(settings, member),
        "public": f"{settings.base_url}/t/{review.id}",
        "code": in_groups(member.code) if member.code else "",
    }
    subject, text = subject_and_text(render(f"mail/{kind}.txt", settings, **context))
    return Letter(
        to_name=member.name,
        to_address=member.email,
        subject=subject,
        text=text,
        html=render(f"mail/{kind}.html", settings, **context),
        unsubscribe_url=opt_out_link(settings, member),
    )
