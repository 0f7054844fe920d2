"""The real app over a real PostgreSQL, spoken to through HTTP alone."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

from api.main import create
from ledger.migrate import upgrade
from local.postgres import OWNER, Postgres
from settings import Settings
from tests.world import BANK, World

TAX_KEYS = f"k1:{'7a' * 32}"
LARGEST_UPLOAD = 12 * 1024 * 1024


@pytest.fixture(scope="session")
def api_database(postgres_server: Postgres) -> Iterator[str]:
    """A migrated database of our own, as the application's role sees it."""
    postgres_server.create_database("api")
    upgrade(postgres_server.url("api", OWNER))
    yield postgres_server.url("api")
    postgres_server.drop_database("api")


@pytest.fixture(scope="session")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the object store."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="session")
def api_settings(api_database: str, uploads: Path) -> Settings:
    """Settings under which tests do not run into limits they are not about."""
    return Settings(
        database_url=api_database,
        files_url=uploads.as_uri(),
        max_upload_bytes=LARGEST_UPLOAD,
        least_part_bytes=1,
        login_limit="1000/second",
        login_address_limit="1000/second",
        login_email_limit="1000/second",
        signup_limit="1000/second",
        temporal_address="127.0.0.1:1",
        bank=BANK,
        tax_keys=SecretStr(TAX_KEYS),
    )


@pytest.fixture(scope="session")
async def app(api_settings: Settings) -> AsyncIterator[FastAPI]:
    """The app, started."""
    app = create(api_settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
async def http(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client of the app that nobody is signed in to."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as client:
        yield client


@pytest.fixture(scope="session")
async def unheard(world: World) -> AsyncIterator[AsyncClient]:
    """Another process of the world's API, whose signals reach nobody and which waits briefly."""
    alone = {"temporal_address": "127.0.0.1:1", "outcome_wait": timedelta(milliseconds=200)}
    app = create(world.settings.model_copy(update=alone))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as client,
    ):
        yield client
