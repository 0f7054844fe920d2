"""Logs are lines of JSON that say what failed, without the values it failed on."""

import json
import logging
import subprocess
import sys
from typing import get_args

import pytest
import structlog
from httpx import ASGITransport, AsyncClient
from pydantic import TypeAdapter
from starlette.types import Receive, Scope, Send

import logs
from api.edge import CutShort, Edge
from settings import Settings
from telemetry import CORE_LEVELS


def test_a_traceback_shows_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    """A token in a variable of the failing function is not in the log."""
    logs.configure("INFO")
    token = "".join(["bearer", "-", "secret"])
    try:
        raise ValueError("it failed")
    except ValueError:
        structlog.get_logger().exception("request_failed", path="/v1/me")
    line = capsys.readouterr().out
    assert token not in line and "it failed" in line
    assert json.loads(line)["path"] == "/v1/me"


def test_what_is_below_the_level_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """Debugging is silent unless asked for."""
    logs.configure("WARNING")
    structlog.get_logger().info("nothing to see")
    logs.configure("INFO")
    assert capsys.readouterr().out == ""


def test_what_libraries_log_is_json_too_without_who_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An access says method, path and status; the address and the query are the caller's."""
    logs.configure("INFO")
    asked = ("203.0.113.7:4711", "GET", "/v1/jobs?cursor=abc", "1.1", 200)
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *asked)
    written = capsys.readouterr().out
    line = json.loads(written)
    assert (line["event"], line["method"], line["path"], line["status"], line["request_id"]) == (
        "request", "GET", "/v1/jobs", 200, "r1",
    )  # fmt: skip
    assert "203.0.113.7" not in written and "cursor" not in written


def test_a_worker_s_line_names_its_workflow(capsys: pytest.CaptureFixture[str]) -> None:
    """Temporal's own lines carry the workflow's id as ours do."""
    logs.configure("INFO")
    about = {"workflow_id": "job/job_1", "workflow_type": "JobWorkflow", "attempt": 1}
    logging.getLogger("temporalio.workflow").warning(
        "child not started", extra={"temporal_workflow": about}
    )
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["workflow_id"]) == ("child not started", "job/job_1")
    assert line["level"] == "warning"


def test_what_python_warns_of_is_json_too() -> None:
    """A library's warning is a line among the others, not words beside them."""
    warning = "import logs, warnings\nlogs.configure('INFO')\nwarnings.warn('it is late')"
    done = subprocess.run(
        [sys.executable, "-c", warning], capture_output=True, text=True, check=True
    )
    line = json.loads(done.stdout)
    assert "it is late" in line["event"] and line["level"] == "warning" and done.stderr == ""


@pytest.mark.parametrize("level", get_args(Settings.model_fields["log_level"].annotation))
def test_temporals_core_knows_what_each_of_our_levels_is(level: str) -> None:
    """A level it does not know is ignored, and says so on the terminal."""
    starting = (
        "import telemetry, settings\n"
        f"telemetry.begin_quietly(settings.Settings(log_level={level!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", starting], capture_output=True, text=True, check=True
    )
    assert done.stderr == "" and level in CORE_LEVELS


@pytest.mark.parametrize("begun", [False, True], ids=["before the answer", "in its middle"])
async def test_a_request_that_fails_says_where_and_not_on_what(
    begun: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pydantic quotes what it was given; neither our log nor the server's has a word of it."""
    logs.configure("INFO")
    word = "".join(["Qua", "gga"])

    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        TypeAdapter(int).validate_python(word)

    async with AsyncClient(transport=ASGITransport(Edge(fails)), base_url="http://api.test") as api:
        try:
            answer = await api.get("/v1/me")
        except CutShort:
            # As uvicorn does with what an app raises.
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
            assert begun
        else:
            assert (begun, answer.status_code) == (False, 500)
    written = capsys.readouterr().out
    assert word not in written
    lines = [json.loads(line) for line in written.splitlines()]
    [line] = [line for line in lines if line["event"] == "request_failed"]
    assert (line["path"], line["error"]) == ("/v1/me", "ValidationError")
    assert any("test_logs.py" in place for place in line["places"])


def test_what_must_be_heard_is_said_at_every_level(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever started a worker waits for its word."""
    logs.configure("ERROR")
    logs.announce("worker ready")
    logs.configure("INFO")
    line = json.loads(capsys.readouterr().out)
    assert line["event"] == "worker ready" and line["timestamp"]
