"""`python -m cli reconcile` as an operator runs it: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from ledger import migrate
from ledger.database import connect
from local.places import CLONE
from local.postgres import OWNER
from tests.ledger import acts
from tests.ledger.conftest import database
from tests.ledger.elsewhere import Server
from tests.ledger.sealing import seal

COMPARED = ["balances", "rules", "seals", "stripe", "bank"]


def reconcile(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as the application's role."""
    return subprocess.run(
        [sys.executable, "-m", "cli", "reconcile", *arguments],
        env={**os.environ, "PEEROK_DATABASE_URL": url},
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def migrated(server: Server) -> Iterator[str]:
    """The name of a database for these tests alone."""
    with database(server, "commanded") as name:
        migrate.upgrade(server.url(name, OWNER))
        yield name


@pytest.fixture(scope="module")
async def book(server: Server, migrated: str) -> str:
    """Its name when it has three sealed entries."""
    engine = connect(server.url(migrated), pool=2)
    source = await acts.funded(engine, 100)
    for reference in ("job/a/hold", "job/a/release"):
        await acts.post(engine, acts.transfer(source, "ana", 1, reference))
    await seal(engine)
    await engine.dispose()
    return migrated


async def damaged(server: Server, book: str, statement: str) -> None:
    """Done by the superuser, who may switch the guards off."""
    engine = connect(server.url(book, "postgres"), pool=1)
    async with engine.begin() as c:
        await c.execute(text("set local session_replication_role = replica"))
        await c.execute(text(statement))
    await engine.dispose()


async def test_it_tells_what_does_not_agree_and_changes_nothing(server: Server, book: str) -> None:
    """0 and one line for each comparison when clean; 1 and the findings when not, each time."""
    clean = reconcile(server.url(book))
    assert (clean.returncode, clean.stderr) == (0, "")
    lines = clean.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [*COMPARED, "Clean"]
    assert lines[3] == "stripe: skipped, because there is no key to ask it with"
    assert lines[4] == "bank: not compared, because nothing was read from there yet"
    noted = lines[2].partition("the last is ")[2].partition(";")[0]
    assert reconcile(server.url(book), "--sealed", noted).returncode == 0

    await damaged(
        server, book, "update journal_entry set kind = 'x' where reference = 'job/a/hold'"
    )
    wrong = reconcile(server.url(book))
    assert wrong.returncode == 1
    first, *_, last = wrong.stdout.splitlines()
    assert first.startswith("seals: differs: seal 2 of entry job/a/hold: says ")
    assert last == "Findings: 1. Nothing was changed."
    assert reconcile(server.url(book)).stdout == wrong.stdout

    finding, end = map(json.loads, reconcile(server.url(book), "--as-json").stdout.splitlines())
    assert finding["side"] == "differs" and finding["about"] == "seal 2 of entry job/a/hold"
    assert finding["here"] != finding["there"]
    assert (end["clean"], end["findings"], [*end["compared"]]) == (False, 1, COMPARED)


def test_what_keeps_it_from_comparing_is_told_in_a_line(server: Server, book: str) -> None:
    """2, which is neither clean nor a finding: a seal that is none, a database that is away."""
    for answer in (
        reconcile(server.url(book), "--sealed", "17"),
        reconcile("postgresql://nobody@/none?host=/nowhere"),
    ):
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "Traceback" not in answer.stderr
    assert "The books cannot be read" in answer.stderr
