"""What is behind an entry: its legs, its seal, what happened in the case, and who decided it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger import seals
from ledger.journal_tables import account, journal_entry, leg
from ledger.outside_tables import clearance, difference
from ledger.tables import cases, event, instruction, receipt

LONGEST_ID = 18


@dataclass(frozen=True)
class Explained:
    """An entry and everything behind it; `parties` says who is who in its case."""

    entry: RowMapping
    legs: Sequence[RowMapping]
    seal: RowMapping | None
    events: Sequence[RowMapping]
    receipt: RowMapping | None
    clearance: RowMapping | None
    """The difference with the outside that it cleared, and the two who wanted that."""
    parties: Mapping[str, str]


async def by_reference(c: AsyncConnection, reference: str) -> Explained | None:
    """The entry written under this reference."""
    return await _explained(c, journal_entry.c.reference == reference)


async def by_name(c: AsyncConnection, name: str) -> Explained | None:
    """The entry with this reference, or this id."""
    if name.isdecimal() and len(name) <= LONGEST_ID:
        return await _explained(c, journal_entry.c.id == int(name))
    return await by_reference(c, name)


async def _explained(c: AsyncConnection, which: ColumnElement[bool]) -> Explained | None:
    found = (await c.execute(select(journal_entry).where(which))).mappings().one_or_none()
    if found is None:
        return None
    return Explained(
        entry=found,
        legs=await _legs(c, found["id"]),
        seal=await seals.of(c, found["id"]),
        events=await _events(c, found["cause"]),
        receipt=await _receipt(c, found["cause"]),
        clearance=await _clearance(c, found["cause"]),
        parties=await _parties(c, found["case_id"]),
    )


async def _legs(c: AsyncConnection, entry_id: int) -> Sequence[RowMapping]:
    query = (
        select(leg, account.c.kind, account.c.owner, account.c.currency, account.c.shard)
        .join(account, account.c.id == leg.c.account_id)
        .where(leg.c.entry_id == entry_id)
        .order_by(leg.c.account_id)
    )
    return (await c.execute(query)).mappings().all()


async def _events(c: AsyncConnection, step_id: str) -> Sequence[RowMapping]:
    """What the step did to the job and to its dispute, with the decision if a person took it."""
    query = (
        select(
            event,
            instruction.c.caller_id,
            instruction.c.command,
            instruction.c.role,
            instruction.c.received_at,
            instruction.c.decided_at,
        )
        .join(instruction, instruction.c.id == event.c.instruction_id, isouter=True)
        .where(event.c.step_id == step_id)
        .order_by(event.c.seq)
    )
    return (await c.execute(query)).mappings().all()


async def _receipt(c: AsyncConnection, receipt_id: str) -> RowMapping | None:
    query = select(receipt).where(receipt.c.id == receipt_id)
    return (await c.execute(query)).mappings().one_or_none()


async def _clearance(c: AsyncConnection, clearance_id: str) -> RowMapping | None:
    query = (
        select(clearance, difference.c.source, difference.c.key)
        .join(difference, difference.c.id == clearance.c.difference_id)
        .where(clearance.c.id == clearance_id)
    )
    return (await c.execute(query)).mappings().one_or_none()


async def _parties(c: AsyncConnection, case_id: str | None) -> dict[str, str]:
    query = select(cases.c.client_id, cases.c.freelancer_id).where(cases.c.id == case_id)
    row = (await c.execute(query)).one_or_none() if case_id else None
    named = {} if row is None else {row.client_id: "client", row.freelancer_id: "freelancer"}
    return {person: role for person, role in named.items() if person is not None}
