"""The whole product on one machine: for `make run`, for tests, for rehearsals."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Self

from temporalio.client import Client
from temporalio.service import RPCError

import temporal_client
from ledger import migrate
from local import search_attributes, temporal_binary
from local.aside import aside
from local.children import Child
from local.keys import kept_key, kept_link_key, kept_payout_key, kept_tax_key
from local.mail import MailCatcher
from local.places import Unready, free_ports, passable, private
from local.postgres import OWNER, Postgres
from local.processor import KEY, WEBHOOK_SECRET, Processor
from local.temporal import TemporalServer
from local.web import answers
from settings import Settings
from workflows import schedules

READY_WITHIN_S = 60
# Worker and API finish within 15 s of SIGTERM what they have begun.
PATIENCE_S = 20
AGAIN_AFTER_S = 2.0
"""What ends at once is not started again faster than this."""
AT_ONCE_S = 10.0
"""Who ends again so soon may never come up by itself."""
# What our own processes read: a developer's values must not reach a stack unasked.
BANK = {"beneficiary": "PeerOK (demonstration)", "routing": "000000000", "account": "0001"}
"""Nobody's bank: a notice shows where money would go."""
OUR_VARIABLES = ("PEEROK_", "TEMPORAL_")
TO_TEMPORAL = ("temporal_address", "temporal_namespace", "temporal_tls", "temporal_api_key")
"""The settings that say how its Temporal is reached."""
SECURED = ("TEMPORAL_TLS", "TEMPORAL_API_KEY")
"""What is meant for another server than one of ours, which has neither certificate nor key."""
Step = Callable[[str], AbstractContextManager[None]]


PAYER = (
    '{"name": "PeerOK", "account": {"routing_number": "021000021", "account_number": "000000000"}}'
)
"""Whose account payment runs are paid from on one machine: nobody's."""


@dataclass(frozen=True)
class Ports:
    """The ports that one stack listens on, all of them on the loopback interface only."""

    temporal: int = 7233
    temporal_ui: int = 8233
    api: int = 8000
    smtp: int = 1025
    mail: int = 8025
    stripe: int = 12111

    @classmethod
    def free(cls) -> Self:
        """Ports that nobody uses now."""
        return cls(*free_ports(len(fields(cls))))


