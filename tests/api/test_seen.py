"""A decision names what it saw; if that has changed it is refused, and nothing happens."""

from typing import Any

import pytest
from httpx import Response

from domain import commands as c
from domain.cases import Role
from tests.api.people import code
from tests.life import Life
from tests.world import World


def assert_stale(answer: Response) -> None:
    assert (answer.status_code, code(answer)) == (409, "seen_is_stale")


@pytest.mark.parametrize("version", [0, 2, 99])
async def test_an_acceptance_is_of_the_offer_as_it_stands(life: Life, version: int) -> None:
    """Another version of the offer is refused; the offer stays open."""
    await life.offered()
    assert_stale(await life.asks(Role.FREELANCER, c.Accept, offer_version=version))
    assert (await life.shown())["state"] == "offered"
    assert (await life.freelancer_does(c.Accept))["state"] == "in_progress"


async def test_an_offer_stays_the_same_while_its_clock_is_paused(life: Life) -> None:
    """What the freelancer saw is what they accept, whatever else happened to the case."""
    await life.offered()
    seen = (await life.shown(Role.FREELANCER))["offer_version"]
    await life.staff_does(c.PauseClock)
    answer = await life.asks(Role.FREELANCER, c.Accept, offer_version=seen)
    assert answer.status_code == 200, answer.text


async def test_an_approval_names_a_delivery_of_this_job(world: World, life: Life) -> None:
    """Not one that never was, nor another job's."""
    await life.in_review()
    other = await (await Life.begin(world)).in_review()
    theirs = (await other.shown())["deliveries"][0]["id"]
    for delivery in ("delivery_x", theirs):
        assert_stale(await life.asks(Role.CLIENT, c.Approve, delivery_id=delivery))
    assert (await life.shown())["state"] == "in_review"


async def test_an_approval_stands_although_a_newer_delivery_came(life: Life) -> None:
    """What was seen was good; it stays good."""
    await life.in_review()
    seen = (await life.shown())["deliveries"][0]["id"]
    await life.freelancer_does(c.Deliver, note="better still")
    shown = await life.client_does(c.Approve, delivery_id=seen)
    assert shown["state"] == "completed"
    assert (await life.timeline())[-1]["facts"]["delivery_id"] == seen


@pytest.mark.parametrize("where", ["in_review", "rejected"])
async def test_a_settlement_is_accepted_as_it_was_offered(life: Life, where: str) -> None:
    """An offer its maker has replaced is gone, on the job as in the dispute."""
    await getattr(life, where)()
    await life.open_dispute()
    first = await life.freelancer_does(c.OfferSettlement, freelancer_minor=150_00)
    seen = first["settlement_offers"][0]["id"]
    await life.freelancer_does(c.OfferSettlement, freelancer_minor=160_00)
    assert_stale(await life.asks(Role.CLIENT, c.AcceptSettlement, offer_id=seen))
    assert (await life.shown())["over"] is False
    await life.client_does(c.AcceptSettlement)
    assert (await life.moved())["freelancer"] < 160_00 < 200_00


async def test_nobody_accepts_their_own_offer(life: Life) -> None:
    """While the other's is open too, one's own id is not what was offered to one."""
    await life.in_review()
    mine = (await life.client_does(c.OfferSettlement))["settlement_offers"][0]["id"]
    await life.freelancer_does(c.OfferSettlement)
    assert_stale(await life.asks(Role.CLIENT, c.AcceptSettlement, offer_id=mine))
    assert (await life.shown())["state"] == "in_review"


@pytest.mark.parametrize("kind", [c.AcceptProposal, c.RefuseProposal])
async def test_an_answer_is_to_the_proposal_that_was_made(
    life: Life, kind: type[c.Command]
) -> None:
    """Another id is refused; the proposal still waits."""
    await life.proposed()
    assert_stale(await life.asks(Role.CLIENT, kind, proposal_id="proposal_x"))
    assert (await life.dispute_shown())["state"] == "proposed"


@pytest.mark.parametrize(("kind", "said"), [(c.Confirm, {}), (c.Refuse, {"reason": "too hard"})])
async def test_a_second_person_judges_the_ruling_they_read(
    world: World, kind: type[c.Command], said: dict[str, Any]
) -> None:
    """After it was sent back and ruled again, the first ruling cannot be confirmed."""
    life = await (await Life.begin(world, price=2_000_00)).ruled()
    second = world.house.second
    read = (await life.dispute_shown(Role.STAFF))["ruling"]["id"]
    await life.staff_does(c.Refuse, person=second, ruling_id=read)
    await life.staff_does(c.Resolve)
    assert_stale(await life.asks(Role.STAFF, kind, second, ruling_id=read, **said))
    assert (await life.dispute_shown())["state"] == "ruled"


@pytest.mark.parametrize("fee", [0, 9_99, 10_01])
async def test_a_mediator_is_hired_for_the_fee_that_was_quoted(life: Life, fee: int) -> None:
    """Another fee is refused with the right one, and nothing is held."""
    await life.rejected()
    await life.open_dispute()
    answer = await life.asks(Role.FREELANCER, c.HireMediator, fee_minor=fee)
    assert_stale(answer)
    assert answer.json()["facts"] == {"fee_minor": 10_00}
    shown = await life.dispute_shown()
    assert (shown["state"], shown["fee_held"]) == ("open", False)
    assert shown["mediation_fee"]["amount_minor"] == 10_00
