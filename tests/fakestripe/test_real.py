"""The marked run against Stripe: what it collects, and which keys it refuses."""

import os
import subprocess
import sys

import pytest

from local.places import CLONE
from tests.fakestripe.real import MARK, VARIABLE, WHY_NOT, AtStripe, NoTestKey, key_in

RUN = [sys.executable, "-m", "tests.fakestripe", "--collect-only", "-m", MARK]
UNDER_CONTROL = ("test_disputes.py", "test_webhooks.py", "test_books.py", "test_page.py")


def run(key: str, *command: str) -> subprocess.CompletedProcess[str]:
    """The run with this key."""
    environment = os.environ | {VARIABLE: key, "COLUMNS": "200"}
    return subprocess.run(
        [*command], env=environment, cwd=CLONE, capture_output=True, text=True, check=False
    )


def test_without_a_key_it_says_what_to_do() -> None:
    """Nothing is asked of anybody."""
    told = run("", *RUN)
    assert told.returncode == 2
    assert VARIABLE in told.stderr and "sk_test_" in told.stderr


@pytest.mark.parametrize("key", ["sk_live_51abc", "rk_live_51abc", "pk_test_51abc", "whatever"])
def test_a_key_with_which_money_could_move_is_refused(key: str) -> None:
    """By the run and by its check, and it is not repeated."""
    with pytest.raises(NoTestKey) as refused:
        key_in({VARIABLE: key})
    assert key not in str(refused.value)
    if key.startswith("sk_live"):
        for command in (RUN, [sys.executable, "-m", "pytest", "-n0", "tests/fakestripe"]):
            told = run(key, *command)
            assert told.returncode == 2 and "no key of test mode" in told.stdout + told.stderr
            assert key not in told.stdout + told.stderr


def test_what_needs_only_the_api_is_collected() -> None:
    """Nothing that turns the stand-in's clock, opens disputes or listens to its webhooks."""
    told = run("sk_test_nobody", *RUN)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "test_requests.py::test_a_repeated_key_gets_the_same_answer" in told.stdout
    assert "test_sessions.py::test_what_stripe_refuses_is_refused" in told.stdout
    assert "test_money_out.py::test_a_refund_of_nothing_is_refused" in told.stdout
    assert not any(name in told.stdout for name in UNDER_CONTROL)


def test_what_needs_the_stand_in_is_left_out_with_the_reason() -> None:
    """A test of disputes, which nobody can open at Stripe."""
    command = [sys.executable, "-m", "pytest", "-n0", "-rs", "tests/fakestripe/test_disputes.py"]
    told = run("sk_test_nobody", *command)
    assert told.returncode == 0, told.stdout + told.stderr
    assert WHY_NOT in " ".join(told.stdout.split())
    assert "SKIPPED" in told.stdout and "FAILED" not in told.stdout


def test_nobody_controls_stripe() -> None:
    """A test that is marked by mistake fails before it asks for anything."""
    there = AtStripe("sk_test_nobody")
    with pytest.raises(AssertionError, match="take its mark away"):
        there.control("clock", seconds=1)
    there.close()
