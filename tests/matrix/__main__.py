"""`python -m tests.matrix` asks every cell of the running API and writes the matrix."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from local.places import passable
from settings import Settings
from tests.matrix import table
from tests.replay.record import servers
from tests.world import database, opened, settings_for, working


async def write(settings: Settings) -> None:
    """Start the product, ask, and keep the answers."""
    async with opened(settings) as world, working(settings):
        table.TABLE.write_text(await table.table(world), encoding="utf-8")


def main() -> None:
    """On servers of our own, which are gone afterwards."""
    folder = passable(Path(tempfile.mkdtemp(prefix="peerok-")))
    with servers(folder) as (postgres, mail, usual, _), database(postgres, "matrix") as url:
        asyncio.run(write(settings_for(url, usual, "default", mail.smtp_port, folder / "files")))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
