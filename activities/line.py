"""One conversation with the mail server, in which many mails are handed over."""

import asyncio
from typing import Self

import aiosmtplib

from settings import Settings

FAREWELL_S = 1
"""How long a goodbye may take, on which nothing depends."""


class Line:
    """Begins with its first mail, and anew after anything that went wrong; one mail at a time.

    Raises what aiosmtplib does, and TimeoutError when a mail takes longer than `within_s`.
    """

    def __init__(self, settings: Settings, within_s: float) -> None:
        self._settings, self._within_s = settings, within_s
        self._smtp: aiosmtplib.SMTP | None = None

    async def hand_over(self, content: bytes, sender: str, recipient: str) -> str:
        """What the server said when it took the mail."""
        try:
            async with asyncio.timeout(self._within_s):
                if self._smtp is None or not self._smtp.is_connected:
                    self._smtp = await self._begun()
                _, answer = await self._smtp.sendmail(sender, [recipient], content)
        except BaseException:
            self.drop()
            raise
        return answer

    def drop(self) -> None:
        """End it without a word: whatever was said last may still be under way."""
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None and smtp.is_connected:
            try:
                async with asyncio.timeout(FAREWELL_S):
                    await smtp.quit()
            except (aiosmtplib.SMTPException, OSError):
                smtp.close()

    async def _begun(self) -> aiosmtplib.SMTP:
        settings, secret = self._settings, self._settings.smtp_password
        smtp = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=secret.get_secret_value() if secret else None,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            timeout=self._within_s,
        )
        await smtp.connect()
        return smtp
