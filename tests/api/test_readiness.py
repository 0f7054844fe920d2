"""Readiness with everything there."""

from httpx import ASGITransport, AsyncClient

from api.main import create
from settings import Settings


async def test_ready_when_database_and_temporal_are_reachable(
    api_settings: Settings, temporal_address: str
) -> None:
    """200 names both."""
    app = create(api_settings.model_copy(update={"temporal_address": temporal_address}))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as http,
    ):
        ready = await http.get("/readyz")
        assert ready.json() == {"database": "reachable", "temporal": "reachable"}
        assert ready.status_code == 200
