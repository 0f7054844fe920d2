"""What is published about the API is true: every decision of the law, its body, its answers."""

import re
from typing import Any

import pytest
from httpx import AsyncClient

from api.paths import noun_of, path_of
from api.problems import MEDIA_TYPE
from domain import commands as c
from domain.cases import JobState, Role
from domain.commands import Command
from domain.contest import CONTEST
from domain.decide import HOUSE
from domain.dispute import DISPUTE
from domain.job import JOB
from domain.process import Process
from domain.project import PROJECT
from domain.registry import COMMANDS, DISPUTE_COMMANDS, JOB_COMMANDS
from domain.remittance import REMITTANCE

TABLES = [JOB, DISPUTE, PROJECT, CONTEST, REMITTANCE]
MADE = [c.Deliver, c.OfferSettlement, c.Propose, c.Resolve]
"""Commands that make something whose id the door gives."""


@pytest.fixture(scope="module")
async def published(http: AsyncClient) -> dict[str, Any]:
    """The document at /openapi.json."""
    document: dict[str, Any] = (await http.get("/openapi.json")).json()
    return document


def operations(published: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every route, as `POST /v1/jobs`."""
    return {
        f"{method.upper()} {path}": documented
        for path, methods in published["paths"].items()
        for method, documented in methods.items()
    }


def route(noun: str, command: type[Command], role: Role) -> str:
    house = "staff/" if role in HOUSE else ""
    return f"POST /v1/{house}{noun}/{{case_id}}/{path_of(command)}"


def body(published: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of what the route takes."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    name = (schema.get("$ref") or schema["anyOf"][0]["$ref"]).rpartition("/")[2]
    found: dict[str, Any] = published["components"]["schemas"][name]
    return found


@pytest.mark.parametrize("process", TABLES, ids=lambda process: process.name)
def test_every_row_of_the_law_has_its_route(published: dict[str, Any], process: Process) -> None:
    """For the people of the row: a new row has its route by itself."""
    there = operations(published)
    for row in process.steps:
        if row.source == JobState.DRAFT:
            continue
        for role in row.by - {Role.CLOCK}:
            assert route(noun_of(process), row.command, role) in there


def test_there_is_no_route_without_a_row(published: dict[str, Any]) -> None:
    """Whatever can be posted to a case is a command of one of the tables."""
    known = {path_of(one) for commands in COMMANDS.values() for one in commands.values()}
    posted = [name for name in operations(published) if name.startswith("POST")]
    cases = [name for name in posted if "{case_id}" in name and "/cases/" not in name]
    assert {name.rpartition("/")[2] for name in cases} <= known
    assert not [name for name in cases if name.endswith("/offer-job")]


def test_the_api_has_the_routes_of_its_design(published: dict[str, Any]) -> None:
    """Jobs and disputes, as the design lists them."""
    jobs = """accept decline withdraw-offer fund deliver approve request-revision cancel resign
        request-rejection withdraw-rejection offer-settlement accept-settlement hire-mediator"""
    disputes = """accept-rejection hire-mediator offer-settlement accept-settlement withdraw-offer
        accept-appointment decline-appointment veto-mediator statements propose accept-proposal
        refuse-proposal"""
    there = operations(published).keys()
    assert {f"POST /v1/jobs/{{case_id}}/{one}" for one in jobs.split()} <= there
    assert {f"POST /v1/disputes/{{case_id}}/{one}" for one in disputes.split()} <= there
    for one in ("resolve", "confirm", "refuse"):
        assert f"POST /v1/staff/disputes/{{case_id}}/{one}" in there
    for one in ("resolve", "pause-clock", "resume-clock"):
        assert f"POST /v1/staff/jobs/{{case_id}}/{one}" in there


def test_every_route_says_what_it_does_and_how_it_refuses(published: dict[str, Any]) -> None:
    """A summary, a description of more than its name, and problem+json."""
    for name, operation in operations(published).items():
        if "/v1/" not in name:
            continue
        assert operation.get("summary") and operation.get("description"), name
        assert MEDIA_TYPE in operation["responses"]["default"]["content"], name
        assert operation["tags"], name


def test_every_decision_documents_its_answers(published: dict[str, Any]) -> None:
    """200 with the case, 202 with the address of the outcome, and the key it takes."""
    for name, operation in operations(published).items():
        if not name.startswith("POST") or "{case_id}" not in name or "/retry" in name:
            continue
        ok, later = operation["responses"]["200"], operation["responses"]["202"]
        assert "Shown" in str(ok["content"]["application/json"]["schema"]), name
        assert later["headers"].keys() == {"Location"}, name
        asked = {one["name"]: one["required"] for one in operation["parameters"]}
        assert asked == {"case_id": True, "idempotency-key": True, "prefer": False}, name


def test_operations_have_names_of_their_own(published: dict[str, Any]) -> None:
    """A generated client has one method for each."""
    names = [operation["operationId"] for operation in operations(published).values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.name)
def test_ids_the_door_makes_are_not_asked_for(
    published: dict[str, Any], kind: type[Command]
) -> None:
    """Nor is anything taken that is not documented."""
    there = operations(published)
    for noun, commands in (("jobs", JOB_COMMANDS), ("disputes", DISPUTE_COMMANDS)):
        for role in (Role.CLIENT, Role.STAFF):
            operation = there.get(route(noun, kind, role))
            if kind.name in commands and operation is not None:
                schema = body(published, operation)
                assert "id" not in schema["properties"]
                assert schema["additionalProperties"] is False


def test_a_decision_without_a_body_needs_none(published: dict[str, Any]) -> None:
    """What says nothing but itself may be posted without any content."""
    there = operations(published)
    assert "requestBody" not in there["POST /v1/staff/cases/{case_id}/retry"]
    fund = there["POST /v1/jobs/{case_id}/fund"]["requestBody"]
    assert not fund.get("required", False)
    assert there["POST /v1/jobs/{case_id}/approve"]["requestBody"]["required"]


async def test_the_page_of_the_documentation_needs_nothing_from_elsewhere(
    http: AsyncClient,
) -> None:
    """All it loads is ours, and is there; the browser is told to load nothing else."""
    answer = await http.get("/docs")
    assert answer.status_code == 200 and "/openapi.json" in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert len(loaded) == 3
    for path in loaded:
        assert path.startswith("/docs/files/")
        assert (await http.get(path)).status_code == 200
