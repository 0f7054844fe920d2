"""A mediator has a part in a dispute only while it is theirs to mediate."""

from datetime import UTC, datetime

from sqlalchemy import insert

from domain import commands as c
from domain.cases import Role
from domain.policy import DAY
from ledger import mediators
from ledger.tables import agreement
from tests.api.people import new_key
from tests.life import Life
from tests.workflows.recipes import D, J
from tests.world import World


async def test_a_mediator_who_declines_is_answered_and_has_no_part_any_more(life: Life) -> None:
    """The decision counts and is answered, also when sent again; the case is closed to them."""
    await life.appointing()
    mediator = await life.person(Role.MEDIATOR)
    path, key = await life.path(Role.MEDIATOR, c.DeclineAppointment), new_key()
    declined = await mediator.post(path, {"reason": "no time"}, key=key)
    assert declined.status_code == 200, declined.text
    assert declined.json()["status"] == "applied"
    again = await mediator.post(path, {"reason": "no time"}, key=key)
    assert (again.status_code, again.json()) == (200, declined.json())
    assert (await mediator.post(path, {"reason": "no time"})).status_code == 404
    assert (await mediator.get(f"/v1/disputes/{life.dispute_id}")).status_code == 404
    assert await life.person(Role.MEDIATOR) != mediator
    assert await life.states() == (J.REJECTION_OPEN, D.APPOINTING)


async def test_the_client_vetoes_once(life: Life) -> None:
    """The next mediator cannot be vetoed, and nobody is asked twice."""
    await life.appointing()
    first = await life.person(Role.MEDIATOR)
    await life.client_does(c.VetoMediator)
    assert await life.person(Role.MEDIATOR) != first
    assert await life.refused(Role.CLIENT, c.VetoMediator) == "condition_missing"


async def test_a_mediator_who_shares_a_job_with_a_party_is_not_asked(world: World) -> None:
    """Of those who could be asked, the ones that worked with a party this year are left out."""
    known = list(world.house.mediators.values())
    life = await Life.begin(world, wallet=len(known) * 200_00)
    for mediator in known[:-1]:
        shared = Life(world, life.client, mediator, price=life.price)
        await shared.in_progress()
    await life.appointing()
    assert await life.person(Role.MEDIATOR) == known[-1]


async def test_an_offer_makes_nobody_dependent(world: World) -> None:
    """Offering jobs to all mediators would else keep them all away."""
    life = await Life.begin(world)
    for mediator in world.house.mediators.values():
        await Life(world, life.client, mediator, price=life.price).offered()
    await life.appointing()
    assert await life.person(Role.MEDIATOR) in world.house.mediators.values()


async def test_a_text_that_comes_into_force_later_asks_nobody_to_sign_today(world: World) -> None:
    """Until that day mediators are those who signed what is in force."""
    now = datetime.now(UTC)
    later = {"kind": "nda", "version": 9, "body": "new", "in_force_at": now + DAY}
    async with world.engine.connect() as c_:
        before = await mediators.candidates(c_, ["nobody"], now)
        await c_.execute(insert(agreement).values(later))
        assert await mediators.candidates(c_, ["nobody"], now) == before != ()
        await c_.rollback()


async def test_what_was_advanced_for_a_mediator_is_settled_by_the_pay(life: Life) -> None:
    """A freelancer without money owes the fee, until what the proposal gives them arrives."""
    await life.appointing()
    assert await _owes(life) == 10_00
    await life.mediator_does(c.AcceptAppointment)
    await life.mediator_does(c.Propose, ends="split", freelancer_minor=100_00)
    assert await _owes(life) == 10_00
    await life.client_does(c.AcceptProposal)
    await life.freelancer_does(c.AcceptProposal)
    assert await _owes(life) == 0
    assert await life.moved() == {
        "client": -100_00,
        "freelancer": 80_00,
        "mediator": 10_00,
        "platform": 10_00,
    }


async def _owes(life: Life) -> int:
    wallet = (await life.freelancer.get("/v1/me/wallet")).json()
    return int(wallet["receivable"]["amount_minor"])
