"""What is called by name exists under that name, and a workflow imports nothing it must not."""

import ast
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import WorkerConfig

from domain.commands import Command
from domain.registry import COMMANDS, DISPUTE_COMMANDS, JOB_COMMANDS
from ledger.database import connect
from settings import Settings
from worker import composed
from workflows import options
from workflows.case import CaseLife
from workflows.dispute import DisputeWorkflow
from workflows.job import JobWorkflow
from workflows.remittance import RemittanceWorkflow

MODULES = sorted(Path(options.__file__).parent.glob("*.py"))
NOT_IN_THE_SANDBOX = {"doors.py", "options.py", "schedules.py"}
"""Imported by workflows only as passed through, or not at all."""
HEAVY = ("sqlalchemy", "asyncpg", "fastapi", "stripe", "aiosmtplib", "ledger", "activities", "api")
OF_EVERY_CASE = {"told", "retry"}
LIVES: list[tuple[type[CaseLife], dict[str, type[Command]]]] = [
    (JobWorkflow, JOB_COMMANDS),
    (DisputeWorkflow, DISPUTE_COMMANDS),
    (RemittanceWorkflow, COMMANDS["remittance"]),
]


@pytest.fixture(scope="module")
async def registered(temporal_address: str) -> WorkerConfig:
    """What the worker of this product takes."""
    client = await Client.connect(temporal_address, data_converter=pydantic_data_converter)
    return composed(client, connect("postgresql://nobody@nowhere/none"), Settings()).config()


async def test_activities_are_called_as_they_are_registered(registered: WorkerConfig) -> None:
    """The names and the types of the results are those that the workflows expect."""
    assert {_name(one): _result(one) for one in registered["activities"]} == options.RESULT_TYPES


async def test_a_worker_takes_no_more_steps_than_it_has_connections(
    registered: WorkerConfig,
) -> None:
    """A step that waits for a connection wastes its seconds; the loops have eight of their own."""
    left = Settings().database_pool - 8
    assert registered["max_concurrent_local_activities"] == left
    assert registered["max_concurrent_activities"] == left


async def test_workflows_are_started_as_they_are_registered(registered: WorkerConfig) -> None:
    """Each kind of case has a workflow of the type that the doors start, on their queue."""
    definitions = [workflow._Definition.must_from_class(one) for one in registered["workflows"]]
    here = [name for name in options.QUEUES if options.QUEUES[name] is options.TaskQueue.JOBS]
    assert {one.name for one in definitions} == {options.WORKFLOWS[name] for name in here}
    assert registered["task_queue"] == options.TaskQueue.JOBS


@pytest.mark.parametrize(
    ("life", "commands"),
    LIVES,
)
def test_every_command_of_the_law_has_a_signal(
    life: type[CaseLife], commands: dict[str, type[Command]]
) -> None:
    """And every signal is a command of the law, or one that all cases share."""
    signals = workflow._Definition.must_from_class(life).signals
    assert set(signals) == set(commands) | OF_EVERY_CASE


@pytest.mark.parametrize("command", sorted({name for _, commands in LIVES for name in commands}))
def test_a_signal_is_taken_as_the_command_of_its_name(command: str) -> None:
    """Its handler puts the instruction into the inbox under this very name."""
    for life, commands in LIVES:
        if command in commands:
            one = life.__new__(life)
            CaseLife.__init__(one)
            getattr(one, command)("instruction_1")
            first = one._inbox.next(None)
            assert (first, one._inbox.command(first)) == ("instruction_1", command)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_workflow_module_imports_only_what_the_sandbox_knows(module: Path) -> None:
    """At its top only the standard library and temporalio; all else is passed through."""
    if module.name not in NOT_IN_THE_SANDBOX:
        tops = {name.split(".")[0] for name in _imported_at_the_top(module)}
        assert tops <= sys.stdlib_module_names | {"temporalio"}


def test_workflows_pull_in_nothing_heavy() -> None:
    """No database, web or payment library is loaded where workflow code runs."""
    script = f"""
import sys, workflows.job, workflows.dispute, workflows.remittance
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""
    root = MODULES[0].parent.parent
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.split() == []


def _name(one: Callable[..., Any]) -> str:
    return activity._Definition.must_from_callable(one).name or ""


def _result(one: Callable[..., Any]) -> type:
    result: type = typing.get_type_hints(one)["return"]
    return result


def _imported_at_the_top(module: Path) -> list[str]:
    names = []
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names
