"""What every route shares: problems, ids, sizes, headers, keys, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.edge import LARGEST_BODY
from api.main import create
from api.problems import OF_THE_LAW, catalogue
from domain.errors import every_error
from ledger.database import SESSION, connect
from settings import Settings
from tests.api.people import Person, code, new_key, signup
from tests.life import eventually

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def ana(http: AsyncClient) -> Person:
    return await signup(http)


def test_every_refusal_of_the_law_has_a_status() -> None:
    """A new error in the domain needs its line in the map of the door."""
    assert {error.code for error in every_error()} <= OF_THE_LAW.keys()


async def test_every_problem_type_leads_somewhere(http: AsyncClient) -> None:
    """The `type` of a problem is an address that says what it means."""
    listed = (await http.get("/problems")).json()
    assert [problem["code"] for problem in listed] == [code for code, _, _ in catalogue()]
    for problem in listed:
        assert (await http.get(f"/problems/{problem['code']}")).json() == problem
    assert (await http.get("/problems/made_up")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("PATCH", "/v1/me", 405, "method_not_allowed"),
        ("DELETE", "/v1/accounts", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_a_problem_too(
    http: AsyncClient, method: str, path: str, status: int, expected: str
) -> None:
    """404 and 405 are problem+json like everything else."""
    answer = await http.request(method, path)
    assert (answer.status_code, code(answer)) == (status, expected)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"null", 422),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b"1" * 10_000, 400),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    http: AsyncClient, body: bytes, status: int
) -> None:
    """Whatever the bytes, the answer is a problem and nothing breaks."""
    answer = await http.post("/v1/tokens", content=body, headers=JSON)
    assert answer.status_code == status
    assert code(answer) in {"invalid", "malformed"}


async def test_a_body_of_another_type_is_refused(http: AsyncClient) -> None:
    """JSON has to say that it is JSON, so that no form of another site can send it."""
    body = b'{"email": "a@b.example", "password": "0123456789"}'
    answer = await http.post("/v1/tokens", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_above_the_limit_is_refused(http: AsyncClient, chunked: bool) -> None:
    """413, whether its length was announced or not."""
    body = b'{"email": "' + b"a" * LARGEST_BODY + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    content = pieces() if chunked else body
    answer = await http.post("/v1/tokens", content=content, headers=JSON)
    assert (answer.status_code, code(answer)) == (413, "too_large")


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/me/nda", "/v1/me/work-permission"])
async def test_a_post_without_idempotency_key_is_refused(
    ana: Person, http: AsyncClient, path: str
) -> None:
    """400: without the key a repeated request could have a second effect."""
    answer = await http.post(path, json={}, headers=ana.headers())
    assert (answer.status_code, code(answer)) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(("key", "status"), [("with space", 400), ("x" * 201, 422)])
async def test_an_idempotency_key_is_short_and_printable(
    ana: Person, key: str, status: int
) -> None:
    """A key that would not be kept as it is, is refused."""
    answer = await ana.post("/v1/me/nda", {}, key=key)
    assert answer.status_code == status


async def test_an_id_that_is_none_is_not_found(ana: Person) -> None:
    """An address that cannot name anything is 404, not a failure of the database."""
    for path in ("notices/x", "notices/%00", "notices/user_01m83y1rnyet7bmhrbttj3yvdx"):
        answer = await ana.get(f"/v1/me/{path}")
        assert (answer.status_code, code(answer)) == (404, "not_found")


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"limit": "many"}, {"cursor": "x"}, {"cursor": "eA=="}]
)
async def test_a_list_takes_no_other_limit_or_cursor(ana: Person, query: dict[str, str]) -> None:
    """422 names the parameter."""
    answer = await ana.get("/v1/me/wallet/statement", **query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == next(iter(query))


async def test_every_answer_carries_its_request_id_and_safe_headers(http: AsyncClient) -> None:
    """Refusals too, and a given id is kept when it is harmless."""
    answer = await http.get("/v1/nothing", headers={"X-Request-Id": "abc-1"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "abc-1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    answer = await http.get("/v1/nda", headers={"X-Request-Id": "no such\tid"})
    assert len(answer.headers["x-request-id"]) == 32
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_the_documentation_can_be_read(http: AsyncClient) -> None:
    """OpenAPI is published, with the problems every route may answer."""
    assert (await http.get("/docs")).status_code == 200
    published = (await http.get("/openapi.json")).json()
    upload = published["paths"]["/v1/files"]["post"]
    assert "application/problem+json" in upload["responses"]["default"]["content"]
    assert upload["requestBody"]["required"] is True


async def test_our_bugs_leak_nothing(api_settings: Settings) -> None:
    """500 says that it was us, and no more."""
    app = create(api_settings)

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("secret detail")

    answer = await _ask(app, "/bug")
    assert (answer.status_code, code(answer)) == (500, "internal")
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_our_bugs_with_the_database_leak_nothing_into_the_log(
    api_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """PostgreSQL quotes the failing row: the log has its code, the constraint and the places."""
    app = create(api_settings)

    @app.get("/bug")
    async def bug() -> None:
        row = {"name": "Zanzibar", "email": "Quagga@Example.com"}
        query = (
            "insert into person (id, email, name, password_hash) values ('x', :email, :name, '')"
        )
        async with books(api_settings) as engine, engine.begin() as c:
            await c.execute(text(query), row)

    answer = await _ask(app, "/bug")
    logged = "".join(capsys.readouterr())
    assert (answer.status_code, code(answer)) == (500, "internal")
    assert "23514 ck_person_email_is_lower_case" in logged
    assert "Zanzibar" not in logged
    assert "Quagga" not in logged


async def test_a_lock_held_too_long_is_no_bug_of_ours(
    api_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 asks to try again, when whoever holds the row may have let it go."""
    monkeypatch.setitem(SESSION, "lock_timeout", "100ms")
    app = create(api_settings)

    @app.get("/held")
    async def held() -> None:
        lock = text("select pg_advisory_xact_lock(4713)")
        async with books(api_settings) as engine, engine.begin() as one, engine.begin() as two:
            await one.execute(lock)
            await two.execute(lock)

    answer = await _ask(app, "/held")
    assert (answer.status_code, code(answer)) == (503, "unavailable")


