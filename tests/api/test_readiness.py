"""Readiness with everything there."""

from httpx import ASGITransport, AsyncClient, Response

from api.main import create
from settings import Settings
from tests.life import eventually


async def test_ready_when_database_and_temporal_are_reachable(
    api_settings: Settings, temporal_address: str
) -> None:
    """200 names both, as soon as each answers within its time."""
    app = create(api_settings.model_copy(update={"temporal_address": temporal_address}))
    answers = list[Response]()
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as http,
    ):

        async def ready() -> bool:
            answers.append(await http.get("/readyz"))
            return answers[-1].status_code == 200

        await eventually(ready)
    assert answers[-1].json() == {"database": "reachable", "temporal": "reachable"}
