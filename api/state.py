"""What every request of one process shares, made when the process starts."""

from typing import Annotated, cast

from fastapi import Depends, Request
from obstore.store import ObjectStore
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from api.outcomes import Outcomes
from api.rates import Rates
from settings import Settings


async def _settings(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


async def _engine(request: Request) -> AsyncEngine:
    return cast(AsyncEngine, request.app.state.engine)


async def _temporal(request: Request) -> Client:
    return cast(Client, request.app.state.temporal)


async def _files(request: Request) -> ObjectStore:
    return cast(ObjectStore, request.app.state.files)


async def _rates(request: Request) -> Rates:
    return cast(Rates, request.app.state.rates)


TheSettings = Annotated[Settings, Depends(_settings)]


async def _outcomes(request: Request) -> Outcomes:
    return cast(Outcomes, request.app.state.outcomes)


Engine = Annotated[AsyncEngine, Depends(_engine)]
"""One request is one transaction: `async with engine.begin() as c`, over before the answer."""
Temporal = Annotated[Client, Depends(_temporal)]
"""Connects at its first call, and again when the server was away."""
Files = Annotated[ObjectStore, Depends(_files)]
TheRates = Annotated[Rates, Depends(_rates)]
TheOutcomes = Annotated[Outcomes, Depends(_outcomes)]
"""Where a request waits for the outcome of its decision."""
