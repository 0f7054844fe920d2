"""The Temporal server proper, on databases of a PostgreSQL of ours, with its UI."""

import asyncio
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from local import debian, temporal_binary
from local.aside import aside
from local.children import Child
from local.namespaces import introduce
from local.places import Unready, private
from local.postgres import Postgres
from local.temporal import without_temporal_settings
from local.temporal_binary import Source
from local.temporal_config import PLUGIN, ROLE, configuration, ui_configuration
from local.web import answers

PROGRAMS = {
    "temporal-server": "go.temporal.io/server/cmd/server",
    "temporal-sql-tool": "go.temporal.io/server/cmd/tools/sql",
    "temporal-ui": "github.com/temporalio/ui-server/v2/cmd/server",
}
"""The packages of the pinned module, by the names of what is built from them."""
READY_WITHIN_S = 90
SCHEMAS = {"temporal": "temporal", "temporal_visibility": "visibility"}
"""What each database holds."""
CREATE = r"""
select 'create role temporal login'
 where not exists (select from pg_roles where rolname = 'temporal') \gexec
select 'create database temporal owner temporal'
 where not exists (select from pg_database where datname = 'temporal') \gexec
select 'create database temporal_visibility owner temporal'
 where not exists (select from pg_database where datname = 'temporal_visibility') \gexec
"""


def program(name: str) -> str:
    """Where this program of Temporal's is; built first where it is missing."""
    return str(temporal_binary.built(Source(package=PROGRAMS[name], name=name)).path)


@dataclass
class TemporalCluster:
    """One server with all of Temporal's services, and its UI; `folder` has their configuration."""

    postgres: Postgres
    folder: Path
    log_folder: Path
    port: int
    ui_port: int
    inner_ports: Sequence[int]
    namespace: str = "default"
    server: Child = field(init=False, repr=False)
    ui: Child = field(init=False, repr=False)

    def __post_init__(self) -> None:
        told = {
            "temporal-server": ["--config-file", str(self._server_file), "--allow-no-auth"],
            "temporal-ui": ["--root", str(self.folder), "--config", ".", "--env", "ui"],
        }
        self.server, self.ui = (
            Child(name, [program(name), *words, "start"], self.log_folder, _apart())
            for name, words in told.items()
        )

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"127.0.0.1:{self.port}"

    def update_schema(self) -> None:
        """Make the databases if they are missing, and bring their schema up to date."""
        self.postgres.sql(CREATE)
        for database, schema in SCHEMAS.items():
            self._sql_tool(database, "setup-schema", "-v", "0.0")
            self._sql_tool(database, "update-schema", "-s", f"postgresql/v12/{schema}")

    def start(self) -> None:
        """Run the server; it is ready when it knows our namespace and search attributes."""
        socket_folder = self.postgres.socket_folder
        config = configuration(self.port, self.inner_ports, socket_folder)
        private(self.folder)
        # JSON is YAML.
        self._server_file.write_text(json.dumps(config, indent=2))
        self.server.start()
        self.server.wait_until(self._knows_us, READY_WITHIN_S)

    def start_ui(self) -> None:
        """Run the UI."""
        config = ui_configuration(self.ui_port, self.address, self.namespace)
        (self.folder / "ui.yaml").write_text(json.dumps(config, indent=2))
        self.ui.start()
        self.ui.wait_until(lambda: answers(f"http://127.0.0.1:{self.ui_port}/"), READY_WITHIN_S)

    @property
    def _server_file(self) -> Path:
        return self.folder / "server.yaml"

    def _sql_tool(self, database: str, *words: str) -> None:
        where = ["--ep", "localhost", "-p", "5432", "-u", ROLE, "--db", database]
        socket = ["--ca", f"host={self.postgres.socket_folder}"]
        command = [program("temporal-sql-tool"), "--plugin", PLUGIN, *where, *socket, *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=_apart())
        if done.returncode != 0:
            raise Unready(f"Temporal's {words[0]} of {database} failed: {done.stdout[-1000:]}")

    def _knows_us(self) -> bool:
        try:
            aside(lambda: asyncio.run(self._introduce()))
        except (RuntimeError, RPCError):
            return False
        return True

    async def _introduce(self) -> None:
        await introduce(await Client.connect(self.address, namespace=self.namespace))


def _apart() -> dict[str, str]:
    return {k: v for k, v in without_temporal_settings().items() if not k.startswith("SQL_")}


def main() -> None:
    """Have all that the cluster's tests take; they would else wait for it without a word."""
    try:
        debian.require()
    except Unready as reason:
        print(f"The cluster's tests will be skipped. {reason}", flush=True)
        return
    for name in PROGRAMS:
        print(f"{name}: {program(name)}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Unready as reason:
        raise SystemExit(str(reason)) from None
