"""Gets the Temporal server that the Temporal SDK downloads by itself."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from local.aside import aside
from local.places import Unready


def download(target: Path) -> None:
    """Put the SDK's choice of a server into the file `target`; Unready when it cannot be had."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        aside(lambda: asyncio.run(_start_once(folder)))
        [program] = [file for file in Path(folder).iterdir() if os.access(file, os.X_OK)]
        shutil.move(program, target)


async def _start_once(folder: str) -> None:
    """Start and stop a server: the SDK has no other way to say *download*."""
    try:
        environment = await WorkflowEnvironment.start_local(download_dest_dir=folder)
    except RuntimeError as failure:
        raise Unready(f"The Temporal SDK's download failed: {failure}.") from failure
    await environment.shutdown()
