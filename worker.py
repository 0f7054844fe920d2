"""A worker process: its clients, activities, workflows and loops, composed here and run."""

import asyncio
import contextlib
import signal
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.common import VersioningBehavior
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker, WorkerDeploymentConfig, WorkerDeploymentVersion

import logs
import metrics
import telemetry
import tracing
from activities.books import Books
from activities.checks import Checks
from activities.gauges import Gauges
from activities.notices import Post
from activities.sealer import Sealer
from activities.sweeper import Sweeper
from ledger.calendars import business_calendar
from ledger.database import connect
from settings import Settings, settings
from workflows.checks import ChecksWorkflow
from workflows.dispute import DisputeWorkflow
from workflows.doors import Doors
from workflows.job import JobWorkflow

WORKFLOWS = [JobWorkflow, DisputeWorkflow, ChecksWorkflow]
GRACE = timedelta(seconds=15)
LOOPS = 4
"""Each may hold a connection; a step that waits for one in vain is a step that fails."""

log = structlog.get_logger()


async def run(our: Settings, stopped: asyncio.Event) -> None:
    """Work until `stopped`; then finish the steps that have begun."""
    engine = connect(our.database_url, our.database_pool)
    metrics.watch_pool(engine)
    client = await Client.connect(
        our.temporal_address,
        namespace=our.temporal_namespace,
        data_converter=pydantic_data_converter,
    )
    post = Post(engine, our)
    sweeper = Sweeper(engine, Doors(client, our.task_queue), our.sweep_after)
    loops = (post, sweeper, Sealer(engine), Gauges(engine))
    try:
        async with composed(client, engine, our), asyncio.TaskGroup() as group:
            # A loop that ends by an error ends the process: whoever started us sees it.
            running = [group.create_task(loop.run()) for loop in loops]
            print("worker ready", flush=True)  # noqa: T201 - whoever started us waits for it
            await stopped.wait()
            # Before Python 3.12 a cancellation that meets the end of a `wait_for` is lost.
            while not all(loop.done() for loop in running):
                for loop in running:
                    loop.cancel()
                await asyncio.wait(running, timeout=1)
    finally:
        await engine.dispose()


def composed(client: Client, engine: AsyncEngine, our: Settings) -> Worker:
    """What takes workflow tasks and activities; not running yet."""
    books = Books(engine, Doors(client).heard, business_calendar())
    return Worker(
        client,
        task_queue=our.task_queue,
        workflows=WORKFLOWS,
        activities=[
            books.commit_step,
            Post(engine, our).send_reminder,
            Checks(engine).check_books,
        ],
        max_concurrent_activities=our.database_pool - LOOPS,
        max_concurrent_local_activities=our.database_pool - LOOPS,
        graceful_shutdown_timeout=GRACE,
        deployment_config=_deployment(our),
    )


def _deployment(our: Settings) -> WorkerDeploymentConfig | None:
    """Worker versioning, when the process knows its build: long cases move to the newest."""
    if our.build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name="peerok", build_id=our.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def main() -> None:
    """Run until SIGTERM or Ctrl-C."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    our = settings()
    logs.configure(our.log_level)
    telemetry.begin(our)
    tracing.begin(our, "peerok-worker")
    await run(our, stopped)
    log.info("worker stopped")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
