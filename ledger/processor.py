"""What the payment processor announced: kept once, and told to the case it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger import tells
from ledger.tables import cases, processor_event


@dataclass(frozen=True)
class Announced:
    """An event as the processor names it, and the object and the case it is about."""

    id: str
    kind: str
    about: str
    case_id: str | None
    created_at: datetime


@dataclass(frozen=True)
class Kept:
    """Whether nobody had announced it before, and the rows of `tell` that this made."""

    new: bool
    woken: list[Row[int, str]]


def about(event: Mapping[str, Any]) -> Announced:
    """What an event of Stripe's says that we keep: which case it is about, as its metadata say."""
    thing = event["data"]["object"]
    metadata = thing.get("metadata") or {}
    return Announced(
        id=event["id"],
        kind=event["type"],
        about=thing.get("id") or "",
        case_id=metadata.get("case"),
        created_at=datetime.fromtimestamp(event["created"], UTC),
    )


async def keep(c: AsyncConnection, one: Announced) -> Kept:
    """Keep it, and have the workflow of its case told; nothing when it was kept before."""
    made = await c.scalar(
        insert_once(processor_event)
        .values(vars(one))
        .on_conflict_do_nothing(index_elements=[processor_event.c.id])
        .returning(processor_event.c.id)
    )
    if made is None or one.case_id is None:
        return Kept(made is not None, [])
    # Whatever the metadata name, only the workflow of an open case of ours is told.
    named = (cases.c.id == one.case_id) & ~cases.c.over
    kind = await c.scalar(select(cases.c.kind).where(named))
    return Kept(True, await tells.add(c, [f"{kind}/{one.case_id}"] if kind else []))


async def last(c: AsyncConnection) -> datetime | None:
    """When the newest announcement that was kept was made, by the processor's clock."""
    found: datetime | None = await c.scalar(select(func.max(processor_event.c.created_at)))
    return found
