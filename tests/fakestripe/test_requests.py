"""What every request is measured by: keys, idempotency, faults, pages, expansion."""

import threading
import time
from collections.abc import Mapping
from typing import Any, cast
from uuid import uuid4

import pytest
import stripe

from tests.fakestripe.stand import Stand

THIS_RUN = uuid4().hex
"""Stripe remembers the keys of the last run."""


def key(name: str) -> str:
    """An idempotency key of this run."""
    return f"{THIS_RUN}/{name}"


def _item(amount: int) -> dict[str, Any]:
    price = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "x"}}
    return {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "success_url": "http://shop.example/",
    }


def _create(client: stripe.StripeClient, key: str, amount: int = 5000) -> stripe.checkout.Session:
    params = cast(Any, _item(amount))
    return client.v1.checkout.sessions.create(params, {"idempotency_key": key})


def _headers(answer: stripe.checkout.Session) -> Mapping[str, str]:
    assert answer.last_response
    return answer.last_response.headers


@pytest.mark.at_stripe
def test_a_wrong_key_is_no_key(stand: Stand) -> None:
    """401, and the key is not repeated in full."""
    with pytest.raises(stripe.AuthenticationError) as refused:
        stand.client("sk_test_somebodyelse").v1.charges.list()
    assert refused.value.http_status == 401
    assert "somebodyelse" not in str(refused.value)
    assert stand.http.get("/v1/charges").status_code == 401


@pytest.mark.at_stripe
def test_an_unknown_account_cannot_be_spoken_for(stand: Stand) -> None:
    """`Stripe-Account` names an account that is connected."""
    with pytest.raises(stripe.PermissionError) as refused:
        stand.stripe.v1.balance.retrieve(options={"stripe_account": "acct_nobody"})
    assert refused.value.error
    assert refused.value.error.code == "account_invalid"


@pytest.mark.at_stripe
def test_what_is_not_there_is_missing(stand: Stand) -> None:
    """404 with `resource_missing`."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand.stripe.v1.charges.retrieve("ch_nothing")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert stand.http.get("/v1/unheard_of").status_code == 404


@pytest.mark.at_stripe
def test_a_repeated_key_gets_the_same_answer(stand: Stand) -> None:
    """One session, and the header that says it is a replay."""
    first, second = _create(stand.stripe, key("k1")), _create(stand.stripe, key("k1"))
    assert first.id == second.id
    assert _headers(second)["idempotent-replayed"] == "true"
    assert _headers(second)["original-request"] == _headers(first)["request-id"]


@pytest.mark.at_stripe
def test_a_key_with_other_parameters_is_refused(stand: Stand) -> None:
    """Stripe never guesses which of the two was meant."""
    _create(stand.stripe, key("k2"))
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        _create(stand.stripe, key("k2"), 6000)
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        stand.stripe.v1.refunds.create({"charge": "ch_x"}, {"idempotency_key": key("k2")})


def test_a_key_is_forgotten_after_a_day(stand: Stand) -> None:
    """After 24 hours the same request is done again."""
    first = _create(stand.stripe, "k3")
    stand.control("clock", seconds=24 * 3600 - 60)
    assert _create(stand.stripe, "k3").id == first.id
    stand.control("clock", seconds=120)
    assert _create(stand.stripe, "k3").id != first.id


@pytest.mark.at_stripe
def test_a_refusal_is_remembered_only_if_the_request_began(stand: Stand) -> None:
    """A malformed request may be mended under the same key; a refused one stays refused."""
    with pytest.raises(stripe.InvalidRequestError):
        stand.stripe.v1.refunds.create(cast(Any, {"chargee": "x"}), {"idempotency_key": key("k4")})
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            stand.stripe.v1.refunds.create({"charge": "ch_x"}, {"idempotency_key": key("k4")})
        assert refused.value.code == "resource_missing"
    assert refused.value.headers
    assert refused.value.headers["idempotent-replayed"] == "true"


def test_a_key_in_use_is_refused(stand: Stand) -> None:
    """Two at once with one key: the second is told so, and nothing is done twice."""
    stand.control("faults", kind="slow", seconds=1.0, count=1)
    slow = threading.Thread(target=_create, args=(stand.client(), "k5"))
    slow.start()
    while stand.look("faults"):
        time.sleep(0.01)
    with pytest.raises(stripe.APIError) as refused:
        _create(stand.stripe, "k5")
    slow.join()
    assert refused.value.error
    assert refused.value.error.code == "idempotency_key_in_use"
    assert refused.value.http_status == 409


def test_too_many_requests_and_broken_servers_do_nothing(stand: Stand) -> None:
    """429 and 500 before anything happened; the same key then does it once."""
    stand.control("faults", kind="429", count=1)
    with pytest.raises(stripe.RateLimitError):
        _create(stand.stripe, "k6")
    stand.control("faults", kind="500", count=1, path="/v1/checkout/*")
    with pytest.raises(stripe.APIError) as broken:
        _create(stand.stripe, "k6")
    assert broken.value.http_status == 500
    assert "idempotent-replayed" not in _headers(_create(stand.stripe, "k6"))


def test_a_remembered_500_stays_for_its_key(stand: Stand) -> None:
    """As with Stripe: who got a 500 must look, not try the same key again."""
    stand.control("faults", kind="500_kept", count=1)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            _create(stand.stripe, "k7")
    assert _create(stand.stripe, "k8").id


def test_a_lost_answer_is_found_by_its_key(stand: Stand) -> None:
    """It was done; only asking again with the same key tells."""
    before = len(stand.stripe.v1.checkout.sessions.list({"limit": 100}).data)
    stand.control("faults", kind="lost_answer", count=1, method="POST")
    with pytest.raises(stripe.APIConnectionError):
        _create(stand.stripe, "k9")
    assert _headers(_create(stand.stripe, "k9"))["idempotent-replayed"] == "true"
    assert len(stand.stripe.v1.checkout.sessions.list({"limit": 100}).data) == before + 1


def test_the_sdk_repeats_by_itself(stand: Stand) -> None:
    """With `max_network_retries` a lost answer and a 500 are nobody's business."""
    stand.control("faults", kind="lost_answer", count=1)
    stand.control("faults", kind="500", count=1)
    assert _create(stand.client(retries=2), "k10").id


