"""Webhooks: signed, repeated until they are taken, and astray on demand."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from tests.fakestripe.stand import Stand

SECRET = "whsec_of_a_test"


class Listener(ThreadingHTTPServer):
    """Somebody who hears webhooks, and refuses as many as `refusing` says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearing)
        self.heard: list[tuple[bytes, str]] = []
        self.refusing = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/stripe"

    def events(self, secret: str = SECRET) -> list[stripe.Event]:
        """What it heard, verified by the SDK."""
        return [_verified(raw, sign, secret) for raw, sign in self.heard]


class Hearing(BaseHTTPRequestHandler):
    """One webhook."""

    server: Listener

    def do_POST(self) -> None:
        """Take it, or not."""
        raw = self.rfile.read(int(self.headers["content-length"]))
        refused = self.server.refusing > 0
        self.server.refusing -= refused
        if not refused:
            self.server.heard.append((raw, self.headers["stripe-signature"]))
        self.send_response(503 if refused else 200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _verified(raw: bytes, sign: str, secret: str) -> stripe.Event:
    event = stripe.Webhook.construct_event(raw, sign, secret)
    assert isinstance(event, stripe.Event)
    return event


@pytest.fixture
def listener(stand: Stand) -> Iterator[Listener]:
    """Somebody who hears everything of the platform."""
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    made = stand.control("webhook_endpoints", url=server.url, secret=SECRET)
    yield server
    stand.stripe.v1.webhook_endpoints.delete(made["id"])
    server.shutdown()
    thread.join()
    server.server_close()


def _until(done: Any) -> None:
    end = time.monotonic() + 15
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def _settled(stand: Stand) -> bool:
    return all(one["state"] != "waiting" for one in stand.look("deliveries"))


def test_a_payment_is_told_in_its_order_with_a_valid_signature(
    stand: Stand, listener: Listener
) -> None:
    """Four events, verified by the SDK; a forged one is not."""
    session = stand.session()
    stand.pay(session)
    _until(lambda: len(listener.heard) == 4)
    events = listener.events()
    assert sorted(event.type for event in events) == [
        "charge.succeeded",
        "checkout.session.completed",
        "payment_intent.created",
        "payment_intent.succeeded",
    ]
    [told] = [event for event in events if event.type == "checkout.session.completed"]
    assert told.data.object["id"] == session.id
    raw, sign = listener.heard[0]
    with pytest.raises(stripe.SignatureVerificationError):
        _verified(raw.replace(b"usd", b"eur"), sign, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        _verified(raw, sign, "whsec_other")


def test_an_event_names_the_request_that_caused_it(stand: Stand, listener: Listener) -> None:
    """Its id and its idempotency key."""
    charge = stand.charge()
    _until(lambda: len(listener.heard) == 4)
    refund = stand.stripe.v1.refunds.create({"charge": charge.id}, {"idempotency_key": "refund-1"})
    _until(lambda: len(listener.heard) == 6)
    [event] = [one for one in listener.events() if one.type == "refund.created"]
    assert event.request
    assert event.request.idempotency_key == "refund-1"
    assert refund.last_response
    assert event.request.id == refund.last_response.request_id


def test_a_webhook_nobody_takes_is_brought_again(stand: Stand, listener: Listener) -> None:
    """Until it is taken."""
    listener.refusing = 3
    stand.stripe.v1.checkout.sessions.expire(stand.session().id)
    _until(lambda: len(listener.heard) == 1)
    _until(lambda: _settled(stand))
    assert stand.look("deliveries")[-1]["attempts"] == 4


def test_webhooks_are_dropped_and_doubled_by_their_rates(stand: Stand, listener: Listener) -> None:
    """All of them here; the control API shows what became of each."""
    stand.control("webhooks", drop=1.0)
    stand.stripe.v1.checkout.sessions.expire(stand.session().id)
    assert stand.look("deliveries")[-1]["state"] == "dropped"
    stand.control("webhooks", double=1.0)
    stand.stripe.v1.checkout.sessions.expire(stand.session().id)
    _until(lambda: len(listener.heard) == 2)
    first, second = listener.events()
    assert first.id == second.id


def test_webhooks_are_shuffled(stand: Stand, listener: Listener) -> None:
    """Some wait while others pass them, none is lost."""
    stand.control("webhooks", shuffle=0.5, shuffle_seconds=0.6)
    made = [stand.session().id for _ in range(12)]
    for id_ in made:
        stand.stripe.v1.checkout.sessions.expire(id_)
    _until(lambda: len(listener.heard) == 12)
    heard = [event.data.object["id"] for event in listener.events()]
    assert sorted(heard) == sorted(made)
    assert heard != made


def test_events_of_connected_accounts_go_where_they_are_wanted(
    stand: Stand, listener: Listener
) -> None:
    """Only endpoints with `connect` hear of them, with the account's id."""
    other = Listener()
    thread = threading.Thread(target=other.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    endpoint = stand.stripe.v1.webhook_endpoints.create(
        {"url": other.url, "enabled_events": ["payout.created"], "connect": True}
    )
    assert endpoint.secret
    account = stand.funded()
    stand.stripe.v1.payouts.create(
        {"amount": 100, "currency": "usd"}, {"stripe_account": account.id}
    )
    _until(lambda: len(other.heard) == 1)
    [event] = other.events(endpoint.secret)
    assert (event.type, event.account) == ("payout.created", account.id)
    _until(lambda: _settled(stand))
    assert "payout.created" not in [one.type for one in listener.events()]
    assert "secret" not in stand.stripe.v1.webhook_endpoints.retrieve(endpoint.id)
    stand.stripe.v1.webhook_endpoints.delete(endpoint.id)
    other.shutdown()
    thread.join()
    other.server_close()
