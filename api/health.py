"""Whether this process lives, and whether what it needs is reachable."""

import asyncio
from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from api.bodies import Shown
from api.state import Engine, Temporal

router = APIRouter(tags=["outside"])
PATIENCE_S = 2.0
Reached = Literal["reachable", "unreachable"]


class Alive(Shown):
    """This process answers."""

    status: Literal["alive"] = "alive"


class Ready(Shown):
    """Each thing this process needs."""

    database: Reached
    temporal: Reached


@router.get("/healthz")
async def healthz() -> Alive:
    """Alive, whatever else is down."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Ready}})
async def readyz(engine: Engine, temporal: Temporal, response: Response) -> Ready:
    """Whether the database and Temporal are reachable; 503 when one of them is not."""
    database_up, temporal_up = await asyncio.gather(_database_up(engine), _temporal_up(temporal))
    ready = Ready(database=_word(database_up), temporal=_word(temporal_up))
    if not (database_up and temporal_up):
        response.status_code = 503
    return ready


async def _database_up(engine: AsyncEngine) -> bool:
    """Whatever the reason, a database that does not answer is unreachable."""
    try:
        async with asyncio.timeout(PATIENCE_S), engine.connect() as c:
            return bool(await c.scalar(text("select true")))
    except Exception:
        return False


async def _temporal_up(client: Client) -> bool:
    try:
        patience = timedelta(seconds=PATIENCE_S)
        return bool(await client.service_client.check_health(timeout=patience))
    except Exception:
        return False


def _word(up: bool) -> Reached:
    return "reachable" if up else "unreachable"
