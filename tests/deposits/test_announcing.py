"""Announcements are kept together, and answered only when they are kept."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text

from api.announcing import Announcing
from ledger.database import connect
from ledger.processor import Announced
from local.postgres import Postgres
from tests.deposits.paying import Paying
from tests.world import World
from workflows.doors import Doors

NOW = datetime.now(UTC)
TRIP = """
    create sequence tried;
    create function trip() returns trigger language plpgsql security definer as $$
    begin
        if nextval('tried') = 1 then
            raise exception 'a deadlock' using errcode = '40P01';
        end if;
        return new;
    end $$;
    create trigger trip before insert on processor_event for each row execute function trip();
"""


def announced(kind: str = "charge.succeeded", case_id: str | None = None) -> Announced:
    """Something new."""
    return Announced(f"evt_{uuid4().hex}", kind, "ch_1", case_id, NOW)


async def kept(paying: Paying, *ids: str) -> int:
    """How many of these are in the books."""
    async with paying.world.engine.connect() as c:
        query = text("select count(*) from processor_event where id = any(:ids)")
        return int(await c.scalar(query, {"ids": list(ids)}) or 0)


async def test_many_at_once_are_each_kept_once(paying: Paying) -> None:
    """The same one three times among three hundred."""
    writer = Announcing(paying.world.engine, Doors(paying.world.temporal))
    many = [announced() for _ in range(300)]
    await asyncio.gather(*(writer.keep(one) for one in [*many, *many[:1] * 3]))
    assert await kept(paying, *(one.id for one in many)) == 300
    await writer.close()


async def test_without_the_books_nobody_is_told_that_it_was_kept(paying: Paying) -> None:
    """Whoever announced it tries again; the next batch is not held up."""
    nowhere = connect("postgresql://nobody@127.0.0.1:1/none")
    writer = Announcing(nowhere, Doors(paying.world.temporal))
    one, other = announced(), announced()
    failed = await asyncio.gather(writer.keep(one), writer.keep(other), return_exceptions=True)
    assert [type(error) for error in failed] == [ConnectionRefusedError, ConnectionRefusedError]
    writer.engine = paying.world.engine
    await writer.keep(one)
    assert await kept(paying, one.id, other.id) == 1
    await nowhere.dispose()


@pytest.fixture
def tripping(shop: World, postgres_server: Postgres) -> Iterator[None]:
    """The first time something is kept it meets another transaction."""
    database = make_url(shop.settings.database_url).database or ""
    postgres_server.sql(TRIP, database)
    yield
    postgres_server.sql("drop function trip cascade; drop sequence tried", database)


@pytest.mark.usefixtures("tripping")
async def test_a_batch_that_met_a_deadlock_is_kept_with_its_next_try(paying: Paying) -> None:
    """Nobody who announced something hears of it."""
    writer = Announcing(paying.world.engine, Doors(paying.world.temporal))
    some = [announced() for _ in range(3)]
    await asyncio.gather(*(writer.keep(one) for one in some))
    assert await kept(paying, *(one.id for one in some)) == 3
    await writer.close()


@pytest.mark.parametrize("event", [{}, {"id": "evt_1"}, {"id": 1, "data": {"object": 3}}, []])
async def test_what_is_signed_and_no_event_is_refused(paying: Paying, event: object) -> None:
    """Nothing is kept of it."""
    assert await paying.hears([event]) == [400]
