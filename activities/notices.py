"""Mails go out at least once; what the mail server said is recorded on each."""

import asyncio
import time
from datetime import timedelta
from email.headerregistry import Address
from email.utils import parseaddr

import aiosmtplib
import structlog
from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

import metrics
from activities.letters import Unwritable, written
from activities.line import Line
from activities.refusals import is_the_mailboxs
from failpoints import here
from ledger import mails
from ledger.addresses import is_address
from ledger.database import at_once, in_short
from settings import Settings

log = structlog.get_logger()

PAUSE_S = 0.5
SENT_WITHIN_S = 15
"""One mail, with the connection it takes; shorter than any lease and than the activity's time."""
TRIES = 12
"""After so many tries, each twice as late as the one before, a mail has failed."""
ASK_AGAIN = timedelta(seconds=5)
"""When the workflow asks again for a mail that somebody else is sending."""


class Post:
    """Sends mails through the configured server."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        name, address = parseaddr(settings.mail_from)
        assert is_address(address), "PEEROK_MAIL_FROM is no address"
        self._sender = Address(name, addr_spec=address)

    @activity.defn(name="send_reminder")
    async def send_reminder(self, mail_id: str) -> str:
        """Send one mail now and answer its status; a mail that was settled before is left alone.

        A passing fault raises after it was recorded, so that the caller's bounded tries go on.
        """
        async with self._engine.begin() as c:
            letter = await mails.claim_one(c, mail_id)
            status = "pending" if letter else await mails.status(c, mail_id)
        if letter is not None:
            here("reminder.claimed", letter["address"])
            async with self._line() as line:
                status = await self._send(letter, line, awaited=True)
            if status == "pending":
                raise PassingFault(mail_id)
            here("reminder.settled", letter["address"])
        elif status == "pending":
            raise ApplicationError("somebody else sends it", next_retry_delay=ASK_AGAIN)
        return status

    async def run(self) -> None:
        """Send what is due, again and again, until cancelled."""
        while True:
            try:
                sent = await self.send_due()
            except (SQLAlchemyError, OSError) as error:
                log.warning("mail loop waits for the database", error=in_short(error))
                sent = 0
            if not sent:
                await asyncio.sleep(PAUSE_S)

    async def send_due(self) -> int:
        """Send the mails that are due now; how many there were."""
        leased_until = time.monotonic() + mails.LEASE.total_seconds()
        async with self._engine.begin() as c:
            letters = await mails.claim(c)
        if letters:
            here("mail.claimed", *(letter["address"] for letter in letters))
        async with self._line() as line:
            for letter in letters:
                if time.monotonic() + SENT_WITHIN_S > leased_until:
                    # Others may claim it before it is sent: let them.
                    break
                await self._surely(letter, line)
        return len(letters)

    def _line(self) -> Line:
        return Line(self._settings, SENT_WITHIN_S)

    async def _surely(self, letter: RowMapping, line: Line) -> None:
        """Send it; whatever is wrong with this one, the others go out."""
        try:
            await self._send(letter, line)
        except (SQLAlchemyError, OSError):
            raise
        except Exception as bug:
            log.error("a mail cannot be sent", mail_id=letter["id"], error=in_short(bug))
            await self._later(letter, in_short(bug))

    async def _send(self, letter: RowMapping, line: Line, *, awaited: bool = False) -> str:
        """Its status after this try; whoever awaits it tries again sooner than the loop would."""
        try:
            content = written(letter, self._sender)
            answer = await line.hand_over(content, self._sender.addr_spec, letter["address"])
        except Unwritable as reason:
            return await self._settle(letter, "failed", f"not written: {reason}")
        except aiosmtplib.SMTPRecipientsRefused as refusals:
            refusal: aiosmtplib.SMTPResponseException = refusals.recipients[0]
        except aiosmtplib.SMTPResponseException as response:
            refusal = response
        except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
            return await self._later(letter, f"{type(fault).__name__}: {fault}", awaited=awaited)
        else:
            if awaited:
                here("reminder.handed_over", letter["address"])
            else:
                here("mail.handed_over", letter["address"])
            return await self._settle(letter, "accepted", answer)
        answer = f"{refusal.code} {refusal.message}"
        if is_the_mailboxs(refusal):
            return await self._settle(letter, "refused", answer)
        return await self._later(letter, answer, awaited=awaited)

    async def _settle(self, letter: RowMapping, status: str, answer: str) -> str:
        async with at_once(self._engine) as c:
            await mails.settle(c, letter["id"], status, answer)
        metrics.MAILS.labels(status).inc()
        here("mail.settled", letter["address"])
        return status

    async def _later(self, letter: RowMapping, answer: str, *, awaited: bool = False) -> str:
        """The fault was ours or passing: the mail waits, twice as long each time."""
        if letter["attempts"] + 1 >= TRIES:
            return await self._settle(letter, "failed", answer)
        wait = timedelta(seconds=0 if awaited else 15 * 2 ** letter["attempts"])
        async with self._engine.begin() as c:
            await mails.postpone(c, letter["id"], wait, answer)
        metrics.MAILS.labels("postponed").inc()
        return "pending"


class PassingFault(Exception):
    """The mail server could not take the mail now."""
