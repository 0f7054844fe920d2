"""The quick check finds damage among the newest entries, and looks no further back."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import flows
from domain.accounts import Parts
from ledger import newest
from tests.ledger import acts

LAST = (
    "(account_id, account_seq) = (select id, seq from account where owner = 'new_client'"
    " and kind = 'credits')"
)
CREDITS = "owner = 'new_client' and kind = 'credits'"
DAMAGE: dict[str, tuple[Sequence[str], set[str]]] = {
    "a leg's amount": (
        [f"update leg set amount_minor = amount_minor - 1 where {LAST}"],
        {
            "entry job/new_job/hold: its USD legs add up to -1",
            "credits of new_client: leg 2 does not continue the one before",
        },
    ),
    "a lost leg": (
        [f"delete from leg where {LAST}"],
        {
            "entry job/new_job/hold: its USD legs add up to 40",
            "entry job/new_job/hold: 1 legs instead of 2",
            "credits of new_client (USD/0): stands at 60 after 2 legs, its last one, 1, says 100",
        },
    ),
    "a balance": (
        [f"update account set balance_minor = 61 where {CREDITS}"],
        {"credits of new_client (USD/0): stands at 61 after 2 legs, its last one, 2, says 60"},
    ),
    "a balance after": (
        [f"update leg set balance_after = -1 where {LAST}"],
        {
            "credits of new_client: leg 2 does not continue the one before",
            "credits of new_client: stood at -1 after leg 2",
            "credits of new_client (USD/0): stands at 60 after 2 legs, its last one, 2, says -1",
        },
    ),
    "a case that ends with money in escrow": (
        ["update cases set over = true, closed_at = now() where id = 'new_job'"],
        {"case new_job is over: 40 USD are left in its escrow"},
    ),
}


@pytest.fixture(scope="module", autouse=True)
async def job_in_escrow(app: AsyncEngine) -> None:
    """A job holds 40 of its client's 100; nothing was posted since."""
    async with app.begin() as c:
        for statement in acts.DECIDED_CASE.format(case="new_job").split(";"):
            await c.execute(text(statement))
    source = await acts.funded(app, 100)
    await acts.post(app, acts.transfer(source, "new_client", 100))
    await acts.post(app, flows.hold("new_job", "new_client", Parts(credits=40), "USD"))


@pytest.mark.parametrize("what", DAMAGE)
async def test_damage_among_the_newest_entries_is_found(superuser: AsyncEngine, what: str) -> None:
    """Every trace of it is reported by name, and nothing else is."""
    statements, expected = DAMAGE[what]
    async with superuser.connect() as c:
        await c.execute(text("set local session_replication_role = replica"))
        for statement in statements:
            await c.execute(text(statement))
        assert set(await newest.violations(c, 2)) - expected == set()
        assert set(await newest.violations(c)) == expected
        await c.rollback()


async def test_an_honest_book_has_no_violations(app: AsyncEngine) -> None:
    """Nothing is reported where nothing is wrong."""
    async with app.connect() as c:
        assert await newest.violations(c) == []


async def test_what_is_older_is_left_to_the_check_of_everything(
    superuser: AsyncEngine, app: AsyncEngine
) -> None:
    """The quick check's cost is bounded, so its view is."""
    await acts.post(app, acts.transfer(await acts.funded(app, 5), acts.name("usr"), 5))
    async with superuser.connect() as c:
        await c.execute(text("set local session_replication_role = replica"))
        await c.execute(text(DAMAGE["a leg's amount"][0][0]))
        assert await newest.violations(c, 1) == []
        await c.rollback()
