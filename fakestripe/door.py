"""One request, from its key to its answer, as Stripe would take it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import stripe
from starlette.requests import Request
from starlette.responses import Response

from fakestripe import due, faults, idempotency
from fakestripe.endpoints import Endpoint
from fakestripe.errors import Body, Refusal, bad_key, broken, too_many
from fakestripe.files import read_upload
from fakestripe.idempotency import Kept
from fakestripe.objects import new_id
from fakestripe.params import checked
from fakestripe.show import expand, shown
from fakestripe.store import Store, Tx, undone_if_refused
from fakestripe.wire import read_form


class CutOff(Response):
    """It was done, and the connection breaks before anybody learns of it."""

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        """Promise a body and never send it: the server then closes the connection."""
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-length", b"9999")],
            }
        )


@dataclass
class Asked:
    """One request, read."""

    endpoint: Endpoint
    request: Request
    raw: Body
    upload: Body
    id: str = field(default_factory=lambda: new_id("req_", 14))

    @property
    def key(self) -> str | None:
        """Its idempotency key, where one counts."""
        return (
            self.request.headers.get("idempotency-key") if self.endpoint.method == "POST" else None
        )

    @property
    def account(self) -> str:
        """On whose behalf it comes."""
        return self.request.headers.get("stripe-account", "")

    @property
    def place(self) -> str:
        """What it asks for, without the query."""
        return self.request.url.path


class Door:
    """Lets requests in that have the key."""

    def __init__(self, store: Store, key: str) -> None:
        self._store = store
        self._key = key
        self._busy: set[tuple[str, str]] = set()

    async def answer(self, endpoint: Endpoint, request: Request) -> Response:
        """Stripe's answer."""
        asked = Asked(endpoint, request, {}, {})
        try:
            self._let_in(request)
            await _read(asked)
            return await self._once(asked)
        except Refusal as refusal:
            return _respond(asked, refusal.status, refusal.as_json())

    def _let_in(self, request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or given != self._key:
            raise bad_key(given)
        version = request.headers.get("stripe-version", stripe.api_version)
        if version != stripe.api_version:
            raise Refusal(f"Invalid Stripe API version: {version}")

    async def _once(self, asked: Asked) -> Response:
        """One at a time for each idempotency key."""
        if asked.key is None:
            return await self._lucky(asked)
        busy = (asked.account, asked.key)
        if busy in self._busy:
            raise idempotency.in_use(asked.key)
        self._busy.add(busy)
        try:
            return await self._lucky(asked)
        finally:
            self._busy.discard(busy)

    async def _lucky(self, asked: Asked) -> Response:
        with self._store.transaction() as tx:
            due.run(tx)
            fault = faults.take(tx, asked.endpoint.method, asked.place) or {"kind": ""}
        match fault["kind"]:
            case "slow":
                await asyncio.sleep(fault["seconds"])
            case "429":
                raise too_many()
            case "500":
                raise broken()
        request = {"id": asked.id, "idempotency_key": asked.key}
        with self._store.transaction(asked.account, request) as tx:
            response = _answer(tx, asked, doomed=fault["kind"] == "500_kept")
        return CutOff() if fault["kind"] == "lost_answer" else response


async def _read(asked: Asked) -> None:
    request = asked.request
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        asked.raw, name, content = read_upload(kind, await request.body())
        asked.upload = {"_name": name, "_content": content}
        return
    body = request.url.query if asked.endpoint.method == "GET" else _text(await request.body())
    asked.raw = read_form(body)


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Refusal("Invalid request: its body is not UTF-8.") from None


def _answer(tx: Tx, asked: Asked, *, doomed: bool) -> Response:
    """What the key got before, or what happens now and is kept for it."""
    _known(tx)
    kept = asked.key and idempotency.find(tx, asked.key, asked.place, asked.raw | asked.upload)
    if kept:
        headers = {"idempotent-replayed": "true", "original-request": kept.request}
        return _respond(asked, kept.status, kept.body, headers)
    given = checked(asked.endpoint.params, asked.raw | _stand_for_file(asked))
    given.pop("file", None)
    asked.endpoint.refuse_unmodelled(given)
    status, body = _perform(tx, asked, given, doomed=doomed)
    if asked.key:
        answer = Kept(asked.id, status, body)
        idempotency.keep(tx, asked.key, asked.place, asked.raw | asked.upload, answer)
    return _respond(asked, status, body, {"stripe-should-retry": "false"} if doomed else {})


def _perform(tx: Tx, asked: Asked, given: Body, *, doomed: bool) -> tuple[int, Body]:
    try:
        with undone_if_refused(tx):
            if doomed:
                raise broken()
            ids = asked.request.path_params.values()
            found = asked.endpoint.act(tx, given | asked.upload, *ids)
            body = shown(tx, found) if found["object"] != "list" else found
            return 200, expand(tx, body, given.get("expand", ()))
    except Refusal as refusal:
        return refusal.status, refusal.as_json()


def _known(tx: Tx) -> None:
    """Only accounts that are connected can be spoken for."""
    found = tx.within("").find(tx.account) if tx.account else {}
    if found is None or found.get("object", "account") != "account":
        raise Refusal(
            f"The provided key does not have access to account '{tx.account}' (or that account "
            "does not exist). Application access may have been revoked.",
            code="account_invalid",
            status=403,
        )


def _stand_for_file(asked: Asked) -> Body:
    return {"file": asked.upload["_name"]} if asked.upload.get("_content") else {}


def _respond(
    asked: Asked, status: int, body: Body, more: Mapping[str, str] | None = None
) -> Response:
    headers = {"request-id": asked.id, "stripe-version": str(stripe.api_version), **(more or {})}
    if asked.key:
        headers["idempotency-key"] = asked.key
    content = json.dumps(body, indent=2)
    return Response(content, status, headers, media_type="application/json")
