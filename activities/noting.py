"""What keeps failing is noted for the radar, and that it does no more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.exceptions import ApplicationError

from activities.processor import in_short
from ledger import failing


async def note(engine: AsyncEngine, case_id: str, what: str | None) -> None:
    """What a try for this case failed on, or None when it did not; if that can be noted now."""
    with suppress(SQLAlchemyError, OSError):
        async with engine.begin() as c:
            await (failing.over(c, case_id) if what is None else failing.note(c, case_id, what))


@asynccontextmanager
async def noted(engine: AsyncEngine, case_id: str) -> AsyncIterator[None]:
    """What a question fails on in this block is noted for the radar, until one succeeds."""
    try:
        with in_short():
            yield
    except ApplicationError as failure:
        await note(engine, case_id, f"{failure.type}: {failure.message}")
        raise
    await note(engine, case_id, None)
