"""The figures that alerts look at grow when something is wrong, and only then."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text

from domain import flows
from domain.accounts import Kind
from domain.cases import Role
from ledger import figures, journal, mails
from tests.world import World

LATE = "update mail set next_at = now() - interval '15 min' where id = :id"
WAITS = "select max(id) from mail where status = 'pending'"


async def test_a_mail_is_late_past_its_next_try_not_since_it_was_written(world: World) -> None:
    """A server that takes no mail today pages nobody; a loop that tries none does."""
    async with world.engine.connect() as c:
        await mails.tell_role(c, Role.STAFF, "test", "A test", "Nobody reads it")
        mail = await c.scalar(text(WAITS))
        await c.execute(text("update mail set next_at = now() + interval '1 h'"))
        assert (await figures.read(c)).mails.oldest_s == 0
        await c.execute(text(LATE), {"id": mail})
        assert (await figures.read(c)).mails.oldest_s >= 15 * 60
        await c.rollback()


async def test_an_entry_that_nobody_seals_grows_old(world: World) -> None:
    """The sealer may fail for ever: the age of what has no seal says so."""
    async with world.engine.connect() as c:
        entry = flows.deposit("unsealed", world.house.staff.id, 1, Kind.BANK_CLEARING, "USD")
        now = datetime.now(UTC)
        await journal.post(c, [entry], case_id=None, cause="test", effective_at=now)
        await asyncio.sleep(0.5)
        found = (await figures.read(c)).unsealed
        assert found.many >= 1 and found.oldest_s >= 0.5
        await c.rollback()
