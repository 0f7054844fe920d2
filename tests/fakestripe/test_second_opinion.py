"""A second opinion: what the stand-in takes and refuses, Stripe's own mock takes and refuses."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.places import free_ports
from tests.fakestripe.stand import Stand
from tests.other_programs import built, running

MODULE, VERSION = "github.com/stripe/stripe-mock", "v0.203.0"
KEY = {"Authorization": "Bearer sk_test_standin"}

PRICE = {
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "5000",
    "line_items[0][price_data][product_data][name]": "Wallet",
    "line_items[0][quantity]": "1",
}
SESSION = {"mode": "payment", "success_url": "http://shop.example/", **PRICE}
BANK = {
    "external_account[object]": "bank_account",
    "external_account[country]": "US",
    "external_account[account_number]": "000123456789",
    "external_account[routing_number]": "110000000",
}
TRANSFERS = {"capabilities[transfers][requested]": "true"}
TAKEN: list[tuple[str, dict[str, str]]] = [
    ("/v1/checkout/sessions", SESSION),
    ("/v1/checkout/sessions", SESSION | {"metadata[deposit]": "d1", "client_reference_id": "p"}),
    ("/v1/checkout/sessions", SESSION | {"payment_intent_data[metadata][deposit]": "d1"}),
    ("/v1/refunds", {"charge": "{charge}", "amount": "100", "reason": "requested_by_customer"}),
    ("/v1/accounts", {"country": "US", "external_account": "btok_us", **TRANSFERS}),
    ("/v1/accounts", {"controller[stripe_dashboard][type]": "none", "email": "a@example.com"}),
    ("/v1/transfers", {"amount": "100", "currency": "usd", "destination": "{account}"}),
    ("/v1/payouts", {"amount": "100", "currency": "usd", "metadata[withdrawal]": "w1"}),
    ("/v1/disputes/{dispute}", {"evidence[uncategorized_text]": "proof", "submit": "false"}),
    ("/v1/webhook_endpoints", {"url": "http://shop.example/", "enabled_events[0]": "*"}),
]
REFUSED: list[tuple[str, dict[str, str]]] = [
    ("/v1/checkout/sessions", SESSION | {"sum": "5"}),
    ("/v1/checkout/sessions", SESSION | {"mode": "pay"}),
    ("/v1/checkout/sessions", SESSION | {"expires_at": "soon"}),
    ("/v1/refunds", {"charge": "{charge}", "amount": "some"}),
    ("/v1/transfers", {"amount": "100", "destination": "{account}"}),
    ("/v1/payouts", {"currency": "usd"}),
    ("/v1/webhook_endpoints", {"url": "http://shop.example/"}),
]


DIFFERENT: list[tuple[str, dict[str, str], tuple[int, int]]] = [
    ("/v1/checkout/sessions", SESSION | {"allowed_payment_method_types[0]": "card"}, (200, 400)),
    ("/v1/accounts", {"country": "US", **BANK}, (200, 400)),
    ("/v1/disputes/{dispute}", {"evidence[poem]": "x"}, (400, 200)),
]
"""Where they differ: a parameter younger than the mock, a shape that its document leaves out but
the SDK and Stripe's pages have, and names within evidence, which the mock does not look at."""


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Stripe's own mock, which knows all parameters and no state."""
    [port] = free_ports(1)
    command = [str(built(MODULE, VERSION)), "-http-addr", f"127.0.0.1:{port}"]
    with (
        running(command, tmp_path_factory.mktemp("mock"), port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def known(stand: Stand) -> dict[str, str]:
    """What requests speak of."""
    charge = stand.charge(5000, "4000000000000077")
    dispute = stand.control("disputes", charge=stand.charge(card="4000000000000077").id)
    return {"charge": charge.id, "account": stand.funded().id, "dispute": dispute["id"]}


@pytest.mark.parametrize(("path", "form"), TAKEN)
def test_what_the_stand_in_takes_stripes_mock_takes(
    stand: Stand, mock: httpx.Client, known: dict[str, str], path: str, form: dict[str, str]
) -> None:
    """Both answer 200."""
    assert _both(stand, mock, known, path, form) == (200, 200)


@pytest.mark.parametrize(("path", "form"), REFUSED)
def test_what_the_stand_in_refuses_stripes_mock_refuses(
    stand: Stand, mock: httpx.Client, known: dict[str, str], path: str, form: dict[str, str]
) -> None:
    """Both answer 400."""
    assert _both(stand, mock, known, path, form) == (400, 400)


@pytest.mark.parametrize(("path", "form", "answers"), DIFFERENT)
def test_where_they_differ_is_known(
    stand: Stand,
    mock: httpx.Client,
    known: dict[str, str],
    path: str,
    form: dict[str, str],
    answers: tuple[int, int],
) -> None:
    """A newer mock that agrees takes its line out of the list."""
    assert _both(stand, mock, known, path, form) == answers


def _both(
    stand: Stand, mock: httpx.Client, known: dict[str, str], path: str, form: dict[str, Any]
) -> tuple[int, int]:
    filled = {name: value.format(**known) for name, value in form.items()}
    ours = stand.http.post(path.format(**known), data=filled, headers=KEY)
    theirs = mock.post(path.format(**known), data=filled, headers=KEY)
    return ours.status_code, theirs.status_code
