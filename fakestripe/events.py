"""What happened, kept as events, and planned for every endpoint that wants to hear of it."""

import random
import time
from typing import Any

import stripe

from fakestripe.errors import Body
from fakestripe.objects import new
from fakestripe.show import page, shown
from fakestripe.store import Tx

CHAOS: Body = {
    "seed": 1,
    "drop": 0.0,
    "double": 0.0,
    "shuffle": 0.0,
    "shuffle_seconds": 1.0,
    "delay": 0.0,
    "retry_after": [0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0],
}
"""How webhooks go astray: rates from 0 to 1, waits in seconds of the machine's own clock."""


def emit(tx: Tx, kind: str, body: Body, previous: Body | None = None) -> None:
    """Note that something happened to an object, and have it told."""
    data: Body = {"object": shown(tx, body)}
    if previous:
        data["previous_attributes"] = previous
    event = new(
        tx,
        "event",
        api_version=stripe.api_version,
        data=data,
        pending_webhooks=0,
        request=tx.request,
        type=kind,
    )
    if tx.account:
        event["account"] = tx.account
    else:
        del event["account"]
    endpoints = [one for one in tx.within("").rows("webhook_endpoint") if _wants(one, tx, kind)]
    tx.save(event, pending_webhooks=len(endpoints))
    for endpoint in endpoints:
        _plan(tx, event["id"], endpoint["id"])


def retrieve(tx: Tx, _: Body, id_: str) -> Body:
    """One event."""
    return tx.get("event", id_)


def listing(tx: Tx, params: Body) -> Body:
    """Events, newest first, of one type or several."""
    wanted = params.get("types") or params.get("type")
    return page(tx, "event", params, "/v1/events", type=wanted)


def _wants(endpoint: Body, tx: Tx, kind: str) -> bool:
    wanted = endpoint["enabled_events"]
    listens = endpoint["status"] == "enabled" and endpoint["_connect"] == bool(tx.account)
    return listens and ("*" in wanted or kind in wanted)


def _plan(tx: Tx, event: str, endpoint: str) -> None:
    """One delivery, or two, or one that nobody will ever see."""
    chaos = CHAOS | tx.setting("webhooks", {})
    [count] = tx.connection.execute("SELECT max(seq) FROM delivery").fetchone()
    chance = random.Random(f"{chaos['seed']}/{count}")  # noqa: S311 - repeatable on purpose
    if chance.random() < chaos["drop"]:
        _put(tx, event, endpoint, 0.0, "dropped")
        return
    for _ in range(2 if chance.random() < chaos["double"] else 1):
        held = chaos["shuffle_seconds"] if chance.random() < chaos["shuffle"] else 0.0
        _put(tx, event, endpoint, chaos["delay"] + held * chance.random(), "waiting")


def _put(tx: Tx, event: str, endpoint: str, wait: float, state: str) -> None:
    values: tuple[Any, ...] = (event, endpoint, time.time() + wait, state)
    sql = "INSERT INTO delivery(event, endpoint, due, state) VALUES (?, ?, ?, ?)"
    tx.connection.execute(sql, values)
