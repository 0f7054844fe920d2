"""The stand-in as an application: Stripe's API, the pages people pay on, and the control API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fakestripe import accounts, control, pages
from fakestripe.deliveries import Postman
from fakestripe.door import Door
from fakestripe.endpoints import ENDPOINTS, Endpoint
from fakestripe.errors import Refusal
from fakestripe.store import Store

KEY = "sk_test_standin"
"""The key where no other is given: everybody may know it."""


def create(file: Path | str, base_url: str, key: str = KEY) -> Starlette:
    """A stand-in that keeps its books in `file` and calls itself `base_url`."""
    store = Store(file)
    with store.transaction() as tx:
        tx.set("base_url", base_url.rstrip("/"))
        accounts.platform(tx)
    door = Door(store, key)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        working = asyncio.create_task(Postman(store).run())
        yield
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        store.close()

    routes = [_route(door, endpoint) for endpoint in ENDPOINTS]
    routes += [*control.routes(store), *pages.routes(store), Route("/{path:path}", _nothing)]
    return Starlette(routes=routes, lifespan=lifespan)


def _route(door: Door, endpoint: Endpoint) -> Route:
    async def answer(request: Request) -> Response:
        return await door.answer(endpoint, request)

    return Route(endpoint.path, answer, methods=[endpoint.method])


async def _nothing(request: Request) -> Response:
    words = f"Unrecognized request URL ({request.method}: {request.url.path})."
    return JSONResponse(Refusal(words).as_json(), 404)
