"""What happens by itself: mail goes out, reviews close on their date, reports are made, secrets die."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from panel.answers.actions import discard_answers, is_secret_lost
from panel.answers.closing import close_review
from panel.answers.vault import ReviewSecret, destroy_secret
from panel.database import Database
from panel.draws.search import search_wanted
from panel.invitations.actions import call_off, remind, send_wave
from panel.invitations.bounced import discard_texts, unread_of_closed
from panel.invitations.incoming import empty_mailbox, empty_maildir
from panel.invitations.link_requests import answer_requests
from panel.invitations.models import Kind, LinkRequest, Wave
from panel.letters import Letters
from panel.mail.delivery import deliver
from panel.mail.smtp import Relay
from panel.people.models import Frame
from panel.publication.reminding import remind_of_replies
from panel.publication.replies import replies_in_report
from panel.reports.actions import build_wanted
from panel.reviews.models import GRACE, Review, State, Step
from panel.settings import Settings
from panel.web.faults import where
from panel.web.messages import Refused

log = logging.getLogger(__name__)
ACTOR = "worker"
IDLE_SECONDS = 0.5
CARE_SECONDS = 2.0
MAILBOX_SECONDS = 60.0
VAULT_SECONDS = 60.0
PERSONAL = ("ballot", "written", "paper_entry", "statement", "person", "member", "draw")


class Worker:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`: mail, links asked for, what has a date, and the search for panels; none waits for another."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._mail())
            tasks.create_task(self._again("answering who asked for a link", self._answer_requests, CARE_SECONDS))
            tasks.create_task(self._again("looking after the reviews", self._look_after, CARE_SECONDS))
            tasks.create_task(self._again("looking into the vault", self._look_into_vault, VAULT_SECONDS))
            tasks.create_task(self._panels())
            if self._settings.bounce_imap_host:  # apart: a server that is silent keeps nothing else waiting
                tasks.create_task(self._again("reading the mailbox", self._read_mailbox, MAILBOX_SECONDS))

    def stop(self) -> None:
        self._stopping.set()

    async def _mail(self) -> None:
        letters = Letters(self._settings)
        async with Relay(self._settings) as relay:
            while not self._stopping.is_set():
                try:
                    summary = await deliver(
                        self._database,
                        relay,
                        letters.compose,
                        self._settings,
                        stopping=self._stopping,
                        prepare=letters.prepare,
                        still_needed=letters.still_needed,
                    )
                except Exception as error:
                    log.error("a pass of delivery failed and will be tried again: %s", where(error))  # noqa: TRY400
                    await self._wait(CARE_SECONDS)
                    continue
                if not summary.settled:
                    await self._wait(IDLE_SECONDS)

    async def _again(self, what: str, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        while not self._stopping.is_set():
            try:
                await work()
            except Exception as error:
                log.error("%s failed and will be tried again: %s", what, where(error))  # noqa: TRY400
            await self._wait(seconds)

    async def _answer_requests(self) -> None:
        """Who asks for a link waits for it; the address that was typed is nowhere on disk when that was done."""
        if await LinkRequest.exists():
            await self._database.write(answer_requests())
            await self._database.forget(main=("link_request",))

    async def _look_after(self) -> None:
        await self._remind_halfway()
        await self._close_due()
        await self._clear_withdrawn()
        await self._clear_returned()
        await self._destroy_secrets()
        await remind_of_replies(self._database)
        await build_wanted(self._database, self._settings, replies_in_report)
        if self._settings.bounce_maildir:
            await empty_maildir(self._database, self._settings)

    async def _read_mailbox(self) -> None:
        await empty_mailbox(self._database, self._settings)

    async def _look_into_vault(self) -> None:
        for review in await Review.filter(state=State.OPEN):
            if await is_secret_lost(review.id):
                log.error("the secret of review %d is not in the vault: nobody can open a questionnaire", review.id)

    async def _panels(self) -> None:
        """A search takes up to minutes; who stops the service does not wait for it: it is begun again later."""
        stopped = asyncio.create_task(self._stopping.wait())
        while not self._stopping.is_set():
            search = asyncio.create_task(search_wanted(self._database))
            await asyncio.wait({search, stopped}, return_when=asyncio.FIRST_COMPLETED)
            search.cancel()
            try:
                await search
            except asyncio.CancelledError:
                return
            except Exception as error:
                log.error("the search for a panel failed and will be tried again: %s", where(error))  # noqa: TRY400
            await self._wait(CARE_SECONDS)

    async def _remind_halfway(self) -> None:
        """Remind once by itself, when half of the time has passed."""
        now = datetime.now(UTC)
        for review in await Review.filter(state=State.OPEN, closes_at__gt=now):
            opened = await Step.get(review=review, state=State.OPEN)
            reminded = await Wave.filter(review=review, kind=Kind.REMINDER).exists()
            halfway = opened.at + (review.closes_at - opened.at) / 2
            if not reminded and now > halfway and not await is_secret_lost(review.id):
                await self._database.write(remind(review, ACTOR))

    async def _close_due(self) -> None:
        for review in await Review.filter(state=State.OPEN, closes_at__lte=datetime.now(UTC) - GRACE):
            with suppress(Refused):  # another worker was first
                await self._database.write(self._close(review))
            await self._database.forget(main=PERSONAL)

    async def _close(self, review: Review) -> None:
        await close_review(review, ACTOR)
        await call_off(review, ACTOR)
        await send_wave(review, Kind.THANKS, ACTOR)

    async def _clear_withdrawn(self) -> None:
        """What was answered, and who could have been drawn, does not outlive a withdrawal."""
        for frame in await Frame.filter(review__state=State.WITHDRAWN).select_related("review"):
            await self._database.write(discard_answers(frame.review))
            await self._database.forget(main=PERSONAL)

    async def _clear_returned(self) -> None:
        if ids := await unread_of_closed():
            await self._database.write(discard_texts(ids))
            await self._database.forget(main=("bounce",))

    async def _destroy_secrets(self) -> None:
        """The secret of a review lives as long as its ballot box is open, and not after a withdrawal either."""
        for secret in await ReviewSecret.all():
            review = await Review.get_or_none(id=secret.review_id)
            if review is None or review.state != State.OPEN:
                # The secret goes last: while it is there, what a killed process left undone is done again.
                await self._database.forget(main=PERSONAL)
                await self._database.vault.write(destroy_secret(secret.review_id))
                await self._database.forget(vault=("review_secret",))

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
