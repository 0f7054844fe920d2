"""The Temporal server's program is built once, heals, and runs with what we need."""

import asyncio
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from local import debian, namespaces, search_attributes, temporal_binary, temporal_cluster
from local.places import CLONE, free_ports
from local.temporal import TemporalServer
from local.temporal_binary import Binary, Source

ANSWERS = """package main

import "fmt"

func main() { fmt.Println("temporal version 0 (Server 1.31.2, UI 0)") }
"""
FIND = """
from pathlib import Path
from local.temporal_binary import Source, find
print(find(Source(Path({module!r}), ".", Path({cache!r}))).path.stat().st_ino)
"""


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A module that builds in a second and answers like the server."""
    module = tmp_path / "module"
    module.mkdir()
    (module / "main.go").write_text(ANSWERS)
    (module / "go.mod").write_text("module answers\n\ngo 1.26\n")
    (module / "go.sum").write_text("")
    return Source(module, ".", tmp_path / "cache")


def test_two_that_need_it_build_it_once(source: Source) -> None:
    """`make run` and `make test` in a fresh clone at the same time build one program."""
    script = FIND.format(module=str(source.module), cache=str(source.cache))
    racers = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    found = {racer.communicate(timeout=120)[0].splitlines()[-1] for racer in racers}
    assert len(found) == 1


def test_a_half_built_program_is_built_again(source: Source) -> None:
    """A full disk or a killed build leaves a file that does not run."""
    broken = temporal_binary.find(source).path
    broken.write_bytes(broken.read_bytes()[:1000])
    assert "Server 1.31.2" in temporal_binary.find(source).version


def test_another_pin_is_another_program(source: Source) -> None:
    """An upgrade of the pin is built, and leaves other clones' program alone."""
    before = temporal_binary.find(source)
    (source.module / "go.sum").write_text("\n")
    assert temporal_binary.find(source).path.parent != before.path.parent


@pytest.mark.parametrize(
    ("version", "skips"), [("Server 1.31.2", False), ("Server 1.32.0", True), ("?", False)]
)
def test_the_version_tells_whether_time_can_be_skipped(version: str, skips: bool) -> None:
    """Rehearsals shorten the periods instead when the server cannot skip."""
    assert Binary(Path("temporal"), version).skips_time is skips


def test_a_store_of_another_version_is_removed(tmp_path: Path) -> None:
    """The dev server cannot read what another version wrote; open cases go on from their rows."""
    store = tmp_path / "temporal" / "store.db"
    [port] = free_ports(1)
    server = TemporalServer(temporal_binary.find(), tmp_path / "log", port, store=store)
    inodes = []
    for note in (None, None, "another version"):
        if note:
            store.with_name("store.db.version").write_text(note)
            # Or the file system may give the removed one's number to the next.
            store.with_name("kept").hardlink_to(store)
        server.start()
        inodes.append(store.stat().st_ino)
        server.stop()
    assert inodes[0] == inodes[1]
    assert inodes[2] != inodes[1]


async def test_operators_can_filter_from_the_first_workflow_on(temporal_address: str) -> None:
    """Our search attributes are known to the dev server; on another cluster the CLI adds them."""
    client = await Client.connect(temporal_address)
    assert await client.count_workflows("CaseState = 'open' AND Stuck = true")
    assert await search_attributes.register(client) == []


async def test_a_new_namespace_is_as_the_first_one(temporal_address: str) -> None:
    """A command makes it, with our retention and search attributes; again, it changes nothing."""
    command = [sys.executable, "-m", "cli", "namespace", "another"]
    told = os.environ | {"TEMPORAL_ADDRESS": temporal_address}
    run = partial(subprocess.run, check=True, capture_output=True, text=True, timeout=90)
    for _ in range(2):
        done = await asyncio.to_thread(run, command, env=told, cwd=CLONE)
        assert done.stdout.endswith("needs TEMPORAL_NAMESPACE=another\n")
    client = await Client.connect(temporal_address, namespace="another")
    request = DescribeNamespaceRequest(namespace="another")
    described = await client.workflow_service.describe_namespace(request)
    kept = described.config.workflow_execution_retention_ttl
    assert kept.ToTimedelta() == namespaces.RETENTION
    assert await search_attributes.register(client) == []


def test_who_may_install_nothing_is_told_which_tests_are_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """And what to do; building what only those tests need is not begun."""
    monkeypatch.setattr(debian, "FOLDER", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    temporal_cluster.main()
    said = capsys.readouterr().out
    assert "skipped" in said and debian.INSTALL in said and "temporal-server" not in said
