"""`make run` is up with its stories told, keeps its data, and is quick the second time."""

import asyncio
import re
from pathlib import Path

import pytest

from local import demo, up
from local.cast import EVERYBODY
from local.places import Unready, free_ports
from local.stack import Ports, Stack

pytestmark = pytest.mark.usefixtures("as_a_newcomer")
STORIES = len(demo.SCENES)
JOBS = STORIES + 1
"""In one story two bids are awarded."""


def _started(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What `make run` prints until it would wait for Ctrl-C."""
    assert up.main(once=True, folder=folder, ports=Ports.free()) == 0
    return capsys.readouterr().out


def _up_after_s(printed: str) -> float:
    found = re.search(r"^Up in ([\d.]+) s\.", printed, re.MULTILINE)
    assert found, printed
    return float(found[1])


def _story(printed: str, title: str) -> str:
    """One story as it was told."""
    found = re.search(rf"^\d+\. {re.escape(title)} ─+\n(.*?)As a workflow", printed, re.M | re.S)
    assert found, printed
    return found[1]


def test_a_second_start_keeps_what_the_first_one_made(
    stack_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """People are loaded once and stories played once; playing them again makes new jobs."""
    first = _started(stack_folder, capsys)
    paid = _story(first, "A job, revised twice, approved and paid")
    assert "Clara pays 240.00 by card on the processor's page" in paid
    assert "release  the escrow -240.00, Femi +216.00, PeerOK's fee +24.00" in paid
    assert re.search(r"Femi Adeyemi +0\.00 +216\.00 +\+216\.00", paid)
    ruled = _story(first, "A ruling on a large sum, which takes two people")
    assert "it is another person than the one who ruled" in ruled
    assert "split  the escrow -2,400.00, Idris +900.00, Freya +1,350.00" in ruled
    assert len(re.findall("^ +If nobody acts: on ", first, re.MULTILINE)) == 3
    assert all(part.email in first for part in EVERYBODY)
    project = _story(first, "A project, two bids of which are awarded")
    assert "each is a job of its own" in project
    assert "release  the escrow -220.00, Femi +198.00, PeerOK's fee +22.00" in project
    sold = _story(first, "Ready work, of which what is still there is bought")
    assert "“A pattern of bread” is not listed" in sold
    assert "release  the escrow -90.00, Freya +81.00, PeerOK's fee +9.00" in sold
    contest = _story(first, "A contest, which one of two entries wins")
    assert "prize award  the contest's prize in escrow -150.00, the escrow +150.00" in contest
    assert len(re.findall(r"certificate_\w+, checked offline, is whole", first)) == 3
    payday = _story(first, "From a card to a bank: earned, taxed, withdrawn, paid")
    assert re.search(r"downloads the bank file, pain\.001 .*: it pays\s+sent\n\s+PK-", payday)
    assert re.search(r"`cli reconcile` says +agree\n(.*\n){2} +Clean: nothing was found", payday)

    second = _started(stack_folder, capsys)
    assert f"The demo's {JOBS} jobs from an earlier start" in second
    assert "accepts" not in second
    assert _up_after_s(second) < _up_after_s(first)

    with Stack(stack_folder, durable=True) as stack:
        # Nobody has to be made from inside now, so no database is given.
        asyncio.run(demo.play(stack.url, again=True))
        rows = stack.postgres.sql("select count(*) from person", "peerok")
        jobs = stack.postgres.sql("select count(*) from cases where kind = 'job'", "peerok")
    assert (int(rows), int(jobs)) == (len(EVERYBODY), 2 * JOBS)


def test_a_demo_without_a_stack_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Who plays the stories before anything runs reads one line."""
    [port] = free_ports(1)
    with pytest.raises(Unready, match="start `make run` first"):
        asyncio.run(demo.play(f"http://127.0.0.1:{port}", again=True))
