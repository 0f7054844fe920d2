"""What only the dispute of a job knows can also be said to the job, while it is disputed."""

from typing import Any

import pytest

from domain import commands as c
from domain.cases import Role
from tests.api.people import Person, code
from tests.life import Life
from tests.sums import as_sent
from tests.world import World


@pytest.fixture
async def disputed(life: Life) -> Life:
    """A job whose client requested rejection after a delivery."""
    await life.rejected()
    await life.open_dispute()
    return life


async def on_job(life: Life, person: Person, command: str, **body: Any) -> dict[str, Any]:
    """The job, after somebody said this to it."""
    answer = await person.post(f"/v1/jobs/{life.job_id}/{command}", as_sent(body))
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    assert shown["kind"] == "job"
    return shown


async def test_a_rejection_is_withdrawn_at_the_job(disputed: Life) -> None:
    """The dispute ends and the review goes on."""
    shown = await on_job(disputed, disputed.client, "withdraw-rejection")
    assert (shown["state"], shown["dispute_id"]) == ("in_review", None)
    assert (await disputed.dispute_shown())["state"] == "withdrawn"


async def test_a_rejection_that_was_not_requested_is_not_withdrawn(life: Life) -> None:
    """Without a dispute the job refuses, with its state."""
    await life.in_review()
    answer = await life.client.post(f"/v1/jobs/{life.job_id}/withdraw-rejection", {})
    assert (answer.status_code, code(answer)) == (409, "not_open")
    assert answer.json()["facts"] == {"state": "in_review"}
    await life.client_does(c.Approve)
    answer = await life.client.post(f"/v1/jobs/{life.job_id}/withdraw-rejection", {})
    assert code(answer) == "already_over"


async def test_a_mediator_is_hired_at_the_job(disputed: Life) -> None:
    """For the fee the job quotes."""
    fee = (await disputed.shown())["mediation_fee"]["amount_minor"]
    await on_job(disputed, disputed.freelancer, "hire-mediator", fee_minor=fee)
    shown = await disputed.dispute_shown()
    assert (shown["state"], shown["fee_held"]) == ("appointing", True)
    assert shown["mediator"]["id"] in disputed.world.house.mediators


async def test_a_settlement_is_made_at_the_job(disputed: Life) -> None:
    """Offered, taken back, offered again and accepted: all of it is the dispute's."""
    job = disputed
    await on_job(job, job.client, "offer-settlement", freelancer_minor=80_00, note="half?")
    assert (await job.shown())["settlement_offers"] == []
    (offer,) = (await job.dispute_shown())["settlement_offers"]
    assert (offer["by"], offer["freelancer"]["amount_minor"]) == ("client", 80_00)
    await on_job(job, job.client, "withdraw-offer")
    assert (await job.dispute_shown())["settlement_offers"] == []
    await on_job(job, job.client, "offer-settlement", freelancer_minor=90_00)
    (offer,) = (await job.dispute_shown())["settlement_offers"]
    shown = await on_job(job, job.freelancer, "accept-settlement", offer_id=offer["id"])
    assert (shown["state"], (await job.dispute_shown())["state"]) == ("settled", "settled")


async def test_staff_rule_at_the_job(life: Life) -> None:
    """While it is disputed, the ruling is its dispute's."""
    await life.staff_review()
    path, body = f"/v1/staff/jobs/{life.job_id}/resolve", {"ends": "release", "reasons": "done"}
    answer = await life.world.house.staff.post(path, body)
    assert (answer.status_code, answer.json()["state"]) == (200, "completed")
    assert (await life.dispute_shown())["state"] == "executed"


async def test_what_the_job_knows_itself_stays_the_jobs(disputed: Life) -> None:
    """Deliver, Approve and the pause of all clocks are its own, also now."""
    await disputed.freelancer_does(c.Deliver, note="once more")
    await disputed.staff_does(c.PauseClock)
    for shown in (await disputed.shown(), await disputed.dispute_shown()):
        assert shown["paused_until"] is not None
    shown = await disputed.client_does(c.Approve)
    assert (shown["state"], len(shown["deliveries"])) == ("completed", 2)
    assert (await disputed.dispute_shown())["state"] == "dismissed"


async def test_an_earlier_dispute_takes_no_decision(disputed: Life) -> None:
    """The second dispute of a job is another case; the first is over."""
    first = disputed.dispute_id
    await disputed.client_does(c.WithdrawRejection)
    await disputed.client_does(c.RequestRejection)
    await disputed.open_dispute()
    path = f"/v1/disputes/{first}/accept-rejection"
    answer = await disputed.freelancer.post(path, {})
    assert (answer.status_code, code(answer)) == (409, "already_over")
    shown = await disputed.shown()
    assert shown["disputes"] == [disputed.dispute_id, first] and shown["rejections"] == 2
    assert (await disputed.dispute_shown())["number"] == 2


async def test_a_dispute_shows_what_was_said_in_it(disputed: Life) -> None:
    """The reason, the statements with their evidence, and why the mediator proposes what."""
    await disputed.freelancer_does(c.HireMediator)
    await disputed.mediator_does(c.AcceptAppointment)
    evidence = (await disputed.client.upload(b"a photo")).json()["id"]
    await disputed.client_does(c.AddStatement, text="it is red", files=[evidence])
    await disputed.freelancer_does(c.AddStatement, text="it is blue")
    await disputed.mediator_does(c.Propose, ends="split", freelancer_minor=5, reasons="purple")
    for role in (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR, Role.STAFF):
        shown = await disputed.dispute_shown(role)
        assert (shown["reason"], shown["requested_by"]) == ("none", "client")
        said = [(one["by"], one["text"], len(one["files"])) for one in shown["statements"]]
        assert said == [("client", "it is red", 1), ("freelancer", "it is blue", 0)]
        assert shown["proposal"]["reasons"] == "purple"
        assert shown["proposal"]["freelancer"] == {"amount_minor": 5, "currency": "USD"}


async def test_a_quarrel_without_a_rejection_shows_no_reason(world: World) -> None:
    """A freelancer who calls a mediator in review rejects nothing."""
    life = await Life.begin(world, earnings=50_00)
    await life.in_review()
    for _ in range(6):
        await life.client_does(c.RequestRevision)
        await life.freelancer_does(c.Deliver)
    await life.freelancer_does(c.HireMediator)
    await life.open_dispute()
    shown = await life.dispute_shown()
    assert (shown["reason"], shown["requested_by"]) == (None, "freelancer")
    assert "withdraw_rejection" not in {action["command"] for action in shown["actions"]}
