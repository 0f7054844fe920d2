"""One API and one worker as processes that are started, told where to die, and started again."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from local.children import tethered
from local.places import CLONE
from settings import Settings
from tests.world import variables, without_ours

SAYS_READY = {"worker": "worker ready", "api": "Uvicorn running on"}
READY_WITHIN_S = 60
DEAD_WITHIN_S = 60


@dataclass
class Fleet:
    """The processes of one product; each lives at most once at a time."""

    settings: Settings
    port: int
    logs: Path
    _alive: dict[str, int] = field(default_factory=dict)
    _codes: dict[int, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        command = [*tethered("", signal.SIGKILL), sys.executable, "-m", "tests.faults.nursery"]
        pipe = subprocess.PIPE
        environment = without_ours() | variables(self.settings)
        self._nursery = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, text=True, cwd=CLONE, env=environment
        )
        self._heard()
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self._alive.values():
            self._asks(kill=pid)
        self._nursery.communicate(timeout=10)

    @property
    def url(self) -> str:
        """Where the API is, when it is."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, name: str, dies_at: str | None = None) -> None:
        """Start it in the place of the one that runs, and wait until it works."""
        self.kill(name)
        log = self.logs / f"{name}.log"
        log.write_text("")
        run = str(self.port) if name == "api" else name
        self._alive[name] = self._asks(run=run, dies_at=dies_at, log=str(log))
        async with asyncio.timeout(READY_WITHIN_S):
            await _until(lambda: SAYS_READY[name] in log.read_text())

    async def ensure(self, *names: str) -> None:
        """Start those of them that do not run."""
        for name in names:
            if name not in self._alive:
                await self.start(name)

    def pid(self, name: str) -> int:
        """The process itself, while it lives."""
        return self._alive[name]

    def kill(self, name: str) -> None:
        """End it as a crash would, if it runs."""
        if name in self._alive:
            self._asks(kill=self._alive.pop(name))

    async def death(self, name: str) -> int:
        """How it ended, when it does so by itself; TimeoutError when it does not."""
        async with asyncio.timeout(DEAD_WITHIN_S):
            await _until(lambda: self._code(self._alive[name]) is not None)
        return self._codes[self._alive.pop(name)]

    async def stop(self, name: str) -> None:
        """Let it finish what it has begun, and end."""
        os.kill(self._alive[name], signal.SIGTERM)
        await self.death(name)

    def _code(self, pid: int) -> int | None:
        if pid not in self._codes and (code := self._asks(ended=pid)) is not None:
            self._codes[pid] = int(code)
        return self._codes.get(pid)

    def _asks(self, **request: Any) -> Any:
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(json.dumps(request) + "\n")
        self._nursery.stdin.flush()
        return self._heard()

    def _heard(self) -> Any:
        assert self._nursery.stdout is not None
        return json.loads(self._nursery.stdout.readline())


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - another process makes it hold
        await asyncio.sleep(0.02)
