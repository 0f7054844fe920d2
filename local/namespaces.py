"""A namespace for our workflows on a Temporal cluster: how long it keeps them, what it indexes."""

import asyncio
import time
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from local import search_attributes
from local.places import Unready

RETENTION = timedelta(days=30)
"""A closed case's history stays readable for so long; what happened stays in our books."""
LOOK_EVERY_S = 0.5


async def introduce(address: str, namespace: str) -> None:
    """Make the namespace and search attributes that are missing; an error until they are known."""
    client = await Client.connect(address, namespace=namespace)
    kept = Duration(seconds=int(RETENTION.total_seconds()))
    wanted = RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=kept)
    try:
        await client.workflow_service.register_namespace(wanted)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
    await search_attributes.register(client)
    # The part of the server that answers learns of them a moment later.
    await client.count_workflows("CaseState = 'open' AND Stuck = false")


async def make(address: str, namespace: str, within: timedelta = timedelta(minutes=1)) -> None:
    """The same until every part of the server has heard of it; Unready when it does not."""
    patience_ends = time.monotonic() + within.total_seconds()
    while True:
        try:
            await introduce(address, namespace)
        except (RuntimeError, RPCError) as error:
            if time.monotonic() > patience_ends:
                raise Unready(f"{address} does not know {namespace} yet: {error}") from None
        else:
            return
        await asyncio.sleep(LOOK_EVERY_S)
