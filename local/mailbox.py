"""Keeps every mail that reached this machine, in memory and as `.eml` files."""

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path

from local.places import private

KEPT = 5_000


@dataclass(frozen=True)
class Mail:
    """One mail as it was handed over, to the addresses of its envelope."""

    id: str
    sent_to: tuple[str, ...]
    received_at: str
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        """The mail with its headers and parts."""
        message = email.message_from_bytes(self.raw, policy=modern)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def text(self) -> str:
        """What a reader reads, without its markup."""
        part = self.parsed.get_body(("plain", "html"))
        return str(part.get_content()) if part else ""

    def as_json(self) -> dict[str, object]:
        """What `/messages` tells of it."""
        message = self.parsed
        return {
            "id": self.id,
            "to": list(self.sent_to),
            "from": str(message["From"] or ""),
            # A subject that was folded before its first word begins with the fold.
            "subject": str(message["Subject"] or "").strip(),
            "message_id": str(message["Message-ID"] or ""),
            "received_at": self.received_at,
            "headers": {name: str(value) for name, value in message.items()},
            "text": self.text,
        }


class Mailbox:
    """All mails of all people, the newest `KEPT` of them also after a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = private(folder)
        files = sorted(folder.glob("*.eml"))
        for old in files[:-KEPT]:
            old.unlink()
        self._mails = {file.stem: _read(file) for file in files[-KEPT:]}

    def put(self, recipients: list[str], content: bytes, now: datetime | None = None) -> Mail:
        """Keep one mail."""
        received_at = (now or datetime.now(UTC)).isoformat(timespec="microseconds")
        name = f"{re.sub('[^0-9T]', '', received_at[:26])}-{len(self._mails):06d}"
        envelope = f"X-Received-At: {received_at}\r\nX-Envelope-To: {' '.join(recipients)}\r\n"
        file = self._folder / f"{name}.eml"
        file.write_bytes(envelope.encode() + content)
        self._mails[name] = _read(file)
        if len(self._mails) > KEPT:
            del self._mails[next(iter(self._mails))]
        return self._mails[name]

    def find(self, mail_id: str) -> Mail | None:
        """The mail with this id."""
        return self._mails.get(mail_id)

    def list(self, to: str | None = None) -> list[Mail]:
        """All mails, or those of one address, the newest first."""
        wanted = to.lower() if to else None
        return [
            mail
            for mail in reversed(self._mails.values())
            if wanted is None or wanted in (address.lower() for address in mail.sent_to)
        ]


def _read(file: Path) -> Mail:
    raw = file.read_bytes()
    message = email.message_from_bytes(raw, policy=modern)
    # Ours stand first, whatever the mail itself contains.
    recipients = str(message["X-Envelope-To"]).split()
    return Mail(file.stem, tuple(recipients), str(message["X-Received-At"]), raw)
