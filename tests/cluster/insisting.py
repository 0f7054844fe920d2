"""A client as they are in the world: it repeats a request, same key and all, until it is heard."""

import asyncio
import time

import httpx

AGAIN_AFTER_S = 0.2


class Insisting(httpx.AsyncBaseTransport):
    """Repeats what got no answer, or one that says *not now*, for as long as it has patience."""

    def __init__(self, inner: httpx.AsyncBaseTransport, patience_s: float) -> None:
        self._inner = inner
        self._patience_s = patience_s
        self.repeated = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that is final."""
        patience_ends = time.monotonic() + self._patience_s
        while True:
            try:
                answer = await self._inner.handle_async_request(request)
            except httpx.TransportError:
                if time.monotonic() > patience_ends:
                    raise
            else:
                if not answer.is_server_error or time.monotonic() > patience_ends:
                    return answer
                await answer.aclose()
            self.repeated += 1
            await asyncio.sleep(AGAIN_AFTER_S)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._inner.aclose()
