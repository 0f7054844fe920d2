"""The API we are compared with: FastAPI with nothing but the one thing each route does."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel
from temporalio.client import Client

from settings import Settings

DATABASE, TEMPORAL = "BENCH_DATABASE_URL", "BENCH_TEMPORAL"
POOL: int = Settings.model_fields["database_pool"].default
"""As many connections as our API has."""
TABLE = (
    "create table bare_receipt (id bigint generated always as identity primary key,"
    " client text not null, amount_minor bigint not null, bank_reference text not null,"
    " at timestamptz not null)"
)
INSERT = (
    "insert into bare_receipt (client, amount_minor, bank_reference, at)"
    " values ($1, $2, $3, $4) returning id"
)


class Arrived(BaseModel):
    """Money that came."""

    client: str
    amount_minor: int
    bank_reference: str


class Kept(BaseModel):
    """What was written."""

    id: int


class Done(BaseModel):
    """Which workflow has ended."""

    workflow_id: str


def create() -> FastAPI:
    """The app, with one pool and one Temporal client."""
    app = FastAPI(lifespan=_lifespan)

    @app.post("/receipts")
    async def receive(arrived: Arrived) -> Kept:
        given = arrived.client, arrived.amount_minor, arrived.bank_reference, datetime.now(UTC)
        return Kept(id=await app.state.pool.fetchval(INSERT, *given))

    @app.post("/decisions/{workflow_id}")
    async def decide(workflow_id: str) -> Done:
        handle = app.state.temporal.get_workflow_handle(workflow_id)
        await handle.signal("decide", workflow_id)
        await handle.result()
        return Done(workflow_id=workflow_id)

    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    if address := os.environ.get(TEMPORAL):
        app.state.temporal = await Client.connect(address)
    async with asyncpg.create_pool(os.environ[DATABASE], min_size=POOL, max_size=POOL) as pool:
        app.state.pool = pool
        yield
