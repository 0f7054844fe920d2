"""What the tests of reconciliation do: compare, book something there or here alone, and look."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.processor import Processor
from activities.processor_lines import ProcessorLines
from domain import flows
from domain.accounts import Kind
from domain.difference import Source
from ledger import journal, outside
from ledger.outside import OutsideLine
from ledger.outside_comparison import Outside
from ledger.reconciling import Finding, reconcile
from tests.world import World

AT_ONCE = -timedelta(days=400)
"""Nothing is under way, however far ahead other tests have moved the stand-in's clock."""
EARLIER = timedelta(hours=2)
"""By then both sides know of it."""


async def compared(world: World, under_way: timedelta = AT_ONCE) -> dict[str, Finding]:
    """Fetch what Stripe booked and compare; the findings by the outside's id."""
    processor = Processor(world.settings)
    await ProcessorLines(world.engine, processor).fetch()
    await processor.close()
    return await found(world.engine, Source.STRIPE, under_way)


async def found(
    engine: AsyncEngine, source: Source, under_way: timedelta | None = None
) -> dict[str, Finding]:
    """How the book differs from what this outside has told so far, by its ids."""
    comparing = reconcile(engine, [Outside(source, under_way)])
    return {one.about.partition(" ")[0]: one async for one in comparing}


def key(noun: str = "pi") -> str:
    """An id of the outside that no other test uses."""
    return f"{noun}_{uuid4().hex}"


async def booked(
    engine: AsyncEngine, name: str, minor: int, fee_minor: int = 0, currency: str = "USD"
) -> None:
    """A line that Stripe booked a while ago, and told us."""
    when = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - EARLIER
    line = OutsideLine(
        Source.STRIPE, "", f"line_{name}", name, "charge", minor, fee_minor, currency, when
    )
    async with engine.begin() as c:
        await outside.keep(c, [line])
        await outside.is_complete(c, Source.STRIPE, datetime.now(UTC))


async def posted(
    engine: AsyncEngine, name: str, minor: int, clearing: Kind = Kind.PROCESSOR_CLEARING
) -> str:
    """An entry of ours that names nothing outside; its reference."""
    entry = flows.deposit(name, "nobody", minor, clearing, "USD")
    now = datetime.now(UTC)
    async with engine.begin() as c:
        await journal.open_accounts(c, "nobody")
        await journal.post(c, [entry], case_id=None, cause="test", effective_at=now)
    return entry.reference
