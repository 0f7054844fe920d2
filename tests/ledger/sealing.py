"""What the tests about seals do, in a word each."""

from sqlalchemy.ext.asyncio import AsyncEngine

from ledger import seals
from ledger.seals import Added

ALL = 100_000


async def seal(engine: AsyncEngine, most: int = ALL, *, everywhere: bool = True) -> Added:
    """Seal what has no seal."""
    async with engine.begin() as c:
        added = await seals.add(c, most, everywhere=everywhere)
    assert added is not None, "nobody else seals"
    return added
