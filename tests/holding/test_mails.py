"""A mail goes out at least once, and no two senders send it at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiosmtpd.smtp import SMTP, Envelope, Session

from activities.notices import Post
from tests.holding.hands import hands, rows
from tests.life import Life
from tests.world import World

MINE = "from mail m join notice n on n.id = m.notice_id where n.person_id = :person"


@dataclass
class Box:
    """A mail server in this process; `dying` is ended after its mail was taken, unanswered."""

    mails: list[Message] = field(default_factory=list)
    dying: asyncio.Task[int] | None = None

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content))
        await asyncio.sleep(0.05)
        if self.dying is not None:
            self.dying.cancel()
        return "250 taken"


async def test_two_loops_send_a_mail_once(world: World, life: Life) -> None:
    """Whoever claims it first has it for a while; the others find nothing of it."""
    async with hands(world):
        await life.offered()
    async with served(world) as (box, post):
        sent = await asyncio.gather(*(post.send_due() for _ in range(5)))
    assert sum(sent) == len(box.mails)
    assert len(to(box, life)) == 1


async def test_a_mail_whose_sender_died_goes_again_as_the_same_mail(
    world: World, life: Life
) -> None:
    """It was taken and nobody recorded that; once the lease is over it is sent under its id."""
    async with hands(world):
        await life.offered()
    async with served(world) as (box, post):
        box.dying = asyncio.create_task(post.send_due())
        await asyncio.gather(box.dying, return_exceptions=True)
        box.dying = None
        assert await post.send_due() == 0
        await rows(world, "update mail set next_at = now() where status = 'pending' returning id")
        await post.send_due()
    first, second = to(box, life)
    assert first["Message-ID"] == second["Message-ID"]
    [mail] = await rows(world, f"select m.status {MINE}", person=life.freelancer.id)
    assert mail.status == "accepted"


async def test_a_mail_that_cannot_be_written_keeps_no_other_waiting(
    world: World, life: Life
) -> None:
    """Its address is none; it is tried again later, and all others go out."""
    async with hands(world):
        await life.offered()
    broken = "update mail m set address = E'x\\n@example.com', next_at = '2020-01-01' from notice n"
    await rows(
        world,
        f"{broken} where n.id = m.notice_id and n.person_id = :person returning m.id",
        person=life.freelancer.id,
    )
    other = await Life.begin(world)
    async with hands(world):
        await other.offered()
    async with served(world) as (box, post):
        await post.send_due()
    assert len(to(box, other)) == 1
    [mail] = await rows(world, f"select m.status, m.attempts {MINE}", person=life.freelancer.id)
    assert (mail.status, mail.attempts) == ("pending", 1)


@asynccontextmanager
async def served(world: World) -> AsyncIterator[tuple[Box, Post]]:
    """A sender, and the mail server it sends to; nothing of other tests is due."""
    box = Box()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, hostname="mail.test"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield box, Post(world.engine, world.settings.model_copy(update={"smtp_port": port}))
    server.close()
    await server.wait_closed()


def to(box: Box, life: Life) -> list[Message]:
    """The mails to the freelancer."""
    return [mail for mail in box.mails if mail["To"] == life.freelancer.email]
