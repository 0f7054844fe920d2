"""Profiles as rows: one of each person who wrote one; found by everybody once it is published."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Executable, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.profile import ProfileState, texts
from ledger import publications, reading
from ledger.profile_tables import profile

Said = Mapping[str, Any]
"""A row of it."""


async def hold(c: AsyncConnection, person_id: str) -> Said:
    """The person's profile, an empty draft at first, locked until this is done."""
    new = insert(profile).values(person_id=person_id).on_conflict_do_nothing()
    if made := await _one(c, new.returning(profile)):
        public = await _public(c, made)
        await publications.announce(c, person_id, "freelancer", person_id, **public)
        return made
    query = select(profile).where(profile.c.person_id == person_id)
    held = await _one(c, query.with_for_update(key_share=True))
    assert held is not None, "no profile is ever deleted"
    return held


async def of(c: AsyncConnection, person_id: str) -> Said | None:
    """What this person says of themselves, published or not."""
    return await _one(c, select(profile).where(profile.c.person_id == person_id))


async def change(c: AsyncConnection, person_id: str, **said: Any) -> Said:
    """The profile as it is from now on."""
    row = await _update(c, person_id, **said, changed_at=func.now())
    await publications.restate(c, person_id, **await _public(c, row))
    return row


async def publish(c: AsyncConnection, person_id: str) -> Said:
    """Everybody finds it."""
    state = ProfileState.PUBLISHED.value
    row = await _update(c, person_id, state=state, published_at=func.now())
    await publications.restate(c, person_id, state=state, visible=True)
    return row


async def unpublish(c: AsyncConnection, person_id: str) -> Said:
    """It is nobody else's to see again."""
    state = ProfileState.DRAFT.value
    row = await _update(c, person_id, state=state)
    await publications.restate(c, person_id, state=state, visible=False)
    return row


async def take_back(c: AsyncConnection, person_id: str) -> None:
    """The same, if this person has one and it is published."""
    row = await of(c, person_id)
    if row is not None and row["state"] == ProfileState.PUBLISHED:
        await unpublish(c, person_id)


async def _update(c: AsyncConnection, person_id: str, **now: Any) -> Said:
    query = update(profile).where(profile.c.person_id == person_id).values(now)
    row = await _one(c, query.returning(profile))
    assert row is not None, "it is held"
    return row


async def _one(c: AsyncConnection, query: Executable) -> Said | None:
    row = (await c.execute(query)).mappings().one_or_none()
    return None if row is None else {**row}


async def _public(c: AsyncConnection, row: Said) -> dict[str, Any]:
    """What it is found by: all that is written in it, and the name."""
    names = await reading.names(c, [row["person_id"]])
    return {
        "title": row["title"] or "",
        "summary": "\n".join([*names.values(), *(text for _, text in texts(row))]),
        "tags": row["skills"],
        "low_minor": row["rate_minor"],
        "high_minor": row["rate_minor"],
        "currency": row["currency"],
    }
