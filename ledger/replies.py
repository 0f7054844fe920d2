"""Answers already given to requests that are not decisions on a case: one effect for each key."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.tables import instruction, reply

CLAIM = text(
    "insert into reply (caller, idempotency_key, request_hash, status, body)"
    " select :caller, :key, :hash, 0, '{}'"
    "  where not exists (select from instruction where caller_id = :caller"
    "                     and idempotency_key = :key)"
    " on conflict do nothing returning caller"
)


@dataclass(frozen=True)
class Reply:
    """What was answered, and the hash of the request it answered."""

    request_hash: bytes
    status: int
    body: Any


async def claim(c: AsyncConnection, caller: str, key: str, request_hash: bytes) -> Reply | None:
    """Take the key for this transaction, or the answer it already got.

    The row comes before the effect: whoever comes second waits here until the first has committed.
    A key that named a decision is taken as well; its hash is another request's.
    """
    ours = await c.scalar(CLAIM, {"caller": caller, "key": key, "hash": request_hash})
    if ours is not None:
        return None
    decided = select(instruction.c.request_hash).where(
        instruction.c.caller_id == caller, instruction.c.idempotency_key == key
    )
    if (taken := await c.scalar(decided)) is not None:
        return Reply(taken, 0, {})
    given = (
        await c.execute(
            select(reply).where(reply.c.caller == caller, reply.c.idempotency_key == key)
        )
    ).one()
    return Reply(given.request_hash, given.status, given.body)


async def is_given(c: AsyncConnection, caller: str, key: str) -> bool:
    """Whether the key has its answer, whatever it was for."""
    given = exists().where(reply.c.caller == caller, reply.c.idempotency_key == key)
    return bool(await c.scalar(select(given)))


async def record(c: AsyncConnection, caller: str, key: str, status: int, body: Any) -> None:
    """Keep the answer with the effect, in the transaction that claimed the key."""
    query = update(reply).where(reply.c.caller == caller, reply.c.idempotency_key == key)
    await c.execute(query.values(status=status, body=body))
