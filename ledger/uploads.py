"""Uploads in parts: what was announced, which parts are there, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.quota import Quota
from ledger import files, ids, room
from ledger.file_tables import upload, upload_part
from ledger.files import Stored


@dataclass(frozen=True)
class Part:
    """One part, which the object store keeps under a random key."""

    number: int
    size: int
    sha256: str
    key: str


async def begin(
    c: AsyncConnection,
    owner: str,
    *,
    name: str,
    size: int,
    sha256: str | None,
    kept: timedelta,
    quota: Quota,
) -> RowMapping:
    """A new upload, whose size counts from now on; QuotaFull when that is too much."""
    quota.require(await room.used_alone(c, owner), size, 1)
    row = {"id": ids.fresh("upload"), "owner_id": owner, "name": name, "size": size}
    query = insert(upload).values(**row, sha256=sha256, expires_at=func.now() + kept)
    made: RowMapping = (await c.execute(query.returning(upload))).mappings().one()
    return made


async def find(c: AsyncConnection, owner: str, upload_id: str) -> RowMapping | None:
    """The person's own upload, until it expires."""
    return (await c.execute(_own(owner, upload_id))).mappings().one_or_none()


async def lock(c: AsyncConnection, owner: str, upload_id: str) -> RowMapping | None:
    """The same, which nobody else changes until the transaction is over."""
    query = _own(owner, upload_id).with_for_update(key_share=True)
    return (await c.execute(query)).mappings().one_or_none()


async def parts(c: AsyncConnection, upload_id: str) -> list[Part]:
    """Those that are there, in their order in the file."""
    query = (
        select(*(upload_part.c[name] for name in ("number", "size", "sha256", "key")))
        .where(upload_part.c.upload_id == upload_id)
        .order_by(upload_part.c.number)
    )
    return [Part(**row) for row in (await c.execute(query)).mappings()]


async def put(c: AsyncConnection, upload_id: str, part: Part) -> None:
    """The part, instead of the one there was; the upload is locked."""
    place = (upload_part.c.upload_id == upload_id, upload_part.c.number == part.number)
    await c.execute(delete(upload_part).where(*place))
    await c.execute(insert(upload_part).values(upload_id=upload_id, **vars(part)))


async def become(c: AsyncConnection, locked: RowMapping, whole: Stored, quota: Quota) -> RowMapping:
    """The file made of the parts, which are forgotten; their bytes lie there still."""
    made = await files.add(c, locked["owner_id"], whole)
    done = update(upload).where(upload.c.id == locked["id"]).values(file_id=made["id"])
    await c.execute(done)
    await c.execute(delete(upload_part).where(upload_part.c.upload_id == locked["id"]))
    quota.require(await room.used_alone(c, locked["owner_id"]))
    return made


async def forget(c: AsyncConnection, upload_id: str) -> Sequence[str]:
    """Nothing of the upload is left; the keys of what lies in the object store still."""
    keys = select(upload_part.c.key).where(upload_part.c.upload_id == upload_id)
    left = (await c.scalars(keys)).all()
    await c.execute(delete(upload).where(upload.c.id == upload_id))
    return left


def _own(owner: str, upload_id: str) -> Select[tuple[object, ...]]:
    return select(upload).where(
        upload.c.id == upload_id, upload.c.owner_id == owner, upload.c.expires_at > func.now()
    )
