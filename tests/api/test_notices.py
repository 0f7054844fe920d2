"""The inbox: listing opens nothing, reading proves, removing hides."""

from datetime import UTC, datetime

from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import insert, select

from ledger.ids import fresh
from ledger.tables import notice
from tests.api.people import Person, code, signup


async def told(app: FastAPI, person: Person, subject: str = "A delivery waits") -> str:
    """The person is told something."""
    row = {"id": fresh("notice"), "person_id": person.id, "kind": "reminder", "subject": subject}
    async with app.state.engine.begin() as c:
        await c.execute(insert(notice).values(**row, body="Look.", at=datetime.now(UTC)))
    return row["id"]


async def test_listing_opens_nothing_and_reading_proves(app: FastAPI, http: AsyncClient) -> None:
    """The time of the first opening stays."""
    ana = await signup(http)
    one = await told(app, ana)
    (listed,) = (await ana.get("/v1/me/notices")).json()["items"]
    assert listed["id"] == one and listed["opened_at"] is None
    read = (await ana.get(f"/v1/me/notices/{one}")).json()
    assert read["opened_at"].endswith("Z") and read["subject"] == "A delivery waits"
    again = (await ana.post(f"/v1/me/notices/{one}/open")).json()
    assert again == read
    assert (await ana.get("/v1/me/notices")).json()["items"] == [read]


async def test_an_inbox_comes_in_pages(app: FastAPI, http: AsyncClient) -> None:
    """Newest first."""
    ana = await signup(http)
    made = [await told(app, ana, f"Number {n}") for n in range(3)]
    first = (await ana.get("/v1/me/notices", limit=2)).json()
    rest = (await ana.get("/v1/me/notices", limit=2, cursor=first["next_cursor"])).json()
    assert [n["id"] for n in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None


async def test_anothers_notice_is_not_found(app: FastAPI, http: AsyncClient) -> None:
    """Nobody can open it for them, which would prove that they were told."""
    ana, eve = await signup(http), await signup(http)
    path = f"/v1/me/notices/{await told(app, ana)}"
    for answer in (await eve.get(path), await eve.post(f"{path}/open"), await eve.delete(path)):
        assert (answer.status_code, code(answer)) == (404, "not_found")
    (untouched,) = (await ana.get("/v1/me/notices")).json()["items"]
    assert untouched["opened_at"] is None


async def test_a_removed_notice_is_gone_and_stays_proven(app: FastAPI, http: AsyncClient) -> None:
    """Removing takes it out of the inbox and leaves what it proved."""
    ana = await signup(http)
    one, other = await told(app, ana), await told(app, ana)
    await ana.get(f"/v1/me/notices/{one}")
    assert (await ana.delete(f"/v1/me/notices/{one}")).status_code == 204
    assert (await ana.delete(f"/v1/me/notices/{one}")).status_code == 404
    assert (await ana.get(f"/v1/me/notices/{one}")).status_code == 404
    assert [n["id"] for n in (await ana.get("/v1/me/notices")).json()["items"]] == [other]
    async with app.state.engine.connect() as c:
        opened_at = await c.scalar(select(notice.c.opened_at).where(notice.c.id == one))
    assert opened_at is not None


async def test_an_inbox_can_be_cleared(app: FastAPI, http: AsyncClient) -> None:
    """One's own, and nobody else's."""
    ana, bob = await signup(http), await signup(http)
    for person in (ana, ana, bob):
        await told(app, person)
    assert (await ana.delete("/v1/me/notices")).status_code == 204
    assert (await ana.get("/v1/me/notices")).json()["items"] == []
    assert len((await bob.get("/v1/me/notices")).json()["items"]) == 1
