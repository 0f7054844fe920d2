"""The servers that figures are measured on: ours, durable, with both sides on the same ones."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from benchmarks.sizes import Sizes
from ledger import agreements, migrate
from ledger.database import connect
from local import debian, temporal_binary
from local.children import Child
from local.mail import MailCatcher
from local.places import data_folder, free_ports, locked, passable
from local.postgres import OWNER, Postgres
from local.temporal import TemporalServer
from local.temporal_cluster import TemporalCluster
from local.temporal_config import INNER_PORTS

READY_WITHIN_S = 60
QUIET_WITHIN_S = 300
PUT_OFF = text("""
    select (select count(*) from mail where status = 'pending')
         + (select count(*) from journal_entry e
             where not exists (select from seal s where s.entry_id = e.id))
""")
POOL = 20
OUR_VARIABLES = ("PEEROK_", "TEMPORAL_")

ROOM = {"shared_buffers": "2GB", "max_wal_size": "8GB"}
"""What both sides' tables fit into, without a checkpoint in the middle of a round."""
DURABILITY = ("fsync", "synchronous_commit", "full_page_writes", "wal_sync_method")
"""What PostgreSQL is asked for, so that the results say what a commit meant."""


@dataclass
class Ground:
    """One durable PostgreSQL, a mail server, and a place for the processes of a run."""

    sizes: Sizes
    folder: Path = field(default_factory=lambda: data_folder() / "bench")

    def __post_init__(self) -> None:
        self.postgres = Postgres(self.folder / "postgres", durable=True, settings=ROOM)
        self.logs = self.folder / "log"
        self.mail = MailCatcher(self.folder / "mail", self.logs, *free_ports(2))

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Run PostgreSQL and the mail server, alone in the folder, and leave nothing behind."""
        with locked(self.folder.with_suffix(".lock"), wait=False):
            shutil.rmtree(self.folder, ignore_errors=True)
            passable(self.folder)
            try:
                self.postgres.start()
                self.mail.start()
                yield
            finally:
                self.mail.stop()
                self.postgres.stop()
                shutil.rmtree(self.folder, ignore_errors=True)

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[AsyncEngine]:
        """The product's schema in a database of its own, through the application's role."""
        self.postgres.create_database(name)
        await asyncio.to_thread(migrate.upgrade, self.postgres.url(name, OWNER))
        engine = connect(self.postgres.url(name), POOL)
        try:
            async with engine.begin() as c:
                await agreements.ensure(c)
            yield engine
        finally:
            await engine.dispose()
            self.postgres.drop_database(name)

    @contextmanager
    def process(
        self, name: str, arguments: Sequence[str], variables: Mapping[str, str], ready: str
    ) -> Iterator[Child]:
        """One of our processes until the block ends; it is ready when it says so."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OUR_VARIABLES)}
        environment = {**kept, "PYTHONUNBUFFERED": "1", **variables}
        command = [sys.executable, "-m", *arguments]
        child = Child(name, command, self.logs, environment, patience_s=20)
        child.start()
        try:
            child.wait_until(lambda: child.said(ready), READY_WITHIN_S)
            yield child
        finally:
            child.stop()

    @contextmanager
    def worker(self, database: str, temporal: str) -> Iterator[Child]:
        """The product's worker process."""
        variables = self.variables(database, temporal)
        with self.process("worker", ["worker"], variables, "worker ready") as child:
            yield child

    @contextmanager
    def served(self, name: str, factory: str, variables: Mapping[str, str]) -> Iterator[int]:
        """An API process; the port it listens on."""
        with self.serving(name, factory, variables) as (port, _):
            yield port

    @contextmanager
    def serving(
        self, name: str, factory: str, variables: Mapping[str, str]
    ) -> Iterator[tuple[int, Child]]:
        """An API process, run as the product runs its own; its port, and the process itself."""
        [port] = free_ports(1)
        address = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
        address += ["--timeout-keep-alive", "600"]
        arguments = ["uvicorn", "--factory", factory, *address, "--loop", "uvloop"]
        arguments += ["--http", "httptools"]
        with self.process(name, arguments, variables, "Uvicorn running") as child:
            yield port, child

    def variables(self, database: str, temporal: str) -> dict[str, str]:
        """What the product's worker and API read."""
        return {
            "PEEROK_DATABASE_URL": self.postgres.url(database),
            "TEMPORAL_ADDRESS": temporal,
            "PEEROK_SMTP_PORT": str(self.mail.smtp_port),
            "PEEROK_FILES_URL": (self.folder / "files").as_uri(),
            # A slow answer is a figure, not a failure.
            "PEEROK_OUTCOME_WAIT": "PT60S",
        }

    def durability(self) -> dict[str, str]:
        """How PostgreSQL keeps what it has committed."""
        return {name: self.postgres.sql(f"show {name}") for name in DURABILITY}


@contextmanager
def _dev_server(ground: Ground, *, keeps: bool) -> Iterator[str]:
    """The dev server, which the product runs on one machine."""
    [port] = free_ports(1)
    store = ground.folder / "temporal" / "store.db" if keeps else None
    server = TemporalServer(temporal_binary.find(), ground.logs, port, store=store)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()
        shutil.rmtree(ground.folder / "temporal", ignore_errors=True)


@contextmanager
def _on_postgres(ground: Ground) -> Iterator[str]:
    """The server proper, on a durable PostgreSQL 15 of its own."""
    port, ui_port, *inner_ports = free_ports(2 + INNER_PORTS)
    folder, database = ground.folder / "temporal", ground.folder / "temporal_postgres"
    postgres = Postgres(database, durable=True, programs=debian.PROGRAMS)
    cluster = TemporalCluster(postgres, folder, ground.logs, port, ui_port, inner_ports)
    try:
        postgres.start()
        cluster.update_schema()
        cluster.start()
        yield cluster.address
    finally:
        cluster.server.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(database, ignore_errors=True)


TEMPORALS_OF_A_LOOK = ("dev_memory",)
TEMPORALS: Mapping[str, Callable[[Ground], AbstractContextManager[str]]] = {
    "dev_memory": partial(_dev_server, keeps=False),
    "dev_file": partial(_dev_server, keeps=True),
    "postgres": _on_postgres,
}
"""Each kind of Temporal server that both sides run on; the address of one that is started."""


def temporals(ground: Ground) -> dict[str, Callable[[Ground], AbstractContextManager[str]]]:
    """Those that this run measures on: a quick one takes the quickest."""
    names = TEMPORALS_OF_A_LOOK if ground.sizes.quick else tuple(TEMPORALS)
    if "postgres" in names:
        debian.require()
    return {name: TEMPORALS[name] for name in names}


async def quiet(engine: AsyncEngine) -> float:
    """Until all mails are sent and all entries sealed; the seconds that took.

    Whoever measures waits for it, so that what our worker puts off slows nobody else's round.
    """
    began = time.perf_counter()
    async with asyncio.timeout(QUIET_WITHIN_S):
        while await _put_off(engine):  # noqa: ASYNC110 - the worker ends it
            await asyncio.sleep(0.1)
    return time.perf_counter() - began


async def _put_off(engine: AsyncEngine) -> int:
    async with engine.connect() as c:
        return int(await c.scalar(PUT_OFF) or 0)


async def reached(address: str) -> Client:
    """A client of that server, with the product's way of writing payloads."""
    return await Client.connect(address, data_converter=pydantic_data_converter)
