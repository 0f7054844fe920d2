"""A statement's line is the second person for what it agrees with, once, whoever is first."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.difference import Source
from ledger import agreeing, outside
from ledger.outside import OutsideLine
from ledger.reconciling import Side
from tests.api.people import Person, code, signup, staff
from tests.api.test_bank_statements import imports, said, statement
from tests.api.test_receipts import arrived, held, recorded
from tests.outside import AT_ONCE, found, key


@pytest.fixture(scope="module")
async def ada(app: FastAPI, http: AsyncClient) -> Person:
    """Who types."""
    return await staff(app, http, "accounting")


@pytest.fixture(scope="module")
async def bob(app: FastAPI, http: AsyncClient) -> Person:
    """Who imports."""
    return await staff(app, http, "accounting")


@pytest.fixture
def engine(app: FastAPI) -> AsyncEngine:
    """The books."""
    engine: AsyncEngine = app.state.engine
    return engine


async def shown(ada: Person, receipt: str) -> dict[str, Any]:
    """The receipt as accounting see it."""
    items = (await ada.get("/v1/staff/receipts", limit=100)).json()["items"]
    [one] = [one for one in items if one["id"] == receipt]
    return dict(one)


async def test_typed_first_it_is_confirmed_when_the_line_comes(
    http: AsyncClient, engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """Once, however often the statement comes, and both sides agree."""
    ana, name = await signup(http), key("B")
    receipt = await recorded(ada, arrived(ana, bank_reference=name))
    for new in (1, 0):
        assert said(await imports(bob, statement((name, "120.00")))) == (1, new)
        assert (await held(ana))["credits"] == 120_00
    assert (await shown(ada, receipt))["confirmed_by"] == bob.id
    assert name not in await found(engine, Source.BANK, AT_ONCE)
    late = await bob.post(f"/v1/staff/receipts/{receipt}/confirm")
    assert (late.status_code, code(late)) == (409, "already_over")


async def test_typed_after_the_line_came_it_is_confirmed_by_the_next_look(
    http: AsyncClient, engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """However many workers look at once."""
    ana, name = await signup(http), key("B")
    said(await imports(bob, statement((name, "120.00"))))
    receipt = await recorded(ada, arrived(ana, bank_reference=name))
    assert (await held(ana))["total"] == 0
    await asyncio.gather(*(agreeing.confirm(engine) for _ in range(4)))
    assert (await held(ana))["credits"] == 120_00
    assert (await shown(ada, receipt))["confirmed_by"] == bob.id


@pytest.mark.parametrize("amount", ["119.99", "120.01", "-120.00"])
async def test_a_line_that_differs_confirms_nothing_and_is_a_difference(
    http: AsyncClient, engine: AsyncEngine, ada: Person, bob: Person, amount: str
) -> None:
    """The receipt waits for a person, and the line is only there."""
    ana, name = await signup(http), key("B")
    receipt = await recorded(ada, arrived(ana, bank_reference=name))
    said(await imports(bob, statement((name, amount))))
    await agreeing.confirm(engine)
    assert (await shown(ada, receipt))["confirmed_at"] is None
    assert (await held(ana))["total"] == 0
    assert (await found(engine, Source.BANK, AT_ONCE))[name].side is Side.ONLY_THERE


async def test_nobody_confirms_by_a_statement_what_they_typed(
    http: AsyncClient, engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """A file can be made up: another person who imports the same one confirms it."""
    ana, name = await signup(http), key("B")
    receipt = await recorded(ada, arrived(ana, bank_reference=name))
    said(await imports(ada, statement((name, "120.00"))))
    await agreeing.confirm(engine)
    assert (await held(ana))["total"] == 0
    said(await imports(bob, statement((name, "120.00"))))
    assert (await shown(ada, receipt))["confirmed_by"] == bob.id


async def test_one_line_never_confirms_two_receipts(
    http: AsyncClient, engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """The same reference as a transfer and as a check: people say which of them it is."""
    ana, name = await signup(http), key("B")
    for method in ("bank_transfer", "check"):
        await recorded(ada, arrived(ana, bank_reference=name, method=method))
    said(await imports(bob, statement((name, "120.00"))))
    await agreeing.confirm(engine)
    assert (await held(ana))["total"] == 0


@pytest.mark.parametrize(
    ("currency", "kind", "credited"),
    [("USD", "booked", 120_00), ("EUR", "booked", 0), ("USD", "returned", 0)],
)
async def test_an_import_that_dies_before_it_confirms_is_made_up_for(
    http: AsyncClient,
    engine: AsyncEngine,
    ada: Person,
    bob: Person,
    currency: str,
    kind: str,
    credited: int,
) -> None:
    """The line is kept; whoever looks next confirms by it, unless it is of something else."""
    ana, name = await signup(http), key("B")
    await recorded(ada, arrived(ana, bank_reference=name))
    file = (await bob.upload(b"the statement")).json()["id"]
    line = OutsideLine(Source.BANK, "1", name, name, kind, 120_00, 0, currency, datetime.now(UTC))
    async with engine.begin() as c:
        await outside.keep(c, [line], file)
    for _ in range(2):
        await agreeing.confirm(engine)
        assert (await held(ana))["total"] == credited
