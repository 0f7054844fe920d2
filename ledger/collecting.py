"""What lies in the object store and is nobody's any more, told by rows and by their absence."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import FileInUse
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
USES = [column for column in REFERENCES if column.table is not upload]
"""Those that keep a file from its owner; the upload that it came with goes with it."""
SAID = {
    "attachment": "a case",
    "case_access": "an access log",
    "listing_file": "a listing",
    "outside_line": "a statement of the bank",
    "tax_form": "a tax form",
}
"""What a table that refers to files is to people."""
UNDECIDED = and_(instruction.c.caller_id == file.c.owner_id, instruction.c.outcome.is_(None))
"""A decision of the owner's that may be handing the file over."""


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


async def take_back(c: AsyncConnection, owner: str, file_id: str) -> str | None:
    """Forget the owner's file; its key, or None when they have no such file.

    Raises FileInUse when something refers to it. Whoever is handing it over is waited for, and
    looked for by a statement of its own, which sees what they committed.
    """
    theirs = select(file.c.id).where(file.c.id == file_id, file.c.owner_id == owner)
    if await c.scalar(theirs.with_for_update()) is None:
        return None
    if uses := await _uses(c, file_id):
        raise FileInUse("It is kept by " + ", ".join(uses), kept_by=uses)
    await c.execute(delete(upload).where(upload.c.file_id == file_id))
    return await c.scalar(delete(file).where(file.c.id == file_id).returning(file.c.key))


def unused() -> ColumnElement[bool]:
    """Whether nothing refers to a file."""
    return and_(*(_no(column == file.c.id) for column in USES))


async def known(c: AsyncConnection, keys: Collection[str]) -> set[str]:
    """Those of these keys that some row names."""
    named = union_all(*(select(column).where(column.in_(keys)) for column in KEYS))
    return set(await c.scalars(named))


async def _uses(c: AsyncConnection, file_id: str) -> list[str]:
    """What refers to the file, in people's words."""
    found = [
        exists().where(column == file.c.id).correlate(file).label(column.table.name)
        for column in USES
    ]
    undecided = exists().where(UNDECIDED).correlate(file).label("undecided")
    query = select(*found, undecided).where(file.c.id == file_id)
    there = (await c.execute(query)).mappings().one()
    words = SAID | {"undecided": "a decision of yours without outcome"}
    return [words[name] for name, refers in there.items() if refers]


def _needs() -> list[ColumnElement[bool]]:
    """What a file is kept for."""
    return [UNDECIDED, *(column == file.c.id for column in REFERENCES)]


def _no(need: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~exists().where(need).correlate(file)
