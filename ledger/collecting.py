"""What lies in the object store and is nobody's any more, told by rows and by their absence."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.all_tables import metadata
from ledger.file_tables import upload, upload_part
from ledger.schema import IN_STORE
from ledger.tables import file, instruction

KEYS = [c for table in metadata.sorted_tables for c in table.c if c.info.get(IN_STORE)]
"""Every column whose values name something in the object store."""
REFERENCES = [
    key.parent
    for table in metadata.sorted_tables
    for key in table.foreign_keys
    # What goes with its file does not keep it.
    if key.references(file) and key.ondelete != "CASCADE"
]
"""Every column that may name a file; a table that is added is among them by itself."""


async def expired(c: AsyncConnection, limit: int) -> list[str]:
    """Forget uploads that did not become whole in time; the keys of their parts."""
    due = select(upload.c.id).where(upload.c.expires_at <= func.now()).limit(limit)
    found = (await c.scalars(due.with_for_update(skip_locked=True))).all()
    keys = select(upload_part.c.key).where(upload_part.c.upload_id.in_(found))
    left = list(await c.scalars(keys))
    await c.execute(delete(upload).where(upload.c.id.in_(found)))
    return left


async def unreferenced(c: AsyncConnection, older_than: timedelta, limit: int) -> list[str]:
    """Forget old files that nothing refers to and nobody is handing over; their keys.

    Whoever hands a file over holds its row. So the rows are locked first, those that are free,
    and looked at again by a second statement, which sees what was committed until then.
    """
    unneeded = and_(file.c.created_at < func.now() - older_than, *map(_no, _needs()))
    free = select(file.c.id).where(unneeded).order_by(file.c.created_at).limit(limit)
    locked = (await c.scalars(free.with_for_update(skip_locked=True))).all()
    gone = delete(file).where(file.c.id.in_(locked), unneeded).returning(file.c.key)
    return list(await c.scalars(gone))


async def known(c: AsyncConnection, keys: Collection[str]) -> set[str]:
    """Those of these keys that some row names."""
    named = union_all(*(select(column).where(column.in_(keys)) for column in KEYS))
    return set(await c.scalars(named))


def _needs() -> list[ColumnElement[bool]]:
    """What a file is kept for; its owner's decision without outcome may be handing it over."""
    undecided = and_(instruction.c.caller_id == file.c.owner_id, instruction.c.outcome.is_(None))
    return [undecided, *(column == file.c.id for column in REFERENCES)]


def _no(need: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~exists().where(need).correlate(file)
