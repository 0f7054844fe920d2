"""A mail goes out at least once, and no two senders send it at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiosmtplib
import pytest

from activities.notices import Post
from domain import commands as c
from ledger import mails
from tests.holding.boxes import change, mail_of, served, to
from tests.holding.hands import hands, rows
from tests.life import Life, eventually
from tests.world import World


async def test_two_loops_send_a_mail_once(world: World, life: Life) -> None:
    """Whoever claims it first has it for a while; the others find nothing of it."""
    async with served(world) as (box, post):
        async with hands(world):
            await life.offered()
        sent = await asyncio.gather(*(post.send_due() for _ in range(5)))
    assert sum(sent) == len(box.mails)
    assert len(to(box, life)) == 1


async def test_a_mail_whose_sender_died_goes_again_as_the_same_mail(
    world: World, life: Life
) -> None:
    """It was taken and nobody recorded that; once the lease is over it is sent under its id."""
    async with served(world) as (box, post):
        async with hands(world):
            await life.offered()
        box.dying = asyncio.create_task(post.send_due())
        await asyncio.gather(box.dying, return_exceptions=True)
        box.dying = None
        assert await post.send_due() == 0
        await rows(world, "update mail set next_at = now() where status = 'pending' returning id")
        await post.send_due()
    first, second = to(box, life)
    assert first["Message-ID"] == second["Message-ID"]
    assert (await mail_of(life)).status == "accepted"


@pytest.mark.parametrize(
    "address", ["x\n@example.com", ":;@a.b", "a@[.b", "x,victim@example.com", "", "=?q?@e.com"]
)
async def test_a_mail_that_cannot_be_written_fails_and_keeps_no_other_waiting(
    world: World, life: Life, address: str
) -> None:
    """Its address is none: it goes to nobody and proves nothing, and the loop goes on."""
    other = await Life.begin(world)
    async with served(world) as (box, post), hands(world):
        await life.offered()
        await change(life, "mail", "address = :a, next_at = now() - '1 s'::interval", a=address)
        await change(life, "notice", "proves = :wait, created_at = '2020-01-01'", wait=life.job_id)
        await other.offered()
        async with running(post):
            await eventually(lambda: has_settled(other))
            await eventually(lambda: has_settled(life))
    assert box.recipients == [other.freelancer.email]
    mail = await mail_of(life)
    assert (mail.status, mail.attempts) == ("failed", 1)
    async with world.engine.connect() as c:
        assert await mails.proven(c, life.job_id, enough=1) == frozenset()


async def test_a_mail_on_which_the_library_breaks_keeps_no_other_waiting(
    world: World, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error nobody foresaw: this mail is tried again later, the next one goes out now."""
    other = await Life.begin(world)
    send = aiosmtplib.SMTP.sendmail

    async def broken(
        self: aiosmtplib.SMTP, sender: str, recipients: list[str], content: bytes
    ) -> Any:
        if recipients == [life.freelancer.email]:
            raise KeyError("deep inside")
        return await send(self, sender, recipients, content)

    monkeypatch.setattr(aiosmtplib.SMTP, "sendmail", broken)
    async with served(world) as (_, post), hands(world):
        await life.offered()
        await other.offered()
        async with running(post):
            await eventually(lambda: has_settled(other))
            await eventually(lambda: was_tried(life))
    mail = await mail_of(life)
    assert (mail.status, mail.attempts, mail.answer) == ("pending", 1, "KeyError")


async def test_mails_that_are_due_together_go_in_one_conversation(world: World, life: Life) -> None:
    """A connection each would cost more than the mails; one that is refused ends it."""
    others = [await Life.begin(world) for _ in range(3)]
    async with served(world) as (box, post), hands(world):
        for one in (life, *others):
            await one.offered()
        assert await post.send_due() == 4
        assert len(box.mails) == 4 and box.conversations == 1
        box.at_recipient = "550 5.1.1 nobody here"
        for one in (life, *others):
            await one.freelancer_does(c.Decline)
        assert await post.send_due() == 4
        assert box.conversations == 1 + 4


async def test_whatever_a_mail_server_says_can_be_recorded(world: World, life: Life) -> None:
    """PostgreSQL keeps no NUL: a mail answered with one would be sent again for ever."""
    async with served(world) as (box, post), hands(world):
        box.at_data = "250 ta\0ken"
        await life.offered()
        await post.send_due()
    mail = await mail_of(life)
    assert (mail.status, mail.answer) == ("accepted", "ta ken")


async def has_settled(life: Life) -> bool:
    return bool((await mail_of(life)).status != "pending")


async def was_tried(life: Life) -> bool:
    return bool((await mail_of(life)).attempts)


@asynccontextmanager
async def running(post: Post) -> AsyncIterator[None]:
    """The mail loop, which must still run at the end of the block."""
    loop = asyncio.create_task(post.run())
    yield
    assert not loop.done()
    loop.cancel()
