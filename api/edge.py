"""What surrounds every request: its id, its size limit, safe headers, and an answer to our bugs."""

import re
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger
from structlog.contextvars import bound_contextvars, unbind_contextvars

import metrics
from api.hiding import hidden
from api.problems import Problem, respond
from ledger.database import in_short

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Others are made up, and would be a series each."""
LARGEST_BODY = 1024 * 1024
UPLOADS = re.compile(r"POST /v1/files|PUT /v1/uploads/[^/]+/parts/[^/]+")
"""Where bodies are streamed and have a limit of their own."""

SAFE: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""What no route says otherwise of itself."""
_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
logger = get_logger()


class CutShort(Exception):
    """An answer that had begun came to no end; the log of the request says why."""


class Edge:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing raised inside gets out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        with bound_contextvars(request_id=answer.request_id), _measured(scope, answer):
            try:
                await self._app(scope, _limited(scope, receive), answer.send)
            except Exception as error:
                await _log(scope["path"], error)
                if answer.started:
                    # The server cuts the connection short, so that nobody takes a half for all.
                    raise CutShort from None
                await respond(Problem("internal"))(scope, receive, answer.send)
            finally:
                # What the request was about was bound on the way.
                unbind_contextvars("case_id", "instruction_id")


@contextmanager
def _measured(scope: Scope, answer: "_Answer") -> Iterator[None]:
    """Count the request under its route."""
    begun = time.monotonic()
    try:
        yield
    finally:
        route = _route(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        metrics.REQUESTS.labels(route, method, answer.status).inc()
        metrics.REQUEST_SECONDS.labels(route, method).observe(time.monotonic() - begun)


def _route(scope: Scope) -> str:
    """The address with names for ids, once the router has found whose it is: few, and nobody's."""
    if "route" not in scope:
        return "none"
    # The route knows itself only as its own router does; what stands before it holds no ids.
    own: str = scope["route"].path_format
    asked = own.format(**scope["path_params"])
    path: str = scope["path"]
    return path[: -len(asked)] + own if path.endswith(asked) else own


async def _log(path: str, error: Exception) -> None:
    """Our bug: what it was and where, without its words.

    They quote rows and what was sent, in an error's own words and in those of its causes.
    """
    places = traceback.format_tb(error.__traceback__)
    await logger.aerror("request_failed", path=hidden(path), error=in_short(error), places=places)


class _Answer:
    """Adds our headers when the answer starts."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        self.request_id = given if _ID.fullmatch(given) else uuid4().hex
        self.started = False
        self.status = 0
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.request_id
            for name, value in SAFE.items():
                headers.setdefault(name, value)
        await self._send(message)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """A body no longer than the limit, whatever its header says about its length."""
    if UPLOADS.fullmatch(f"{scope['method']} {scope['path']}"):
        return receive
    arrived = 0

    async def limited() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > LARGEST_BODY:
            raise Problem("too_large", f"A request's body has at most {LARGEST_BODY} bytes")
        return message

    return limited
