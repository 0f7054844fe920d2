"""How workflows are reached from outside: started, signalled, told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.outcome import RETRY, TOLD, CaseBrief, Start
from workflows.options import (
    FOR_OPERATORS,
    QUEUES,
    REPORTED_PROBLEMS,
    RPC_TIMEOUT,
    SUMMARIES,
    WORKFLOWS,
    TaskQueue,
    search_attributes,
)


@dataclass(frozen=True)
class Doors:
    """The doors of the workflows; RPCError says that Temporal is not there."""

    client: Client
    prefix: str = ""
    """Before the names of the queues on which workers take what is started here."""

    async def start(
        self,
        case: CaseBrief,
        *,
        signal: str | None = None,
        instruction_id: str = "",
        again: bool = False,
    ) -> None:
        """Start the case's workflow, with its first signal, or signal the one that runs.

        A decision's signal has its instruction; `told` has none.
        `again` also starts it when an earlier run has ended, as only the sweeper does; without
        it WorkflowAlreadyStartedError says that it has.
        """
        reuse = WorkflowIDReusePolicy
        with _reaching():
            await self.client.start_workflow(
                WORKFLOWS[case.kind],
                Start(case_id=case.id),
                id=case.workflow_id,
                task_queue=f"{self.prefix}{QUEUES[case.kind]}",
                id_reuse_policy=reuse.ALLOW_DUPLICATE if again else reuse.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=search_attributes(case),
                static_summary=SUMMARIES[case.kind],
                static_details=FOR_OPERATORS,
                start_signal=signal,
                start_signal_args=[instruction_id] if instruction_id else [],
                rpc_timeout=RPC_TIMEOUT,
            )

    async def decided(self, case: CaseBrief, command: str, instruction_id: str) -> None:
        """Signal a decision; a case that has no workflow yet gets one."""
        if not await self._signal(case.workflow_id, command, instruction_id):
            await self.start(case, signal=command, instruction_id=instruction_id)

    async def tell(self, workflow_id: str) -> None:
        """Tell a workflow to look at its case; whoever is not there needs no telling."""
        await self._signal(workflow_id, TOLD)

    async def heard(self, workflow_id: str) -> bool:
        """The same, and whether that needs no repeating."""
        try:
            await self.tell(workflow_id)
        except RPCError:
            return False
        return True

    async def retry(self, workflow_id: str) -> bool:
        """Hurry a failing step; False when no such workflow runs."""
        return await self._signal(workflow_id, RETRY)

    async def running(self, workflow_ids: Sequence[str]) -> set[str]:
        """Which of these workflows are open, as far as visibility knows; it may lag a little."""
        named = ", ".join(f"'{workflow_id}'" for workflow_id in workflow_ids)
        query = f"ExecutionStatus = 'Running' AND WorkflowId IN ({named})"
        found = self.client.list_workflows(query, rpc_timeout=RPC_TIMEOUT)
        return {execution.id async for execution in found}

    async def broken(self, limit: int) -> dict[str, str]:
        """Workflows whose tasks fail again and again, and what Temporal says of each."""
        ours = ", ".join(f"'{self.prefix}{queue}'" for queue in TaskQueue)
        query = (
            f"ExecutionStatus = 'Running' AND TaskQueue IN ({ours})"
            f" AND {REPORTED_PROBLEMS.name} IS NOT NULL"
        )
        found = self.client.list_workflows(query, limit=limit, rpc_timeout=RPC_TIMEOUT)
        return {
            execution.id: _cause(execution.typed_search_attributes.get(REPORTED_PROBLEMS, ()))
            async for execution in found
        }

    async def _signal(self, workflow_id: str, name: str, *args: str) -> bool:
        handle = self.client.get_workflow_handle(workflow_id)
        try:
            with _reaching():
                await handle.signal(name, args=list(args), rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True


def _cause(problems: Sequence[str]) -> str:
    """`NonDeterministicError` of `category=…` and `cause=WorkflowTaskFailedCauseNonDetermin…`."""
    causes = [one.removeprefix("cause=") for one in problems if one.startswith("cause=")]
    return ", ".join(one.removeprefix("WorkflowTaskFailedCause") for one in causes)


@contextmanager
def _reaching() -> Iterator[None]:
    """A client that has never been connected says in another way that nobody is there."""
    try:
        yield
    except RuntimeError as error:
        raise RPCError(str(error), RPCStatusCode.UNAVAILABLE, b"") from error
