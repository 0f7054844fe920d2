"""The files of a real job: who may hand them over, who finds them listed, and who reads them."""

import pytest

from domain import commands as c
from domain.cases import Role
from tests.api.people import Person, code, pointers
from tests.life import Life
from tests.world import World


async def uploaded(person: Person, content: bytes = b"content") -> str:
    return str((await person.upload(content)).json()["id"])


async def reads(person: Person, file: str) -> bool:
    """Whether the person may download it; whoever may not is told that there is nothing."""
    answer = await person.get(f"/v1/files/{file}")
    assert answer.status_code == 200 or code(answer) == "not_found"
    return answer.status_code == 200


async def listed(life: Life, person: Person) -> list[str]:
    """The files the job lists for this person, the oldest first."""
    found = (await person.get(f"/v1/jobs/{life.job_id}/files")).json()
    assert all(one.keys() >= {"name", "size", "sha256", "content_type"} for one in found)
    return [str(one["id"]) for one in found]


async def test_a_delivery_is_read_by_the_client_and_no_stranger(world: World, life: Life) -> None:
    """From the moment it is handed over; staff may look."""
    await life.in_progress()
    work = await uploaded(life.freelancer, b"a blue logo")
    assert not await reads(life.client, work)
    shown = await life.freelancer_does(c.Deliver, note="", files=[work])
    (delivery,) = shown["deliveries"]
    assert (delivery["number"], delivery["note"]) == (1, "")
    assert [file["id"] for file in delivery["files"]] == [work]
    assert (await life.client.get(f"/v1/files/{work}")).content == b"a blue logo"
    stranger, mediator = await world.person("stranger"), next(iter(world.house.mediators.values()))
    assert not await reads(stranger, work) and not await reads(mediator, work)
    assert await reads(world.house.staff, work)
    for person in (life.client, life.freelancer, world.house.staff):
        assert await listed(life, person) == [work]


async def test_the_same_file_can_be_in_two_deliveries(life: Life) -> None:
    """A second version may keep what was good; the list names it once."""
    await life.in_progress()
    kept, first, second = [await uploaded(life.freelancer, b"%d" % n) for n in range(3)]
    await life.freelancer_does(c.Deliver, files=[kept, first])
    await life.client_does(c.RequestRevision)
    shown = await life.freelancer_does(c.Deliver, files=[kept, second, kept])
    files = [{file["id"] for file in one["files"]} for one in shown["deliveries"]]
    assert files == [{kept, first}, {kept, second}]
    assert await listed(life, life.client) == [kept, first, second]


@pytest.mark.parametrize("other", ["the client's", "a stranger's", "nobody's"])
async def test_somebody_elses_file_is_not_handed_over(world: World, life: Life, other: str) -> None:
    """422 names the field, the refusal is recorded, and the file stays where it was."""
    await life.in_progress()
    stranger = await world.person("stranger")
    owners = {"the client's": life.client, "a stranger's": stranger}
    file = await uploaded(owners[other]) if other in owners else "file_x"
    mine = await uploaded(life.freelancer)
    answer = await life.asks(Role.FREELANCER, c.Deliver, files=[mine, file])
    assert (answer.status_code, code(answer)) == (422, "unknown_reference")
    assert pointers(answer) == ["#/files"]
    assert answer.json()["facts"]["files"] == [file]
    shown = await life.shown()
    assert (shown["state"], shown["deliveries"]) == ("in_progress", [])
    assert await listed(life, life.client) == []
    assert not await reads(life.client, mine)


async def test_what_comes_with_a_revision_is_read_by_both(life: Life) -> None:
    """A sketch of what is wanted is the freelancer's to see, and no delivery."""
    await life.in_review()
    sketch = await uploaded(life.client)
    await life.client_does(c.RequestRevision, files=[sketch])
    assert await reads(life.freelancer, sketch)
    assert await listed(life, life.freelancer) == [sketch]
    assert len((await life.shown())["deliveries"]) == 1


