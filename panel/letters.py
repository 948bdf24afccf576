"""Every letter that leaves: to members by the wave, the others one by one."""

from collections.abc import Sequence
from datetime import datetime

from panel.invitations import link_letters, trials
from panel.invitations.letters import WaveLetters
from panel.invitations.models import LINK, Kind
from panel.mail.letter import Copy, Letter
from panel.mail.models import Message
from panel.publication import reminding
from panel.settings import Settings
from panel.staff import letters as staff_letters
from panel.staff.actions import SIGN_IN

ONE_BY_ONE = {
    **{SIGN_IN: staff_letters.compose, LINK: link_letters.compose, trials.TRIAL: trials.compose},
    **dict.fromkeys((reminding.SOON, reminding.LATE), reminding.compose),
}


class Letters:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waves = WaveLetters(settings)

    async def prepare(self, messages: Sequence[Message]) -> None:
        await self._waves.prepare(_of(messages, *Kind))

    async def compose(self, message: Message) -> Letter | Copy | None:
        if message.kind in ONE_BY_ONE:
            return await ONE_BY_ONE[message.kind](self._settings, message)
        return self._waves.write(message)

    async def still_needed(self, messages: Sequence[Message]) -> dict[int, datetime | None]:
        of_waves, links = _of(messages, *Kind), _of(messages, LINK)
        others = {message.id for message in messages} - {message.id for message in (*of_waves, *links)}
        at_once = dict.fromkeys(others | await link_letters.still_needed(links))
        return at_once | await self._waves.still_needed(of_waves)


def _of(messages: Sequence[Message], *kinds: str) -> list[Message]:
    return [message for message in messages if message.kind in kinds]
