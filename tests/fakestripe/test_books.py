"""Whatever happens in whatever order, the books agree, and outlive a kill."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import stripe

from local.places import free_ports
from tests.fakestripe.stand import Stand, standing

STEPS = 60


def _charge(stand: Stand, chance: random.Random) -> None:
    cards = ["4242424242424242", "4000000000000077", "4000000000000002", "4000000000000259"]
    session = stand.session(chance.randint(50, 90_000))
    stand.pay(session, chance.choice([*cards, "4000000000005126"]))


def _refund(stand: Stand, chance: random.Random) -> None:
    charges = stand.stripe.v1.charges.list({"limit": 20}).data
    charge = chance.choice(charges)
    stand.stripe.v1.refunds.create(
        {"charge": charge.id, "amount": chance.randint(1, charge.amount)}
    )


def _dispute(stand: Stand, chance: random.Random) -> None:
    charge = chance.choice(stand.stripe.v1.charges.list({"limit": 20}).data)
    stand.http.post("/_control/disputes", json={"charge": charge.id})


def _decide(stand: Stand, chance: random.Random) -> None:
    dispute = chance.choice(stand.stripe.v1.disputes.list().data)
    stand.http.post(f"/_control/disputes/{dispute.id}", json={"won": chance.random() < 0.5})


def _transfer(stand: Stand, chance: random.Random) -> None:
    accounts = stand.stripe.v1.accounts.list().data
    account = chance.choice(accounts) if len(accounts) > 2 else stand.account()
    params = {
        "amount": chance.randint(1, 30_000),
        "currency": "usd",
        "destination": account.id,
    }
    stand.stripe.v1.transfers.create(cast(Any, params))


def _reverse(stand: Stand, chance: random.Random) -> None:
    transfer = chance.choice(stand.stripe.v1.transfers.list().data)
    stand.stripe.v1.transfers.reversals.create(
        transfer.id, {"amount": chance.randint(1, transfer.amount)}
    )


def _payout(stand: Stand, chance: random.Random) -> None:
    account = chance.choice(stand.stripe.v1.accounts.list().data)
    if chance.random() < 0.4:
        when = chance.choice(["before_paid", "after_paid"])
        stand.control("payouts/fail_next", account=account.id, when=when)
    params = {"amount": chance.randint(1, 5000), "currency": "usd"}
    stand.stripe.v1.payouts.create(cast(Any, params), {"stripe_account": account.id})


def _wait(stand: Stand, chance: random.Random) -> None:
    stand.control("clock", seconds=chance.randint(60, 3 * 24 * 3600))


ACTS: list[Callable[[Stand, random.Random], None]] = [
    _charge, _charge, _refund, _dispute, _decide, _transfer, _reverse, _payout, _wait,
]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_books_agree_whatever_happens(tmp_path: Path, seed: int) -> None:
    """After each step, and with every balance transaction that the API lists."""
    chance = random.Random(seed)
    with standing(tmp_path / "books.sqlite") as stand:
        _charge(stand, chance)
        done = 0
        for _ in range(STEPS):
            try:
                chance.choice(ACTS)(stand, chance)
                done += 1
            except (stripe.InvalidRequestError, IndexError):
                continue
            stand.balances()
        assert done > STEPS // 4
        lines = stand.stripe.v1.balance_transactions.list({"limit": 100})
        balance = stand.stripe.v1.balance.retrieve()
        assert sum(line.net for line in lines.auto_paging_iter()) == (
            balance.available[0].amount + balance.pending[0].amount
        )


def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    """Killed without warning and started again, it knows sessions, keys and its clock."""
    [port] = free_ports(1)
    first = _start(tmp_path, port)
    stand = Stand(f"http://127.0.0.1:{port}")
    charge = stand.charge()
    options = cast(Any, {"idempotency_key": "k"})
    refund = stand.stripe.v1.refunds.create({"charge": charge.id}, options)
    ahead = stand.control("clock", seconds=3600)["ahead"]
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = _start(tmp_path, port)
    again = stand.client()
    assert again.v1.refunds.create({"charge": charge.id}, options).id == refund.id
    assert stand.look("clock")["ahead"] == ahead
    stand.balances()
    stand.close()
    second.terminate()
    second.wait(10)


def _start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "fakestripe", "--file", str(folder / "books.sqlite")]
    running = subprocess.Popen([*command, "--port", str(port)])
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            httpx.get(f"http://127.0.0.1:{port}/_control/clock", trust_env=False)
        except httpx.TransportError:
            assert running.poll() is None, "it did not start"
            time.sleep(0.05)
        else:
            return running
    raise AssertionError("it does not answer")
