"""What the house sees of deposits, and what their clients see of the entries they make."""

from tests.api.people import code
from tests.deposits.paying import Paying


async def test_staff_see_open_deposits_among_the_cases(paying: Paying) -> None:
    """With a client, without a freelancer; the list is the same as for jobs."""
    deposit = await paying.begun()
    staff = paying.world.house.staff
    listed = (await staff.get("/v1/staff/cases", limit=100)).json()["items"]
    [line] = [one for one in listed if one["id"] == deposit["id"]]
    assert line["client_id"] == paying.client.id and line["freelancer_id"] is None
    assert (line["kind"], line["title"]) == ("deposit", "Deposit of 100.00 USD")
    shown = (await staff.get(f"/v1/deposits/{deposit['id']}")).json()
    assert shown["workflow"]["workflow_id"] == f"deposit/{deposit['id']}"
    assert shown["your_role"] == "staff" and shown["actions"] == []


async def test_staff_s_retry_makes_a_deposit_look_at_once(paying: Paying) -> None:
    """No webhook came; somebody of staff wants to know now."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    asked = await paying.world.house.staff.post(f"/v1/staff/cases/{deposit['id']}/retry")
    assert asked.json() == {"case_id": deposit["id"], "told": True}
    await paying.stands(deposit, "credited")
    assert await paying.wallet() == 100_00


async def test_the_entry_of_a_deposit_opens(paying: Paying) -> None:
    """What it was for, the other side, and what happened in the case."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))
    await paying.stands(deposit, "credited")
    [line] = (await paying.client.get("/v1/me/wallet/statement")).json()["items"]
    opened = (await paying.client.get(line["entry"]["opens_at"])).json()
    assert opened["kind"] == "deposit" and opened["case_id"] == deposit["id"]
    assert [one["amount"]["amount_minor"] for one in opened["mine"]] == [100_00]
    assert [one["kind"] for one in opened["events"]] == ["deposit_credited"]
    assert (opened["decision"]["by"], opened["decision"]["what"]) == ("the processor", "paid")
    staff = paying.world.house.staff
    listed = await staff.get("/v1/staff/entries", case=deposit["id"])
    assert listed.status_code == 200, listed.text
    assert {one["entry"]["kind"] for one in listed.json()["items"]} == {"deposit", "processor_fee"}


async def test_a_deposit_is_no_job(paying: Paying) -> None:
    """Doors of jobs do not know it, and calendars have no event of it."""
    deposit = await paying.begun()
    for path in ("case-file", "files", ""):
        answer = await paying.client.get(f"/v1/jobs/{deposit['id']}/{path}".rstrip("/"))
        assert (answer.status_code, code(answer)) == (404, "not_found")
    jobs = (await paying.client.get("/v1/jobs")).json()["items"]
    assert jobs == []
    feed = (await paying.client.post("/v1/me/deadlines-feed")).json()
    url = next(value for value in feed.values() if isinstance(value, str) and "ics" in value)
    calendar = await paying.world.http.get(url.removeprefix("http://127.0.0.1:8000"))
    assert calendar.status_code == 200 and deposit["id"] not in calendar.text
