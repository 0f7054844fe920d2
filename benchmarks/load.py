"""Callers: at full speed, one request after another, or at a steady rate, come what may."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

Act = Callable[[int], Awaitable[object]]
"""Does the request with this number, and raises when it was not done."""


async def at_full_speed(count: int, callers: int, act: Act) -> float:
    """Do `count` requests, `callers` of them at a time; how many were done in a second."""
    numbers = iter(range(count))
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(_one_after_another(numbers, act))
    return count / (time.perf_counter() - began)


async def at_rate(count: int, per_second: float, act: Act) -> list[float]:
    """Begin `count` requests evenly; the seconds from when each was due until it was done.

    A request that had to wait because others were slow counts its waiting.
    """
    took: list[float] = []
    began = time.perf_counter()

    async def one(number: int, due: float) -> None:
        await act(number)
        took.append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as group:
        for number in range(count):
            due = began + number / per_second
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            group.create_task(one(number, due))
    return took


async def _one_after_another(numbers: Iterable[int], act: Act) -> None:
    for number in numbers:
        await act(number)


MOST_LINES = 256
"""Fewer than the files that a process may have open."""


class Unwanted(Exception):
    """The server answered with something else than success."""


class Line:
    """One keep-alive HTTP/1.1 connection: a client that costs next to nothing."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(
        self, method: str, path: str, body: bytes = b"", headers: Iterable[str] = ()
    ) -> bytes:
        """The answer's body; Unwanted unless the status is 200 or 201."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
        lines = [*head, "Content-Type: application/json", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        content = await reader.readexactly(length)
        if answer[9:12] not in (b"200", b"201"):
            raise Unwanted(f"{method} {path}: {answer[9:12].decode()} {content.decode()[:300]}")
        return content

    async def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            writer = self._streams[1]
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


class Lines:
    """Connections to one server; whoever finds none free waits, and the waiting counts."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Line] = []
        self._free = asyncio.Semaphore(MOST_LINES)

    async def send(
        self, method: str, path: str, body: bytes = b"", headers: Iterable[str] = ()
    ) -> bytes:
        """The answer's body, over a connection nobody else uses meanwhile."""
        async with self._free:
            line = self._idle.pop() if self._idle else Line(self._port)
            try:
                content = await line.send(method, path, body, headers)
            except BaseException:
                await line.close()
                raise
            self._idle.append(line)
        return content

    async def close(self) -> None:
        """Hang up everywhere."""
        for line in self._idle:
            await line.close()
