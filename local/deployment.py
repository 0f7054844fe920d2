"""Which build of the workers gets the work: the deploy step of an upgrade, and how far it is."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.deployment.v1 import WorkerDeploymentInfo, WorkerDeploymentVersion
from temporalio.api.enums.v1 import RoutingConfigUpdateState
from temporalio.api.enums.v1 import WorkerDeploymentVersionStatus as Status
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentVersionRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from local.places import Unready
from workflows import builds as known

LOOK_EVERY_S = 0.2
IN_PROGRESS = RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS
UNKNOWN = (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION)
"""No worker of this build has asked for work yet, or not on all queues of the current one."""


@dataclass(frozen=True)
class Build:
    """A build that has or had workers; `status` is Temporal's word in lower case."""

    id: str
    status: str
    queues: tuple[str, ...]

    @property
    def can_stop(self) -> bool:
        """Whether its workers get no work any more."""
        return self.status == "drained"


async def make_current(
    client: Client, name: str, build_id: str, within: timedelta = timedelta(minutes=1)
) -> str:
    """Send all work of this deployment to this build from now on; the one that had it, or nothing.

    Without a build id it goes to workers that have none.

    Waits for the build's first worker, and then until every queue has heard of it; Unready when
    its workers do not serve all the queues of the build that has the work now.
    """
    patience_ends = time.monotonic() + within.total_seconds()
    if not build_id and await known.described(client, name) is None:
        return ""
    while True:
        try:
            before = await _set_current(client, name, build_id)
            break
        except RPCError as error:
            if error.status not in UNKNOWN:
                raise
            if time.monotonic() > patience_ends:
                why = f"Build {build_id} cannot have the work: {error.message}."
                raise Unready(why) from None
        await asyncio.sleep(LOOK_EVERY_S)
    # Until then a queue may still hand its next task to the build before.
    while True:
        if await _everywhere(client, name):
            return before
        if time.monotonic() > patience_ends:
            why = f"Build {build_id} has the work, but not every queue has heard of it yet."
            raise Unready(why)
        await asyncio.sleep(LOOK_EVERY_S)


async def builds(client: Client, name: str) -> list[Build]:
    """Every build Temporal remembers, the newest first; none when versioning was never on."""
    info = await known.described(client, name)
    return [await _build(client, one) for one in info.version_summaries] if info else []


async def _set_current(client: Client, name: str, build_id: str) -> str:
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=name, build_id=build_id
    )
    done = await client.workflow_service.set_worker_deployment_current_version(request)
    return done.previous_deployment_version.build_id


async def _everywhere(client: Client, name: str) -> bool:
    """Whether every queue has heard of the last change."""
    info = await known.described(client, name)
    assert info is not None, "it has a current build"
    return info.routing_config_update_state != IN_PROGRESS


async def _build(
    client: Client, seen: WorkerDeploymentInfo.WorkerDeploymentVersionSummary
) -> Build:
    version: WorkerDeploymentVersion = seen.deployment_version
    request = DescribeWorkerDeploymentVersionRequest(
        namespace=client.namespace, deployment_version=version
    )
    found = await client.workflow_service.describe_worker_deployment_version(request)
    queues = {queue.name for queue in found.version_task_queues}
    status = Status.Name(seen.status).removeprefix("WORKER_DEPLOYMENT_VERSION_STATUS_").lower()
    return Build(version.build_id, status, tuple(sorted(queues)))
