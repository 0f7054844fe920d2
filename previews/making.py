"""A preview is made in a process of its own, which may be long at it and need much, to a limit.

What comes of it is believed no more than the file it was made of: its type is one of two, its
reasons are ours, and its length is bounded.
"""

import asyncio
import json
import re
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from structlog import get_logger

from previews import jail
from previews.makers import MP3, WEBP
from previews.wanted import NoPreview, Preview, Reason, Wanted

ROOT = Path(__file__).parent.parent
COMMAND = ("-m", "previews.inside")
LONGEST = timedelta(seconds=30)
MOST_BYTES = 8 * 1024 * 1024
MOST_COMPLAINT = 1_000
_ANSWER = re.compile(rb"([a-z_]{1,20}(?:/[a-z0-9]{1,20})?) (\d{1,6})\n")
logger = get_logger()


async def made(file: BinaryIO, wanted: Wanted) -> Preview:
    """The preview of an open file; NoPreview when it has none, NotClosed when none has here."""
    child = await _started(file)
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            said = await _heard(child, json.dumps(asdict(wanted)).encode() + b"\n")
            await child.wait()
    except TimeoutError:
        raise NoPreview(Reason.TOO_LONG) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return await _believed(said, child.returncode)


async def _started(file: BinaryIO) -> asyncio.subprocess.Process:
    """Nothing of ours goes with it: no environment, no files but this one and two pipes."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-B", *COMMAND, str(file.fileno())),
        cwd=ROOT,
        env={"OPENBLAS_NUM_THREADS": "1"},
        pass_fds=(file.fileno(),),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _heard(child: asyncio.subprocess.Process, wanted: bytes) -> bytes:
    assert child.stdin is not None and child.stdout is not None
    with suppress(ConnectionError):
        child.stdin.write(wanted)
        await child.stdin.drain()
    child.stdin.close()
    said = bytearray()
    while chunk := await child.stdout.read(64 * 1024):
        said += chunk
        if len(said) > MOST_BYTES:
            raise NoPreview(Reason.TOO_MUCH)
    return bytes(said)


async def _believed(said: bytes, ended: int | None) -> Preview:
    if ended == -signal.SIGXCPU:
        raise NoPreview(Reason.TOO_LONG)
    if ended == jail.NOT_CLOSED:
        raise jail.NotClosed
    if ended and ended > 0:
        raise RuntimeError("the process that makes previews failed before it saw the file")
    answer = _ANSWER.match(said)
    if ended or answer is None:
        await logger.ainfo("no_preview", ended=ended)
        raise NoPreview(Reason.BROKEN)
    what, content = answer[1].decode(), said[answer.end() :]
    if what in (WEBP, MP3):
        return Preview(what, content, int(answer[2]))
    if content:
        await logger.ainfo("no_preview", why=content[:MOST_COMPLAINT].decode(errors="replace"))
    raise NoPreview(Reason(what) if what in set(Reason) else Reason.BROKEN)
