"""The book comes back to a moment from base backup and archived WAL, by the runbook's commands."""

import asyncio
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain import commands as c
from ledger.migrate import upgrade
from local import server_user
from local.mail import MailCatcher
from local.postgres import DATABASE, OWNER, Postgres
from tests.holding.hands import hands
from tests.life import Life
from tests.observe.restoring import again, product, run

GUIDE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
WAL = GUIDE.partition("\n*WAL*: ")[2].partition("\n*In this order*")[0]
"""What the runbook says about it."""
OFFERED = "select count(*) from cases where id = '{}'"


def written(folder: Path, words: str) -> str:
    """The runbook's words, with our folder for those of its machine."""
    for name in ("archive", "backup"):
        words = words.replace(f"/{name}/", f"{folder}/{name}/")
    return words


@pytest.fixture
def archiving(server_folder: Path) -> Iterator[Postgres]:
    """A server that archives as the runbook has it, with a book in it."""
    folder = server_folder / "wal"
    told = dict(re.findall(r"`(archive_\w+) = '?(.+?)'?`", WAL))
    assert told.keys() == {"archive_mode", "archive_command", "archive_timeout"}
    settings = {name: written(folder, value) for name, value in told.items()}
    server = Postgres(folder, durable=False, settings=settings)
    server.start()
    server_user.give(folder / "archive")
    (folder / "backup").mkdir()
    upgrade(server.url(role=OWNER))
    yield server
    server.stop()


async def test_the_book_comes_back_to_a_moment(
    archiving: Postgres, temporal_address: str, mail: MailCatcher, tmp_path: Path
) -> None:
    """Decisions before it are there with their money, one after it is not, and all goes on."""
    server, place = archiving, (temporal_address, mail, tmp_path)
    async with product(server, DATABASE, *place, "archived") as world:
        paid, waiting = await Life.begin(world), await Life.begin(world)
        late = await Life.begin(world)
        async with hands(world):
            await waiting.in_review()
            await asyncio.to_thread(backed_up, server)
            await paid.in_review()
            await paid.client_does(c.Approve)
            moment = server.sql("select now()")
            await waiting.client_does(c.Approve)
            await late.offered()
    await asyncio.to_thread(back_at, server, moment)
    assert server.sql(OFFERED.format(late.job_id), DATABASE) == "0"
    async with product(server, DATABASE, *place, "came_back") as world:
        assert await world.violations() == []
        paid, waiting = again(paid, world), again(waiting, world)
        assert (await paid.shown())["state"] == "completed"
        assert (await waiting.shown())["state"] == "in_review"
        assert await earned(paid) == 180_00 and await earned(waiting) == 0
        async with hands(world):
            await waiting.client_does(c.Approve)
        assert await earned(waiting) == 180_00
        assert await world.violations() == []


async def earned(life: Life) -> int:
    wallet = (await life.freelancer.get("/v1/me/wallet")).json()
    return int(wallet["earnings"]["amount_minor"])


def backed_up(server: Postgres) -> None:
    """The night's base backup."""
    [command] = re.findall(r"`pg_basebackup (.+?)`", WAL)
    run(server, "pg_basebackup", *shlex.split(written(server.folder, command)))


def back_at(server: Postgres, moment: str) -> None:
    """What the runbook says: stop, put the backup in place, say how far, start, wait."""
    server.stop()
    server.data.rename(server.folder / "damaged")
    (server.folder / "backup" / "base").rename(server.data)
    [block] = re.findall("(?s)\n```\n(.+?)\n```\n", WAL)
    told = re.sub("recovery_target_time = '.+?'", f"recovery_target_time = '{moment}'", block)
    assert told != block
    script = written(server.folder, told)
    subprocess.run(["sh", "-e", "-c", script], cwd=server.data, check=True)
    server.start()
    [asked] = re.findall("`(select[^`]+)`", WAL)
    deadline = time.monotonic() + 20
    while server.sql(asked) != "f":
        assert time.monotonic() < deadline, "it does not end its recovery"
        time.sleep(0.05)
