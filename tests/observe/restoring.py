"""A restore as an operator does it: the programs, and the product on what came back."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from local.mail import MailCatcher
from local.postgres import Postgres
from tests.life import Life
from tests.world import World, namespace, opened, settings_for


@asynccontextmanager
async def product(
    server: Postgres, name: str, address: str, mail: MailCatcher, files: Path, where: str = ""
) -> AsyncIterator[World]:
    """The product on this database, in a Temporal that knows nothing of it; no worker yet.

    Its namespace is called like the database, or `where`.
    """
    ours = await namespace(address, where or name)
    settings = settings_for(
        server.url(name), address, ours, mail.smtp_port, files, sweep_after=timedelta(seconds=1)
    )
    async with opened(settings) as world:
        yield world


def run(server: Postgres, program: str, *words: str) -> None:
    """What an operator types, as the superuser."""
    where = ["-h", str(server.socket_folder), "-U", "postgres"]
    subprocess.run([server.programs.path(program), *where, *words], check=True, capture_output=True)


def again(life: Life, world: World) -> Life:
    """The same people at the doors of another world; their tokens came with the books."""
    client = replace(life.client, http=world.http)
    return replace(
        life, world=world, client=client, freelancer=replace(life.freelancer, http=world.http)
    )
