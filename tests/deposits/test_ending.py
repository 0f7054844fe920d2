"""A deposit of which Stripe does not say what became is ended by two people, and no money lost."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from tests.api.people import code
from tests.deposits.paying import Paying
from tests.life import eventually, rests

DAY = timedelta(hours=24)
ENDS_NOW = """
    update cases
       set data = jsonb_set(data, '{timers}', (
               select jsonb_agg(case t ->> 'row' when 'last_chance_over'
                                then jsonb_set(t, '{at}', data -> 'since') else t end
                                order by t ->> 'row' <> 'last_chance_over', t ->> 'at')
                 from jsonb_array_elements(data -> 'timers') t))
     where id = :id
"""
AWAY = {"kind": "500", "path": "/v1/checkout/sessions*", "count": 10_000}


async def ending(paying: Paying, deposit: dict[str, Any]) -> dict[str, Any]:
    """Stripe is away when the page is closed, and staff want the deposit ended."""
    # A question that is under way, and fails, would hold up time.
    await eventually(lambda: rests(paying.workflow(deposit)))
    paying.stand.control("faults", **AWAY)
    await paying.goes_on(deposit, DAY)
    await paying.stands(deposit, "closing")
    why = {"reason": "Stripe is away"}
    path = f"/v1/staff/deposits/{deposit['id']}/end"
    answer = await paying.world.house.staff.post(path, why)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    assert shown["state"] == "ending" and shown["end"]["by"]
    return shown


async def had_its_chance(paying: Paying, deposit: dict[str, Any]) -> None:
    """Time cannot be skipped while a question is under way: the chance ends by now instead."""
    async with paying.world.engine.begin() as c:
        await c.execute(text(ENDS_NOW), {"id": deposit["id"]})
    retried = await paying.world.house.staff.post(f"/v1/staff/cases/{deposit['id']}/retry")
    assert retried.is_success, retried.text


async def test_two_people_end_what_stripe_does_not_answer_for(paying: Paying) -> None:
    """Not before its last chance; the client sees that it is over, and nothing was credited."""
    deposit = await paying.begun()
    shown = await ending(paying, deposit)
    path, end = f"/v1/staff/deposits/{deposit['id']}/confirm-end", {"end_id": shown["end"]["id"]}
    second = paying.world.house.second
    assert code(await second.post(path, end)) == "condition_missing"
    await had_its_chance(paying, deposit)

    async def ripe() -> bool:
        seen = (await second.get(f"/v1/deposits/{deposit['id']}")).json()
        return any(one["command"] == "confirm_end" for one in seen["actions"])

    await eventually(ripe)
    assert code(await paying.world.house.staff.post(path, end)) == "not_yours"
    answer = await second.post(path, end)
    assert answer.status_code == 200 and answer.json()["over"]
    paying.stand.http.delete("/_control/faults")
    assert (await paying.stands(deposit, "ended"))["end"] is None
    assert await paying.wallet() == 0


async def test_until_then_stripe_has_the_last_word(paying: Paying) -> None:
    """It was paid after all: it is credited, and there is nothing to confirm."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    shown = await ending(paying, deposit)
    paying.stand.http.delete("/_control/faults")
    # The question waits between two tries, half a minute at most.
    for _ in range(3):
        await paying.world.house.staff.post(f"/v1/staff/cases/{deposit['id']}/retry")
        await asyncio.sleep(0.5)
    await paying.stands(deposit, "credited")
    assert await paying.wallet() == 100_00
    path, end = f"/v1/staff/deposits/{deposit['id']}/confirm-end", {"end_id": shown["end"]["id"]}
    assert code(await paying.world.house.second.post(path, end)) == "already_over"
