"""What the payment processor announced: kept once, and told to the case it is about."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.outcome import TOLD
from ledger.outside_tables import processor_look

KEEP = text(
    "select made, tells from keep_announcements(cast(:announced as jsonb), :heard_as)"
).columns(tells=JSONB)
ALL, PAYOUTS = "events", "payouts"
"""What is looked at now and then."""
MATTERS = (
    *("checkout.session.", "payout.", "transfer."),
    *("refund.", "charge.refund.", "charge.dispute."),
)
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


class NoEvent(ValueError):
    """What was announced has not the form of an event."""


def about(event: Mapping[str, Any]) -> Announced:
    """What an event of Stripe's says that we keep: which case it is about, as its metadata say.

    NoEvent for anything else.
    """
    try:
        thing = event["data"]["object"]
        metadata = thing.get("metadata") or {}
        case_id = metadata.get("case")
        return Announced(
            id=_plain(event["id"]),
            kind=_plain(event["type"]),
            about=_plain(thing.get("id") or ""),
            case_id=None if case_id is None else _plain(case_id),
            created_at=datetime.fromtimestamp(event["created"], UTC),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as odd:
        raise NoEvent(type(odd).__name__) from odd


def _plain(name: str) -> str:
    """A name that PostgreSQL can hold; ValueError for any other."""
    if not isinstance(name, str) or not name.isprintable():
        raise ValueError("this is no name")
    return name


async def keep(c: AsyncConnection, batch: Sequence[Announced]) -> Kept:
    """Keep these, each once, and have their cases' workflows told, in one statement."""
    # In one order everywhere, so that two who keep the same ones wait for each other in turn.
    rows = [_row(one) for one in sorted(batch, key=lambda one: one.id)]
    row = (await c.execute(KEEP, {"announced": json.dumps(rows), "heard_as": TOLD})).one()
    return Kept(row.made, tuple((tell_id, workflow) for tell_id, workflow in row.tells or ()))


def _row(one: Announced) -> dict[str, Any]:
    matters = one.kind.startswith(MATTERS)
    return vars(one) | {"created_at": one.created_at.isoformat(), "matters": matters}


async def looked(c: AsyncConnection, at: str) -> datetime | None:
    """When the last look at these began that saw all there was; None: nobody has looked."""
    query = select(processor_look.c.began_at).where(processor_look.c.name == at)
    found: datetime | None = await c.scalar(query)
    return found


async def look(c: AsyncConnection, at: str, began_at: datetime) -> None:
    """A look that began then has seen all; it never goes back."""
    query = insert_once(processor_look).values(name=at, began_at=began_at)
    later = func.greatest(processor_look.c.began_at, query.excluded.began_at)
    await c.execute(
        query.on_conflict_do_update(
            index_elements=[processor_look.c.name], set_={"began_at": later}
        )
    )
