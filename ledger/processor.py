"""What the payment processor announced: kept once, and told to the case it is about."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.outcome import TOLD
from ledger.tables import processor_event

KEEP = text(
    "select made, tells from keep_announcements(cast(:announced as jsonb), :heard_as)"
).columns(tells=JSONB)
MATTERS = ("checkout.session.",)
"""Beginnings of the kinds on which a case asks anew; the others are only kept."""


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
    """How many nobody had announced before, and whose workflow must hear of them (tell, id)."""

    new: int
    woken: tuple[tuple[int, str], ...] = ()


def about(event: Mapping[str, Any]) -> Announced:
    """What an event of Stripe's says that we keep: which case it is about, as its metadata say.

    KeyError, TypeError or ValueError for what is no event.
    """
    thing = event["data"]["object"]
    case_id = (thing["metadata"] or {}).get("case") if "metadata" in thing else None
    return Announced(
        id=str(event["id"]),
        kind=str(event["type"]),
        about=str(thing.get("id") or ""),
        case_id=None if case_id is None else str(case_id),
        created_at=datetime.fromtimestamp(event["created"], UTC),
    )


async def keep(c: AsyncConnection, batch: Sequence[Announced]) -> Kept:
    """Keep these, each once, and have their cases' workflows told, in one statement."""
    given = {"announced": json.dumps([_row(one) for one in batch]), "heard_as": TOLD}
    row = (await c.execute(KEEP, given)).one()
    return Kept(row.made, tuple((tell_id, workflow) for tell_id, workflow in row.tells or ()))


def _row(one: Announced) -> dict[str, Any]:
    matters = one.kind.startswith(MATTERS)
    return vars(one) | {"created_at": one.created_at.isoformat(), "matters": matters}


async def last(c: AsyncConnection) -> datetime | None:
    """When the newest announcement that was kept was made, by the processor's clock."""
    found: datetime | None = await c.scalar(select(func.max(processor_event.c.created_at)))
    return found
