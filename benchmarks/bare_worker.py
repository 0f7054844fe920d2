"""The worker process of the bare workflows: `python -m benchmarks.bare_worker ADDRESS`."""

import asyncio
import signal
import sys

import uvloop
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from benchmarks.bare_workflows import (
    TASK_QUEUE,
    BareDecision,
    BareJob,
    BareWait,
    effect,
    nothing,
)


async def main(address: str) -> None:
    """Work until SIGTERM, on the loop that our worker runs on, without the sandbox as it does."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    worker = Worker(
        await Client.connect(address),
        task_queue=TASK_QUEUE,
        workflows=[BareJob, BareDecision, BareWait],
        activities=[effect, nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker:
        print("bare worker ready", flush=True)
        await stopped.wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1]))
