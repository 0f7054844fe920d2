"""What a client asks freelancers for while a process dies."""

from typing import Any

from domain import commands as c
from tests.faults.stories import Story, by_freelancer
from tests.life import Life, eventually
from tests.market.contesting import POSTED as CONTEST
from tests.market.contesting import uploaded
from tests.market.posting import BID, POSTED

ENTERED = b"the work that is entered"
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


async def posts_a_contest(life: Life) -> None:
    """The client posts a contest, with prizes that the job beside it leaves in the wallet."""
    prizes = {"prizes": [{"amount_minor": 10_00, "currency": "USD"}]}
    assert (await life.client.post("/v1/contests", CONTEST | prizes)).is_success


async def contest_is_posted_once(life: Life) -> None:
    """There is one contest, whose prize was taken once; then the job is declined."""
    [one] = (await life.client.get("/v1/me/contests")).json()["items"]
    assert one["state"] == "open"
    wallet = (await life.client.get("/v1/me/wallet")).json()
    assert wallet["credits"]["amount_minor"] == life.price - 10_00
    await by_freelancer(c.Decline)(life)


async def has_an_entry(life: Life) -> None:
    """And the freelancer has entered a contest, which is judged."""
    await life.offered()
    await posts_a_contest(life)
    contest = await _contest(life)
    body = {"note": "mine", "files": [await uploaded(life.freelancer, ENTERED)]}
    entered = await life.freelancer.post(f"/v1/contests/{contest['id']}/entries", body)
    assert entered.is_success
    assert (await life.client.post(f"/v1/contests/{contest['id']}/close-early", {})).is_success


async def awards_a_prize(life: Life) -> None:
    """The client awards it the prize."""
    path = f"/v1/contests/{(await _contest(life))['id']}"
    [one] = (await life.client.get(f"{path}/entries")).json()["items"]
    chosen = {"entries": [{"entry": one["id"], "hash": one["hash"], "prize": 1}]}
    assert (await life.client.post(f"{path}/award", chosen)).is_success


async def prize_is_awarded_once(life: Life) -> None:
    """The entry has one handover, whose workflow lives, and which ends; so does the contest."""
    [one] = (await life.freelancer.get("/v1/me/entries")).json()["items"]
    jobs = (await life.client.get("/v1/jobs")).json()["items"]
    assert {job["id"] for job in jobs} == {life.job_id, one["job_id"]}
    resigned = await life.freelancer.post(f"/v1/jobs/{one['job_id']}/resign")
    assert resigned.json()["state"] == "cancelled"
    await eventually(lambda: _is_closed(life))
    await by_freelancer(c.Decline)(life)


async def _is_closed(life: Life) -> bool:
    return bool((await _contest(life))["state"] == "closed")


async def _contest(life: Life) -> dict[str, Any]:
    """The client's one contest."""
    [one] = (await life.client.get("/v1/me/contests")).json()["items"]
    return dict(one)


POSTS = Story("posts", has_offered, posts, is_posted_once, *ENDED)
AWARDS = Story("awards", has_a_bid, awards, is_awarded_once, *ENDED)
OFFERS_PRIZES = Story("offers_prizes", has_offered, posts_a_contest, contest_is_posted_once, *ENDED)
AWARDS_A_PRIZE = Story(
    "awards_a_prize", has_an_entry, awards_a_prize, prize_is_awarded_once, *ENDED
)
