"""A key that was withdrawn signs nothing, whoever still has it."""

from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import make_url, text

from api.main import create
from ledger.database import connect
from local.postgres import OWNER
from papers.signing import SigningKey
from tests.api.case_file import answer
from tests.api.people import code
from tests.life import Life
from tests.world import SIGNING_KEY, World

WITHDRAW = "update signing_key set withdrawn_at = {} where public_key = :key"


@pytest.fixture
async def withdrawn(world: World) -> AsyncIterator[str]:
    """The key of the running API, withdrawn by the owner of the schema."""
    url = make_url(world.settings.database_url).set(username=OWNER)
    owner = connect(url.render_as_string(hide_password=False), pool=1)
    public = SigningKey(SIGNING_KEY).public
    for when in ("now()", "null"):
        async with owner.begin() as c:
            changed = await c.execute(
                text(WITHDRAW.format(when)), {"key": bytes.fromhex(public.hex)}
            )
            assert changed.rowcount == 1
        if when == "now()":
            yield public.id
    await owner.dispose()


async def test_a_running_process_signs_no_more(withdrawn: str, life: Life) -> None:
    """503 that says why; everything else goes on."""
    await life.offered()
    refused = await answer(life, life.client)
    assert (refused.status_code, code(refused)) == (503, "signing_key_missing")
    assert "withdrawn" in refused.json()["detail"]
    assert (await life.shown())["state"] == "offered"


async def test_a_process_that_starts_with_it_says_so_and_signs_nothing(
    withdrawn: str, life: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    """As without a key: money does not wait for documents."""
    await life.offered()
    app = create(life.world.settings)
    async with app.router.lifespan_context(app):
        transport = ASGITransport(app)
        async with AsyncClient(transport=transport, base_url="http://test") as http:
            path = f"/v1/jobs/{life.job_id}/case-file"
            refused = await http.get(path, headers=life.client.headers())
            listed = (await http.get("/v1/signing-keys")).json()["keys"]
    assert (refused.status_code, code(refused)) == (503, "signing_key_missing")
    [key] = [one for one in listed if one["id"] == withdrawn]
    assert key["withdrawn_at"] is not None
    assert "the signing key was withdrawn" in "".join(capsys.readouterr())
