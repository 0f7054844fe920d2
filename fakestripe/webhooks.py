"""Webhook endpoints: who hears of what, signed with which secret."""

import hashlib
import hmac

import stripe

from fakestripe import checks
from fakestripe.errors import Body, Refusal
from fakestripe.objects import make, new_id
from fakestripe.show import page
from fakestripe.store import Tx, public


def create(tx: Tx, params: Body) -> Body:
    """An endpoint; its secret is told this once."""
    if not params["enabled_events"]:
        raise Refusal("Invalid array: enabled_events is empty", param="enabled_events")
    endpoint = make(
        tx,
        "webhook_endpoint",
        api_version=params.get("api_version", stripe.api_version),
        description=params.get("description") or None,
        enabled_events=params["enabled_events"],
        metadata=checks.metadata(params.get("metadata")),
        status="enabled",
        url=checks.url(params["url"], "url"),
        _connect=params.get("connect", False),
        _secret=params.get("_secret") or new_id("whsec_", 32),
    )
    del endpoint["secret"]
    return tx.insert(endpoint) | {"secret": endpoint["_secret"]}


def retrieve(tx: Tx, _: Body, id_: str) -> Body:
    """One endpoint, without its secret."""
    return tx.get("webhook_endpoint", id_, "webhook_endpoint")


def listing(tx: Tx, params: Body) -> Body:
    """Endpoints, newest first."""
    return page(tx, "webhook_endpoint", params, "/v1/webhook_endpoints")


def update(tx: Tx, params: Body, id_: str) -> Body:
    """Change where an endpoint is, what it hears, or switch it off."""
    endpoint = retrieve(tx, params, id_)
    for name in ("description", "enabled_events", "url"):
        endpoint[name] = params.get(name, endpoint[name])
    endpoint["status"] = "disabled" if params.get("disabled") else "enabled"
    return tx.save(endpoint)


def delete(tx: Tx, _: Body, id_: str) -> Body:
    """Nothing more is sent there."""
    retrieve(tx, _, id_)
    sql = "UPDATE delivery SET state = 'dropped' WHERE endpoint = ? AND state = 'waiting'"
    tx.connection.execute(sql, (id_,))
    tx.connection.execute("DELETE FROM object WHERE id = ?", (id_,))
    return public({"id": id_, "object": "webhook_endpoint", "deleted": True})


def signature(secret: str, payload: bytes, moment: int) -> str:
    """The header `Stripe-Signature`."""
    signed = hmac.new(secret.encode(), b"%d." % moment + payload, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"
