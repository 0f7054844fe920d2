"""What of a case is somebody else's stays out of its pages: the timeline and the case file."""

from typing import Any

from sqlalchemy import text

from domain import commands as c
from domain.cases import Role
from tests.api.case_file import file_for, told
from tests.life import Life, eventually
from tests.world import World

EVERYBODY = (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR, Role.STAFF)


async def facts(life: Life, role: Role, event: str) -> dict[str, Any]:
    """What the case file says the law noted of this event; the timeline says the same."""
    [in_file] = [
        e["facts"] for e in told(await file_for(life, role), "event") if e["event"] == event
    ]
    person = await life.person(role)
    page = (await person.get(f"/v1/jobs/{life.job_id}/timeline", limit=100)).json()["items"]
    [on_page] = [one["facts"] for one in page if one["kind"] == event]
    assert in_file == on_page
    return dict(in_file)


async def test_what_was_advanced_is_the_freelancers_and_staffs(world: World) -> None:
    """The fee less the advance is what their wallet held, to the cent."""
    life = await (await Life.begin(world, earnings=3_00)).appointing()
    for role in EVERYBODY:
        noted = await facts(life, role, "mediator_hired")
        assert noted["fee_minor"] == 10_00
        expected = 7_00 if role in (Role.FREELANCER, Role.STAFF) else None
        assert noted.get("advanced_minor") == expected, role


async def test_a_debt_to_the_platform_is_nobody_elses(life: Life) -> None:
    """What settles it moves money within one wallet: only its owner and staff see that."""
    await life.proposed(ends="split", freelancer_minor=100_00)
    await life.client_does(c.AcceptProposal)
    await life.freelancer_does(c.AcceptProposal)
    for role in (Role.CLIENT, Role.FREELANCER, Role.STAFF):
        entries = told(await file_for(life, role), "money")
        assert all(entry["postings"] for entry in entries)
        settled = "receivable_settle" in {entry["entry"] for entry in entries}
        assert settled is (role is not Role.CLIENT), role


async def test_a_mediator_who_left_is_known_by_the_role_alone(life: Life) -> None:
    """Whoever declined or was vetoed, to parties and to the one who came after."""
    await life.appointing()
    gone = [await life.person(Role.MEDIATOR)]
    await life.mediator_does(c.DeclineAppointment)
    gone.append(await life.person(Role.MEDIATOR))
    await life.client_does(c.VetoMediator)
    here = await life.person(Role.MEDIATOR)
    for role in EVERYBODY:
        person, file = await life.person(role), str(await file_for(life, role))
        timeline = await person.get(f"/v1/jobs/{life.job_id}/timeline", limit=100)
        assert here.id in file and here.id in timeline.text
        seen = {one.id for one in gone if one.id in file or one.id in timeline.text}
        assert len(seen) == (2 if role is Role.STAFF else 0), role


async def test_a_fault_of_our_mail_is_staffs(life: Life) -> None:
    """Parties, whose notice it was too, see what their servers said and not our machines."""
    await life.offered()

    async def settled() -> bool:
        return all(row.status != "pending" for row in await life.told())

    await eventually(settled)
    async with life.world.engine.begin() as connection:
        fault = "update mail m set status = 'failed', answer = 'OSError: connecting to smtp.ours'"
        ours = " from notice n where n.id = m.notice_id and n.case_id = :job"
        await connection.execute(text(fault + ours), {"job": life.job_id})
    for role in (Role.CLIENT, Role.FREELANCER, Role.STAFF):
        assert ("smtp.ours" in str(await file_for(life, role))) is (role is Role.STAFF), role


async def refusals(life: Life, role: Role) -> list[tuple[str, str]]:
    """Which commands were refused and why, as this reader's file tells."""
    refused = told(await file_for(life, role), "refused")
    return [(one["command"], one["code"]) for one in refused]


async def test_a_decision_that_came_too_late_is_told_to_everybody(world: World) -> None:
    """Who decided what, when it reached us, and why nothing came of it; not what was in it."""
    life = await (await Life.begin(world)).in_review()
    await life.client_does(c.Approve)
    assert await life.refused(Role.CLIENT, c.RequestRejection, reason="my secret") == "already_over"
    for role in (Role.CLIENT, Role.FREELANCER, Role.STAFF):
        file = await file_for(life, role)
        [one] = told(file, "refused")
        assert (one["command"], one["code"]) == ("request_rejection", "already_over")
        assert one["words"] == "Refused: request rejection" and one["reason"]
        assert one["by"]["id"] == life.client.id and one["received_at"].endswith("Z")
        assert "my secret" not in str(file)


async def test_a_refusal_for_what_somebody_has_is_theirs_and_staffs(world: World) -> None:
    """That the wallet is empty, the other party does not learn from a decision that failed."""
    life = await (await Life.begin(world, wallet=0)).awaiting_funds()
    assert await life.refused(Role.CLIENT, c.Fund) == "insufficient_funds"
    tried = [("fund", "insufficient_funds")]
    assert await refusals(life, Role.CLIENT) == await refusals(life, Role.STAFF) == tried
    assert await refusals(life, Role.FREELANCER) == []


async def test_what_staff_tried_is_staffs(world: World) -> None:
    """As is a ruling that waits: nothing of it reaches the parties before it is final."""
    life = await (await Life.begin(world, price=2_000_00)).ruled()
    assert await life.refused(Role.STAFF, c.Confirm) == "condition_missing"
    assert await refusals(life, Role.STAFF) == [("confirm", "condition_missing")]
    assert await refusals(life, Role.CLIENT) == await refusals(life, Role.FREELANCER) == []
