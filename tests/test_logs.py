"""Logs are lines of JSON that say what failed, without the values it failed on."""

import json

import pytest
import structlog

import logs


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
