"""Drives bare jobs: a signal, then the wait for its effect, as often as our jobs have steps."""

import asyncio
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from temporalio.client import Client

from benchmarks.bare_workflows import TASK_QUEUE, BareJob, Plan

STEPS = 7
PATIENCE_S = 60


class Listener(asyncio.DatagramProtocol):
    """Hears which step of which workflow has had its effect."""

    def __init__(self) -> None:
        self._heard: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Wake whoever waits for it."""
        self._heard[data.decode()].set()

    async def effect(self, workflow_id: str, step: int) -> None:
        """Until that step has had its effect."""
        word = f"{workflow_id} {step}"
        async with asyncio.timeout(PATIENCE_S):
            await self._heard[word].wait()
        del self._heard[word]


class BareJobs:
    """Starts and signals bare jobs on one server."""

    def __init__(self, temporal: Client, listener: Listener) -> None:
        self._temporal, self._listener = temporal, listener
        self._numbers = count()

    async def lived(self, *, local: bool) -> str:
        """One bare job from its start to its last effect; its workflow's id."""
        workflow_id = f"bare/{next(self._numbers)}"
        handle = await self._temporal.start_workflow(
            BareJob.run,
            Plan(STEPS, local),
            id=workflow_id,
            task_queue=TASK_QUEUE,
            start_signal="decided",
            start_signal_args=["hire"],
        )
        await self._listener.effect(workflow_id, 0)
        for step in range(1, STEPS):
            await handle.signal(BareJob.decided, "step")
            await self._listener.effect(workflow_id, step)
        return workflow_id


@asynccontextmanager
async def listening(path: Path) -> AsyncIterator[Listener]:
    """A listener on that socket."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.bind(str(path))
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    transport, listener = await loop.create_datagram_endpoint(Listener, sock=line)
    try:
        yield listener
    finally:
        transport.close()
        await asyncio.to_thread(path.unlink)
