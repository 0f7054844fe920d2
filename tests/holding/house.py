"""The whole product in one process, each part of which a test can take away and bring back."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Interceptor

from activities.books import Books
from activities.sweeper import Sweeper
from api.main import create
from ledger.calendars import business_calendar
from ledger.database import connect
from ledger.invariants import violations
from settings import Settings
from worker import composed
from workflows.doors import Doors

UNREACHABLE = "127.0.0.1:1"


@dataclass(frozen=True)
class House:
    """The API, and what a worker would work with; nothing works until it is told to."""

    settings: Settings
    app: FastAPI
    http: AsyncClient
    deaf: AsyncClient
    """The same API as `http`, from whose process Temporal cannot be reached."""
    temporal: Client
    engine: AsyncEngine

    @asynccontextmanager
    async def working(self, *interceptors: Interceptor) -> AsyncIterator[None]:
        """A worker for as long as the block runs; its loops are the test's own to call."""
        config = self.temporal.config()
        config["interceptors"] = list(interceptors)
        async with composed(Client(**config), self.engine, self.settings):
            yield

    @property
    def sweeper(self) -> Sweeper:
        """A sweeper for which everything is old enough."""
        return Sweeper(self.engine, Doors(self.temporal), 0 * self.settings.sweep_after)

    @property
    def books(self) -> Books:
        """The books as an activity has them."""
        return Books(self.engine, Doors(self.temporal).heard, business_calendar())

    async def rows(self, query: str, **values: Any) -> Sequence[Any]:
        """What the database says."""
        async with self.engine.begin() as c:
            return (await c.execute(text(query), values)).all()

    async def run(self, statement: str, **values: Any) -> None:
        """Do something to the database."""
        async with self.engine.begin() as c:
            await c.execute(text(statement), values)

    async def found_wrong(self) -> list[str]:
        """The violations of the whole book."""
        async with self.engine.connect() as c:
            return await violations(c)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """A house over this database and this Temporal server."""
    apps = [create(settings), create(settings.model_copy(update={"temporal_address": UNREACHABLE}))]
    temporal = await Client.connect(
        settings.temporal_address, data_converter=pydantic_data_converter
    )
    engine = connect(settings.database_url, 20)
    async with (
        apps[0].router.lifespan_context(apps[0]),
        apps[1].router.lifespan_context(apps[1]),
        _client(apps[0]) as http,
        _client(apps[1]) as deaf,
    ):
        yield House(settings, apps[0], http, deaf, temporal, engine)
    await engine.dispose()


def _client(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://api.test", timeout=30)
