"""A crowd of cases is read like cases that people made."""

from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks import crowd, parties
from ledger import agreements, cases, reading
from ledger.invariants import violations


async def test_copied_jobs_are_whole_and_belong_to_whom_they_say(app: AsyncEngine) -> None:
    """The law reads them, their reader finds exactly their own, and the books stay right."""
    async with app.begin() as c:
        await agreements.ensure(c)
    people = await parties.made(app, 4)
    own = await crowd.moved_in(app, people, cases=30, own_jobs=10)
    async with app.connect() as c:
        listed = await reading.of_person(c, ["job"], people[0].id, None, None, 50)
        pair = await cases.read(c, own[3])
        happened = await reading.events(c, own[3:4], None, 10)
        assert await violations(c) == []
    assert [row["id"] for row in listed] == sorted(own, reverse=True)
    assert len(own) == 10
    assert pair is not None and pair.job.state == "in_review"
    assert [(row["kind"], row["command"]) for row in happened] == [
        ("work_delivered", "deliver"),
        ("offer_accepted", "accept"),
        ("job_offered", "offer_job"),
    ]
    assert {row["actor_id"] for row in happened} == {pair.job.client, pair.job.freelancer}
