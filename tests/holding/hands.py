"""The worker's hands as a test holds them: started, stopped and tripped when it says so."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from activities.books import Books, Heard
from activities.sweeper import Sweeper
from domain import commands as c
from domain.cases import Role
from domain.commands import Command
from domain.outcome import Outcome, StepRequest
from domain.policy import Policy
from ledger.calendars import business_calendar
from tests.holding.faults import Fault
from tests.life import Life
from tests.world import World
from worker import composed
from workflows.doors import Doors


@asynccontextmanager
async def hands(world: World, *faults: Fault) -> AsyncIterator[None]:
    """A worker without its loops, for as long as the block runs; what it began, it finishes."""
    config = world.temporal.config()
    config["interceptors"] = faults
    async with composed(Client(**config), world.engine, world.settings):
        yield


def sweeper(world: World) -> Sweeper:
    """A sweeper to whom everything is old enough."""
    return Sweeper(world.engine, Doors(world.temporal), 0 * world.settings.sweep_after)


def books(world: World, heard: Heard | None = None) -> Books:
    """The books as an activity has them."""
    return Books(world.engine, heard or Doors(world.temporal).heard, business_calendar())


async def unstarted_dispute(world: World, life: Life) -> str:
    """The id of a dispute whose parent died between the row and the child, and is gone."""
    async with hands(world):
        await life.in_review()
    rejection = await leaves(life, Role.CLIENT, c.RequestRejection)
    await commit(world, life.job_id, version=3, instruction_id=rejection)
    await workflow(world, life.job_id).terminate()
    return await life.open_dispute() or ""


@contextmanager
def policy(world: World, **changes: Any) -> Iterator[None]:
    """What contracts get that are offered inside the block."""
    ours = world.app.state.settings
    changed = Policy(**changes).model_dump(mode="json", exclude_defaults=True)
    world.app.state.settings = ours.model_copy(update={"policy": changed})
    yield
    world.app.state.settings = ours


async def leaves(
    life: Life, role: Role, kind: type[Command], http: AsyncClient | None = None, **body: Any
) -> str:
    """Somebody decides and does not wait, perhaps at another API; the instruction's id."""
    http = http or hurried(life.world.app)
    who = replace(await life.person(role), http=http)
    answer = await life.asks(role, kind, who, **body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["instruction_id"])


def hurried(app: FastAPI) -> AsyncClient:
    """A client of the API that waits for no outcome."""
    headers = {"Prefer": "respond-async"}
    return AsyncClient(transport=ASGITransport(app), base_url="http://api.test", headers=headers)


async def rows(world: World, query: str, **values: Any) -> Sequence[Any]:
    """What the database says."""
    async with world.engine.begin() as c:
        return (await c.execute(text(query), values)).all()


async def happened(world: World, case_id: str) -> list[str]:
    """What happened in this case, in order."""
    query = "select kind from event where case_id = :case order by version"
    return [row.kind for row in await rows(world, query, case=case_id)]


async def outcome(world: World, instruction_id: str) -> dict[str, Any] | None:
    """What became of a decision."""
    query = "select outcome from instruction where id = :id"
    [row] = await rows(world, query, id=instruction_id)
    found: dict[str, Any] | None = row.outcome
    return found


def workflow(world: World, case_id: str, kind: str = "") -> WorkflowHandle[Any, Any]:
    """The workflow of a case, of the kind that its id names when no other is said."""
    named = kind or case_id.split("_", 1)[0]
    return world.temporal.get_workflow_handle(f"{named}/{case_id}")


async def over(life: Life) -> bool:
    """Whether the job has ended."""
    return bool((await life.shown())["over"])


async def ended(world: World, case_id: str, kind: str = "") -> bool:
    """Whether its workflow has come to its end."""
    status = (await workflow(world, case_id, kind).describe()).status
    assert status in (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED), status
    return status is WorkflowExecutionStatus.COMPLETED


async def commit(
    world: World,
    case_id: str,
    *,
    version: int,
    at: datetime | None = None,
    instruction_id: str | None = None,
    heard: Heard | None = None,
) -> Outcome:
    """A step as a worker commits it that dies before anybody hears of it."""
    at = at or datetime.now(UTC)
    request = StepRequest(case_id=case_id, version=version, at=at, instruction_id=instruction_id)
    return await books(world, heard).commit_step(request)


async def decided(world: World, instruction_id: str) -> bool:
    """Whether a decision has its outcome."""
    return await outcome(world, instruction_id) is not None
