"""Whatever gets past the guards is found, and named."""

import re
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import flows
from domain.accounts import Parts
from ledger.invariants import INVARIANTS, violations
from tests.ledger import acts

LAST = (
    "(account_id, account_seq) = (select id, seq from account where owner = 'ivy_client'"
    " and kind = 'credits')"
)
CREDITS = "owner = 'ivy_client' and kind = 'credits'"
NO_CHECK = "alter table {} drop constraint {}"
DAMAGE: dict[str, tuple[Sequence[str], set[str]]] = {
    "a leg's amount": (
        [f"update leg set amount_minor = amount_minor - 1 where {LAST}"],
        {
            "entry job/ivy_job/hold: its USD legs add up to -1",
            "credits of ivy_client (USD/0): stands at 60 after 2 legs, its 2 legs add up to 59",
            "credits of ivy_client: leg 2 does not continue the one before",
        },
    ),
    "a lost leg": (
        [f"delete from leg where {LAST}"],
        {
            "entry job/ivy_job/hold: its USD legs add up to 40",
            "entry job/ivy_job/hold: 1 legs instead of 2",
            "credits of ivy_client (USD/0): stands at 60 after 2 legs, its 1 legs add up to 100",
        },
    ),
    "a lost entry": (
        ["delete from journal_entry where reference = 'job/ivy_job/hold'"],
        {
            "leg 2 of credits of ivy_client: its entry N is gone",
            "leg 1 of escrow of ivy_job: its entry N is gone",
        },
    ),
    "a gap": (
        [
            f"update leg set account_seq = 7 where {LAST}",
            f"update account set seq = 7 where {CREDITS}",
        ],
        {
            "credits of ivy_client (USD/0): stands at 60 after 7 legs, its 2 legs add up to 60",
            "credits of ivy_client: leg 7 does not continue the one before",
        },
    ),
    "a balance": (
        [f"update account set balance_minor = 61 where {CREDITS}"],
        {
            "credits of ivy_client (USD/0): stands at 61 after 2 legs, its 2 legs add up to 60",
            "all USD balances add up to 1",
        },
    ),
    "a balance after": (
        [f"update leg set balance_after = -1 where {LAST}"],
        {
            "credits of ivy_client: leg 2 does not continue the one before",
            "credits of ivy_client: stood at -1 after leg 2",
        },
    ),
    "a floor": (
        [f"update account set floor = null where {CREDITS}"],
        {"credits of ivy_client: its floor or ceiling is not the chart's"},
    ),
    "a case that ends with money in escrow": (
        ["update cases set over = true, closed_at = now() where id = 'ivy_job'"],
        {"case ivy_job is over: of 40 held, 0 left its escrow"},
    ),
    "a case nobody owns": (
        [
            NO_CHECK.format("cases", "ck_cases_open_has_owner_and_due_time"),
            "update cases set owner = null where id = 'ivy_job'",
        ],
        {"case ivy_job is open without owner or due time"},
    ),
    "an outcome without its time": (
        [
            NO_CHECK.format("instruction", "ck_instruction_decided_has_outcome"),
            "update instruction set decided_at = null where id = 'ins_ivy_job'",
        ],
        {"instruction ins_ivy_job: decided at  without outcome, or the reverse"},
    ),
}


@pytest.fixture(scope="module", autouse=True)
async def job_in_escrow(app: AsyncEngine) -> None:
    """Ivy's job holds 40 of her client's 100."""
    async with app.begin() as c:
        for statement in acts.DECIDED_CASE.format(case="ivy_job").split(";"):
            await c.execute(text(statement))
    source = await acts.funded(app, 100)
    await acts.post(app, acts.transfer(source, "ivy_client", 100))
    await acts.post(app, flows.hold("ivy_job", "ivy_client", Parts(credits=40), "USD"))


@pytest.mark.parametrize("what", DAMAGE)
async def test_damage_done_past_the_guards_is_found(superuser: AsyncEngine, what: str) -> None:
    """Every trace of it is reported by name, and nothing else is."""
    statements, expected = DAMAGE[what]
    async with superuser.connect() as c:
        await c.execute(text("set local session_replication_role = replica"))
        for statement in statements:
            await c.execute(text(statement))
        found = set(await violations(c))
        assert {re.sub(r"(?<=its entry )\d+", "N", line) for line in found} == expected
        await c.rollback()


async def test_every_invariant_has_damage_that_breaks_it() -> None:
    """As many kinds of message as there are invariants."""
    openings = {
        " ".join(word for word in message.split() if word.isalpha() and "ivy" not in word)
        for _, messages in DAMAGE.values()
        for message in messages
    }
    assert len(openings) >= len(INVARIANTS)


async def test_an_honest_book_has_no_violations(app: AsyncEngine) -> None:
    """Nothing is reported where nothing is wrong."""
    assert await acts.found_wrong(app) == []
