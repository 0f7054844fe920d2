"""A case shows each of its people what they may do now, and what happens if nobody acts."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.cases import Role
from domain.policy import DAY
from tests.api.people import Person, code
from tests.life import Life
from tests.world import World

Reach = Callable[[Life], Awaitable[Any]]

# Who may do what, as the policy says it.
JOBS = {
    "offered": """
        client: withdraw_offer
        freelancer: accept decline
        staff: pause_clock""",
    "awaiting_funds": """
        client: fund withdraw_offer
        freelancer: decline
        staff: pause_clock""",
    "in_progress": """
        client: offer_settlement request_rejection
        freelancer: deliver offer_settlement resign
        staff: pause_clock""",
    "in_review": """
        client: approve offer_settlement request_rejection request_revision
        freelancer: deliver offer_settlement resign
        staff: pause_clock""",
    "revising": """
        client: approve offer_settlement request_rejection
        freelancer: deliver offer_settlement resign
        staff: pause_clock""",
    "settling": """
        client: accept_settlement approve offer_settlement request_rejection request_revision
        freelancer: deliver offer_settlement resign
        staff: pause_clock""",
    "paused": """
        client: approve offer_settlement request_rejection request_revision
        freelancer: deliver offer_settlement resign
        staff: resume_clock""",
    "rejected": """
        client: approve
        freelancer: deliver
        staff: pause_clock""",
    "completed": "",
}
DISPUTES = {
    "rejected": """
        client: offer_settlement withdraw_rejection
        freelancer: accept_rejection hire_mediator offer_settlement""",
    "settling_it": """
        client: offer_settlement withdraw_offer withdraw_rejection
        freelancer: accept_rejection accept_settlement hire_mediator offer_settlement""",
    "appointing": """
        client: offer_settlement veto_mediator withdraw_rejection
        freelancer: accept_rejection offer_settlement
        mediator: accept_appointment decline_appointment""",
    "in_mediation": """
        client: add_statement offer_settlement withdraw_rejection
        freelancer: accept_rejection add_statement offer_settlement
        mediator: propose""",
    "proposed": """
        client: accept_proposal offer_settlement refuse_proposal
        freelancer: accept_proposal accept_rejection offer_settlement refuse_proposal""",
    "half_accepted": """
        client: offer_settlement refuse_proposal
        freelancer: accept_proposal accept_rejection offer_settlement refuse_proposal""",
    "staff_review": """
        client: offer_settlement
        freelancer: accept_rejection offer_settlement
        staff: resolve""",
    "ruled": """
        client: offer_settlement
        freelancer: accept_rejection offer_settlement
        second: confirm refuse""",
    "executed": "",
}


async def settling(life: Life) -> None:
    await life.in_review()
    await life.freelancer_does(c.OfferSettlement)


async def paused(life: Life) -> None:
    await life.in_review()
    await life.staff_does(c.PauseClock)


async def completed(life: Life) -> None:
    await life.in_review()
    await life.client_does(c.Approve)


async def settling_it(life: Life) -> None:
    await life.rejected()
    await life.client_does(c.OfferSettlement)


async def half_accepted(life: Life) -> None:
    await life.proposed()
    await life.client_does(c.AcceptProposal)


async def executed(life: Life) -> None:
    await life.ruled()
    await life.staff_does(c.Confirm, person=life.world.house.second)


REACHES: dict[str, Reach] = {
    "settling": settling,
    "paused": paused,
    "completed": completed,
    "settling_it": settling_it,
    "half_accepted": half_accepted,
    "executed": executed,
}


async def reached(world: World, where: str) -> Life:
    """Two people in this situation; the price is above what one of staff rules alone."""
    wallet = 0 if where == "awaiting_funds" else None
    life = await Life.begin(world, price=2_000_00, wallet=wallet)
    if where in REACHES:
        await REACHES[where](life)
    else:
        await getattr(life, where)()
    await life.open_dispute()
    return life


async def people(life: Life) -> dict[str, Person]:
    """Everybody who may decide something on the job, by the name the tables have for them."""
    house = life.world.house
    parties = {"client": life.client, "freelancer": life.freelancer}
    return parties | {"staff": house.staff, "second": house.second}


def table(written: str) -> dict[str, set[str]]:
    lines = (line.partition(":") for line in written.split("\n") if line.strip())
    return {who.strip(): set(commands.split()) for who, _, commands in lines}


async def offered(life: Life, person: Person, path: str, who: str) -> set[str]:
    """The commands the case offers this person; each has a route that is theirs to use."""
    shown = (await person.get(path)).json()
    for action in shown["actions"]:
        # Without a key nothing is decided; 404 or 405 would say that there is no such route.
        answer = await person.http.post(action["path"], headers=person.headers())
        assert (answer.status_code, code(answer)) == (400, "idempotency_key_missing")
        assert action["says"] and action["path"].startswith(path_prefix(who) + path[len("/v1") :])
    return {action["command"] for action in shown["actions"]}


def path_prefix(who: str) -> str:
    return "/v1/staff" if who in {"staff", "second"} else "/v1"


@pytest.mark.parametrize("where", JOBS)
async def test_a_job_offers_each_role_what_the_law_allows_it(world: World, where: str) -> None:
    """Exactly that, and each action leads somewhere."""
    life = await reached(world, where)
    expected = table(JOBS[where])
    expected |= {"second": expected.get("staff", set())}
    for who, person in (await people(life)).items():
        found = await offered(life, person, f"/v1/jobs/{life.job_id}", who)
        assert found == expected.get(who, set()), who


@pytest.mark.parametrize("where", DISPUTES)
async def test_a_dispute_offers_each_role_what_the_law_allows_it(world: World, where: str) -> None:
    """Also to the mediator who is asked; who ruled does not confirm."""
    life = await reached(world, where)
    expected = table(DISPUTES[where])
    if "staff" in expected:
        expected["second"] = expected["staff"]
    everybody = await people(life)
    if "mediator" in expected:
        everybody["mediator"] = await life.person(Role.MEDIATOR)
    for who, person in everybody.items():
        found = await offered(life, person, f"/v1/disputes/{life.dispute_id}", who)
        assert found == expected.get(who, set()), who


async def test_the_rest_of_the_house_only_looks(world: World) -> None:
    """The head of support sees what staff see, and is offered nothing."""
    life = await reached(world, "staff_review")
    house = world.house
    for path in (f"/v1/jobs/{life.job_id}", f"/v1/disputes/{life.dispute_id}"):
        assert await offered(life, house.head, path, "head") == set()
        assert await offered(life, house.staff, path, "staff")


async def test_the_veto_is_offered_once(life: Life) -> None:
    """Spent, it is not offered again with the next mediator."""
    await life.appointing()
    await life.client_does(c.VetoMediator)
    shown = await life.dispute_shown()
    assert shown["state"] == "appointing" and shown["veto_open"] is False
    assert "veto_mediator" not in {action["command"] for action in shown["actions"]}


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("in_review", "the work counts as approved"),
        ("rejected", "the job is rejected automatically, not settled in time"),
        ("in_progress", "the job is cancelled because nothing was delivered"),
    ],
)
async def test_what_happens_if_nobody_acts_is_what_then_happens(
    world: World, where: str, what: str
) -> None:
    """At that time and to the cent, the same for both parties and on the job and its dispute."""
    life = await reached(world, where)
    nobody = (await life.shown())["if_nobody_acts"]
    assert nobody["what"] == what
    assert (await life.shown(Role.FREELANCER))["if_nobody_acts"] == nobody
    if where == "rejected":
        assert (await life.dispute_shown())["if_nobody_acts"] == nobody
    before = await life.moved()
    await life.passes(timedelta(days=30))
    events = await life.timeline()
    assert events[-1]["actor"] == "clock"
    assert_on_time(events[-1]["at"], nobody)
    assert await gained(life, before) == shown_money(nobody)
    assert (await life.shown())["if_nobody_acts"] is None


async def test_a_proposal_shows_what_silence_will_make_of_it(life: Life) -> None:
    """A split, cent by cent, the platform's fee and the end of the fifth business day."""
    await life.proposed(ends="split", freelancer_minor=123_45)
    nobody = (await life.dispute_shown())["if_nobody_acts"]
    before = await life.moved()
    await life.passes(10 * DAY)
    assert await life.states() == ("settled", "executed")
    assert await gained(life, before) == shown_money(nobody)
    assert_on_time((await life.timeline())[-1]["at"], nobody)


