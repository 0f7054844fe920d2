"""The topology of `docker-compose.temporal.yml` on one machine, without containers."""

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

from local import debian
from local.children import Child
from local.places import Unready
from local.postgres import Postgres
from local.stack import Ports, Stack, Step, start_apis, start_workers
from local.temporal_cluster import PROGRAMS, TemporalCluster, program


@dataclass(frozen=True)
class ClusterPorts(Ports):
    """The ports of a stack, the second API's, and those of Temporal's services."""

    api_2: int = 8001
    history: int = 7234
    matching: int = 7235
    system_worker: int = 7239
    frontend_ring: int = 6933
    history_ring: int = 6934
    matching_ring: int = 6935
    system_worker_ring: int = 6939
    worker_metrics: int = 9464
    worker_2_metrics: int = 9465
    worker_sdk_metrics: int = 9474
    worker_2_sdk_metrics: int = 9475

    def inner(self) -> dict[str, int]:
        """Those on which Temporal's services talk to each other."""
        return {
            "Temporal's history service": self.history,
            "Temporal's matching service": self.matching,
            "Temporal's own worker": self.system_worker,
            "Temporal's frontend ring": self.frontend_ring,
            "Temporal's history ring": self.history_ring,
            "Temporal's matching ring": self.matching_ring,
            "Temporal's own worker's ring": self.system_worker_ring,
        }

    def metrics(self) -> dict[str, dict[str, int]]:
        """Where each worker shows its metrics, by the variables that say so."""
        return {
            "worker": _shown(self.worker_metrics, self.worker_sdk_metrics),
            "worker-2": _shown(self.worker_2_metrics, self.worker_2_sdk_metrics),
        }


def _shown(ours: int, sdk: int) -> dict[str, int]:
    return {"PEEROK_METRICS_PORT": ours, "PEEROK_TEMPORAL_METRICS_PORT": sdk}


@dataclass
class Cluster(Stack):
    """Temporal proper on Debian's PostgreSQL 15, and two workers and APIs; what falls is lifted."""

    ports: ClusterPorts = field(default_factory=ClusterPorts.free)
    server: TemporalCluster | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.worker_2 = self._worker("worker-2")
        self.api_2 = self._api("api-2", self.ports.api_2)

    def start(self, step: Step = lambda _: nullcontext()) -> None:
        """Start everything in order; programs that are missing are installed or built first."""
        debian.require()
        for name in PROGRAMS:
            program(name)
        super().start(step)

    @property
    def urls(self) -> dict[str, Child]:
        """Each API process by where it is."""
        return {self.url: self.api, f"http://127.0.0.1:{self.ports.api_2}": self.api_2}

    def children(self) -> list[Child]:
        """The processes of this cluster, in the order they are stopped."""
        temporal = [self.server.ui, self.server.server] if self.server else []
        ours = [self.api, self.api_2, self.worker, self.worker_2]
        helpers = [self.mail.child, self.processor.child]
        return [*ours, *helpers, *temporal, self.postgres.child]

    def needs(self) -> dict[str, int]:
        """The ports that must be free, by what needs them."""
        shown = {
            f"{name}'s {variable}": port
            for name, ports in self.ports.metrics().items()
            for variable, port in ports.items()
        }
        return super().needs() | {"the second API": self.ports.api_2} | self.ports.inner() | shown

    def addresses(self) -> dict[str, str]:
        """Where people look, by what they find there."""
        found = super().addresses()
        second = f"http://127.0.0.1:{self.ports.api_2}/docs"
        return {"API": found.pop("API"), "Second API": second} | found

    def _worker(self, name: str) -> Child:
        worker = super()._worker(name)
        shown = {variable: str(port) for variable, port in self.ports.metrics()[name].items()}
        worker.environment = dict(worker.environment) | shown
        return worker

    def _postgres(self) -> Postgres:
        return Postgres(self.folder / "postgres", self.durable, self.logs, debian.PROGRAMS)

    def _steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "PostgreSQL 15: starting", self._start_postgres
        yield "Temporal: bringing its schema up to date", self._prepare_temporal
        yield "Temporal: starting", self._start_temporal
        yield "Our schema: bringing it up to date", lambda: self._job("migrate", "migrate")
        yield "Stand-in for Stripe: starting", self.processor.start
        yield "Mail catcher: starting", self.mail.start
        yield "Temporal: scheduling the checks", lambda: self._job("schedules", "schedules")
        yield "Workers: starting", self._start_workers
        yield "APIs: starting", lambda: start_apis(self.urls)
        yield "Stand-in for Stripe: told where to announce", self._announce

    def _prepare_temporal(self) -> None:
        self.server = TemporalCluster(
            postgres=self.postgres,
            folder=self.folder / "temporal",
            log_folder=self.logs,
            port=self.ports.temporal,
            ui_port=self.ports.temporal_ui,
            inner_ports=list(self.ports.inner().values()),
            namespace=self.environment().get("TEMPORAL_NAMESPACE", "default"),
        )
        self.server.update_schema()

    def _start_temporal(self) -> None:
        assert self.server, "its schema is prepared first"
        self.server.start()
        self.server.start_ui()

    def _start_workers(self) -> None:
        build_id = self.environment().get("PEEROK_BUILD_ID")
        if not build_id:
            # An earlier start may have had one, and workers that have none would get no work.
            self._job("deploy", "deploy", "current", "--unversioned")
        start_workers(self.worker, self.worker_2)
        if build_id:
            self._job("deploy", "deploy", "current", build_id)

    def _job(self, name: str, *words: str) -> None:
        """Run a command of ours to its end, as an operator does."""
        job = self._ours(name, "cli", *words)
        job.start()
        while (code := job.exit_code()) is None:
            time.sleep(0.05)
        job.stop()
        if code != 0:
            raise Unready(f"`cli {' '.join(words)}` ended with code {code}. {job.last_words()}")
