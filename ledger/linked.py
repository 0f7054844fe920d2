"""Who is linked with whom: by what the books know, the same person."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection


async def linked(c: AsyncConnection, person: str, others: Iterable[str]) -> frozenset[str]:
    """Who of these is linked with this person."""
    return frozenset({person} & {*others})
