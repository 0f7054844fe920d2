"""Prometheus is answered, unless it is turned off or lacks the token."""

from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from api.main import create
from domain import commands as c
from domain.cases import Role
from tests.life import Life
from tests.world import World


async def values(http: AsyncClient, name: str) -> dict[tuple[str, ...], float]:
    """A metric's values by its labels, as Prometheus reads them."""
    answer = await http.get("/metrics")
    assert answer.status_code == 200, answer.text
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == name
    }


async def test_a_request_is_counted_under_its_route_not_its_path(world: World) -> None:
    """However many cases there are, a route is one series; what has no route is one too."""
    client = await world.person("client")
    before = await values(world.http, "peerok_http_requests_total")
    for case in ("job_01m83y1rnyet7bmhrbttj3yvdx", "job_01m83y1rnyet7bmhrbttj3yvdw"):
        assert (await client.get(f"/v1/jobs/{case}")).status_code == 404
    assert (await client.get("/v1/me/wallet/statement/job/job_1/hold")).status_code == 404
    assert (await world.http.get("/v1/me/wallet/statement/any/thing")).status_code == 401
    assert (await world.http.get("/v1/jobs/jobs")).status_code == 401
    assert (await client.get("/wp-login.php")).status_code == 404
    now = await values(world.http, "peerok_http_requests_total")
    new = {
        labels: n - before.get(labels, 0) for labels, n in now.items() if "/metrics" not in labels
    }
    assert {labels: n for labels, n in new.items() if n} == {
        ("GET", "/v1/jobs/{case_id}", "404"): 2,
        ("GET", "/v1/jobs/{case_id}", "401"): 1,
        ("GET", "/v1/me/wallet/statement/{reference}", "404"): 1,
        ("GET", "/v1/me/wallet/statement/{reference}", "401"): 1,
        ("GET", "none", "404"): 1,
    }
    assert not [labels for labels in now if "job_0" in "".join(labels)]


async def test_decisions_are_counted_by_what_became_of_them(life: Life) -> None:
    """Applied, or the code of the refusal; and how long each took until it was decided."""
    http = life.world.http
    before = await values(http, "peerok_decisions_total")
    waited = await values(http, "peerok_decision_seconds_count")
    await life.in_review()
    await life.client_does(c.Approve)
    await life.refused(Role.CLIENT, c.Approve)
    now = await values(http, "peerok_decisions_total")
    new = {labels: n - before.get(labels, 0) for labels, n in now.items()}
    assert new["approve", "applied"] == 1
    assert new["approve", "already_over"] == 1
    after = await values(http, "peerok_decision_seconds_count")
    assert after["approve",] - waited.get(("approve",), 0) == 1


@pytest.mark.parametrize(
    ("changed", "header", "status"),
    [
        ({"metrics": False}, {}, 404),
        ({"metrics_token": SecretStr("t0ken")}, {}, 401),
        ({"metrics_token": SecretStr("t0ken")}, {"Authorization": "Bearer other"}, 401),
        ({"metrics_token": SecretStr("t0ken")}, {"Authorization": "Bearer t0ken"}, 200),
    ],
)
async def test_the_metrics_can_be_closed(
    world: World, changed: dict[str, Any], header: dict[str, str], status: int
) -> None:
    """Turned off they are not there; with a token only who has it reads them."""
    app = create(world.settings.model_copy(update=changed))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as http:
        assert (await http.get("/metrics", headers=header)).status_code == status
