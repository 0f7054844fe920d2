"""Builds of the workers as Temporal knows them: one deployment, of which one build is current."""

from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

DEPLOYMENT = "peerok"
"""What the workers of one product are to Temporal; their builds are its versions."""


def deployment(prefix: str) -> str:
    """The deployment of those whose queues have this prefix."""
    return f"{prefix}{DEPLOYMENT}"


async def described(client: Client, name: str) -> WorkerDeploymentInfo | None:
    """The deployment; None when no worker with a build id has been here yet."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=name)
    try:
        found = await client.workflow_service.describe_worker_deployment(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
    return found.worker_deployment_info


async def current(client: Client, name: str) -> str:
    """The build that has the work; nothing while workers without a build id have it."""
    info = await described(client, name)
    return info.routing_config.current_deployment_version.build_id if info else ""
