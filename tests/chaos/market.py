"""The other ways to a job: what is offered after bids, and was asked of everybody before."""

from local.deal import Deal, usd


async def offered_by_award(deal: Deal, title: str, brief: str, price: int, days: int) -> str:
    """The client posts a project, the freelancer bids, and the bid is awarded; the job's id."""
    asked = {
        "title": title,
        "summary": "Something that is wanted",
        "brief": brief,
        "budget": {"low": usd(10_00), "high": usd(max(price, 20_00))},
    }
    posted = await deal.client.post("/v1/projects", asked)
    project = f"/v1/projects/{posted.get('case_id') or posted['id']}"
    offer = {"amount": usd(price), "days": days, "message": "I would like to"}
    bid = await deal.freelancer.post(f"{project}/bids", offer)
    chosen = {"bids": [{"bid": bid["id"], "version": bid["version"]}]}
    await deal.client.post(f"{project}/award", chosen)
    await deal.client.post(f"{project}/close")
    [won] = (await deal.client.get(f"{project}/bids"))["items"]
    return str(won["job_id"])
