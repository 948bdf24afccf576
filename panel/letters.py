"""Every letter that leaves: to members by the wave, to staff one by one."""

from collections.abc import Sequence

from panel.invitations.letters import WaveLetters
from panel.mail.letter import Copy, Letter
from panel.mail.models import Message
from panel.settings import Settings
from panel.staff import letters as staff_letters
from panel.staff.actions import SIGN_IN


class Letters:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waves = WaveLetters(settings)

    async def prepare(self, messages: Sequence[Message]) -> None:
        await self._waves.prepare([message for message in messages if message.kind != SIGN_IN])

    async def compose(self, message: Message) -> Letter | Copy | None:
        if message.kind == SIGN_IN:
            return await staff_letters.compose(self._settings, message)
        return self._waves.write(message)

    async def still_needed(self, messages: Sequence[Message]) -> set[int]:
        to_members = [message for message in messages if message.kind != SIGN_IN]
        to_staff = {message.id for message in messages if message.kind == SIGN_IN}
        return to_staff | await self._waves.still_needed(to_members)
