"""What the tests do to the book, in a word each."""

from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain import flows
from domain.accounts import Entry, Kind, Wallet
from domain.postings import entry, move
from ledger import journal
from ledger.database import sqlstate
from ledger.invariants import violations

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
_numbers = count(1)


def name(noun: str) -> str:
    """An id that no other test uses."""
    return f"{noun}_{next(_numbers)}"


def transfer(source: str, target: str, minor: int, reference: str | None = None) -> Entry:
    """Credits from one person to another: not a movement of the product, but the smallest one."""
    moved = move(Kind.CREDITS, source, Kind.CREDITS, target, minor, "USD")
    return entry("transfer", reference or name("transfer"), moved)


async def post(engine: AsyncEngine, *entries: Entry) -> None:
    """Write these in a transaction of their own."""
    async with engine.begin() as c:
        await write(c, *entries)


async def write(c: AsyncConnection, *entries: Entry) -> None:
    """Write these in this transaction."""
    await journal.post(c, entries, case_id=None, cause="test", effective_at=NOON)


async def funded(engine: AsyncEngine, minor: int) -> str:
    """A new person with that much in credits."""
    person = name("usr")
    async with engine.begin() as c:
        await journal.open_accounts(c, person)
        await write(c, flows.deposit(name("dep"), person, minor, Kind.BANK_CLEARING, "USD"))
    return person


async def wallet(engine: AsyncEngine, person: str) -> Wallet:
    """What this person holds."""
    async with engine.begin() as c:
        return (await journal.wallets(c, [person]))[person]


async def stands(engine: AsyncEngine, owner: str, kind: Kind) -> int:
    """The balance of one account, its shards summed."""
    async with engine.connect() as c:
        return (await journal.balances(c, owner)).get(kind, 0)


async def refusal(engine: AsyncEngine, *statements: str) -> str | None:
    """The SQLSTATE with which these statements, or their commit, were refused."""
    with pytest.raises(DBAPIError) as refused:
        async with engine.begin() as c:
            for statement in statements:
                await c.execute(text(statement))
    return sqlstate(refused.value)


async def found_wrong(engine: AsyncEngine) -> list[str]:
    """The violations of the whole book."""
    async with engine.connect() as c:
        return await violations(c)


DECIDED_CASE = """
    insert into person (id, email, name, password_hash)
    values ('client_of_{case}', 'client@{case}', 'Ana', 'x');
    insert into cases (id, kind, state, version, over, owner, due_at, client_id, freelancer_id,
                       terms, data, opened_at, last_event_at)
    values ('{case}', 'job', 'offered', 1, false, 'client', now(), 'client_of_{case}',
            'client_of_{case}', '{{}}', '{{}}', now(), now());
    insert into instruction (id, caller_id, idempotency_key, request_hash, case_id, role, command,
                             body, outcome, decided_at)
    values ('ins_{case}', 'client_of_{case}', '{case}', 'x', '{case}', 'client', 'offer', '{{}}',
            '{{}}', now());
    insert into event (case_id, version, kind, state, actor, step_id, at)
    values ('{case}', 1, 'offered', 'offered', 'client', 'ins_{case}', now())
"""
