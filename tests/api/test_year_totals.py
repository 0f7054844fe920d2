"""Year totals come from the ledger: what was released with its commission, fees of mediators."""

import csv
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from domain import flows
from domain.accounts import Entry, Kind, Parts, Posting
from domain.postings import cut, entry, move
from ledger import journal
from local.places import CLONE
from tests.api.people import Person
from tests.life import Life
from tests.world import World

CASE = """
    insert into cases (id, kind, state, version, over, closed_at, client_id, freelancer_id, terms,
                       data, opened_at, last_event_at)
    values (:id, 'job', 'completed', 1, true, now(), :client, :freelancer, '{}', '{}', now(), now())
"""
NEW_YEARS_EVE = datetime(2027, 1, 1, 4, 30, tzinfo=UTC)
"""Half past eleven in New York, in the old year."""
NEW_YEAR = datetime(2027, 1, 1, 5, 0, tzinfo=UTC)
JUNE = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
async def life(world: World) -> Life:
    """A client with 1,000.00, a freelancer who earned 50.00 before, and a job in the books."""
    life = await Life.begin(world, wallet=1_000_00, earnings=50_00)
    life.job_id = f"job_of_{life.client.id}"
    async with world.engine.begin() as c:
        people = {"client": life.client.id, "freelancer": life.freelancer.id}
        await c.execute(text(CASE), {"id": life.job_id, **people})
    return life


async def post(life: Life, at: datetime, *entries: Entry) -> None:
    """Entries of its job, which took effect then."""
    async with life.world.engine.begin() as c:
        await journal.open_escrow(c, life.job_id)
        await journal.post(c, entries, case_id=life.job_id, cause="test", effective_at=at)


def _to_earnings(person: Person, minor: int) -> Posting:
    return move(Kind.CREDITS, person.id, Kind.EARNINGS, person.id, minor, "USD")


async def totals(world: World, year: int, *people: Person) -> list[dict[str, Any]]:
    """The lines of these people, as an accountant reads them, page after page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        path = f"/v1/staff/year-totals/{year}"
        answer = await world.house.accountants[0].get(path, limit=1, **cursor)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return [one for one in found if one["person_id"] in {person.id for person in people}]
        cursor = {"cursor": answer.json()["next_cursor"]}


def commanded(database_url: str) -> str:
    """What the command prints for 2026."""
    return subprocess.run(
        [sys.executable, "-m", "cli", "year-totals", "2026"],
        env={**os.environ, "PEEROK_DATABASE_URL": database_url},
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def minor(shown: dict[str, Any]) -> tuple[int, int, int]:
    """Gross, fees and net."""
    gross, fees, net = (shown[name]["amount_minor"] for name in ("gross", "fees", "net"))
    return gross, fees, net


async def test_clients_money_counts_before_the_commission(world: World, life: Life) -> None:
    """Released 100.00 in June with 10.00 of commission: gross 100.00, in its month."""
    held = Parts(credits=100_00)
    await post(
        life,
        JUNE,
        flows.hold(life.job_id, life.client.id, held, "USD"),
        flows.release(life.job_id, life.freelancer.id, held, 10_00, "USD"),
    )
    (one,) = await totals(world, 2026, life.client, life.freelancer)
    assert (one["person_id"], one["form"], one["payments"]) == (life.freelancer.id, "1099-K", 1)
    assert minor(one) == (100_00, 10_00, 90_00)
    months = [month["amount_minor"] for month in one["months"]]
    assert months == [0] * 5 + [100_00] + [0] * 6
    assert one["answered"] == "w9"


async def test_what_returns_to_a_client_is_no_income(world: World, life: Life) -> None:
    """A split of money the client had earned themselves: half returns to their earnings."""
    held = Parts(credits=60_00, earnings=40_00)
    await post(
        life,
        JUNE,
        entry("earlier", f"earlier/{life.job_id}", _to_earnings(life.client, 40_00)),
        flows.hold(life.job_id, life.client.id, held, "USD"),
        flows.split(life.job_id, life.client.id, life.freelancer.id, cut(held, 50_00, 5_00), "USD"),
    )
    (one,) = await totals(world, 2026, life.client, life.freelancer)
    assert one["person_id"] == life.freelancer.id and minor(one) == (50_00, 5_00, 45_00)


async def test_a_mediators_fee_is_on_the_other_form(world: World, life: Life) -> None:
    """It is what the platform's own task paid; nothing is taken of it."""
    mediator, held = await world.person("mediator"), Parts(earnings=50_00)
    await post(
        life,
        JUNE,
        flows.mediation_fee_hold(life.job_id, life.freelancer.id, held, "USD"),
        flows.mediation_fee_pay(life.job_id, mediator.id, held, "USD"),
    )
    (one,) = await totals(world, 2026, mediator, life.freelancer)
    assert (one["person_id"], one["form"]) == (mediator.id, "1099-NEC")
    assert minor(one) == (50_00, 0, 50_00)


async def test_the_year_ends_at_midnight_in_new_york(world: World, life: Life) -> None:
    """Not at that of Greenwich."""
    held = Parts(credits=10_00)
    for at in (NEW_YEARS_EVE, NEW_YEAR):
        job = f"{life.job_id}{at:%H%M}"
        async with world.engine.begin() as c:
            people = {"client": life.client.id, "freelancer": life.freelancer.id}
            await c.execute(text(CASE), {"id": job, **people})
        moved = Life(world, life.client, life.freelancer, job_id=job)
        await post(
            moved,
            at,
            flows.hold(job, life.client.id, held, "USD"),
            flows.release(job, life.freelancer.id, held, 1_00, "USD"),
        )
    (old,) = await totals(world, 2026, life.freelancer)
    (new,) = await totals(world, 2027, life.freelancer)
    assert old["months"][11]["amount_minor"] == new["months"][0]["amount_minor"] == 10_00
    assert old["payments"] == new["payments"] == 1


async def test_only_sworn_accounting_reads_year_totals(world: World, life: Life) -> None:
    """What somebody earned is theirs to know, and the tax office's."""
    for person in (life.freelancer, world.house.staff):
        assert (await person.get("/v1/staff/year-totals/2026")).status_code == 403
    accountant = world.house.accountants[0]
    assert (await accountant.get("/v1/staff/year-totals/26")).status_code == 422
    assert (await accountant.get("/v1/staff/year-totals/2026", cursor="eHg=")).status_code == 422


async def test_the_command_writes_the_same_as_a_table(world: World, life: Life) -> None:
    """A name that a spreadsheet would calculate is text."""
    held = Parts(credits=100_00)
    await post(
        life,
        JUNE,
        flows.hold(life.job_id, life.client.id, held, "USD"),
        flows.release(life.job_id, life.freelancer.id, held, 10_00, "USD"),
    )
    async with world.engine.begin() as c:
        named = "update person set name = '=1+1' where id = :id"
        await c.execute(text(named), {"id": life.freelancer.id})
    printed = commanded(world.settings.database_url)
    rows = {row["person_id"]: row for row in csv.DictReader(printed.splitlines())}
    mine = rows[life.freelancer.id]
    assert mine["name"] == "'=1+1"
    assert (mine["form"], mine["gross_minor"], mine["gross_06_minor"]) == (
        "1099-K",
        "10000",
        "10000",
    )
