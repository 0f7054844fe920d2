"""Mails go out at least once; what the mail server said is recorded on each."""

import asyncio
from datetime import timedelta
from email.message import EmailMessage

import aiosmtplib
import structlog
from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from ledger import mails
from settings import Settings

log = structlog.get_logger()

PAUSE_S = 0.5
TIMEOUT_S = 10
TRIES = 12
"""After so many tries, each twice as late as the one before, a mail has failed."""


class Post:
    """Sends mails through the configured server."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings

    @activity.defn(name="send_reminder")
    async def send_reminder(self, mail_id: str) -> str:
        """Send one mail now and answer its status; a mail that was settled before is left alone.

        A passing fault raises after it was recorded, so that the caller's bounded tries go on.
        """
        async with self._engine.begin() as c:
            letters = await mails.claim(c, mail_id=mail_id)
        statuses = [await self._send(letter) for letter in letters]
        if "pending" in statuses:
            raise PassingFault(mail_id)
        return statuses[0] if statuses else "settled"

    async def run(self) -> None:
        """Send what is due, again and again, until cancelled."""
        while True:
            try:
                sent = await self.send_due()
            except (SQLAlchemyError, OSError) as error:
                log.warning("mail loop waits for the database", error=type(error).__name__)
                sent = 0
            if not sent:
                await asyncio.sleep(PAUSE_S)

    async def send_due(self) -> int:
        """Send the mails that are due now; how many there were."""
        async with self._engine.begin() as c:
            letters = await mails.claim(c)
        for letter in letters:
            await self._send(letter)
        return len(letters)

    async def _send(self, letter: RowMapping) -> str:
        try:
            answer = await self._hand_over(letter)
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            said = refusal.recipients[0]
            answer = f"{said.code} {said.message}"
            if not _mailbox_refuses(said.code, said.message):
                return await self._later(letter, answer)
            return await self._settle(letter, "refused", answer)
        except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
            return await self._later(letter, f"{type(fault).__name__}: {fault}")
        return await self._settle(letter, "accepted", answer)

    async def _hand_over(self, letter: RowMapping) -> str:
        settings = self._settings
        _, answer = await aiosmtplib.send(
            _message(letter, settings.mail_from),
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            timeout=TIMEOUT_S,
        )
        return answer

    async def _settle(self, letter: RowMapping, status: str, answer: str) -> str:
        async with self._engine.begin() as c:
            await mails.settle(c, letter["id"], status, answer)
        return status

    async def _later(self, letter: RowMapping, answer: str) -> str:
        """The fault was ours or passing: the mail waits, twice as long each time."""
        if letter["attempts"] + 1 >= TRIES:
            return await self._settle(letter, "failed", answer)
        wait = timedelta(seconds=15 * 2 ** letter["attempts"])
        async with self._engine.begin() as c:
            await mails.postpone(c, letter["id"], wait, answer)
        return "pending"


class PassingFault(Exception):
    """The mail server could not take the mail now."""


def _mailbox_refuses(code: int, message: str) -> bool:
    """5.1.x (no such mailbox) and 5.2.x (disabled, full) are the party's own; RFC 3463."""
    enhanced = message.split(" ", 1)[0]
    return code >= 500 and enhanced.startswith(("5.1.", "5.2."))


def _message(letter: RowMapping, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter["address"]
    message["Subject"] = " ".join(letter["subject"].split())
    message["Message-ID"] = f"<{letter['id']}@peerok>"
    message.set_content(letter["body"])
    return message
