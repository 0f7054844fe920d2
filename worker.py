"""A worker process: its clients, activities, workflows and loops, composed here and run."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

import structlog
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.common import VersioningBehavior
from temporalio.worker import (
    UnsandboxedWorkflowRunner,
    Worker,
    WorkerDeploymentConfig,
    WorkerDeploymentVersion,
)

import failpoints
import logs
import metrics
import telemetry
import temporal_client
import tracing
from activities.announcements import Announcements
from activities.books import Books
from activities.chargebacks import Chargebacks
from activities.checks import Checks
from activities.collector import Collector
from activities.disputed import Disputed
from activities.gauges import Gauges
from activities.housekeeper import Housekeeper
from activities.notices import Post
from activities.payments import Payments
from activities.payouts import Payouts
from activities.processor import Processor
from activities.refunds import Refunds
from activities.sealer import Sealer
from activities.seams import Seams
from activities.sweeper import Sweeper
from api.evidence import Evidence
from api.signing_keys import key_of
from api.stores import open_store
from domain.policy import Policy
from ledger.calendars import business_calendar
from ledger.database import connect
from ledger.sealed_values import SealingKeys
from settings import Settings, settings
from workflows import builds
from workflows.basket import BasketWorkflow
from workflows.chargeback import ChargebackWorkflow
from workflows.checks import ChecksWorkflow
from workflows.contest import ContestWorkflow
from workflows.deposit import DepositWorkflow
from workflows.dispute import DisputeWorkflow
from workflows.doors import Doors
from workflows.job import JobWorkflow
from workflows.options import TaskQueue
from workflows.project import ProjectWorkflow
from workflows.refund import RefundWorkflow
from workflows.remittance import RemittanceWorkflow
from workflows.withdrawal import WithdrawalWorkflow

LIVES: Mapping[TaskQueue, Sequence[type]] = {
    TaskQueue.JOBS: (
        BasketWorkflow,
        ContestWorkflow,
        DisputeWorkflow,
        JobWorkflow,
        ProjectWorkflow,
    ),
    TaskQueue.MONEY: (
        ChargebackWorkflow,
        ChecksWorkflow,
        DepositWorkflow,
        RefundWorkflow,
        RemittanceWorkflow,
        WithdrawalWorkflow,
    ),
}
"""Which workflows live on which queue; on one that is missing here none does yet."""
WORKFLOWS = [workflow for queue in LIVES.values() for workflow in queue]
GRACE = timedelta(seconds=15)
HANDED_ON_AFTER = timedelta(seconds=5)
"""When a case goes to another worker than the one that has it in memory; 10 s by default."""
CONNECT_TRIES = 30
LOOPS = 8
"""Each may hold a connection, and has it to itself: however many steps wait, mails go out."""

log = structlog.get_logger()


async def run(our: Settings, stopped: asyncio.Event) -> None:
    """Work until `stopped`; then finish the steps that have begun."""
    failpoints.arm(our.fail_at)
    queues = served(our)
    client = await _connected(our)
    await _require_work(client, our)
    engine, own = pools(our)
    metrics.watch_pool(engine, own)
    doors, processor = Doors(client, our.task_queue_prefix), Processor(our)
    sweeper = Sweeper(own, doors, our.sweep_after)
    announced = Announcements(own, processor, our.processor_pause, our.payout_pause)
    policy = Policy.model_validate(our.policy, extra="forbid")
    disputed = Disputed(own, processor, doors, business_calendar(), policy)
    collector = Collector(own, open_store(our), our.unreferenced_period)
    keepers = (sweeper, Sealer(own), Gauges(own), Housekeeper(own, sealing(our)), collector)
    loops = (Post(own, our), *keepers, announced, disputed)
    workers = [composed(client, engine, our, queue, processor) for queue in queues]
    try:
        async with together(workers), asyncio.TaskGroup() as group:
            # A loop that ends by an error ends the process: whoever started us sees it.
            running = [group.create_task(loop.run()) for loop in loops]
            logs.announce("worker ready")
            await stopped.wait()
            # Before Python 3.12 a cancellation that meets the end of a `wait_for` is lost.
            while not all(loop.done() for loop in running):
                for loop in running:
                    loop.cancel()
                await asyncio.wait(running, timeout=1)
    finally:
        await asyncio.gather(engine.dispose(), own.dispose(), processor.close())


@contextlib.asynccontextmanager
async def together(workers: Sequence[Worker]) -> AsyncIterator[None]:
    """Run them; at the end all have the same grace, not each its own after the other's."""
    async with contextlib.AsyncExitStack() as running:
        for one in workers:
            await running.enter_async_context(one)
        try:
            yield
        finally:
            await asyncio.gather(*(one.shutdown() for one in workers))


