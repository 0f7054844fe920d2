"""Money that comes back to a wallet starts the jobs that wait for it, the longest waiting first."""

from datetime import UTC, datetime

from domain import commands as c
from domain import flows
from domain.accounts import Kind
from ledger import journal
from tests.life import Life, eventually
from tests.workflows.recipes import J
from tests.world import World


async def test_a_refund_starts_the_job_that_waits_longest(world: World) -> None:
    """Of two that wait, the earlier begins; nothing is left for the later one."""
    ending = await (await Life.begin(world)).in_review()
    earlier, later = [await _waiting(ending) for _ in range(2)]
    await ending.freelancer_does(c.Resign)

    async def begun() -> bool:
        return (await earlier.states())[0] == J.IN_PROGRESS

    await eventually(begun)
    assert (await later.states())[0] == J.AWAITING_FUNDS


async def test_money_nobody_was_told_of_starts_the_job_before_its_offer_lapses(
    world: World,
) -> None:
    """At the very end of the time for funding the clock looks into the wallet once more."""
    life = await (await Life.begin(world, wallet=0)).awaiting_funds()
    entry = flows.deposit(life.job_id, life.client.id, life.price, Kind.BANK_CLEARING, "USD")
    async with world.engine.begin() as c_:
        now = datetime.now(UTC)
        await journal.post(c_, [entry], case_id=None, cause="test", effective_at=now)
    await life.until(await life.due())
    assert (await life.states())[0] == J.IN_PROGRESS


async def _waiting(other: Life) -> Life:
    """Another job of the same client, who has no money for it."""
    freelancer = await other.world.person("freelancer")
    life = Life(other.world, other.client, freelancer, price=other.price)
    await life.awaiting_funds()
    assert (await life.states())[0] == J.AWAITING_FUNDS
    return life
