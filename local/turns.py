"""A client of an API that has several processes: each request goes to the next of them."""

from collections.abc import Sequence
from itertools import cycle

import httpx


def in_turn(urls: Sequence[str], timeout_s: float) -> httpx.AsyncClient:
    """A client whose requests go to these addresses in turn, as a load balancer sends them."""
    return httpx.AsyncClient(transport=InTurn(urls), base_url=urls[0], timeout=timeout_s)


class InTurn(httpx.AsyncBaseTransport):
    """Sends each request to the next address; to the one after, when nobody listens there."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._count = len(urls)
        self._next = cycle(httpx.URL(url) for url in urls)
        self._http = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the first process that is there."""
        for _ in range(self._count - 1):
            try:
                return await self._send(request)
            except httpx.ConnectError:
                continue
        return await self._send(request)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        there = next(self._next)
        request.url = request.url.copy_with(scheme=there.scheme, host=there.host, port=there.port)
        return await self._http.handle_async_request(request)
