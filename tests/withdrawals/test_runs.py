"""Payment runs: seen, approved by one or two, paid by file, answered for by accounting."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.difference import Source
from domain.withdrawal import end_to_end_id
from ledger import payment_runs
from tests.api.people import code
from tests.api.test_bank_statements import imports, statement_of
from tests.life import eventually
from tests.outside import found
from tests.withdrawals.leaving import IBAN, Leaving, Run, falls_due, instead, usd


async def test_a_run_goes_to_the_bank_and_is_answered_for(leaving: Leaving) -> None:
    """Seen, approved, in the bank's file, confirmed: each withdrawal is paid, once."""
    withdrawal = await leaving.requested()
    run = await falls_due(leaving.world, withdrawal)
    seen = await run.shown()
    assert (seen["count"], seen["total"], seen["people_needed"]) == (1, usd(99_00), 1)
    assert (await run.approved()).json() == {"payment_date": str(run.on), "approved": True}
    await leaving.stands(withdrawal, "sent")
    assert (await run.answered(paid=[withdrawal["id"]])).json()["paid"] == 1
    shown = await leaving.stands(withdrawal, "paid")
    assert shown["arrives"] == usd(99_00) and await leaving.earnings() == 0
    assert (await run.answered(paid=[withdrawal["id"]])).status_code == 200


async def test_the_bank_file_is_the_same_each_time(leaving: Leaving) -> None:
    """Also when its owner is paid elsewhere by now: what was approved is what is asked for."""
    withdrawal, run = await leaving.sent()
    name = f"PK-{withdrawal['id'].partition('_')[2]}"
    first, table = await run.file(), await run.file("csv")
    await leaving.is_paid_at(iban=IBAN)
    assert (await run.file()).content == first.content
    assert (await run.file("csv")).content == table.content
    for written in (first.text, table.text):
        assert name in written and "000123456789" in written and "99.00" in written
        assert "Ana Nin" in written


async def test_a_payment_that_failed_is_back_at_once_with_the_reason(leaving: Leaving) -> None:
    """The fee too; the person is told why."""
    withdrawal, run = await leaving.sent()
    failed = [{"withdrawal": withdrawal["id"], "reason": "The account is closed"}]
    assert (await run.answered(failed=failed)).status_code == 200
    shown = await leaving.stands(withdrawal, "failed")
    assert shown["reason"] == "The account is closed" and await leaving.earnings() == 100_00
    inbox = (await leaving.person.get("/v1/me/notices")).json()["items"]
    assert any("The account is closed" in one["subject"] for one in inbox)


async def test_a_payment_that_comes_back_later_is_in_the_wallet_again(leaving: Leaving) -> None:
    """Without its fee; what was never paid cannot come back."""
    withdrawal, run = await leaving.sent()
    back = [{"withdrawal": withdrawal["id"], "reason": "No such account"}]
    assert code(await run.answered(returned=back)) == "unknown_reference"
    await run.answered(paid=[withdrawal["id"]])
    await leaving.stands(withdrawal, "paid")
    assert (await run.answered(returned=back)).status_code == 200
    await leaving.stands(withdrawal, "returned")
    assert await leaving.earnings() == 99_00


async def test_a_payment_and_its_return_are_in_the_statement_by_our_name(leaving: Leaving) -> None:
    """The bank gives each line a reference of its own; a payer who uses our name is another."""
    withdrawal, run = await leaving.sent()
    named = end_to_end_id(withdrawal["id"])

    async def told(amount: str, returned: str = "no") -> str | None:
        line = f"123,{uuid4().hex},{run.on},{amount},USD,Ana,,{named},{returned}"
        answer = await imports(run.world.house.accountants[0], statement_of(line))
        assert answer.status_code == 201, answer.text
        differs = await found(leaving.world.engine, Source.BANK)
        return differs[named].there if named in differs else None

    assert await told("-99.00") == "there -99.00 USD"
    await run.answered(paid=[withdrawal["id"]])
    await leaving.stands(withdrawal, "paid")
    assert await told("99.00") is None
    assert await told("99.00", "yes") == "there 0.00 USD"
    back = [{"withdrawal": withdrawal["id"], "reason": "No such account"}]
    await run.answered(returned=back)
    await leaving.stands(withdrawal, "returned")
    assert named not in await found(leaving.world.engine, Source.BANK)


async def test_a_paid_withdrawal_is_closed_when_it_can_come_back_no_more(
    leaving: Leaving,
) -> None:
    """After 30 days."""
    withdrawal, run = await leaving.sent()
    await run.answered(others_paid=True)
    await leaving.stands(withdrawal, "paid")
    await leaving.goes_on(withdrawal, timedelta(days=30))
    assert (await leaving.stands(withdrawal, "closed"))["over"]


