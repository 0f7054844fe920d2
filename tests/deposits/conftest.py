"""The product beside a stand-in for Stripe, and what its webhooks bring."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from local.mail import MailCatcher
from local.postgres import Postgres
from tests.deposits.paying import Paying, reaching
from tests.fakestripe.stand import Stand, standing
from tests.world import World, database, namespace, opened, settings_for, working


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
async def shop(
    stand: Stand,
    shop_database: str,
    temporal_address: str,
    mail: MailCatcher,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[World]:
    """The running product, which reaches Stripe where the stand-in is."""
    files: Path = tmp_path_factory.mktemp("shop_files")
    ours = await namespace(temporal_address, "shop")
    settings = settings_for(
        shop_database,
        temporal_address,
        ours,
        mail.smtp_port,
        files,
        **reaching(stand),
    )
    async with opened(settings) as world, working(settings):
        yield world


@pytest.fixture
async def paying(shop: World, stand: Stand) -> AsyncIterator[Paying]:
    """A client who pays in; afterwards the books are right, and the stand-in's too."""
    yield Paying(shop, stand, await shop.person("client"))
    stand.http.delete("/_control/faults")
    stand.balances()
    assert await shop.violations() == []
