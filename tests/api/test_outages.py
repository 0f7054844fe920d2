"""While the database restarts the API says so, and that one may try again."""

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy.exc import DBAPIError

from api import problems


@pytest.mark.parametrize(
    "said",
    [
        asyncpg.AdminShutdownError,
        asyncpg.CrashShutdownError,
        asyncpg.CannotConnectNowError,
        asyncpg.ConnectionDoesNotExistError,
        asyncpg.ConnectionFailureError,
    ],
)
async def test_a_database_that_restarts_is_no_bug_of_ours(
    said: type[asyncpg.PostgresError],
) -> None:
    """Stopping, crashed, starting up, gone amid a statement: 503, where a bug would be a 500."""
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def fails() -> None:
        raise DBAPIError("select 1", None, said("the database system is starting up"))

    async with AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as http:
        answer = await http.get("/")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
