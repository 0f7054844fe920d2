"""A stand-in that runs for tests, the real SDK that talks to it, and what people do on its page."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import stripe
import uvicorn

from fakestripe.app import KEY, create
from local.places import free_ports

SUCCESS = "http://shop.example/paid?session={CHECKOUT_SESSION_ID}"


class Stand:
    """One stand-in at one address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=30)
        self._clients: list[stripe.HTTPXClient] = []
        self.stripe = self.client()

    def client(self, key: str = KEY, retries: int = 0) -> stripe.StripeClient:
        """The SDK, with nothing but its addresses changed."""
        http = stripe.HTTPXClient(timeout=30, allow_sync_methods=True)
        self._clients.append(http)
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.url, "files": self.url},
            http_client=http,
            max_network_retries=retries,
        )

    def close(self) -> None:
        """Let go of all connections."""
        self.http.close()
        for client in self._clients:
            client.close()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped

    async def close_async(self) -> None:
        """Let go of the connections that were not blocking."""
        for client in self._clients:
            await client.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped

    def control(self, path: str, /, **given: Any) -> Any:
        """One request of the control API."""
        answer = self.http.post(f"/_control/{path}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def look(self, path: str) -> Any:
        """What the control API shows."""
        return self.http.get(f"/_control/{path}").json()

    def session(self, amount: int = 5000, **more: Any) -> stripe.checkout.Session:
        """A session for one thing."""
        item = {
            "price_data": {
                "currency": "usd",
                "unit_amount": amount,
                "product_data": {"name": "Wallet"},
            },
            "quantity": 1,
        }
        params = {"mode": "payment", "line_items": [item], "success_url": SUCCESS} | more
        return self.stripe.v1.checkout.sessions.create(cast(Any, params))

    def pay(
        self, session: stripe.checkout.Session, card: str = "4242424242424242"
    ) -> httpx.Response:
        """Fill in the page and send it."""
        assert session.url
        form = {
            "method": "card",
            "email": "ada@example.com",
            "number": card,
            "expiry": "12 / 34",
            "cvc": "123",
        }
        return self.http.post(session.url, data=form)

    def charge(self, amount: int = 5000, card: str = "4242424242424242") -> stripe.Charge:
        """A session that is paid, as its charge."""
        session = self.session(amount)
        self.pay(session, card)
        paid = self.stripe.v1.checkout.sessions.retrieve(
            session.id, {"expand": ["payment_intent.latest_charge"]}
        )
        intent = paid.payment_intent
        assert isinstance(intent, stripe.PaymentIntent)
        assert isinstance(intent.latest_charge, stripe.Charge)
        return intent.latest_charge

    def account(self, number: str = "000123456789") -> stripe.Account:
        """Somebody who can be paid."""
        return self.stripe.v1.accounts.create(
            {
                "country": "US",
                "capabilities": {"transfers": {"requested": True}},
                "external_account": {
                    "object": "bank_account",
                    "country": "US",
                    "account_number": number,
                    "routing_number": "110000000",
                },
                "tos_acceptance": {"date": 1, "ip": "127.0.0.1"},
            }
        )

    def payout(self, account: str, amount: int, **more: Any) -> stripe.Payout:
        """Money on its way to somebody's bank."""
        params = cast(Any, {"amount": amount, "currency": "usd", **more})
        return self.stripe.v1.payouts.create(params, {"stripe_account": account})

    def funded(self, amount: int = 10_000, number: str = "000123456789") -> stripe.Account:
        """Somebody to whom this much was transferred."""
        self.charge(amount * 2, "4000000000000077")
        account = self.account(number)
        self.stripe.v1.transfers.create(
            {"amount": amount, "currency": "usd", "destination": account.id}
        )
        return account

    def balances(self) -> None:
        """The books of the stand-in agree with themselves."""
        books = self.look("books")
        assert books["ok"], books["wrong"]


@contextmanager
def standing(file: Path) -> Iterator[Stand]:
    """A stand-in on a free port, in a thread of its own."""
    [port] = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    config = uvicorn.Config(create(file, url), port=port, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    stand = Stand(url)
    yield stand
    stand.balances()
    stand.close()
    server.should_exit = True
    thread.join()