async def test_an_offer_that_lapses_moves_no_money(life: Life) -> None:
    """It says so, with its time."""
    await life.offered()
    shown = await life.shown()
    assert shown["if_nobody_acts"]["money"] == {}
    assert shown["if_nobody_acts"]["what"] == "the offer lapses"
    assert (shown["turn"], shown["timeline"]) == ("freelancer", f"/v1/jobs/{shown['id']}/timeline")


async def test_a_dispute_that_is_over_waits_for_nothing(life: Life) -> None:
    """Although its job goes on."""
    await life.rejected()
    await life.open_dispute()
    await life.client_does(c.WithdrawRejection)
    dispute, job = await life.dispute_shown(), await life.shown()
    assert (dispute["over"], dispute["if_nobody_acts"], dispute["turn"]) == (True, None, None)
    assert job["if_nobody_acts"] is not None and job["dispute_id"] is None
    assert job["disputes"] == [life.dispute_id]


async def test_staff_see_where_the_workflow_is(world: World, life: Life) -> None:
    """Its id and its page in the Temporal UI; the parties see neither."""
    await life.rejected()
    await life.open_dispute()
    for shown in (await life.shown(Role.STAFF), await life.dispute_shown(Role.STAFF)):
        workflow = shown["workflow"]
        assert workflow["workflow_id"] == f"{shown['kind']}/{shown['id']}"
        described = await world.temporal.get_workflow_handle(workflow["workflow_id"]).describe()
        assert described.id == workflow["workflow_id"]
        ui, namespace = world.settings.temporal_ui_url, world.settings.temporal_namespace
        quoted = f"{shown['kind']}%2F{shown['id']}"
        assert workflow["url"] == f"{ui}/namespaces/{namespace}/workflows/{quoted}"
        assert shown["staff_tasks"] == []
    assert (await life.shown())["workflow"] is None
    assert (await life.dispute_shown())["workflow"] is None


async def gained(life: Life, before: dict[str, int]) -> dict[str, int]:
    """Who has got how much since then."""
    after = await life.moved()
    names = {"client", "freelancer", "platform", "mediator"}
    changes = {name: after.get(name, 0) - before.get(name, 0) for name in names}
    return {name: change for name, change in changes.items() if change}


def shown_money(nobody: dict[str, Any]) -> dict[str, int]:
    return {name: one["amount_minor"] for name, one in nobody["money"].items()}


def assert_on_time(happened: str, nobody: dict[str, Any]) -> None:
    """Not before the moment that was shown, and at once after it."""
    late = datetime.fromisoformat(happened) - datetime.fromisoformat(nobody["at"])
    assert timedelta(0) <= late < timedelta(seconds=5)
