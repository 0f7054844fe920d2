"""A client who is not put off: it sends the same request with the same key until it knows."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass, field

import httpx

PAUSE_S, LONGEST_PAUSE_S = 0.2, 2.0
LOOK_EVERY_S = 1.0
ACT: ContextVar[str] = ContextVar("ACT", default="")
"""Whose act the requests of this task are: the id that each of them carries."""
MAYBE_LATER = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Sent:
    """A request that was answered, and what it took."""

    request: httpx.Request
    answer: httpx.Response
    accepted: str
    """The instruction, when the first answer was only that it counts."""
    tries: int
    began: float
    """By the monotonic clock."""


@dataclass
class Stubborn(httpx.AsyncBaseTransport):
    """Repeats what got no answer; a decision that counts is asked after until it is decided."""

    inner: httpx.AsyncBaseTransport
    heard: Callable[[Sent], None] = lambda _: None
    retries: int = field(default=0, init=False)
    bugs: list[str] = field(default_factory=list, init=False)
    """Each answer that blamed the product itself; repeating the request does not undo it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The final answer, however long it takes."""
        body, accepted, tries, began = await request.aread(), "", 0, time.monotonic()
        while True:
            tries += 1
            answer = await self._try(request, body)
            if answer is not None and answer.status_code == httpx.codes.ACCEPTED:
                accepted = str(json.loads(answer.content)["instruction_id"])
                await self._until_decided(request, answer.headers["Location"])
            elif answer is not None and answer.status_code not in MAYBE_LATER:
                self.heard(Sent(request, answer, accepted, tries, began))
                return answer
            else:
                self.retries += 1
                await asyncio.sleep(min(PAUSE_S * 2 ** min(tries - 1, 9), LONGEST_PAUSE_S))

    async def aclose(self) -> None:
        """Close what carries the requests."""
        await self.inner.aclose()

    async def _until_decided(self, asked: httpx.Request, location: str) -> None:
        url = asked.url.copy_with(raw_path=location.encode())
        signed = {"Authorization": asked.headers["Authorization"], "Host": asked.headers["Host"]}
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            look = httpx.Request("GET", url, headers=signed, extensions=asked.extensions)
            answer = await self._try(look, b"")
            if answer is not None and answer.status_code == httpx.codes.OK:
                if json.loads(answer.content)["status"] != "pending":
                    return
            else:
                self.retries += 1

    async def _try(self, request: httpx.Request, body: bytes) -> httpx.Response | None:
        """One try with its whole answer, or None."""
        named = {"X-Request-Id": ACT.get()} if ACT.get() else {}
        again = httpx.Request(
            request.method,
            request.url,
            headers={**request.headers, **named},
            content=body,
            extensions=request.extensions,
        )
        try:
            answer = await self.inner.handle_async_request(again)
            async with aclosing(answer):
                content = await answer.aread()
        except httpx.TransportError:
            return None
        if answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
            self.bugs.append(f"500 at {request.method} {request.url.path}: {content.decode()}")
        headers = [(k, v) for k, v in answer.headers.raw if k.lower() != b"content-encoding"]
        return httpx.Response(answer.status_code, headers=headers, content=content)
