"""What the stand-in answers is what the SDK's classes promise."""

from typing import Any

import pytest

from tests.fakestripe.shapes import ROOTS, record
from tests.fakestripe.stand import Stand

DAY = 24 * 3600
LISTS = [
    "/v1/accounts",
    "/v1/balance_transactions",
    "/v1/charges",
    "/v1/checkout/sessions",
    "/v1/disputes",
    "/v1/events",
    "/v1/files",
    "/v1/payment_intents",
    "/v1/payouts",
    "/v1/refunds",
    "/v1/transfers",
    "/v1/webhook_endpoints",
]


@pytest.fixture(scope="module")
def lived(stand: Stand) -> Stand:
    """A stand-in in which one of everything has happened."""
    stand.stripe.v1.webhook_endpoints.create(
        {"url": "http://127.0.0.1:9/", "enabled_events": ["charge.succeeded"]}
    )
    refused = stand.session()
    stand.pay(refused, "4000000000000002")
    stand.pay(stand.session(allowed_payment_method_types=["paypal"]), "")
    account = stand.funded()
    stand.payout(account.id, 5000)
    stand.stripe.v1.payouts.create({"amount": 500, "currency": "usd"})
    [transfer] = stand.stripe.v1.transfers.list().data
    stand.stripe.v1.transfers.reversals.create(transfer.id, {"amount": 100})
    stand.stripe.v1.refunds.create({"charge": stand.charge().id, "amount": 5})
    won = stand.control("disputes", charge=stand.charge().id)
    stand.stripe.v1.disputes.update(won["id"], {"evidence": {"product_description": "x"}})
    stand.control(f"disputes/{won['id']}", won=True)
    for method in ("paypal", "alipay"):
        session = stand.session(allowed_payment_method_types=[method])
        form = {"method": method, "email": "ada@example.com", "choice": "authorise"}
        stand.http.post(f"/c/pay/{session.id}/authorise", data=form)
    stand.control("disputes", charge=stand.stripe.v1.charges.list().data[1].id)
    stand.session(metadata={"a": "b"})
    stand.control("clock", seconds=3 * DAY)
    return stand


def _get(stand: Stand, path: str, **params: Any) -> Any:
    key = {"Authorization": "Bearer sk_test_standin"}
    answer = stand.http.get(path, params=params, headers=key)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", LISTS)
def test_a_list_holds_what_its_class_says(lived: Stand, path: str) -> None:
    """Each field has its type, none that must be there is missing, none is made up."""
    found = _get(lived, path, limit=100)
    assert found["url"] == path
    assert found["data"] or path == "/v1/files"
    for one in found["data"]:
        assert not list(record(one, ROOTS[one["object"]], one["object"]))


def test_objects_within_events_are_what_their_classes_say(lived: Stand) -> None:
    """What a webhook tells is as complete as what is asked for."""
    for event in _get(lived, "/v1/events", limit=100)["data"]:
        one = event["data"]["object"]
        assert not list(record(one, ROOTS[one["object"]], event["type"]))


def test_the_balance_and_what_is_paid_for_are_what_their_classes_say(lived: Stand) -> None:
    """Also inside of other objects."""
    assert not list(record(_get(lived, "/v1/balance"), ROOTS["balance"], "balance"))
    params = {"expand[0]": "data.line_items", "limit": 100}
    for session in _get(lived, "/v1/checkout/sessions", **params)["data"]:
        for item in session["line_items"]["data"]:
            assert not list(record(item, ROOTS["item"], "item"))
            assert not list(record(item["price"], ROOTS["price"], "price"))