async def test_a_mediator_reads_everything_once_they_have_accepted(life: Life) -> None:
    """Brief, work and evidence; being asked is not enough, and it ends with the mediation."""
    plan = await uploaded(life.client)
    await life.in_progress(files=[plan])
    work = await uploaded(life.freelancer)
    await life.freelancer_does(c.Deliver, files=[work])
    await life.client_does(c.RequestRejection)
    await life.open_dispute()
    await life.freelancer_does(c.HireMediator)
    mediator = await life.person(Role.MEDIATOR)
    assert not await reads(mediator, plan) and not await reads(mediator, work)
    assert await listed(life, mediator) == []
    await life.mediator_does(c.AcceptAppointment)
    evidence = await uploaded(life.client)
    await life.client_does(c.AddStatement, files=[evidence])
    for file in (plan, work, evidence):
        assert await reads(mediator, file)
    assert await listed(life, mediator) == [plan, work, evidence]
    assert await reads(life.freelancer, evidence)
    await life.mediator_does(c.Propose)
    await life.client_does(c.RefuseProposal)
    for file in (plan, work, evidence):
        assert not await reads(mediator, file)


async def test_a_mediator_who_never_accepted_reads_nothing(life: Life) -> None:
    """Neither when the dispute ends while they are asked, nor when they decline."""
    await life.in_progress()
    work = await uploaded(life.freelancer)
    await life.freelancer_does(c.Deliver, files=[work])
    await life.client_does(c.RequestRejection)
    await life.open_dispute()
    await life.freelancer_does(c.HireMediator)
    declined = await life.person(Role.MEDIATOR)
    await life.mediator_does(c.DeclineAppointment)
    asked = await life.person(Role.MEDIATOR)
    await life.client_does(c.Approve)
    assert not await reads(declined, work) and not await reads(asked, work)
    assert await reads(life.client, work)


async def test_a_full_refund_leaves_the_work_with_the_freelancer(life: Life) -> None:
    """The client's access to the deliveries closes, not to their own brief and evidence."""
    plan = await uploaded(life.client)
    await life.in_progress(files=[plan])
    work = await uploaded(life.freelancer)
    await life.freelancer_does(c.Deliver, files=[work])
    sketch = await uploaded(life.client)
    await life.client_does(c.RequestRevision, files=[sketch])
    assert await reads(life.client, work)
    shown = await life.freelancer_does(c.Resign)
    assert (shown["state"], shown["ip"]) == ("cancelled", "freelancer")
    assert not await reads(life.client, work) and await reads(life.freelancer, work)
    assert await reads(life.client, plan) and await reads(life.client, sketch)
    assert await listed(life, life.client) == [plan, sketch]
    assert await listed(life, life.freelancer) == [plan, work, sketch]


async def test_after_a_full_refund_the_client_reads_no_note_either(life: Life) -> None:
    """A note may say where the work is; the freelancer still reads it, the client does not."""
    await life.in_progress()
    await life.freelancer_does(c.Deliver, note="it is in the shared folder")
    await life.freelancer_does(c.Resign)
    for person, readable in ((life.client, False), (life.freelancer, True)):
        job = (await person.get(f"/v1/jobs/{life.job_id}")).text
        timeline = (await person.get(f"/v1/jobs/{life.job_id}/timeline")).text
        assert ("shared folder" in job, "shared folder" in timeline) == (readable, readable)


@pytest.mark.parametrize("ends", [{"ends": "release"}, {"ends": "split", "freelancer_minor": 1}])
async def test_what_was_paid_for_stays_with_the_client(life: Life, ends: dict[str, object]) -> None:
    """After a release as after a split."""
    await life.in_progress()
    work = await uploaded(life.freelancer)
    await life.freelancer_does(c.Deliver, files=[work])
    await life.client_does(c.RequestRejection)
    await life.open_dispute()
    await life.freelancer_does(c.HireMediator)
    await life.mediator_does(c.AcceptAppointment)
    await life.mediator_does(c.Propose, **ends)
    await life.client_does(c.AcceptProposal)
    await life.freelancer_does(c.AcceptProposal)
    assert (await life.shown())["ip"] == "client"
    assert await reads(life.client, work)
