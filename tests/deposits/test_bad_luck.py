"""Bad luck with a payment: nothing is lost, and nothing comes twice."""

import asyncio

from sqlalchemy import text

from tests.deposits.paying import Paying

GONE = (
    "delete from token where person_id = :id",
    "update person set password_hash = 'none', name = 'Gone' where id = :id",
)
CREDITED = "select sum(balance_minor) from account where owner = :id and kind = 'credits'"
ENTRIES = "select count(*) from journal_entry where case_id = :id and kind = 'deposit'"


async def test_a_paid_page_of_an_account_that_is_gone_is_credited(paying: Paying) -> None:
    """Whoever cannot log in any more has paid all the same: the money is theirs in the books."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    async with paying.world.engine.begin() as c:
        for statement in GONE:
            await c.execute(text(statement), {"id": paying.client.id})
    assert (await paying.client.get("/v1/me/wallet")).status_code == 401
    assert set(await paying.hears(paying.events(deposit))) == {200}
    for _ in range(200):
        if await one(paying, CREDITED, paying.client.id):
            break
        await asyncio.sleep(0.1)
    assert await one(paying, CREDITED, paying.client.id) == 100_00
    assert await one(paying, ENTRIES, deposit["id"]) == 1


async def one(paying: Paying, query: str, name: str) -> int:
    """A number of the books."""
    async with paying.world.engine.connect() as c:
        return int(await c.scalar(text(query), {"id": name}) or 0)
