"""Withdrawals as their owners see them: quoted, requested, taken back, refused with the reason."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from activities.housekeeper import Housekeeper
from domain.commands import Approve
from domain.paydays import Paydays
from ledger import journal, people, tax_forms
from ledger.calendars import banking_calendar
from ledger.sealed_values import SealingKeys
from ledger.tax_forms import Signature
from tests.api.people import code, pointers
from tests.api.tax import FORM, foreign
from tests.holding.hands import policy
from tests.life import Life, eventually
from tests.tax import w8ben
from tests.withdrawals.leaving import (
    IBAN,
    PUT,
    TAX_KEYS,
    US_BANK,
    Leaving,
    falls_due,
    instead,
    usd,
)
from tests.world import World

QUOTE = "/v1/withdrawals/quote"


async def test_what_a_withdrawal_costs_and_when_it_arrives_is_known_before(
    leaving: Leaving,
) -> None:
    """The same is then kept: the sum leaves the wallet at once, for the date that was named."""
    quoted = (await leaving.person.get(QUOTE, amount=60_00)).json()
    day = Paydays().payment_date(datetime.now(UTC), banking_calendar(), "America/New_York")
    assert quoted["payment_date"] == day.isoformat() and quoted["missing"] is None
    assert (quoted["fee"], quoted["arrives"]) == (usd(1_00), usd(59_00))
    shown = await leaving.requested(60_00)
    assert {name: shown[name] for name in quoted if name != "missing"} == {
        name: quoted[name] for name in quoted if name != "missing"
    }
    assert await leaving.earnings() == 40_00
    assert [one["command"] for one in shown["actions"]] == ["cancel_withdrawal"]
    assert shown["if_nobody_acts"]["what"].startswith("the head of accounting")


async def test_a_withdrawal_is_taken_back(leaving: Leaving) -> None:
    """All of it is in the wallet again; once is enough."""
    withdrawal = await leaving.requested()
    path = f"/v1/withdrawals/{withdrawal['id']}/cancel"
    answer = await leaving.person.post(path)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert await leaving.earnings() == 100_00
    assert code(await leaving.person.post(path)) == "already_over"


async def both(count: Awaitable[int]) -> bool:
    """Whether there are two."""
    return await count == 2


async def test_of_two_withdrawals_that_race_for_the_same_money_one_wins(leaving: Leaving) -> None:
    """The other is refused by the step, behind the wallet's lock, and is over with it."""
    mine, engine = {"who": leaving.person.id}, leaving.world.engine
    async with engine.begin() as wallet:
        await journal.wallets(wallet, [leaving.person.id], "USD")
        asked = [asyncio.create_task(leaving.asks(80_00)) for _ in range(2)]
        drafts = "select count(*) from cases where freelancer_id = :who and state = 'draft'"
        async with engine.connect() as c:
            await eventually(lambda: both(c.scalar(text(drafts), mine)))
    answers = await asyncio.gather(*asked)
    assert sorted(one.status_code for one in answers) == [201, 402]
    assert await leaving.earnings() == 20_00
    listed = (await leaving.person.get("/v1/withdrawals")).json()["items"]
    assert [one["state"] for one in listed] == ["requested"]
    query = "select id from cases where freelancer_id = :who and state = 'refused' and over"
    async with engine.connect() as c:
        lost = await c.scalar(text(query), mine)
    handle = leaving.world.temporal.get_workflow_handle(f"withdrawal/{lost}")
    await asyncio.wait_for(handle.result(), 10)


async def test_the_same_request_is_one_withdrawal(leaving: Leaving) -> None:
    """The key is the request's; another sum with it is refused."""
    first, again = [await leaving.asks(30_00, key="once") for _ in range(2)]
    assert first.json()["id"] == again.json()["id"]
    other = await leaving.asks(31_00, key="once")
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")
    listed = (await leaving.person.get("/v1/withdrawals")).json()["items"]
    assert [one["id"] for one in listed] == [first.json()["id"]]


