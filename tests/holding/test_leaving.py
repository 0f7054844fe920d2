"""A worker that is told to stop leaves all its queues at once."""

import time
from datetime import timedelta

import pytest
from temporalio.client import Client

import worker
from tests.api.test_decisions import offer_of
from tests.holding.faults import Hanging
from tests.holding.hands import hurried
from tests.life import Life, eventually
from tests.world import World
from workflows.options import CHECKS_QUEUE, CHECKS_WORKFLOW

GRACE_S = 4


async def test_what_hangs_on_two_queues_takes_one_grace(
    world: World, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops a worker waits for one grace, and kills it if it takes two."""
    monkeypatch.setattr(worker, "GRACE", timedelta(seconds=GRACE_S))
    step, check = faults = Hanging("commit_step"), Hanging("check_books")
    config = world.temporal.config()
    config["interceptors"] = faults
    client = Client(**config)
    both = [worker.composed(client, world.engine, world.settings, queue) for queue in worker.LIVES]

    async def hang() -> bool:
        # Three tries within the workflow's task, then the visible one.
        return step.met > 3 and check.met > 0

    async with worker.together(both):
        async with hurried(world.app) as http:
            headers = {"Authorization": f"Bearer {life.client.token}", "Idempotency-Key": "left"}
            asked = await http.post("/v1/jobs", json=offer_of(life), headers=headers)
            assert asked.status_code == 202, asked.text
        await world.temporal.start_workflow(
            CHECKS_WORKFLOW, "newest", id="hanging", task_queue=CHECKS_QUEUE
        )
        await eventually(hang)
        begun = time.monotonic()
    assert GRACE_S <= time.monotonic() - begun < 2 * GRACE_S
