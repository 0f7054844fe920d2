"""The product beside a stand-in for Stripe, and what its webhooks bring."""

from collections.abc import AsyncIterator, Iterator

import pytest

from ledger import processor
from local.postgres import Postgres
from tests.deposits.paying import Paying, reaching
from tests.deposits.remitting import Remitting
from tests.fakestripe.stand import Stand, standing
from tests.life import eventually
from tests.world import Grounds, World, database


@pytest.fixture(scope="session")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A stand-in with empty books, which agree in the end."""
    with standing(tmp_path_factory.mktemp("stripe") / "books.sqlite") as running:
        yield running


@pytest.fixture(scope="session")
def shop_database(postgres_server: Postgres) -> Iterator[str]:
    """The migrated database of the shop."""
    with database(postgres_server, "shop") as url:
        yield url


@pytest.fixture(scope="session")
async def shop(stand: Stand, shop_database: str, grounds: Grounds) -> AsyncIterator[World]:
    """The running product, which reaches Stripe where the stand-in is."""
    async with grounds.product("shop", shop_database, **reaching(stand)) as world:
        # Afterwards nothing is found that no webhook told, but when a test has it looked for.
        await eventually(lambda: looked(world))
        yield world


async def looked(world: World) -> bool:
    """Whether its worker has looked for what was announced before it began."""
    async with world.engine.connect() as c:
        return await processor.looked(c, processor.ALL) is not None


@pytest.fixture
async def paying(shop: World, stand: Stand) -> AsyncIterator[Paying]:
    """A client who pays in; afterwards the books are right, and the stand-in's too."""
    yield Paying(shop, stand, await shop.person("client"))
    stand.http.delete("/_control/faults")
    stand.balances()
    assert await shop.violations() == []


@pytest.fixture
async def remitting(shop: World) -> AsyncIterator[Remitting]:
    """A client who sends money by hand; afterwards the books are right."""
    yield Remitting(shop, await shop.person("client"))
    assert await shop.violations() == []
