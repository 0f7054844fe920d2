"""The compose file and the image name only what the code has."""

import importlib.util
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from typer.main import get_command

import cli
from api.main import create
from local import namespaces
from local.cluster import Cluster, ClusterPorts
from settings import Settings

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.temporal.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_cluster_has_all_its_parts() -> None:
    """Temporal on PostgreSQL with its UI, our PostgreSQL, migrations as a job, API and workers."""
    assert OURS == ["api", "api-2", "migrate", "schedules", "search-attributes", "worker"]
    wanted = {"postgres", "temporal", "temporal-postgres", "temporal-schema", "temporal-ui"}
    assert wanted <= set(SERVICES)
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str) -> None:
    """A service of ours runs a module, a command of the cli, or the app's factory."""
    command = SERVICES[name]["command"]
    if command[0] == "uvicorn":
        factory = command[command.index("--factory") + 1]
        module, function = factory.split(":")
        found = importlib.import_module(module)
        assert isinstance(getattr(found, function)(Settings()), FastAPI)
        return
    assert command[:2] == ["python", "-m"]
    assert importlib.util.find_spec(command[2]) is not None
    if command[2] == "cli":
        assert command[3] in get_command(cli.app).commands  # type: ignore[attr-defined] # a group


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    """A variable of ours that no setting reads would be a silent mistake."""
    known = {f"PEEROK_{field.upper()}" for field in Settings.model_fields}
    known |= {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_TLS", "TEMPORAL_API_KEY"}
    assert set(SERVICES[name]["environment"]) <= known


def test_values_fit_their_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings read what the compose file says, and reach the services it names."""
    for name in OURS:
        for variable, value in SERVICES[name]["environment"].items():
            # What has no value is passed on from the shell, if it is there.
            if value is not None:
                monkeypatch.setenv(variable, value)
    now = Settings()
    assert now.temporal_address == "temporal:7233"
    assert now.smtp_host in SERVICES
    assert "@postgres:5432/peerok" in now.database_url
    assert "@postgres:5432/peerok" in now.migration_database_url


def test_the_database_roles_are_those_of_the_urls() -> None:
    """Whom the services connect as is made by the init script, with the same password."""
    roles = COMPOSE["configs"]["roles"]["content"]
    urls = [SERVICES["api"]["environment"]["PEEROK_DATABASE_URL"]]
    urls.append(SERVICES["migrate"]["environment"]["PEEROK_MIGRATION_DATABASE_URL"])
    for url in urls:
        user, password = re.findall(r"//([^:]+):([^@]+)@", url)[0]
        assert f"create role {user} login password '{password}'" in roles


def test_only_pages_are_published_and_only_here() -> None:
    """Neither a database nor Temporal is reached from outside; what is, only from this machine."""
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"api", "api-2", "temporal-ui", "mail"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_the_api_is_checked_where_it_listens() -> None:
    """Port, health check and route agree."""
    api = SERVICES["api"]
    port = api["command"][api["command"].index("--port") + 1]
    url = re.findall(r"urlopen\('(.+?)'\)", api["healthcheck"]["test"][-1])[0]
    assert api["ports"] == [f"127.0.0.1:{port}:{port}"]
    address, _, path = url.removeprefix("http://").partition("/")
    assert address == f"127.0.0.1:{port}"
    assert f"/{path}" in create(Settings()).openapi()["paths"]


def test_whatever_runs_for_long_says_whether_it_is_well() -> None:
    """An operator sees which service is not, at one glance; jobs end, and need no check."""
    lasting = {name for name, one in SERVICES.items() if one["restart"] == "unless-stopped"}
    assert lasting == {name for name, one in SERVICES.items() if "healthcheck" in one}


def test_a_worker_is_checked_where_it_shows_its_metrics() -> None:
    """And Prometheus reaches it there, from another container."""
    worker = SERVICES["worker"]
    told = worker["environment"]
    assert (
        f"http://127.0.0.1:{told['PEEROK_METRICS_PORT']}/metrics"
        in worker["healthcheck"]["test"][-1]
    )
    assert told["PEEROK_METRICS_HOST"] == "0.0.0.0"
    assert told["PEEROK_METRICS_PORT"] != told["PEEROK_TEMPORAL_METRICS_PORT"]


def test_workers_on_one_machine_have_ports_of_their_own() -> None:
    """Whatever a developer's shell says; a port that is taken is named before anything starts."""
    cluster = Cluster(Path("/nowhere"), ClusterPorts(), settings={"PEEROK_METRICS_PORT": "1"})
    shown = [
        child.environment[variable]
        for child in (cluster.worker, cluster.worker_2)
        for variable in ("PEEROK_METRICS_PORT", "PEEROK_TEMPORAL_METRICS_PORT")
    ]
    assert shown == ["9464", "9474", "9465", "9475"]
    assert {int(port) for port in shown} <= set(cluster.needs().values())


def test_whoever_is_waited_for_exists_and_can_be_waited_for() -> None:
    """Health is asked only of services that check it, completion only of those that end."""
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            waited = SERVICES[other]
            if how["condition"] == "service_healthy":
                assert "healthcheck" in waited, f"{name} waits for {other}, which checks nothing"
            else:
                assert waited["restart"] == "on-failure", f"{other} never ends"


def test_the_cluster_without_containers_is_the_same() -> None:
    """What `make cluster` runs on one machine is what the file describes, on the same ports."""
    ports = ClusterPorts()
    published = {
        "api": ports.api,
        "api-2": ports.api_2,
        "temporal-ui": ports.temporal_ui,
        "mail": ports.mail,
    }
    for name, port in published.items():
        [mapping] = SERVICES[name]["ports"]
        assert mapping.split(":")[1] == str(port)
    replicas = SERVICES["worker"]["deploy"]["replicas"]
    cluster = Cluster(Path("/nowhere"), ports)
    names = [child.name for child in cluster.children()]
    assert sorted(name for name in names if name.startswith("api")) == ["api", "api-2"]
    assert len([name for name in names if name.startswith("worker")]) == replicas
    assert SERVICES["api-2"]["command"] == SERVICES["api"]["command"]
    [retention] = re.findall(r"--retention (\d+)d", "".join(_namespace_command()))
    assert timedelta(days=int(retention)) == namespaces.RETENTION
    assert SERVICES["temporal-postgres"]["image"] == SERVICES["postgres"]["image"] == "postgres:15"


def _namespace_command() -> list[str]:
    command: list[str] = SERVICES["temporal-namespace"]["command"]
    return command


def test_data_lives_in_named_volumes() -> None:
    """What must outlive a container is in a volume with a name, and each name is declared."""
    used = {v.split(":")[0] for service in SERVICES.values() for v in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_a_worker_has_time_to_finish_its_steps() -> None:
    """The container's grace is longer than the worker's own."""
    import worker

    seconds = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert seconds > worker.GRACE.total_seconds()


def test_the_image_holds_what_it_copies() -> None:
    """Every COPY names something that is there, and every package of ours is in the image."""
    copied = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY")]
    sources = {source for line in copied for source in line}
    assert all((ROOT / source).exists() for source in sources)
    packages = {"domain", "papers", "previews", "ledger", "workflows", "activities", "api", "local"}
    modules = {
        "settings", "logs", "metrics", "telemetry", "temporal_client", "tracing", "failpoints",
        "worker", "cli",
    }  # fmt: skip
    assert packages | {"requirements.lock"} | {f"{name}.py" for name in modules} == sources