async def test_a_check_that_fails_at_the_approval_keeps_one_back_and_pays_the_others(
    leaving: Leaving,
) -> None:
    """Its money is in the wallet again, with the reason; the bank is not asked for it."""
    ben = Leaving(leaving.world, await leaving.world.person("ben", earnings_minor=50_00))
    await ben.ready()
    one, other = await leaving.requested(), await ben.requested(50_00)
    run = await falls_due(leaving.world, one, other)
    await ben.is_paid_at(iban=IBAN)
    seen = await run.shown()
    assert [(late["id"], late["missing"]["code"]) for late in seen["failing"]] == [
        (other["id"], "payout_method_missing")
    ]
    assert (await run.approved()).json()["approved"]
    await leaving.stands(one, "sent")
    shown = await ben.stands(other, "failed")
    assert "replaced" in shown["reason"] and await ben.earnings() == 50_00
    assert other["id"].partition("_")[2] not in (await run.file("csv")).text


async def test_above_the_limit_a_run_takes_two_people(leaving: Leaving) -> None:
    """The same person twice is one."""
    rich = Leaving(leaving.world, await leaving.world.person("rich", earnings_minor=20_000_00))
    await rich.ready()
    withdrawal = await rich.requested(10_001_01)
    run = await falls_due(leaving.world, withdrawal)
    ada, bob = leaving.world.house.accountants
    assert (await run.shown())["people_needed"] == 2
    for _ in range(2):
        assert (await run.approved(ada)).json()["approved"] is False
    assert (await rich.shown(withdrawal))["state"] == "requested"
    assert (await run.approved(bob)).json()["approved"] is True
    await rich.stands(withdrawal, "sent")
    assert code(await run.approved(ada, count=1, total=usd(1))) == "already_over"


