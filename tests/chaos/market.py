"""The other ways to a job: what is awarded after bids, won in a contest, or bought ready."""

from enum import StrEnum
from typing import Any
from uuid import uuid4

from local.deal import Deal, usd

NAME = "A work"


class Way(StrEnum):
    """How a job comes about."""

    HIRE = "hire"
    PROJECT = "project"
    PURCHASE = "purchase"


async def offered_by_award(deal: Deal, title: str, brief: str, price: int, days: int) -> str:
    """The client posts a project, the freelancer bids, and the bid is awarded; the job's id."""
    asked = {
        "title": title,
        "summary": "Something that is wanted",
        "brief": brief,
        "budget": {"low": usd(10_00), "high": usd(max(price, 20_00))},
    }
    project = f"/v1/projects/{_id(await deal.client.post('/v1/projects', asked))}"
    offer = {"amount": usd(price), "days": days, "message": "I would like to"}
    bid = await deal.freelancer.post(f"{project}/bids", offer)
    chosen = {"bids": [{"bid": bid["id"], "version": bid["version"]}]}
    await deal.client.post(f"{project}/award", chosen)
    await deal.client.post(f"{project}/close")
    [won] = (await deal.client.get(f"{project}/bids"))["items"]
    return str(won["job_id"])


async def bought_ready(deal: Deal, price: int) -> str:
    """The freelancer sells something, and the client buys it; the job's id."""
    listed = {
        "title": NAME,
        "description": "Made before it was asked for",
        "content": "text",
        "price": usd(price),
        "files": [await _file(deal)],
    }
    written = await deal.freelancer.post("/v1/listings", listed)
    at = f"/v1/listings/{written['id']}"
    warranted = {"version": written["version"], "warranted": True, "name": deal.freelancer.name}
    seen = await deal.freelancer.post(f"{at}/publish", warranted)
    item = {"listing": seen["id"], "version": seen["version"], "price": seen["price"]}
    filled = await deal.client.post("/v1/baskets", {"items": [item], "mode": "all"})
    basket = await deal.client.get(f"/v1/baskets/{_id(filled)}")
    return str(basket["items"][0]["job_id"])


async def won_in_a_contest(deal: Deal, price: int) -> str:
    """The client offers a prize, and the freelancer wins it; the handover's id."""
    asked = {
        "title": NAME,
        "summary": "Whoever has the best one",
        "brief": "In blue",
        "prizes": [usd(price)],
        "days": 7,
    }
    contest = f"/v1/contests/{_id(await deal.client.post('/v1/contests', asked))}"
    note = {"note": "This one", "files": [await _file(deal)]}
    entry = await deal.freelancer.post(f"{contest}/entries", note)
    await deal.client.post(f"{contest}/close-early")
    winner = {"entry": entry["id"], "hash": entry["hash"], "prize": 1}
    await deal.client.post(f"{contest}/award", {"entries": [winner]})
    return str((await deal.client.get(contest))["prizes"][0]["job_id"])


async def _file(deal: Deal) -> str:
    """A file unlike any that was ever sold or entered."""
    return str((await deal.freelancer.upload("work.txt", uuid4().hex.encode()))["id"])


def _id(made: dict[str, Any]) -> str:
    """The new case's, however its door answered."""
    return str(made.get("case_id") or made["id"])
