"""What keeps failing is noted for the radar, and that it does no more."""

from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ledger import failing


async def note(engine: AsyncEngine, case_id: str, what: str | None) -> None:
    """What a try for this case failed on, or None when it did not; if that can be noted now."""
    with suppress(SQLAlchemyError, OSError):
        async with engine.begin() as c:
            await (failing.over(c, case_id) if what is None else failing.note(c, case_id, what))
