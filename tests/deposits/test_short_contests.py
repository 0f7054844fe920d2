"""A card payment that is taken back while it lies in a contest's escrow: its client owes it."""

from tests.api.people import code
from tests.deposits.disputing import Disputing
from tests.deposits.paying import Paying
from tests.deposits.remitting import sum_of
from tests.life import eventually
from tests.market.contesting import Contesting, wallet

SIGNED = {"statement": True, "signature": "Cora"}


async def _owes(one: Disputing, minor: int) -> None:
    async def so() -> bool:
        return await one.balance("receivable") == -minor

    await eventually(so)


async def test_a_disputed_payment_leaves_a_contest_as_it_is(paying: Paying) -> None:
    """Its client owes it and begins nothing new; what comes back pays that first."""
    one = await Disputing.begun(paying, 300_00)
    it = await (await Contesting(one.world, one.client).posted()).with_entries(1)
    shown = await one.opened()
    assert (shown["from_escrows"], shown["owed"]["amount_minor"]) == ([], 300_00)
    page = await it.shown()
    assert (page["state"], {prize["state"] for prize in page["prizes"]}) == ("open", {"open"})
    other = await Contesting(one.world, one.client).posts()
    assert other.json()["state"] == "awaiting_funds"
    await it.judged()
    assert code(await it.does("add-prize", {"amount": sum_of(50_00)})) == "chargeback_open"
    assert code(await it.awards(it.choice(0, 1))) == "chargeback_open"
    finalist = await one.client.post(it.of_entry(0, "finalist"))
    assert code(finalist) == "chargeback_open"
    await one.decided("owing", won=False)
    assert code(await it.awards(it.choice(0, 1))) == "debt_open"
    await it.done("withdraw", SIGNED)
    await _owes(one, 0)
    assert await wallet(one.client) == (0, 0) and await wallet(it.entrants[0]) == (0, 0)
    assert await one.agrees()


async def test_a_disputed_payment_is_paid_before_guaranteed_prizes_are_shared(
    paying: Paying,
) -> None:
    """Nobody has cash of it; won, it is the client's."""
    one = await Disputing.begun(paying, 200_00)
    more = await Disputing.begun(paying, 100_00)
    it = await (await Contesting(one.world, one.client).posted(guaranteed=True)).with_entries(1)
    await one.opened()
    for state in ("judging", "distributing", "closed"):
        assert (await it.ends())["state"] == state
    await _owes(one, 0)
    assert await wallet(it.entrants[0]) == (0, 90_00)
    await one.decided("won", won=True)
    assert await wallet(one.client) == (200_00, 0)
    assert more.client is one.client and await one.agrees()


async def test_a_dispute_that_is_won_gives_its_client_what_the_contest_gave_back_already(
    paying: Paying,
) -> None:
    """Nothing is owed, and nothing is there twice."""
    one = await Disputing.begun(paying, 300_00)
    it = await (await Contesting(one.world, one.client).posted()).with_entries(1)
    await one.opened()
    await it.judged()
    await it.done("withdraw", SIGNED)
    await _owes(one, 0)
    assert await wallet(one.client) == (0, 0)
    await one.decided("won", won=True)
    assert await wallet(one.client) == (300_00, 0)
    assert await one.agrees()


async def test_a_dispute_that_is_lost_over_a_contest_that_gave_all_back_is_over(
    paying: Paying,
) -> None:
    """The prizes have paid it."""
    one = await Disputing.begun(paying, 300_00)
    it = await (await Contesting(one.world, one.client).posted()).with_entries(1)
    await one.opened()
    await it.judged()
    await it.done("withdraw", SIGNED)
    await one.decided("lost", won=False)
    assert await one.balance("receivable") == 0 and await wallet(one.client) == (0, 0)
    assert await one.agrees()


async def test_a_payment_disputed_while_a_winner_hands_over_is_taken_from_their_job(
    paying: Paying,
) -> None:
    """The job stands still, and goes on when it is won; what the contest holds stays there."""
    one = await Disputing.begun(paying, 300_00)
    it = await (await Contesting(one.world, one.client).posted()).with_entries(1)
    await it.judged()
    [job] = await it.awarded(it.choice(0, 1))
    shown = await one.opened()
    [piece] = shown["from_escrows"]
    assert (piece["job"], piece["amount"]["amount_minor"]) == (job, 200_00)
    assert shown["owed"]["amount_minor"] == 100_00
    assert (await one.client.get(f"/v1/jobs/{job}")).json()["frozen"]
    assert await one.balance("escrow", it.contest_id) == 100_00
    await one.decided("won", won=True)
    assert not (await one.client.get(f"/v1/jobs/{job}")).json()["frozen"]
    await it.hands_over(job, 0)
    await it.done("withdraw", SIGNED)
    assert (await it.becomes("closed"))["over"]
    assert await wallet(it.entrants[0]) == (0, 180_00)
    assert await wallet(one.client) == (100_00, 0)
    assert await one.agrees()
