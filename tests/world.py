"""The whole product in one process: the API, a worker, the books and the people who use them."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from google.protobuf.duration_pb2 import Duration
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

import temporal_client
import worker
from api.main import create
from domain import flows
from domain.accounts import Kind
from domain.postings import entry, move
from ledger import agreements, journal, people, tokens
from ledger.agreements import Kind as Text
from ledger.invariants import violations
from ledger.migrate import upgrade
from local import search_attributes
from local.postgres import OWNER, Postgres
from settings import Settings
from tests.api.people import Person

BOTH_TEXTS: tuple[Text, ...] = ("nda", "undertaking")
SIGNING_KEY = "5e" * 32
LINK_KEY = "11" * 32
BANK = {"beneficiary": "PeerOK", "account": "000123456789"}
MEDIATORS = 7
"""Enough for three to be asked in vain, one to be replaced, and three more."""


@dataclass(frozen=True)
class House:
    """The people of the house, who look after every case of a world."""

    staff: Person
    second: Person
    head: Person
    accountants: tuple[Person, Person]
    mediators: dict[str, Person]


@dataclass
class World:
    """The running product, and the doors a test needs besides HTTP."""

    settings: Settings
    app: FastAPI
    http: AsyncClient
    temporal: Client
    house: House

    @property
    def engine(self) -> AsyncEngine:
        """The books."""
        engine: AsyncEngine = self.app.state.engine
        return engine

    @property
    def skipper(self) -> TimeSkipper:
        """Moves the time of one workflow, never of the ones it starts."""
        return TimeSkipper(self.temporal, config=TimeSkippingConfig(disable_propagation=True))

    async def person(self, name: str, **more: Any) -> Person:
        """Somebody new, cleared to work."""
        return await signed_up(self.engine, self.http, name, **more)

    async def heads(self) -> set[str]:
        """Every head of support there is; other tests may have hired one."""
        async with self.engine.connect() as c:
            query = text("select id from person where 'head_of_support' = any(roles)")
            return set(await c.scalars(query))

    async def violations(self) -> list[str]:
        """What is wrong in the books."""
        async with self.engine.connect() as c:
            await c.execution_options(isolation_level="REPEATABLE READ")
            return await violations(c)


@contextmanager
def database(server: Postgres, name: str) -> Iterator[str]:
    """A migrated database of our own, as the application's role sees it."""
    server.create_database(name)
    upgrade(server.url(name, OWNER))
    yield server.url(name)
    server.drop_database(name)


async def namespace(address: str, name: str) -> str:
    """A Temporal namespace of our own: another world's worker never sees our cases."""
    client = await Client.connect(address, namespace=name)
    kept = Duration(seconds=int(timedelta(days=1).total_seconds()))
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=kept)
    )
    await search_attributes.register(client)
    return name


def settings_for(
    database_url: str, address: str, namespace: str, smtp_port: int, files: Path, **more: Any
) -> Settings:
    """Settings under which tests do not run into limits they are not about."""
    usual: dict[str, Any] = {
        "database_url": database_url,
        "temporal_address": address,
        "temporal_namespace": namespace,
        "smtp_port": smtp_port,
        "files_url": files.as_uri(),
        "least_part_bytes": 1,
        "login_limit": "1000/second",
        "login_address_limit": "1000/second",
        "login_email_limit": "1000/second",
        "signup_limit": "1000/second",
        "case_file_limit": "1000/second",
        "feed_limit": "1000/second",
        "signing_key": SIGNING_KEY,
        "link_key": LINK_KEY,
        "bank": BANK,
        "outcome_wait": timedelta(seconds=20),
    }
    return Settings(**(usual | more))


def without_ours() -> dict[str, str]:
    """The environment without what would send a process of ours elsewhere."""
    theirs = os.environ.items()
    return {k: v for k, v in theirs if not k.startswith(("PEEROK_", "TEMPORAL_"))}


def variables(settings: Settings) -> dict[str, str]:
    """What tells another process those of these settings that are not the usual ones."""
    changed = settings.model_dump(mode="json", include=settings.model_fields_set)
    secrets = {
        name: ",".join(one.get_secret_value() for one in found)
        for name in changed
        if (found := _secrets(getattr(settings, name)))
    }
    return {
        name.upper()
        if name.startswith(("temporal_a", "temporal_n", "temporal_tls"))
        else f"PEEROK_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in (changed | secrets).items()
    }


def _secrets(value: object) -> list[SecretStr]:
    """The secrets in a setting."""
    several = value if isinstance(value, tuple) else (value,)
    return [one for one in several if isinstance(one, SecretStr)]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[World]:
    """The API, started, and the people of its house; no worker runs yet."""
    app = create(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as http,
    ):
        temporal = await temporal_client.connect(settings)
        yield World(settings, app, http, temporal, await _house(app.state.engine, http))


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """A worker, as the worker's process runs it, until the block ends."""
    stopped = asyncio.Event()
    running = asyncio.create_task(worker.run(settings, stopped))
    try:
        yield
    finally:
        stopped.set()
        await running


@dataclass(frozen=True)
class Grounds:
    """What each product of a test session stands on, beside a database of its own."""

    temporal_address: str
    smtp_port: int
    folders: pytest.TempPathFactory

    @asynccontextmanager
    async def product(self, name: str, database_url: str, **more: Any) -> AsyncIterator[World]:
        """The running product: the API in this process, a worker beside it, on real servers."""
        ours, files = await namespace(self.temporal_address, name), self.folders.mktemp(name)
        settings = settings_for(
            database_url, self.temporal_address, ours, self.smtp_port, files, **more
        )
        async with opened(settings) as world, working(settings):
            yield world


async def signed_up(
    engine: AsyncEngine,
    http: AsyncClient,
    name: str,
    *,
    credits_minor: int = 0,
    earnings_minor: int = 0,
    domain: str = "example.com",
    roles: Sequence[str] = (),
) -> Person:
    """A person with money who has signed and answered everything, made straight in the books."""
    email = f"{name}-{uuid4().hex[:12]}@{domain}"
    async with engine.begin() as c:
        made = await people.create(c, email=email, name=name, password_hash="none", roles=roles)
        assert made is not None, "nobody else has this email"
        for text in BOTH_TEXTS if roles else BOTH_TEXTS[:1]:
            version = (await agreements.current(c, text))["version"]
            await agreements.sign(c, made, text, version, name)
        await people.answer(c, made, us_citizen=True, lives_in_us=True, permitted=None)
        bank, now = Kind.BANK_CLEARING, datetime.now(UTC)
        earned = move(bank, "platform", Kind.EARNINGS, made, earnings_minor, "USD")
        entries = (
            flows.deposit(made, made, credits_minor, bank, "USD"),
            entry("earlier_earnings", f"earlier/{made}", earned),
        )
        await journal.post(c, entries, case_id=None, cause="test", effective_at=now)
        token, _ = await tokens.issue(c, made)
    return Person(http, made, email, token)


async def _house(engine: AsyncEngine, http: AsyncClient) -> House:
    async def hire(name: str, *roles: str) -> Person:
        return await signed_up(engine, http, name, roles=roles)

    mediators = [await hire(f"mediator{n}", "mediator") for n in range(MEDIATORS)]
    return House(
        staff=await hire("staff", "staff"),
        second=await hire("second", "staff"),
        head=await hire("head", "head_of_support"),
        accountants=(await hire("ada", "accounting"), await hire("bob", "accounting")),
        mediators={mediator.id: mediator for mediator in mediators},
    )