@dataclass
class Stack:
    """PostgreSQL, Temporal, mail, a worker and the API, with all they keep in `folder`.

    A `durable` one keeps its workflows and survives a power cut. `settings` are variables of the
    worker and the API that win over ours; `inherit` lets this shell's count where we set none.
    With a `temporal_address` that server is used.
    """

    folder: Path
    ports: Ports = field(default_factory=Ports.free)
    durable: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    inherit: bool = False
    temporal_address: str = ""
    temporal: TemporalServer | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._lifted_at: dict[str, float] = {}
        self.postgres = self._postgres()
        self.mail = MailCatcher(self.folder / "mail", self.logs, self.ports.smtp, self.ports.mail)
        self.processor = Processor(self.folder / "stripe", self.logs, self.ports.stripe)
        self.worker = self._worker("worker")
        self.api = self._api("api", self.ports.api)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def logs(self) -> Path:
        """The folder of what every process prints."""
        return self.folder / "log"

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def urls(self) -> dict[str, Child]:
        """Each API process by where it is."""
        return {self.url: self.api}

    @property
    def temporal_ui_url(self) -> str:
        """Where the Temporal UI is, when the server is ours."""
        return f"http://127.0.0.1:{self.ports.temporal_ui}"

    def start(self, step: Step = lambda _: nullcontext()) -> None:
        """Start everything in order, each part inside `step(words)`; all or nothing."""
        try:
            for words, action in self._steps():
                with step(words):
                    action()
        except BaseException:
            self.stop()
            raise

    def stop(self, step: Step = lambda _: nullcontext()) -> None:
        """Stop what runs, first those who use the others."""
        for child in self.children():
            with step(f"Stopping {child.name}") if child.started else nullcontext():
                child.stop()

    def children(self) -> list[Child]:
        """The processes of this stack, in the order they are stopped."""
        temporal = [self.temporal.child] if self.temporal else []
        helpers = [self.mail.child, self.processor.child]
        return [self.api, self.worker, *helpers, *temporal, self.postgres.child]

    def environment(self) -> dict[str, str]:
        """The variables of the worker, the API, and of any command meant for this stack."""
        ours = {
            "PEEROK_DATABASE_URL": self.postgres.url(),
            "PEEROK_MIGRATION_DATABASE_URL": self.postgres.url(role=OWNER),
            "TEMPORAL_ADDRESS": self.temporal_address or f"127.0.0.1:{self.ports.temporal}",
            "PEEROK_TEMPORAL_UI_URL": self.temporal_ui_url,
            "PEEROK_SMTP_HOST": "127.0.0.1",
            "PEEROK_SMTP_PORT": str(self.ports.smtp),
            "PEEROK_PUBLIC_URL": self.url,
            "PEEROK_FILES_URL": self._files.as_uri(),
            "PEEROK_SIGNING_KEY": kept_key(self.folder),
            "PEEROK_LINK_KEY": kept_link_key(self.folder),
            "PEEROK_TAX_KEYS": kept_tax_key(self.folder),
            "PEEROK_PAYOUT_KEYS": kept_payout_key(self.folder),
            "PEEROK_PAYER": PAYER,
            "PEEROK_STRIPE_URL": self.processor.url,
            "PEEROK_STRIPE_KEY": KEY,
            "PEEROK_STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "PEEROK_BANK": json.dumps(BANK),
            "PYTHONUNBUFFERED": "1",
        }
        theirs = os.environ.items()
        kept = {k: v for k, v in theirs if self.inherit or not k.startswith(OUR_VARIABLES)}
        if not self.temporal_address:
            kept = {k: v for k, v in kept.items() if k not in SECURED}
        return kept | ours | dict(self.settings)

    def needs(self) -> dict[str, int]:
        """The ports that must be free, by what needs them."""
        ports = self.ports
        needs = {"the API": ports.api, "the mail catcher": ports.smtp, "the mail page": ports.mail}
        needs |= {"the stand-in for Stripe": ports.stripe}
        if self.temporal_address:
            return needs
        return needs | {"the Temporal server": ports.temporal, "the Temporal UI": ports.temporal_ui}

    def addresses(self) -> dict[str, str]:
        """Where people look, by what they find there."""
        return {
            "API": f"{self.url}/docs",
            "Temporal UI": self.temporal_address or self.temporal_ui_url,
            "Mail": self.mail.page,
            "Payments": f"{self.processor.url} (a stand-in for Stripe)",
            "Database": self.postgres.url(),
            "Logs": str(self.logs),
        }

    def tend(self) -> None:
        """Start again what ended by itself; nothing stays down."""
        for child in self.children():
            ended = child.exit_code()
            lifted_at = self._lifted_at.get(child.name, 0)
            if ended is not None and time.monotonic() - lifted_at > AGAIN_AFTER_S:
                at_once = time.monotonic() - lifted_at < AT_ONCE_S
                why = child.last_words() if at_once else f"{child.log}.old"
                print(f"{child.name} ended with code {ended}: started again ({why})", flush=True)
                child.start()
                self._lifted_at[child.name] = time.monotonic()

    @property
    def _files(self) -> Path:
        return self.folder / "files"

    def _postgres(self) -> Postgres:
        return Postgres(self.folder / "postgres", self.durable, self.logs)

    def _worker(self, name: str) -> Child:
        return self._ours(name, "worker")

    def _api(self, name: str, port: int) -> Child:
        address = ["--host", "127.0.0.1", "--port", str(port)]
        engine = ["--loop", "uvloop", "--http", "httptools", "--timeout-graceful-shutdown", "10"]
        return self._ours(name, "uvicorn", "--factory", "api.main:create", *address, *engine)

    def _ours(self, name: str, module: str, *arguments: str) -> Child:
        command = [sys.executable, "-m", module, *arguments]
        return Child(name, command, self.logs, self.environment(), patience_s=PATIENCE_S)

    def _steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "PostgreSQL: starting", self._start_postgres
        yield "PostgreSQL: bringing the schema up to date", self._migrate
        yield "Temporal: starting", self._start_temporal
        yield "Stand-in for Stripe: starting", self.processor.start
        yield "Mail catcher: starting", self.mail.start
        yield "Temporal: scheduling the checks of the books", self._schedule
        yield "Worker: starting", self._start_worker
        yield "API: starting", self._start_api
        yield "Stand-in for Stripe: told where to announce", self._announce

    def _start_postgres(self) -> None:
        passable(self.folder)
        private(self._files)
        self.postgres.start()

    def _migrate(self) -> None:
        aside(lambda: migrate.upgrade(self.postgres.url(role=OWNER)))

    def _start_temporal(self) -> None:
        if self.temporal_address:
            try:
                aside(lambda: asyncio.run(self._register()))
            except (RuntimeError, RPCError) as error:
                where = f"TEMPORAL_ADDRESS={self.temporal_address}"
                raise Unready(f"No Temporal server answers at {where}: {error}") from None
            return
        store = self.folder / "temporal" / "store.db" if self.durable else None
        ports = (self.ports.temporal, self.ports.temporal_ui)
        self.temporal = TemporalServer(temporal_binary.find(), self.logs, *ports, store)
        self.temporal.start()

    async def _register(self) -> None:
        await search_attributes.register(await self._client())

    def _schedule(self) -> None:
        aside(lambda: asyncio.run(self._ensure_schedules()))

    async def _ensure_schedules(self) -> None:
        prefix = self.environment().get("PEEROK_TASK_QUEUE_PREFIX", "")
        await schedules.ensure(await self._client(), prefix)

    async def _client(self) -> Client:
        """Of the server that the processes of this stack use, whatever our own settings say."""
        told, known = self.environment(), Settings.model_fields
        now = {name: told.get(name.upper(), known[name].default) for name in TO_TEMPORAL}
        return await temporal_client.connect(Settings(**now))

    def _announce(self) -> None:
        self.processor.announce_to(self.url)

    def _start_worker(self) -> None:
        start_workers(self.worker)

    def _start_api(self) -> None:
        start_apis(self.urls)


def start_workers(*workers: Child) -> None:
    """Run workers and wait until they work."""
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.wait_until(partial(worker.said, "worker ready"), READY_WITHIN_S)


def start_apis(apis: Mapping[str, Child]) -> None:
    """Run API processes and wait until each, at its address, reaches all it needs."""
    for api in apis.values():
        api.start()
    for url, api in apis.items():
        api.wait_until(partial(answers, f"{url}/readyz"), READY_WITHIN_S)
