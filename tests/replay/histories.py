"""Histories as files: an event a line, payloads readable, and nothing of the machine in them."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

from workflows.options import TaskQueue

FOLDER = Path(__file__).with_name("histories")
NOISE = {
    *("identity", "requestId", "taskId", "version", "workerVersion", "links"),
    *("meteringMetadata", "originalEventId", "historySizeBytes", "parentInitiatedEventVersion"),
    *("namespace", "namespaceId", "parentWorkflowNamespaceId", "priority", "header", "stackTrace"),
}
"""Says where and how it ran; no replay looks at it."""


def read(name: str) -> list[WorkflowHistory]:
    """The runs of the workflows of a story."""
    runs = json.loads((FOLDER / f"{name}.json").read_text())
    return [
        WorkflowHistory.from_json(run["workflow"], {"events": _packed(run["events"])})
        for run in runs
    ]


def write(name: str, runs: Sequence[WorkflowHistory]) -> None:
    """Keep these runs as the story's."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(f"[{','.join(map(_text, runs))}]\n")


def _text(run: WorkflowHistory) -> str:
    events = _unpacked(json.loads(run.to_json())["events"])
    lines = ",\n".join(json.dumps(event, separators=(",", ":")) for event in events)
    return f'{{"workflow":"{run.workflow_id}","events":[\n{lines}\n]}}'


def _unpacked(node: Any) -> Any:
    """Without noise, and with each payload as the JSON it holds."""
    if isinstance(node, list):
        return [_unpacked(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "data" in node and "metadata" in node:
        kinds = {name: _decoded(value) for name, value in node["metadata"].items()}
        assert kinds["encoding"] == "json/plain", kinds
        return {"kinds": kinds, "json": json.loads(_decoded(node["data"]))}
    kept = {name: _unpacked(one) for name, one in node.items() if name not in NOISE}
    # A sticky queue is named after the machine.
    return kept | ({"taskQueue": {"name": TaskQueue.JOBS}} if "taskQueue" in node else {})


def _packed(node: Any) -> Any:
    if isinstance(node, list):
        return [_packed(one) for one in node]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"kinds", "json"}:
        kinds = {name: _encoded(value) for name, value in node["kinds"].items()}
        data = json.dumps(node["json"], separators=(",", ":"))
        return {"metadata": kinds, "data": _encoded(data)}
    return {name: _packed(one) for name, one in node.items()}


def _decoded(data: str) -> str:
    return base64.b64decode(data).decode()


def _encoded(data: str) -> str:
    return base64.b64encode(data.encode()).decode()
