"""Workflows that were changed without care for the cases that are open."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.job import JobWorkflow


@workflow.defn(name="JobWorkflow")
class WaitsFirst(JobWorkflow):
    """A timer more, before anything else."""

    @workflow.run
    async def run(self, start: Start) -> None:
        """Wait a second, then live."""
        await asyncio.sleep(1)
        await self.live(start)


@workflow.defn(name="JobWorkflow")
class ForgetsToLook(JobWorkflow):
    """A step less: it ends at once."""

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live nothing."""