def pools(our: Settings) -> tuple[AsyncEngine, AsyncEngine]:
    """The connections of the steps of all queues together, and those of the loops."""
    steps = connect(our.database_url, our.database_pool - LOOPS)
    return steps, connect(our.database_url, LOOPS)


def served(our: Settings) -> list[TaskQueue]:
    """The queues this process has work on; SystemExit when there is none."""
    asked = [TaskQueue(name) for name in our.task_queues]
    if queues := [queue for queue in asked if queue in LIVES]:
        return queues
    raise SystemExit(f"No workflow lives on {', '.join(asked)} yet: PEEROK_TASK_QUEUES=jobs works")


async def _connected(our: Settings) -> Client:
    """A client of Temporal; when all was down, a worker may be up before it."""
    for tries_left in reversed(range(CONNECT_TRIES)):
        try:
            return await temporal_client.connect(our)
        except RuntimeError as away:
            if not tries_left:
                raise
            log.warning("Temporal does not answer yet", error=str(away)[:200])
            await asyncio.sleep(1)
    raise AssertionError("the last try returns or raises")


async def _require_work(client: Client, our: Settings) -> None:
    """SystemExit for a worker without a build id to which Temporal would give nothing."""
    if our.build_id is None:
        name = builds.deployment(our.task_queue_prefix)
        if current := await builds.current(client, name):
            raise SystemExit(
                f"Build {current} has the work, and this worker would get none: set PEEROK_BUILD_ID"
                " or say `python -m cli deploy current --unversioned`"
            )


def sealing(our: Settings) -> SealingKeys | None:
    """The keys of payout methods, if this process has them."""
    secret = our.payout_keys
    return SealingKeys(secret.get_secret_value()) if secret else None


def composed(
    client: Client,
    engine: AsyncEngine,
    our: Settings,
    queue: TaskQueue = TaskQueue.JOBS,
    processor: Processor | None = None,
) -> Worker:
    """What takes workflow tasks and activities of one queue; not running yet."""
    processor = processor or Processor(our)
    payments = Payments(engine, processor, our.public_url)
    payouts = Payouts(engine, processor, sealing(our))
    refunds = Refunds(engine, processor)
    evidence = Evidence(engine, our, key_of(our))
    chargebacks = Chargebacks(engine, processor, evidence.case_file)
    books = Books(engine, Doors(client).heard, business_calendar())
    return Worker(
        client,
        task_queue=f"{our.task_queue_prefix}{queue}",
        workflows=LIVES[queue],
        activities=[
            books.commit_step,
            Post(engine, our).send_reminder,
            Checks(engine, processor).check_books,
            payments.open_checkout,
            payments.read_checkout,
            payments.close_checkout,
            payouts.pay_out,
            payouts.read_payout,
            refunds.send_refund,
            refunds.read_refund,
            chargebacks.read_dispute,
            chargebacks.send_evidence,
        ],
        # The sandbox would only cost here: what it looks for is looked for before (ADR 31).
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[Seams()] if our.fail_at else [],
        sticky_queue_schedule_to_start_timeout=HANDED_ON_AFTER,
        max_concurrent_activities=our.database_pool - LOOPS,
        max_concurrent_local_activities=our.database_pool - LOOPS,
        max_concurrent_workflow_tasks=our.worker_workflow_tasks,
        max_cached_workflows=our.worker_cached_workflows,
        max_concurrent_workflow_task_polls=our.worker_workflow_pollers,
        max_concurrent_activity_task_polls=our.worker_activity_pollers,
        graceful_shutdown_timeout=GRACE,
        deployment_config=_deployment(our),
    )


def _deployment(our: Settings) -> WorkerDeploymentConfig | None:
    """Worker versioning, when the process knows its build: long cases move to the newest."""
    if our.build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(
            deployment_name=builds.deployment(our.task_queue_prefix), build_id=our.build_id
        ),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def main(our: Settings) -> None:
    """Run until SIGTERM or Ctrl-C."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    logs.configure(our.log_level)
    telemetry.begin(our)
    tracing.begin(our, "peerok-worker")
    await run(our, stopped)
    log.info("worker stopped")


if __name__ == "__main__":
    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(main(settings()))