async def test_a_lost_database_is_no_bug_of_ours(api_settings: Settings) -> None:
    """503 asks to try again; the caller learns nothing about our insides."""
    app = create(api_settings)

    @app.get("/lost")
    async def lost() -> None:
        raise OperationalError("select 1", {}, Exception("secret host"))

    answer = await _ask(app, "/lost")
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert "secret" not in answer.text and answer.headers["retry-after"]


async def test_health_names_what_is_not_reachable(app: FastAPI, http: AsyncClient) -> None:
    """Nothing listens at the Temporal address of these tests; the database is there."""
    alive = await http.get("/healthz")
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    answers = list[Response]()

    async def database_answered() -> bool:
        answers.append(await http.get("/readyz"))
        return bool(answers[-1].json()["database"] == "reachable")

    await eventually(database_answered)
    assert {one.status_code for one in answers} == {503}
    assert answers[-1].json()["temporal"] == "unreachable"


async def test_requests_without_a_database_are_unavailable(api_settings: Settings) -> None:
    """A database that is gone is a 503, and readiness says so while the process stays alive."""
    app = create(api_settings)
    async with app.router.lifespan_context(app):
        await app.state.engine.dispose()
        app.state.engine = connect("postgresql://nobody@/none?host=/nowhere")
        ready = await _ask(app, "/readyz")
        assert ready.json()["database"] == "unreachable"
        answer = await _ask(app, "/v1/nda")
        assert (answer.status_code, code(answer)) == (503, "unavailable")


@asynccontextmanager
async def books(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The database as the API reaches it."""
    engine = connect(settings.database_url)
    try:
        yield engine
    finally:
        await engine.dispose()


async def _ask(app: FastAPI, path: str) -> Response:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as client:
        return await client.get(path, headers={"Idempotency-Key": new_key()})
