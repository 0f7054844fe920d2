"""Chargebacks that an older build left without an end have one after the upgrade."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger import migrate
from ledger.database import connect
from local.postgres import OWNER
from tests.ledger.elsewhere import Server
from tests.ledger.test_tax_forms import in_thread, somebody

CASE = text("""
    insert into cases (id, kind, state, version, over, owner, due_at, client_id, terms, data,
                       opened_at, last_event_at)
    values (:id, 'chargeback', :state, 1, false, 'processor', now(), :client, '{}',
            cast(:data as jsonb), now(), now())
""")
TASK = '{"tasks": [{"kind": "answer_refused"}]}'
STATES = text("select id, state || case when over then ' over' else '' end from cases")
TOLD = text("select workflow_id from tell where told_at is null order by workflow_id")


async def _case(c: AsyncConnection, client: str, state: str, data: str = "{}") -> None:
    await c.execute(CASE, {"id": state, "state": state, "client": client, "data": data})


async def test_what_hung_is_over_or_looks_again(server: Server, empty: str) -> None:
    """What could not begin is over; paid debts and returns that did not fit are looked at."""
    url = server.url(empty, OWNER)
    await in_thread(migrate.upgrade, url, "0018")
    engine = connect(server.url(empty), pool=1)
    async with engine.begin() as c:
        client = await somebody(c)
        await _case(c, client, "draft", TASK)
        await _case(c, client, "answered", TASK)
        await _case(c, client, "opened")
        await _case(c, client, "owing")
    await engine.dispose()
    await in_thread(migrate.upgrade, url)
    async with engine.begin() as c:
        assert {row[0]: row[1] for row in await c.execute(STATES)} == {
            "draft": "refused over",
            "answered": "answered",
            "opened": "opened",
            "owing": "owing",
        }
        told = list(await c.scalars(TOLD))
        assert told == ["chargeback/answered", "chargeback/draft", "chargeback/owing"]
    await engine.dispose()
    await in_thread(migrate.downgrade, url, "0018")
    async with engine.begin() as c:
        assert {row[1] for row in await c.execute(STATES)} == {
            *("draft", "answered", "opened", "owing")
        }
    await engine.dispose()
