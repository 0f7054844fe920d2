"""A bad check becomes nobody's cash by way of a contest, whoever helps."""

from datetime import timedelta
from typing import Any

from domain import commands as c
from tests.api.people import Person, code
from tests.deposits.remitting import Remitting
from tests.life import Life, eventually
from tests.market.contesting import Contesting, wallet
from tests.world import World

DAY = timedelta(days=1)
SIGNED = {"statement": True, "signature": "Cora"}


async def _bounced(world: World, **more: Any) -> tuple[Remitting, Contesting, dict[str, Any]]:
    """A contest whose money was a check, which bounces before anybody has entered."""
    client = await world.person("client")
    paying = Remitting(world, client)
    check = await paying.credited(300_00, "check")
    it = await Contesting(world, client).posted(**more)
    await paying.done(paying.bob, check, "bounce", reason="no cover")
    assert (await paying.wallet())["receivable"] == 300_00
    return paying, it, check


async def _nobody_has_cash(paying: Remitting, it: Contesting, check: dict[str, Any]) -> None:
    """The debt is paid, the check is over, and there is nothing to withdraw."""
    await paying.passes(check, 2 * DAY)
    assert (await paying.stands(check, "bounced"))["over"]
    for one in (it.client, *it.entrants):
        assert set((await paying.wallet(one)).values()) == {0}
    assert await it.world.violations() == []


async def test_an_accomplice_who_enters_after_the_bounce_wins_nothing(world: World) -> None:
    """Neither as a finalist nor by an award; silence gives all back, which pays the debt."""
    paying, it, check = await _bounced(world)
    await it.with_entries(1)
    finalist = await it.client.post(it.of_entry(0, "finalist"))
    assert (finalist.status_code, code(finalist)) == (409, "debt_open")
    await it.judged()
    refused = await it.awards(it.choice(0, 1))
    assert (refused.status_code, code(refused)) == (409, "debt_open")
    assert refused.json()["facts"] == {"owed_minor": 300_00}
    assert (await it.ends())["state"] == "closed"
    await _nobody_has_cash(paying, it, check)


async def test_a_guaranteed_contest_pays_the_debt_and_shares_nothing(world: World) -> None:
    """By silence, and as was shown; those who entered hear why."""
    paying, it, check = await _bounced(world, guaranteed=True)
    await it.with_entries(1)
    for state in ("judging", "distributing"):
        assert (await it.ends())["state"] == state
    shown = (await it.shown(it.entrants[0]))["if_nobody_acts"]
    money = {who: one["amount_minor"] for who, one in shown["money"].items()}
    assert money == {"client": 300_00} and "nothing is left" in shown["what"]
    assert (await it.ends())["state"] == "closed"
    told = (await it.entrants[0].get("/v1/me/notices")).json()["items"]
    assert any("nothing is left" in one["body"] for one in told)
    await _nobody_has_cash(paying, it, check)


async def _accepted(world: World, client: Person) -> Life:
    """A job of the same client that waits for its money."""
    life = Life(world, client, await world.person("freelancer"))
    await life.offered()
    await life.freelancer_does(c.Accept)
    assert (await life.states())[0] == "awaiting_funds"
    return life


async def test_what_a_contest_gave_back_of_a_bounced_check_funds_no_job(world: World) -> None:
    """It has paid the debt by then."""
    paying, it, check = await _bounced(world)
    await it.with_entries(1)
    await it.judged()
    await it.done("withdraw", SIGNED)
    assert set((await paying.wallet()).values()) == {0}
    await _accepted(world, it.client)
    await _nobody_has_cash(paying, it, check)


async def test_a_second_bad_check_does_not_repay_the_first(world: World) -> None:
    """It is not spent while that is owed; what the contest holds pays that, and the job begins."""

    async def begun() -> bool:
        return (await life.states())[0] == "in_progress"

    paying, it, check = await _bounced(world, guaranteed=True)
    second = await paying.credited(300_00, "check")
    life = await _accepted(world, it.client)
    refused = await it.client.post(f"/v1/jobs/{life.job_id}/fund")
    assert (refused.status_code, code(refused)) == (402, "insufficient_funds")
    assert refused.json()["facts"] == {"missing_minor": 200_00, "owed_minor": 300_00}
    await it.with_entries(1)
    await it.judged()
    assert code(await it.awards(it.choice(0, 1))) == "debt_open"
    for state in ("distributing", "closed"):
        assert (await it.ends())["state"] == state
    await eventually(begun)
    mine = await paying.wallet()
    assert (mine["provisional"], mine["receivable"]) == (100_00, 0)
    await paying.done(paying.bob, second, "bounce", reason="no cover")
    await paying.passes(second, 9 * DAY)
    assert await wallet(it.entrants[0]) == (0, 0)
    await _nobody_has_cash(paying, it, check)


async def test_what_the_wallet_keeps_for_a_debt_is_taken_from_no_prize(world: World) -> None:
    """Another contest, of money that may clear, is awarded and shared as it was promised."""
    paying, _, _ = await _bounced(world)
    await paying.credited(1_200_00, "check")
    won, shared = [
        await (await Contesting(world, paying.client).posted(guaranteed=True)).with_entries(1)
        for _ in "12"
    ]
    for it in (won, shared):
        await it.judged()
    await won.awarded(won.choice(0, 1))
    shown = (await shared.shown(shared.entrants[0]))["if_nobody_acts"]
    assert "client" not in shown["money"]
    for state in ("distributing", "closed"):
        assert (await shared.ends())["state"] == state
    entrant = await paying.wallet(shared.entrants[0])
    assert entrant["provisional"] == 270_00
    assert (await paying.wallet())["receivable"] == 300_00
    assert await world.violations() == []


async def test_what_a_mediator_may_give_back_is_no_debt_of_a_contest(world: World) -> None:
    """Its client, a freelancer elsewhere, was lent the fee: the prizes are the entrants'."""
    client = await world.person("client", credits_minor=300_00)
    it = await (await Contesting(world, client).posted(guaranteed=True)).with_entries(1)
    payer = await world.person("client", credits_minor=2_000_00)
    life = Life(world, payer, client, 2_000_00)
    await life.appointing()
    paying = Remitting(world, client)
    assert (await paying.wallet())["receivable"] == 100_00
    await it.judged()
    for state in ("distributing", "closed"):
        assert (await it.ends())["state"] == state
    assert await wallet(it.entrants[0]) == (0, 270_00)
    await life.open_dispute()
    await life.client_does(c.WithdrawRejection)
    assert set((await paying.wallet()).values()) == {0}
    assert await world.violations() == []
