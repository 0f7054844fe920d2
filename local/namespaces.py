"""A namespace for our workflows on a Temporal cluster: how long it keeps them, what it indexes."""

import asyncio
import time
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

import temporal_client
from local import search_attributes
from local.places import Unready
from settings import Settings

RETENTION = timedelta(days=30)
"""A closed case's history stays readable for so long; what happened stays in our books."""
LOOK_EVERY_S = 0.5


async def introduce(client: Client) -> None:
    """Make what is missing of the client's namespace and of its search attributes.

    It is an error until the server knows them.
    """
    kept = Duration(seconds=int(RETENTION.total_seconds()))
    wanted = RegisterNamespaceRequest(
        namespace=client.namespace, workflow_execution_retention_period=kept
    )
    try:
        await client.workflow_service.register_namespace(wanted)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
    await search_attributes.register(client)
    # The part of the server that answers learns of them a moment later.
    await client.count_workflows("CaseState = 'open' AND Stuck = false")


async def make(our: Settings, within: timedelta = timedelta(minutes=1)) -> None:
    """The same until every part of the server has heard of it; Unready when it does not."""
    patience_ends = time.monotonic() + within.total_seconds()
    while True:
        try:
            await introduce(await temporal_client.connect(our))
        except (RuntimeError, RPCError) as error:
            if time.monotonic() > patience_ends:
                where, name = our.temporal_address, our.temporal_namespace
                raise Unready(f"{where} does not know {name} yet: {error}") from None
        else:
            return
        await asyncio.sleep(LOOK_EVERY_S)
