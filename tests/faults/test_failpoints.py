"""The places of the code are the list's, and a process dies at the armed one alone."""

import ast
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars

from failpoints import PLACES, arm, here
from local.places import CLONE
from tests.faults.deaths import DEATHS

ITSELF = "failpoints.py"
SAFE = {
    "api/access_log.py:_of_lone": "what somebody looked at is written down before they see it",
    "api/accounts.py:log_in": "a token that nobody was given opens nothing for anybody",
    "api/accounts.py:log_out": "it may be asked again; a token is revoked or is not",
    "api/accounts.py:prefer": "it may be asked again, and says what is to be",
    "api/bids.py:edit": "it may be asked again, and names the version that was seen",
    "api/bids.py:withdraw": "it may be asked again; a bid is withdrawn or is not",
    "api/certificates.py:_signed": "what is sealed earlier is sealed all the same",
    "api/certificates.py:_stored": "a certificate that was not kept is made by the next who asks",
    "api/contest_entries.py:withdraw": "it may be asked again; an entry is withdrawn or is not",
    "api/deadlines.py:renew": "it may be asked again; only the last address is good",
    "api/deadlines.py:revoke": "it may be asked again; there is an address or there is none",
    "api/decisions.py:begun": "each case that is begun in it has a place of its own",
    "api/baskets.py:purchase": "each case that is begun in it has a place of its own",
    "api/listings.py:edit": "it may be asked again, and names the version that was seen",
    "api/deliveries.py:download_all": "what somebody looked at is written down before they see it",
    "api/files.py:download": "what somebody looked at is written down before they see it",
    "api/files.py:take_back": "it may be asked again; bytes that are left are collected",
    "api/links.py:content": "what somebody looked at is written down before they see it",
    "api/main.py:_texts_in_place": "each start of a process does it again",
    "api/notices.py:remove": "it may be asked again; a notice is there or is not",
    "api/notices.py:clear": "it may be asked again; an inbox is empty or is not",
    "api/part_uploads.py:give_up": "it may be asked again; bytes that are left are collected",
    "api/previews.py:preview": "what somebody looked at is written down before they see it",
    "api/profiles.py:edit": "it may be asked again, and says all that is to be said",
    "api/signing_keys.py:announce": "each start of a process does it again",
    "activities/collector.py:uploads": "bytes without a row are collected a day later",
    "activities/collector.py:files": "bytes without a row are collected a day later",
    "activities/housekeeper.py:look": "what was not committed was told nobody: it is due still",
    "activities/housekeeper.py:mark": "what was not marked is marked with the next look",
    "activities/notices.py:_later": "a mail whose delay is lost is free when its lease is over",
    "activities/noting.py:note": "the next try notes it again, or that it is over",
    "activities/own_payouts.py:book": "what is known of a payout is asked again, and kept once",
    "activities/own_payouts.py:_booked": "a line without its entry is booked the next time",
    "activities/processor_lines.py:fetch": "what was not read to its end is read again",
    "activities/processor_lines.py:_keep": "a line is kept once, however often it is read",
    "activities/sweeper.py:broken": "the next look notes it again, or that it is over",
    "activities/sweeper.py:forget": "what was not deleted is deleted with the next sweep",
}
"""Transactions in which dying needs no test, and why."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The signals this process sent itself, none of which reaches it."""
    sent: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _, number: sent.append(number))
    yield sent
    arm(None)


def test_every_place_of_the_code_is_listed_and_stands_once() -> None:
    """The list is the code's: no place is forgotten, none is only a name."""
    found = Counter(
        place_of(call)
        for file in sources()
        if file != ITSELF
        for call in ast.walk(tree(file))
        if is_place(call)
    )
    assert found == Counter(dict.fromkeys(PLACES, 1))


def test_every_transaction_at_the_edges_has_a_place_or_a_reason_for_none() -> None:
    """Whoever adds an effect adds its places, or says here why it needs none."""
    bare = {
        f"{file}:{function.name}"
        for file in sources("api/", "activities/")
        for function in ast.walk(tree(file))
        if isinstance(function, Function)
        if any(map(begins, own(function))) and not any(map(is_place, own(function)))
    }
    assert bare == SAFE.keys()


def test_a_process_dies_at_every_place() -> None:
    """No place is left out of the run."""
    assert {death.place for death in DEATHS} == set(PLACES)


@pytest.mark.parametrize("reach", [arm, here])
def test_a_place_that_does_not_exist_is_refused(reach: object) -> None:
    """A misspelt place would let a test pass in which nobody died."""
    assert callable(reach)
    with pytest.raises(ValueError, match="no fail point"):
        reach("step.comitted")


def test_a_process_dies_the_time_it_is_told_to(dead: list[int]) -> None:
    """Not before, and not elsewhere."""
    arm("step.written:2")
    here("step.written")
    here("step.committed")
    assert dead == []
    here("step.written")
    assert dead == [signal.SIGKILL]


def test_a_process_dies_only_of_what_it_is_told_to(dead: list[int]) -> None:
    """Another job's step at the same place is not the one, nor does it count as a time."""
    arm("step.written:1@job_1,ann@example.com")
    here("step.written", "job_2")
    with bound_contextvars(case_id="job_2", request_id="bob@example.com"):
        here("step.written")
    assert dead == []
    here("step.written", "job/job_1")
    assert dead == [signal.SIGKILL]


def test_what_is_bound_to_the_context_counts_too(dead: list[int]) -> None:
    """As it does for the log."""
    arm("effect.written@ann")
    with bound_contextvars(request_id="ann"):
        here("effect.written")
    assert dead == [signal.SIGKILL]


@cache
def tree(file: str) -> ast.Module:
    """The file as Python reads it."""
    return ast.parse(Path(CLONE, file).read_text("utf-8"))


def sources(*folders: str) -> list[str]:
    """Every file of the product in Python, or those of these folders."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.py"]
    names = subprocess.run(listing, cwd=CLONE, capture_output=True, text=True, check=True).stdout
    wanted = [name for name in names.split("\0") if name and not name.startswith("tests/")]
    return [
        name for name in wanted if name.startswith(folders or "") and Path(CLONE, name).exists()
    ]


def own(function: Function) -> Iterator[ast.AST]:
    """What stands in the function itself, not in one inside of it."""
    left: list[ast.AST] = [*function.body]
    while left:
        node = left.pop()
        yield node
        if not isinstance(node, Function):
            left += ast.iter_child_nodes(node)


def begins(node: ast.AST) -> bool:
    """Whether a transaction begins here that will be committed."""
    if not isinstance(node, ast.Call) or node.args:
        return False
    return getattr(node.func, "attr", "") == "begin"


def is_place(node: ast.AST) -> bool:
    """Whether it is a call of `here`, by whatever way it is reached."""
    if not isinstance(node, ast.Call):
        return False
    return "here" in (getattr(node.func, "attr", ""), getattr(node.func, "id", ""))


def place_of(call: ast.AST) -> str:
    """The place it names; a name that is worked out while the process runs is refused."""
    assert isinstance(call, ast.Call) and call.args
    name = call.args[0]
    assert isinstance(name, ast.Constant), f"line {call.lineno}: a place is named in so many words"
    return str(name.value)
