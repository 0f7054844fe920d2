"""Decisions as rows: once an instruction is committed it counts, whatever dies afterwards."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import RowMapping, Text, all_, exists, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.outcome import Recorded
from ledger import files
from ledger.tables import instruction, reply

# Polled many times a second, for any number of ids: one statement, prepared once.
RECORDED = text(
    "select id, outcome from instruction where id = any(:ids) and outcome is not null"
).columns(outcome=JSONB)


class KeyReused(Exception):
    """The caller used this idempotency key for another request."""


async def record(c: AsyncConnection, row: dict[str, Any]) -> tuple[RowMapping, bool]:
    """The instruction under this caller's key, and whether it is new; raises KeyReused."""
    made = insert(instruction).values(row)
    key = (instruction.c.caller_id, instruction.c.idempotency_key)
    answered = exists().where(
        reply.c.caller == row["caller_id"], reply.c.idempotency_key == row["idempotency_key"]
    )
    new = await c.execute(
        made.on_conflict_do_nothing(index_elements=key).returning(
            instruction, answered.label("answered")
        )
    )
    kept = new.mappings().one_or_none()
    if kept is not None:
        if kept["answered"]:
            raise KeyReused
        # Until this is committed, what it hands over is not collected; then it is undecided.
        await files.hold(c, row["body"].get("files", ()))
        return kept, True
    known = await under_key(c, row["caller_id"], row["idempotency_key"])
    assert known is not None, "the key is taken, so its row is there"
    if known["request_hash"] != row["request_hash"]:
        raise KeyReused
    return known, False


async def under_key(c: AsyncConnection, caller_id: str, key: str) -> RowMapping | None:
    """What the caller sent under this key before."""
    query = select(instruction).where(
        instruction.c.caller_id == caller_id, instruction.c.idempotency_key == key
    )
    return (await c.execute(query)).mappings().one_or_none()


async def of(c: AsyncConnection, instruction_id: str) -> RowMapping | None:
    """The instruction with this id."""
    query = select(instruction).where(instruction.c.id == instruction_id)
    return (await c.execute(query)).mappings().one_or_none()


async def waiting(c: AsyncConnection, case_ids: Collection[str]) -> str | None:
    """The first instruction of these cases that has no outcome yet."""
    query = (
        select(instruction.c.id)
        .where(instruction.c.case_id.in_(case_ids), instruction.c.outcome.is_(None))
        .order_by(instruction.c.received_at, instruction.c.id)
        .limit(1)
    )
    found: str | None = await c.scalar(query)
    return found


async def undecided(c: AsyncConnection, case_id: str, limit: int = 100) -> Sequence[RowMapping]:
    """The instructions of this case that have no outcome yet, the oldest first."""
    query = (
        select(instruction.c.id, instruction.c.command)
        .where(instruction.c.case_id == case_id, instruction.c.outcome.is_(None))
        .order_by(instruction.c.received_at, instruction.c.id)
        .limit(limit)
    )
    return (await c.execute(query)).mappings().all()


async def trace_of(c: AsyncConnection, instruction_id: str) -> str | None:
    """Where the request it came with stands in its trace; None when that was not traced."""
    query = select(instruction.c.traceparent).where(instruction.c.id == instruction_id)
    found: str | None = await c.scalar(query)
    return found


async def settle(c: AsyncConnection, instruction_id: str, outcome: Recorded) -> timedelta:
    """The outcome, set once; how long the instruction waited for it."""
    done = await c.execute(
        update(instruction)
        .where(instruction.c.id == instruction_id, instruction.c.outcome.is_(None))
        .values(outcome=outcome.model_dump(mode="json"), decided_at=func.clock_timestamp())
        .returning(instruction.c.decided_at - instruction.c.received_at)
    )
    waited = done.scalars().one_or_none()
    assert waited is not None, f"{instruction_id} has an outcome already"
    return cast(timedelta, waited)


async def recorded(c: AsyncConnection, ids: Collection[str]) -> dict[str, Any]:
    """The outcomes of those that have one, as they were written, by whichever build."""
    rows = await c.execute(RECORDED, {"ids": list(ids)})
    return {row.id: row.outcome for row in rows}


async def overdue(
    c: AsyncConnection, older_than: timedelta, limit: int = 500, *, but: Sequence[str] = ()
) -> list[RowMapping]:
    """Instructions that should have had an outcome by now, the oldest first, but not these."""
    query = (
        select(instruction.c.id, instruction.c.case_id, instruction.c.command)
        .where(
            instruction.c.outcome.is_(None),
            instruction.c.received_at < func.now() - older_than,
            instruction.c.id != all_(literal(but, ARRAY(Text))),
        )
        .order_by(instruction.c.received_at)
        .limit(limit)
    )
    return list((await c.execute(query)).mappings())
