"""Every line about a request, an instruction or a step says which."""

import json
from typing import Any

import pytest

from domain import commands as c
from domain.cases import Role
from tests.holding.faults import Failing
from tests.holding.hands import commit, hands, leaves
from tests.life import Life
from tests.world import World


async def test_the_lines_of_a_step_carry_its_ids(
    world: World, life: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    """What Temporal logs of a step that fails names the case's workflow."""
    async with hands(world):
        await life.offered()
    failure = RuntimeError("the disk is full")
    fault = Failing("commit_step", failure, times=1, workflow_id=f"job/{life.job_id}")
    async with hands(world, fault):
        await life.freelancer_does(c.Decline)
    lines = [line for line in written(capsys) if "commit_step" in json.dumps(line)]
    assert lines and all(line["workflow_id"] == f"job/{life.job_id}" for line in lines)


async def test_the_lines_of_a_decision_carry_its_ids(
    world: World, life: Life, unheard: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A signal nobody took is logged with the request, the case and the instruction."""
    async with hands(world):
        await life.offered()
    capsys.readouterr()
    left = await leaves(life, Role.FREELANCER, c.Decline, unheard)
    [line] = [line for line in written(capsys) if line["event"] == "signal not sent"]
    assert (line["case_id"], line["instruction_id"]) == (life.job_id, left)
    assert line["request_id"]
    await commit(world, life.job_id, version=1, instruction_id=left)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = capsys.readouterr().out.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]
