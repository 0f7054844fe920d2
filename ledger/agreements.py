"""Texts that people sign, in versions, and who signed which."""

from collections.abc import Sequence
from importlib import resources
from typing import Literal

from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import SeenIsStale
from ledger.tables import agreement, signature

Kind = Literal["nda", "undertaking"]


async def ensure(c: AsyncConnection) -> None:
    """Put the texts that came with this release into force, once: a text never changes."""
    for file in sorted(resources.files("domain").joinpath("agreements").iterdir(), key=str):
        kind, version = file.name.removesuffix(".md").split("-")
        text = {"kind": kind, "version": int(version), "body": file.read_text("utf-8")}
        await c.execute(insert(agreement).values(**text).on_conflict_do_nothing())


async def current(c: AsyncConnection, kind: Kind) -> RowMapping:
    """The text in force."""
    query = select(agreement).where(
        agreement.c.kind == kind, agreement.c.version == _in_force(kind)
    )
    return (await c.execute(query)).mappings().one()


async def sign(
    c: AsyncConnection, person_id: str, kind: Kind, version: int, full_name: str
) -> RowMapping:
    """Record the signature under the version in force; the first one stays."""
    if version != (await current(c, kind))["version"]:
        raise SeenIsStale("This is not the version in force", version=version)
    await c.execute(
        insert(signature)
        .values(person_id=person_id, kind=kind, version=version, full_name=full_name)
        .on_conflict_do_nothing()
    )
    signed = await latest(c, person_id, kind)
    assert signed is not None, "a signature was just written"
    return signed


async def latest(c: AsyncConnection, person_id: str, kind: Kind) -> RowMapping | None:
    """The newest version of the text that the person signed."""
    query = (
        select(signature, (signature.c.version == _in_force(kind)).label("in_force"))
        .where(signature.c.person_id == person_id, signature.c.kind == kind)
        .order_by(signature.c.version.desc())
        .limit(1)
    )
    return (await c.execute(query)).mappings().one_or_none()


async def every(c: AsyncConnection, person_id: str) -> Sequence[RowMapping]:
    """All that the person signed, the newest first."""
    newest = agreement.alias()
    in_force = (
        select(func.max(newest.c.version))
        .where(newest.c.kind == signature.c.kind, newest.c.in_force_at <= func.now())
        .scalar_subquery()
    )
    query = (
        select(signature, (signature.c.version == in_force).label("in_force"))
        .where(signature.c.person_id == person_id)
        .order_by(signature.c.signed_at.desc(), signature.c.kind, signature.c.version.desc())
    )
    return (await c.execute(query)).mappings().all()


def signed(kind: Kind, person_id: str) -> ColumnElement[bool]:
    """Whether the person signed the version in force, as part of a query."""
    return (
        select(signature)
        .where(
            signature.c.person_id == person_id,
            signature.c.kind == kind,
            signature.c.version == _in_force(kind),
        )
        .exists()
    )


def _in_force(kind: Kind) -> ScalarSelect[int]:
    return (
        select(func.max(agreement.c.version))
        .where(agreement.c.kind == kind, agreement.c.in_force_at <= func.now())
        .scalar_subquery()
    )
