"""What a client asks freelancers for while a process dies."""

from typing import Any

from domain import commands as c
from tests.faults.stories import Story, by_freelancer
from tests.life import Life
from tests.market.posting import BID, POSTED

ENDED = ("declined", ("job_offered", "offer_declined"))
"""The job beside all this is only offered, and declined at the end."""


async def has_offered(life: Life) -> None:
    """A job is offered to the same freelancer."""
    await life.offered()


async def posts(life: Life) -> None:
    """The client posts a project."""
    assert (await life.client.post("/v1/projects", POSTED)).is_success


async def has_a_bid(life: Life) -> None:
    """And the freelancer has bid on one."""
    await life.offered()
    await posts(life)
    path = f"/v1/projects/{(await _project(life))['id']}/bids"
    body = BID | {"amount": {"amount_minor": 50_00, "currency": "USD"}}
    assert (await life.freelancer.post(path, body)).is_success


async def awards(life: Life) -> None:
    """The client awards the bid."""
    project = await _project(life)
    [bid] = (await life.client.get(f"/v1/projects/{project['id']}/bids")).json()["items"]
    chosen = {"bids": [{"bid": bid["id"], "version": 1}]}
    assert (await life.client.post(f"/v1/projects/{project['id']}/award", chosen)).is_success


async def is_posted_once(life: Life) -> None:
    """There is one project, and freelancers find it; then the job is declined."""
    assert (await _project(life))["state"] == "open"
    await by_freelancer(c.Decline)(life)


async def is_awarded_once(life: Life) -> None:
    """The bid has become one job, whose workflow lives; then both jobs are declined."""
    [bid] = (await life.freelancer.get("/v1/me/bids")).json()["items"]
    jobs = (await life.client.get("/v1/jobs")).json()["items"]
    assert {one["id"] for one in jobs} == {life.job_id, bid["job_id"]}
    declined = await life.freelancer.post(f"/v1/jobs/{bid['job_id']}/decline")
    assert declined.json()["state"] == "declined"
    await by_freelancer(c.Decline)(life)


async def _project(life: Life) -> dict[str, Any]:
    """The client's one project."""
    [one] = (await life.client.get("/v1/me/projects")).json()["items"]
    return dict(one)


POSTS = Story("posts", has_offered, posts, is_posted_once, *ENDED)
AWARDS = Story("awards", has_a_bid, awards, is_awarded_once, *ENDED)
