"""One life for each ending of a deposit by hand, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from tests.deposits.remitting import Remitting, arrived, sum_of
from tests.life import Life, eventually

DAY = timedelta(days=1)
Act = Callable[[Remitting], Awaitable[dict[str, Any]]]


async def cleared(remitting: Remitting) -> dict[str, Any]:
    """A transfer is seen by two people, late, and corrected; then nobody says anything more."""
    deposit = await remitting.announced()
    await remitting.received(deposit)
    await remitting.passes(deposit, 7 * DAY)
    await remitting.done(remitting.bob, deposit, "confirm", amount=sum_of(100_00))
    asked = {"amount": sum_of(90_00), "reason": "a typing error"}
    shown = await remitting.done(remitting.ada, deposit, "correct", **asked)
    named = {"correction_id": shown["receipt"]["correction"]["id"]}
    await remitting.done(remitting.bob, deposit, "confirm-correction", **named)
    await remitting.passes(deposit, 20 * DAY)
    return await remitting.stands(deposit, "cleared")


async def bounced(remitting: Remitting) -> dict[str, Any]:
    """A check is not honoured."""
    deposit = await remitting.credited(method="check")
    await remitting.done(remitting.bob, deposit, "bounce", reason="no cover")
    return await remitting.stands(deposit, "bounced")


async def refilled(remitting: Remitting) -> dict[str, Any]:
    """A check is not honoured, and the client fills the escrow again that it paid."""
    freelancer = await remitting.world.person("freelancer")
    life = await Life(remitting.world, remitting.client, freelancer, 80_00).awaiting_funds()
    deposit = await remitting.credited(method="check")

    async def begun() -> bool:
        return (await life.states())[0] == "in_progress"

    await eventually(begun)
    await remitting.done(remitting.bob, deposit, "bounce", reason="no cover")
    await remitting.credited()
    await remitting.client.post(f"/v1/deposits/{deposit['id']}/refill", {})
    await remitting.passes(deposit, 2 * DAY)
    return await remitting.stands(deposit, "bounced")


async def matched(remitting: Remitting) -> dict[str, Any]:
    """A check without a notice finds its owner, and clears."""
    deposit = await remitting.suspended(method="check")
    whose = {"client": remitting.client.id, "reason": "the name"}
    await remitting.done(remitting.bob, deposit, "match", **whose)
    await remitting.passes(deposit, 20 * DAY)
    return await remitting.stands(deposit, "cleared")


async def returned(remitting: Remitting) -> dict[str, Any]:
    """Nobody is found in ten business days; the money goes back."""
    deposit = await remitting.suspended()
    await remitting.passes(deposit, 20 * DAY)
    await remitting.done(remitting.bob, deposit, "return", reason="nobody's")
    return await remitting.stands(deposit, "returned")


async def lapsed(remitting: Remitting) -> dict[str, Any]:
    """No money comes for a month."""
    deposit = await remitting.announced()
    await remitting.passes(deposit, 30 * DAY)
    return await remitting.stands(deposit, "lapsed")


async def withdrawn(remitting: Remitting) -> dict[str, Any]:
    """The client takes the notice back."""
    deposit = await remitting.announced()
    await remitting.client.post(f"/v1/deposits/{deposit['id']}/withdraw-notice", {})
    return await remitting.stands(deposit, "lapsed")


async def refused(remitting: Remitting) -> dict[str, Any]:
    """The same receipt is recorded a second time."""
    body = {"method": "bank_transfer", **arrived(100_00)}
    for payer in ("Cara", "Cara Client"):
        await remitting.ada.post("/v1/staff/deposits/suspense", body | {"payer": payer})
    query = "select id from cases where kind = 'remittance' and state = 'refused' order by id desc"
    async with remitting.world.engine.connect() as c:
        return await remitting.stands({"id": await c.scalar(text(query))}, "refused")


REMITTANCES: Mapping[str, Act] = {
    "remittance_cleared": cleared,
    "remittance_bounced": bounced,
    "remittance_refilled": refilled,
    "remittance_matched": matched,
    "remittance_returned": returned,
    "remittance_lapsed": lapsed,
    "remittance_withdrawn": withdrawn,
    "remittance_refused": refused,
}