@pytest.mark.parametrize(
    ("sums", "status", "problem"),
    [
        ({"amount": usd(19_99)}, 422, "invalid_amount"),
        ({"amount": usd(100_01)}, 402, "insufficient_funds"),
        ({"fee": usd(99)}, 409, "seen_is_stale"),
        ({"fee": usd(2_00)}, 409, "seen_is_stale"),
    ],
)
async def test_what_cannot_be_paid_out_is_refused_before_there_is_anything(
    leaving: Leaving, sums: dict[str, Any], status: int, problem: str
) -> None:
    """The answer says why; no draft is left behind."""
    answer = await leaving.person.post(
        "/v1/withdrawals", {"amount": usd(100_00), "fee": usd(1_00)} | sums
    )
    assert (answer.status_code, code(answer)) == (status, problem)
    assert (await leaving.person.get("/v1/withdrawals")).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount": {"amount_minor": 100_00, "currency": "EUR"}}, "#/amount/currency"),
        ({"amount": {"amount_minor": 100.5, "currency": "USD"}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": -1, "currency": "USD"}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": 2**63, "currency": "USD"}}, "#/amount/amount_minor"),
        ({"fee": {"amount_minor": -1, "currency": "USD"}}, "#/fee/amount_minor"),
        ({"fee": None}, "#/fee"),
        ({"to": "my account"}, "#/to"),
    ],
)
async def test_bad_input_names_its_field(
    leaving: Leaving, body: dict[str, Any], pointer: str
) -> None:
    """Nothing was begun."""
    usual = {"amount": usd(100_00), "fee": usd(1_00)}
    answer = await leaving.person.post("/v1/withdrawals", usual | body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_an_expired_form_keeps_withdrawals_back_and_never_earnings(
    counter: World,
) -> None:
    """Whoever's form has ended is paid for their work as before, and paid out with a new form."""
    life = await Life.begin(counter, price=50_00, earnings=100_00)
    ben = Leaving(counter, life.freelancer)
    long_ago = Signature(life.freelancer.id, "Ben Ode", 1, date(2020, 1, 2))
    keys = SealingKeys(TAX_KEYS)
    async with counter.engine.begin() as c:
        await people.answer(c, ben.person.id, us_citizen=False, lives_in_us=False, permitted=None)
        await tax_forms.keep(c, keys, w8ben(), long_ago)
    assert (await ben.is_paid_at(us_bank=US_BANK)).status_code == 200
    for _ in range(2):
        assert code(await ben.asks()) == "tax_form_expired"
        await Housekeeper(counter.engine).look(datetime.now(UTC))
    await life.in_review()
    await life.client_does(Approve)
    assert await ben.earnings() > 100_00
    assert code(await ben.asks()) == "tax_form_expired"
    assert (await ben.person.post(FORM, foreign())).status_code == 201
    assert (await ben.requested())["state"] == "requested"


async def test_without_a_tax_form_earnings_grow_and_are_not_paid_out(leaving: Leaving) -> None:
    """The quote says what is missing, the request is refused with it."""
    ben = Leaving(leaving.world, await leaving.world.person("ben", earnings_minor=50_00))
    assert (await ben.is_paid_at(us_bank=US_BANK)).status_code == 200
    quoted = (await ben.person.get(QUOTE, amount=50_00)).json()
    assert quoted["missing"]["code"] == "tax_form_missing"
    answer = await ben.asks(50_00)
    assert (answer.status_code, code(answer)) == (409, "tax_form_missing")


async def test_whoever_owes_something_is_not_paid_first(leaving: Leaving) -> None:
    """Nor is one who has said nowhere to be paid."""
    person = await leaving.world.person("eve", earnings_minor=50_00)
    assert code(await Leaving(leaving.world, person).asks(50_00)) == "payout_method_missing"


async def test_somebody_else_does_not_learn_of_it(leaving: Leaving) -> None:
    """A withdrawal is its freelancer's alone; accounting see it in its run."""
    withdrawal = await leaving.requested()
    stranger = await leaving.world.person("stranger")
    assert (await stranger.get(withdrawal["timeline"])).status_code == 404
    happened = (await leaving.person.get(withdrawal["timeline"])).json()["items"]
    assert [one["kind"] for one in happened] == ["withdrawal_requested"]
    for person in (stranger, leaving.world.house.accountants[0]):
        answer = await person.get(f"/v1/withdrawals/{withdrawal['id']}")
        assert answer.status_code == 404
        cancel = await person.post(f"/v1/withdrawals/{withdrawal['id']}/cancel")
        assert cancel.status_code == 404


async def test_a_payout_method_is_shown_by_its_last_four_and_told_by_mail(
    leaving: Leaving,
) -> None:
    """The same again is nothing new; another one is a mail to the person's address."""
    first = (await leaving.person.get(PUT)).json()
    assert (first["via"], first["last_four"]) == ("us_bank", "6789")
    assert (await leaving.is_paid_at(us_bank=US_BANK)).json() == first
    other = (await leaving.is_paid_at(iban=IBAN)).json()
    assert (other["via"], other["last_four"]) == ("iban", "3000")
    inbox = (await leaving.person.get("/v1/me/notices")).json()["items"]
    told = [one for one in inbox if one["kind"] == "payout_method_changed"]
    assert len(told) == 2


@pytest.mark.parametrize(
    ("method", "pointer"),
    [
        ({}, "#"),
        ({"us_bank": US_BANK, "iban": IBAN}, "#"),
        ({"us_bank": US_BANK | {"routing_number": "021000022"}}, "#/us_bank/routing_number"),
        ({"us_bank": US_BANK | {"account_number": ""}}, "#/us_bank/account_number"),
        ({"us_bank": US_BANK | {"swift": "X"}}, "#/us_bank/swift"),
        ({"iban": IBAN | {"iban": "DE88370400440532013000"}}, "#/iban/iban"),
        ({"iban": IBAN | {"bic": "X"}}, "#/iban/bic"),
        ({"stripe": {"account": "somebody"}}, "#/stripe/account"),
        ({"us_bank": US_BANK, "holder": "…"}, "#/holder"),
    ],
)
async def test_bank_details_that_fit_nowhere_are_refused(
    leaving: Leaving, method: dict[str, Any], pointer: str
) -> None:
    """The field is named, and what was sent is not repeated."""
    answer = await leaving.person.put(PUT, {"holder": "Ana Nin"} | method)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert "37040044" not in answer.text and "02100002" not in answer.text


async def test_bank_details_are_in_no_row_in_clear(leaving: Leaving) -> None:
    """Neither in the books nor in what the workflow was told."""
    withdrawal = await leaving.requested()
    await falls_due(leaving.world, withdrawal)
    async with leaving.world.engine.connect() as c:
        tables = list(await c.scalars(text("select relname from pg_stat_user_tables")))
        for table in tables:
            found = f"select count(*) from {table} t where to_jsonb(t)::text like '%000123456789%'"
            assert await c.scalar(text(found.replace("::", r"\:\:"))) == 0, table
    handle = leaving.world.temporal.get_workflow_handle(f"withdrawal/{withdrawal['id']}")
    history = await handle.fetch_history()
    assert "000123456789" not in history.to_json()


async def test_staff_see_it_among_the_open_cases(leaving: Leaving) -> None:
    """It has no client, and it is accounting's turn."""
    withdrawal = await leaving.requested()
    answer = await leaving.world.house.staff.get("/v1/staff/cases", turn="accounting")
    assert answer.status_code == 200, answer.text
    [line] = [one for one in answer.json()["items"] if one["id"] == withdrawal["id"]]
    assert (line["client_id"], line["freelancer_id"]) == (None, leaving.person.id)
    assert line["title"] == "Withdrawal of 100.00 USD"


async def test_new_bank_details_wait_before_anything_is_paid_to_them(leaving: Leaving) -> None:
    """The quote says until when; the request is refused with the same."""
    with policy(leaving.world, payout_cool_down="P3D"):
        shown = (await leaving.person.get(PUT)).json()
        added, usable = (datetime.fromisoformat(shown[n]) for n in ("added_at", "usable_from"))
        assert usable - added == timedelta(days=3)
        quoted = (await leaving.person.get(QUOTE, amount=50_00)).json()
        assert quoted["missing"]["code"] == "payout_method_too_new"
        answer = await leaving.asks(50_00)
    assert (answer.status_code, code(answer)) == (409, "payout_method_too_new")
    assert answer.json()["facts"]["usable_from"] == shown["usable_from"].replace("Z", "+00:00")


async def test_without_keys_nobody_says_where_they_are_paid(leaving: Leaving) -> None:
    """What cannot be sealed is not taken."""
    with instead(leaving.world, "payout_keys", None):
        answer = await leaving.is_paid_at(iban=IBAN)
    assert (answer.status_code, code(answer)) == (503, "payout_keys_missing")
