"""How much is stored for a job: bytes of Temporal's history and of our tables."""

from collections.abc import Mapping, Sequence
from statistics import mean

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

SAMPLE = 20
TABLE_BYTES = text(
    "select relname, pg_total_relation_size(oid) from pg_class"
    " where relkind = 'r' and relnamespace = 'public'::regnamespace"
)


async def tables(engine: AsyncEngine) -> dict[str, int]:
    """Bytes of each table with its indexes and what is stored apart."""
    async with engine.connect() as c:
        return {row[0]: row[1] for row in await c.execute(TABLE_BYTES)}


def grown(before: Mapping[str, int], after: Mapping[str, int], jobs: int) -> dict[str, float]:
    """Bytes that each table grew by for each of so many jobs."""
    return {name: (size - before.get(name, 0)) / jobs for name, size in after.items()}


async def history(temporal: Client, workflows: Sequence[str]) -> float:
    """Bytes of history of one of these workflows, by a few of them."""
    sizes = [
        (await temporal.get_workflow_handle(one).describe()).raw_description
        for one in workflows[:: max(len(workflows) // SAMPLE, 1)]
    ]
    return mean(one.workflow_execution_info.history_size_bytes for one in sizes)
