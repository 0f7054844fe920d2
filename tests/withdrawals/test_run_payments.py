"""After its approval accounting see what has become of each payment of a run."""

from datetime import datetime
from typing import Any

import pytest

from domain.withdrawal import end_to_end_id
from tests.api.people import code
from tests.fakestripe.stand import Stand
from tests.withdrawals.connected import DAY_S, Connected
from tests.withdrawals.leaving import IBAN, Leaving, Run, falls_due, usd

OUTCOMES = ("kept_back", "under_way", "paid", "failed", "returned")


async def payments(run: Run, **asked: Any) -> list[dict[str, Any]]:
    """What accounting see, all pages of it."""
    ada, _ = run.world.house.accountants
    seen: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await ada.get(f"{run.path}/payments", limit=2, **asked, **cursor)
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        seen += shown["items"]
        if not shown["next_cursor"]:
            return seen
        cursor = {"cursor": shown["next_cursor"]}


async def test_each_payment_is_shown_with_what_became_of_it(leaving: Leaving) -> None:
    """Kept back, on its way, paid, failed and sent back: page by page, or those of one kind."""
    ben = Leaving(leaving.world, await leaving.world.person("ben", earnings_minor=50_00))
    await ben.ready()
    kept_back = await ben.requested(30_00)
    made = [await leaving.requested(20_00 + n) for n in range(4)]
    under_way, paid, failed, returned = made
    run = await falls_due(leaving.world, kept_back, *made)
    await ben.is_paid_at(iban=IBAN)
    assert (await run.approved()).json()["approved"]
    await ben.stands(kept_back, "failed")
    for one in made:
        await leaving.stands(one, "sent")
    await run.answered(
        paid=[paid["id"], returned["id"]],
        failed=[{"withdrawal": failed["id"], "reason": "The account is closed"}],
    )
    await leaving.stands(returned, "paid")
    back = {"withdrawal": returned["id"], "reason": "No such account"}
    assert (await run.answered(returned=[back])).status_code == 200
    every = (kept_back, under_way, paid, failed, returned)
    shown = await payments(run)
    assert [one["id"] for one in shown] == sorted(one["id"] for one in every)
    became = {one["id"]: one for one in shown}
    assert [became[one["id"]]["outcome"] for one in every] == list(OUTCOMES)
    why = [became[one["id"]]["reason"] for one in every]
    assert "replaced" in why[0]
    assert why[1:] == [None, None, "The account is closed", "No such account"]
    assert [became[one["id"]]["at"] is None for one in every] == [False, True, False, False, False]
    for outcome, one in zip(OUTCOMES, every, strict=True):
        assert [row["id"] for row in await payments(run, outcome=outcome)] == [one["id"]]
    at = became[paid["id"]].pop("at")
    assert datetime.fromisoformat(at).tzinfo is not None
    assert became[paid["id"]] == {
        "id": paid["id"],
        "freelancer_id": leaving.person.id,
        "via": "us_bank",
        "last_four": "6789",
        "end_to_end_id": end_to_end_id(paid["id"]),
        "arrives": usd(19_01),
        "outcome": "paid",
        "reason": None,
    }


@pytest.mark.parametrize("when", ["paid", "before_paid", "after_paid"])
async def test_what_stripe_did_is_seen_too(leaving: Leaving, out_stand: Stand, when: str) -> None:
    """Nobody of accounting answers for it: its case says so, and when."""
    one = await Connected.paid_by(out_stand, leaving)
    if when != "paid":
        fate = {"account": one.account, "when": when, "code": "no_account"}
        out_stand.control("payouts/fail_next", **fate)
    withdrawal, run = await one.sent()
    await one.waits(withdrawal, "payout")
    [shown] = await payments(run)
    assert (shown["outcome"], shown["at"], shown["end_to_end_id"]) == ("under_way", None, None)
    out_stand.control("clock", to=one.payouts[0].arrival_date)
    await one.hears(withdrawal)
    if when == "after_paid":
        await one.stands(withdrawal, "paid")
        out_stand.control("clock", seconds=DAY_S)
        await one.hears(withdrawal)
    became = {"paid": "paid", "before_paid": "failed", "after_paid": "returned"}[when]
    await one.stands(withdrawal, became)
    [shown] = await payments(run)
    assert (shown["via"], shown["outcome"]) == ("stripe", became)
    assert shown["at"] and bool(shown["reason"]) is (when != "paid")


async def test_a_run_that_was_not_approved_has_no_payments(leaving: Leaving) -> None:
    """What waits for it is another list; an outcome that does not exist is bad input."""
    run = await falls_due(leaving.world, await leaving.requested())
    ada, _ = leaving.world.house.accountants
    path = f"{run.path}/payments"
    assert (await ada.get(path)).status_code == 404
    assert (await ada.get(path, outcome="lost")).status_code == 422
    assert (await ada.get(path, cursor="nonsense!")).status_code == 422


async def test_only_sworn_accounting_see_payments(leaving: Leaving) -> None:
    """Neither staff nor whoever is paid."""
    _, run = await leaving.sent()
    for person in (leaving.person, leaving.world.house.staff):
        assert code(await person.get(f"{run.path}/payments")) == "not_yours"