def test_a_rate_of_faults_is_the_same_each_time(stand: Stand) -> None:
    """Seeded: half of the requests fail, always the same ones."""

    def outcomes() -> list[bool]:
        stand.control("faults", kind="500", rate=0.5, seed=7, path="/v1/balance")
        codes = [_status(stand) for _ in range(20)]
        stand.http.delete("/_control/faults")
        return codes

    first = outcomes()
    assert first == outcomes()
    assert 4 < sum(first) < 16


def _status(stand: Stand) -> bool:
    try:
        stand.stripe.v1.balance.retrieve()
    except stripe.APIError:
        return False
    return True


@pytest.mark.at_stripe
def test_pages_are_newest_first_and_complete(stand: Stand) -> None:
    """Cursors lead through all of a list, in both directions."""
    made = [stand.session(1000 + n).id for n in range(5)]
    sessions = stand.stripe.v1.checkout.sessions
    first = sessions.list({"limit": 2})
    assert [one.id for one in first.data] == [made[4], made[3]]
    assert first.has_more
    second = sessions.list({"limit": 2, "starting_after": made[3]})
    assert [one.id for one in second.data] == [made[2], made[1]]
    back = sessions.list({"limit": 2, "ending_before": made[1]})
    assert [one.id for one in back.data] == [made[3], made[2]]
    all_of_them = [one.id for one in sessions.list({"limit": 2}).auto_paging_iter()]
    assert all_of_them[:5] == made[::-1]
    assert len(all_of_them) == len(set(all_of_them))


@pytest.mark.at_stripe
@pytest.mark.parametrize(
    "wrong", [{"limit": 101}, {"limit": 0}, {"starting_after": "cs_x"}, {"x": 1}]
)
def test_a_page_that_makes_no_sense_is_refused(stand: Stand, wrong: dict[str, Any]) -> None:
    """Limits from 1 to 100, cursors that exist, filters that there are."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand.stripe.v1.checkout.sessions.list(cast(Any, wrong))
    assert refused.value.param == next(iter(wrong))


def test_lists_are_narrowed_by_when_things_were_made(stand: Stand) -> None:
    """`created` takes ranges."""
    stand.control("clock", seconds=1000)
    now = stand.look("clock")["now"]
    made = stand.session()
    found = stand.stripe.v1.checkout.sessions.list({"created": {"gte": now}})
    assert [one.id for one in found.data] == [made.id]
    assert not stand.stripe.v1.checkout.sessions.list({"created": {"gt": now + 50}}).data


def test_ids_are_expanded_on_demand(stand: Stand) -> None:
    """In one object and in lists; what cannot be expanded is refused."""
    charge = stand.charge(4000)
    paths = ["data.balance_transaction", "data.payment_intent"]
    [listed] = stand.stripe.v1.charges.list({"limit": 1, "expand": paths}).data
    assert isinstance(listed.balance_transaction, stripe.BalanceTransaction)
    assert listed.balance_transaction.net == 4000 - (116 + 30)
    assert isinstance(listed.payment_intent, stripe.PaymentIntent)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        stand.stripe.v1.charges.retrieve(charge.id, {"expand": ["amounts"]})


async def test_the_sdk_may_ask_without_blocking(stand: Stand) -> None:
    """The services' `_async` methods get the same answers."""
    client = stand.client()
    charge = stand.charge(4100)
    found = await client.v1.charges.retrieve_async(charge.id, {"expand": ["payment_intent"]})
    assert (found.id, found.amount) == (charge.id, 4100)
    await stand.close_async()


def test_two_who_want_the_same_money_do_not_both_get_it(stand: Stand) -> None:
    """Of requests that race for a balance only as many succeed as it covers."""
    account = stand.funded(10_000)
    got: list[str] = []
    threads = [threading.Thread(target=_try_payout, args=(stand, account.id, got)) for _ in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["balance_insufficient"] * 3 + ["paid out"]


def _try_payout(stand: Stand, account: str, got: list[str]) -> None:
    try:
        stand.payout(account, 6000)
        got.append("paid out")
    except stripe.InvalidRequestError as refused:
        got.append(str(refused.code))