async def test_the_limit_is_one_of_the_whole_run(
    leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the part that is looked at first stays below it."""
    monkeypatch.setattr(payment_runs, "SOME_OF_IT", 1)
    many = [
        Leaving(leaving.world, await leaving.world.person(name, earnings_minor=6_000_00))
        for name in ("cho", "dia")
    ]
    asked = [await (await one.ready()).requested(6_000_00) for one in many]
    run = await falls_due(leaving.world, *asked)
    ada, bob = leaving.world.house.accountants
    assert (await run.approved(ada)).json()["approved"] is False
    assert (await run.approved(bob)).json()["approved"] is True


async def test_at_the_limit_one_person_is_enough(leaving: Leaving) -> None:
    """It is counted by what goes out."""
    rich = Leaving(leaving.world, await leaving.world.person("rich", earnings_minor=20_000_00))
    await rich.ready()
    run = await falls_due(leaving.world, await rich.requested(10_001_00))
    assert (await run.approved()).json()["approved"] is True


async def test_nobody_approves_their_own_withdrawal(leaving: Leaving) -> None:
    """Nor answers for it."""
    carl = await leaving.world.person("carl", earnings_minor=100_00, roles=("accounting",))
    own = await Leaving(leaving.world, carl).ready()
    withdrawal = await own.requested()
    run = await falls_due(leaving.world, withdrawal)
    assert code(await run.approved(carl)) == "not_yours"
    assert (await run.approved()).json()["approved"]
    await own.stands(withdrawal, "sent")
    assert code(await run.answered(carl, paid=[withdrawal["id"]])) == "not_yours"
    assert code(await run.answered(carl, others_paid=True)) == "not_yours"


async def test_a_run_that_is_not_as_it_was_seen_is_not_approved(leaving: Leaving) -> None:
    """Somebody took a withdrawal back meanwhile."""
    one, other = await leaving.requested(40_00), await leaving.requested(60_00)
    run = await falls_due(leaving.world, one, other)
    seen = await run.shown()
    await leaving.person.post(f"/v1/withdrawals/{one['id']}/cancel")
    stale = await run.approved(count=seen["count"], total=seen["total"])
    assert (stale.status_code, code(stale)) == (409, "seen_is_stale")
    assert (await leaving.shown(other))["state"] == "requested"


async def test_before_the_cut_off_a_run_is_not_approved(leaving: Leaving) -> None:
    """Somebody may still ask to be in it."""
    withdrawal = await leaving.requested()
    run = Run(leaving.world, withdrawal["payment_date"])
    assert code(await run.approved()) == "not_open"


async def test_a_cancellation_and_an_approval_at_once_agree(leaving: Leaving) -> None:
    """Either it is taken back and nobody is paid, or it is paid and was not taken back."""
    for _ in range(4):
        withdrawal = await leaving.requested(25_00)
        run = await falls_due(leaving.world, withdrawal)
        seen = await run.shown()
        body = {name: seen[name] for name in ("count", "total")}
        cancelled, approved = await asyncio.gather(
            leaving.person.post(f"/v1/withdrawals/{withdrawal['id']}/cancel"),
            leaving.world.house.accountants[0].post(f"{run.path}/approve", body),
        )
        state = (await leaving.stands(withdrawal, "cancelled", "sent"))["state"]
        went = approved.status_code == 200
        assert state == ("sent" if went else "cancelled")
        assert (cancelled.status_code == 200) is not went


async def test_only_sworn_accounting_look_at_runs(leaving: Leaving) -> None:
    """Neither staff nor freelancers."""
    withdrawal, run = await leaving.sent()
    for person in (leaving.person, leaving.world.house.staff):
        for path in (run.path, f"{run.path}/withdrawals", f"{run.path}/bank-file"):
            assert code(await person.get(path)) == "not_yours"
        assert code(await run.approved(person)) == "not_yours"
        assert code(await run.answered(person, paid=[withdrawal["id"]])) == "not_yours"


@pytest.mark.parametrize("day", ["2025-01-01", "2026-02-30", "soon"])
async def test_a_day_that_is_no_payment_date_has_no_run(leaving: Leaving, day: str) -> None:
    """A date that does not exist is bad input."""
    ada, _ = leaving.world.house.accountants
    answer = await ada.get(f"/v1/staff/payment-runs/{day}")
    assert answer.status_code == (404 if day == "2025-01-01" else 422)


@pytest.mark.parametrize(
    "answers",
    [
        {"paid": ["withdrawal_x"]},
        {"failed": [{"withdrawal": "withdrawal_01k2v0z8f6e5tb6wq9d3c4x7yz", "reason": ""}]},
        {"failed": [{"withdrawal": "withdrawal_01k2v0z8f6e5tb6wq9d3c4x7yz",
                     "reason": "account 000123456789 is closed"}]},
        {"lost": []},
    ],
)  # fmt: skip
async def test_answers_that_say_nothing_are_refused(
    leaving: Leaving, answers: dict[str, Any]
) -> None:
    """An account's number has no place in a reason that others read."""
    withdrawal, run = await leaving.sent()
    assert (await run.answered(**answers)).status_code == 422
    assert (await leaving.shown(withdrawal))["state"] == "sent"


async def test_one_payment_has_one_answer(leaving: Leaving) -> None:
    """Neither two at once, nor another one later."""
    withdrawal, run = await leaving.sent()
    failed = [{"withdrawal": withdrawal["id"], "reason": "closed"}]
    both = await run.answered(paid=[withdrawal["id"]], failed=failed)
    assert both.status_code == 422
    await run.answered(paid=[withdrawal["id"]])
    await leaving.stands(withdrawal, "paid")
    assert code(await run.answered(failed=failed)) == "unknown_reference"
    assert (await leaving.shown(withdrawal))["state"] == "paid"


async def test_a_payout_nobody_answers_for_is_a_task_of_accounting(leaving: Leaving) -> None:
    """After five banking days."""
    withdrawal, run = await leaving.sent()
    await leaving.goes_on(withdrawal, timedelta(days=9))
    ada, _ = leaving.world.house.accountants

    async def told() -> bool:
        inbox = (await ada.get("/v1/me/notices")).json()["items"]
        about = [
            one["kind"] for one in inbox if one["subject"].startswith(f"Payment run of {run.on}")
        ]
        return "payout_unanswered" in about

    await eventually(told)
    assert (await leaving.shown(withdrawal))["state"] == "sent"


async def test_of_a_run_left_lying_accounting_hear_once_for_all_its_withdrawals(
    leaving: Leaving,
) -> None:
    """A run of a hundred thousand is one mail an hour, not a hundred thousand."""
    both = [await leaving.requested(30_00) for _ in range(2)]
    due = datetime.fromisoformat(both[0]["if_nobody_acts"]["at"])
    for one in both:
        await leaving.goes_on(one, due - datetime.now(UTC) + timedelta(minutes=5))

    async def waited() -> bool:
        return all([(await leaving.shown(one))["version"] >= 2 for one in both])

    await eventually(waited)
    ada, _ = leaving.world.house.accountants
    inbox = (await ada.get("/v1/me/notices")).json()["items"]
    run = f"Payment run of {both[0]['payment_date']}"
    assert len([one for one in inbox if one["subject"].startswith(run)]) == 1


async def test_without_an_account_of_ours_there_is_no_file(leaving: Leaving) -> None:
    """Somebody has to say first from which account the run is paid."""
    _, run = await leaving.sent()
    nobody = leaving.world.settings.model_copy(update={"payer": {}})
    with instead(leaving.world, "settings", nobody):
        answer = await run.file()
    assert (answer.status_code, code(answer)) == (503, "payer_missing")


async def test_a_run_is_looked_through_page_by_page(leaving: Leaving) -> None:
    """In the order of ids; each once."""
    made = [await leaving.requested(20_00) for _ in range(3)]
    run = await falls_due(leaving.world, *made)
    ada, _ = leaving.world.house.accountants
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        shown = (await ada.get(f"{run.path}/withdrawals", limit=2, **cursor)).json()
        seen += [one["id"] for one in shown["items"]]
        if not shown["next_cursor"]:
            break
        cursor = {"cursor": shown["next_cursor"]}
    assert seen == sorted(one["id"] for one in made)
