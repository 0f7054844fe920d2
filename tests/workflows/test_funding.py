"""Money that comes back to a wallet starts the jobs that wait for it, the longest waiting first."""

from domain import commands as c
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


async def _waiting(other: Life) -> Life:
    """Another job of the same client, who has no money for it."""
    freelancer = await other.world.person("freelancer")
    life = Life(other.world, other.client, freelancer, price=other.price)
    await life.awaiting_funds()
    assert (await life.states())[0] == J.AWAITING_FUNDS
    return life
