"""Real processes as operators see them: metrics, alerts, the dashboard, a decision traced."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from temporalio.client import Client

import tracing
from local import demo
from local.aside import aside
from local.inside import Inside
from local.places import free_ports
from local.stack import Stack
from local.turns import in_turn
from tests.observe.collector import Collector, Span, collector
from tests.observe.promql import Unreadable, metrics, selected
from workflows.options import CHECKS

OPS = Path(__file__).parents[2] / "ops"
ALERTS = [
    rule
    for group in yaml.safe_load((OPS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
GUIDE = (OPS.parent / "docs" / "operations.md").read_text()
RUNBOOKS = {
    title.lower().replace(" ", "-")
    for title in re.findall(
        "(?m)^### (.+)$", GUIDE.partition("\n## Runbooks\n")[2].partition("\n## ")[0]
    )
}
THEIRS = "4bf92f3577b34da6a3ce929d0e0e4736"
"""The trace that people of these tests say they are in."""
PANELS: list[dict[str, Any]] = json.loads((OPS / "dashboard.json").read_text())["panels"]


@pytest.fixture(scope="module")
def collected() -> Iterator[Collector]:
    """Where the traces of these processes go."""
    with collector() as found:
        yield found


@pytest.fixture(scope="module")
def stack(server_folder: Path, collected: Collector) -> Iterator[Stack]:
    """A worker and an API that show all they can, after a demo story was played on them."""
    worker, temporal = free_ports(2)
    shown = {
        "PEEROK_METRICS_PORT": str(worker),
        "PEEROK_TEMPORAL_METRICS_PORT": str(temporal),
        "OTEL_EXPORTER_OTLP_ENDPOINT": collected.url,
    }
    with (
        pytest.MonkeyPatch.context() as patch,
        Stack(server_folder / "observed", settings=shown) as stack,
    ):
        patch.setattr(demo, "SCENES", demo.SCENES[:3])
        patch.setattr(demo, "in_turn", _with_a_trace_of_theirs)
        aside(lambda: asyncio.run(demo.play(stack.url, inside=Inside(stack.environment()))))
        aside(lambda: asyncio.run(_check(stack)))
        yield stack


@pytest.fixture(scope="module")
def samples(stack: Stack) -> list[Sample]:
    """All that Prometheus would read of these processes."""
    ports = [stack.settings[f"PEEROK_{name}METRICS_PORT"] for name in ("", "TEMPORAL_")]
    urls = [f"{stack.url}/metrics", *(f"http://127.0.0.1:{port}/metrics" for port in ports)]

    def read() -> list[Sample]:
        return [
            sample
            for url in urls
            for family in text_string_to_metric_families(httpx.get(url).text)
            for sample in family.samples
        ]

    def checked() -> bool:
        named = "peerok_invariants_checked_timestamp_seconds"
        return {one.labels["check"] for one in read() if one.name == named} == set(CHECKS)

    _until(checked, 40)
    return read()


@pytest.fixture(scope="module")
def live(samples: list[Sample]) -> set[str]:
    """The names of them."""
    return {sample.name for sample in samples}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_names_metrics_that_exist(rule: dict[str, Any], live: set[str]) -> None:
    """And says how bad it is and where its runbook is."""
    assert metrics(rule["expr"]) and metrics(rule["expr"]) <= live
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert rule["labels"]["runbook"] in RUNBOOKS


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_labels_that_exist(rule: dict[str, Any], samples: list[Sample]) -> None:
    """Each word of an alternative is a value that a live process shows."""
    for metric, label, pattern in selected(rule["expr"]):
        seen = {one.labels[label] for one in samples if one.name == metric}
        for each in pattern.split("|") if label != "status" else ():
            assert any(re.fullmatch(each, value) for value in seen), (metric, label, each, seen)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_names_metrics_that_exist(panel: dict[str, Any], live: set[str]) -> None:
    """Each of its lines."""
    for target in panel["targets"]:
        assert metrics(target["expr"]) and metrics(target["expr"]) <= live


def test_every_metric_of_ours_is_on_the_dashboard_or_in_an_alert(live: set[str]) -> None:
    """What nobody looks at need not be counted."""
    looked_at = {name for rule in ALERTS for name in metrics(rule["expr"])}
    looked_at |= {name for p in PANELS for t in p["targets"] for name in metrics(t["expr"])}
    ours = {name for name in live if name.startswith("peerok_")}
    kinds = ("_bucket", "_count", "_sum", "_created")
    families = {name for name in ours if not name.endswith(kinds)}
    families |= {name.removesuffix("_bucket") for name in ours if name.endswith("_bucket")}
    seen = {name.removesuffix("_bucket").removesuffix("_count") for name in looked_at}
    assert families - seen == set()


@pytest.mark.parametrize(
    "wrong", ["max(a", "rate(a[5])", "a{b=c}", "max > 1", "a ? b", "sum(rate(a[5m]))) > 0"]
)
def test_what_is_no_expression_is_refused(wrong: str) -> None:
    """Else the tests above would say nothing."""
    with pytest.raises(Unreadable):
        metrics(wrong)


def test_an_approval_is_one_trace_from_the_request_to_the_posting(
    stack: Stack, collected: Collector
) -> None:
    """The API's request, its signal, the worker's step and the function that writes it."""
    _until_approved(stack, collected)
    span, above = _approvals(collected)[0]
    assert span.service == "peerok-worker"
    names = [(one.service, one.name) for one in above]
    assert ("peerok-worker", "commit_step") in names
    assert above[-1].service == "peerok-api" and above[-1].name.endswith("/approve")
    step = next(one for one in above if one.name == "commit_step")
    assert step.attributes["peerok.case_id"].startswith("job_")
    assert step.attributes["peerok.instruction_id"].startswith("instruction_")
    of_trace = [one for one in collected.spans if one.trace == span.trace]
    assert {one.service for one in of_trace} == {"peerok-api", "peerok-worker"}
    assert any(one.name.startswith("SignalWorkflow:approve") for one in of_trace)


def test_traces_hold_no_values_and_nobody_s_words(stack: Stack, collected: Collector) -> None:
    """Statements have placeholders; no body, address, error text or person is in a span."""
    _until_approved(stack, collected)
    everything = b"".join(collected.raw)
    for word in (b".example", b"Clara", b"Warmer", b"bakery", b"python-httpx", b"Bearer"):
        assert word not in everything, word
    assert {key for one in collected.spans for key in one.attributes} <= tracing.SHOWN
    statements = [
        s.attributes["db.statement"] for s in collected.spans if "db.statement" in s.attributes
    ]
    assert any("$1" in one for one in statements)
    assert not any(one.events or one.says for one in collected.spans)


def test_a_calendar_s_secret_address_is_in_no_trace(stack: Stack, collected: Collector) -> None:
    """The query is part of no attribute, whatever a library calls it."""
    calendar = f"{stack.url}/v1/me/deadlines.ics"
    httpx.get(calendar, params={"feed": "Quagga"})
    _until(lambda: any(one.name.endswith("/deadlines.ics") for one in collected.spans), 30)
    everything = b"".join(collected.raw)
    assert b"Quagga" not in everything and b"feed=" not in everything


async def test_what_a_caller_calls_a_trace_goes_nowhere(stack: Stack, collected: Collector) -> None:
    """Neither into our traces nor into histories: a trace begins at our edge."""
    _until_approved(stack, collected)
    everything = b"".join(collected.raw)
    client = await Client.connect(stack.environment()["TEMPORAL_ADDRESS"])
    async for one in client.list_workflows("WorkflowType = 'JobWorkflow'"):
        history = await client.get_workflow_handle(one.id).fetch_history()
        everything += b"".join(event.SerializeToString() for event in history.events)
    assert b"traceparent" in everything
    for word in (b"Numbat", b"Okapi", THEIRS.encode(), bytes.fromhex(THEIRS)):
        assert word not in everything


def test_loops_that_nobody_asked_for_make_no_traces(stack: Stack, collected: Collector) -> None:
    """The sweeper and the mail loop would make more spans than all people."""
    _until_approved(stack, collected)
    roots = {one.name for one in collected.spans if not one.parent}
    assert not roots & {"SELECT", "select", "INSERT", "UPDATE", "update", "BEGIN;", "COMMIT;"}


@pytest.mark.parametrize("name", ["api", "worker"])
def test_every_line_a_process_prints_is_json(stack: Stack, name: str) -> None:
    """Ours, uvicorn's and Temporal's."""
    printed = (stack.logs / f"{name}.log").read_text().splitlines()
    lines = [json.loads(line) for line in printed]
    assert lines and all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    if name == "api":
        asked = [line for line in lines if line["event"] == "request"]
        assert asked and all(line["request_id"] for line in asked)
        approvals = [line for line in asked if line["path"].endswith("/approve")]
        assert approvals and all(line["case_id"] and line["instruction_id"] for line in approvals)


def _approvals(collected: Collector) -> list[tuple[Span, list[Span]]]:
    """Each written step under an approval, with the spans above it, the nearest first."""
    spans = {one.id: one for one in list(collected.spans)}
    found = []
    for one in list(spans.values()):
        if "write_step(" not in one.attributes.get("db.statement", ""):
            continue
        above, parent = [], one.parent
        while parent in spans:
            above.append(spans[parent])
            parent = above[-1].parent
        if above and above[-1].name.endswith("/approve"):
            found.append((one, above))
    return found


def _until_approved(stack: Stack, collected: Collector) -> None:
    """Wait for a whole trace of an approval; when none comes, say what came and what went wrong."""
    try:
        _until(lambda: _approvals(collected) != [], 30)
    except AssertionError:
        came = Counter((one.service, one.name, bool(one.parent)) for one in collected.spans)
        lines = [line for log in stack.logs.glob("*.log") for line in log.read_text().splitlines()]
        wrong = [line for line in lines if '"level": "warning"' in line or "error" in line]
        pytest.fail(f"No approval's trace is whole. Spans: {came}. Lines: {wrong}")


def _with_a_trace_of_theirs(urls: Sequence[str], timeout_s: float) -> httpx.AsyncClient:
    http = in_turn(urls, timeout_s)
    http.headers["traceparent"] = f"00-{THEIRS}-00f067aa0ba902b7-01"
    http.headers["tracestate"] = "vendor=Okapi"
    http.headers["baggage"] = "name=Numbat"
    return http


async def _check(stack: Stack) -> None:
    client = await Client.connect(stack.environment()["TEMPORAL_ADDRESS"])
    for check in CHECKS:
        await client.get_schedule_handle(f"check-books-{check}").trigger()


def _until(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.5)
