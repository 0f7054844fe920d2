"""A mail server in this process that answers as a test says, and the sender that uses it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from activities.notices import Post
from tests.holding.hands import rows
from tests.life import Life
from tests.world import World

MINE = "from mail m join notice n on n.id = m.notice_id where n.person_id = :person"


@dataclass
class Box:
    """A mail server in this process; `dying` is ended after its mail was taken, unanswered."""

    mails: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    met: asyncio.Event = field(default_factory=asyncio.Event)
    dying: asyncio.Task[int] | None = None
    conversations: int = 0
    at_recipient: str = "250 OK"
    at_data: str = "250 taken"

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        self.recipients.append(address)
        self.met.set()
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content))
        await asyncio.sleep(0.05)
        if self.dying is not None:
            self.dying.cancel()
        return self.at_data

    def answers(self) -> SMTP:
        """Who speaks in one more conversation."""
        self.conversations += 1
        return SMTP(self, hostname="mail.test", authenticator=self.let_in, auth_require_tls=False)

    def let_in(self, *login: Any) -> AuthResult:
        """Everybody, remembering who it was."""
        given = login[-1]
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login, given.password))
        return AuthResult(success=True)


@asynccontextmanager
async def served(world: World, **settings: Any) -> AsyncIterator[tuple[Box, Post]]:
    """A sender, and the mail server it sends to; what others left is due no more."""
    await rows(
        world,
        "update mail set status = 'failed', settled_at = now()"
        " where status = 'pending' returning id",
    )
    box = Box()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(box.answers, "127.0.0.1", 0)
    ours = {"smtp_port": listening.sockets[0].getsockname()[1]} | settings
    yield box, Post(world.engine, world.settings.model_copy(update=ours))
    listening.close()
    await listening.wait_closed()


def to(box: Box, life: Life) -> list[Message]:
    """The mails to the freelancer."""
    return [mail for mail in box.mails if mail["To"] == life.freelancer.email]


async def mail_of(life: Life) -> Any:
    """What became of the freelancer's one mail."""
    query = f"select m.id, m.status, m.attempts, m.answer {MINE}"
    [mail] = await rows(life.world, query, person=life.freelancer.id)
    return mail


async def change(life: Life, table: str, values: str, **more: Any) -> None:
    """Change the freelancer's one mail or its notice behind everybody's back."""
    notices = "(select id from notice where person_id = :person)"
    where = f"id in {notices}" if table == "notice" else f"notice_id in {notices}"
    query = f"update {table} set {values} where {where} returning id"
    assert len(await rows(life.world, query, person=life.freelancer.id, **more)) == 1
