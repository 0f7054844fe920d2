"""The product beside a stand-in for Stripe, and freelancers who have earned something."""

from collections.abc import AsyncIterator, Iterator

import pytest

from local.postgres import Postgres
from tests.deposits.paying import reaching
from tests.fakestripe.stand import Stand, standing
from tests.withdrawals.leaving import Leaving, paying_out
from tests.world import Grounds, World, database


@pytest.fixture(scope="session")
def out_stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A stand-in with empty books, which agree in the end."""
    with standing(tmp_path_factory.mktemp("stripe") / "books.sqlite") as running:
        yield running


@pytest.fixture(scope="session")
def counter_database(postgres_server: Postgres) -> Iterator[str]:
    """The migrated database of the counter."""
    with database(postgres_server, "counter") as url:
        yield url


@pytest.fixture(scope="session")
async def counter(
    out_stand: Stand, counter_database: str, grounds: Grounds
) -> AsyncIterator[World]:
    """The running product, which pays people out."""
    more = reaching(out_stand) | paying_out()
    async with grounds.product("counter", counter_database, **more) as world:
        yield world


@pytest.fixture
async def leaving(counter: World, out_stand: Stand) -> AsyncIterator[Leaving]:
    """Somebody with earnings and a bank account; afterwards all books are right."""
    yield await Leaving(counter, await counter.person("ana", earnings_minor=100_00)).ready()
    out_stand.http.delete("/_control/faults")
    out_stand.balances()
    assert await counter.violations() == []
