"""Another's case is not found, by any route; nobody learns from an answer whether it exists."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response

from domain import commands as c
from domain.cases import Role
from tests.api.people import Person, code, new_key
from tests.holding.hands import rows
from tests.life import Life
from tests.sums import as_sent
from tests.world import World

NO_IDS = [
    "x",
    "%00",
    "job_",
    "job_01m83y1rnyet7bmhrbttj3yvdx",
    "job_01M83Y1RNYET7BMHRBTTJ3YVDX",
    "job_81m83y1rnyet7bmhrbttj3yvdx",
    "dispute_01m83y1rnyet7bmhrbttj3yvdx",
    "job_01m83y1rnyet7bmhrbttj3yvdx%00",
    "job_01m83y1rnyet7bmhrbttj3yvdx'--",
    "%F0%9F%92%A9",
    "j" * 4_000,
]
"""What names no case: misshapen, hostile, or simply unknown."""


@pytest.fixture(scope="module")
async def quarrel(world: World) -> Life:
    """A job with everything in it: a brief, a delivery, a dispute, a mediator."""
    return await (await Life.begin(world)).in_mediation()


def routes(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and documentation of every route that names a case."""
    for path, methods in app.openapi()["paths"].items():
        for method, documented in methods.items():
            if "{case_id}" in path:
                yield method.upper(), path, documented


def filled(app: FastAPI, documented: dict[str, Any]) -> dict[str, Any]:
    """A body with what the route needs, as its documentation says."""
    if "requestBody" not in documented:
        return {}
    schema = documented["requestBody"]["content"]["application/json"]["schema"]
    found = app.openapi()["components"]["schemas"]
    named = found[(schema.get("$ref") or schema["anyOf"][0]["$ref"]).rpartition("/")[2]]
    values: dict[str, object] = {"string": "x", "integer": 1, "array": []}
    return {
        name: _referred(one["$ref"]) if "$ref" in one else values[one["type"]]
        for name, one in named["properties"].items()
        if name in named.get("required", ())
    } | ({"until": "2030-01-01T00:00:00Z"} if "until" in named["properties"] else {})


def _referred(schema: str) -> object:
    """A value of a schema that has a name: an amount, or how a case ends."""
    return {"amount_minor": 1} if schema.endswith("/Sum") else "release"


async def asked(person: Person, method: str, path: str, body: dict[str, Any]) -> Response:
    sent = body if method == "POST" else None
    return await person.http.request(method, path, json=sent, headers=person.headers(new_key()))


def told(answer: Response) -> dict[str, Any]:
    """What the answer says, but for the request's own id."""
    return {name: value for name, value in answer.json().items() if name != "request_id"}


async def test_a_stranger_finds_no_case_by_any_route(world: World, quarrel: Life) -> None:
    """404 for a case that exists as for one that does not; at the house's doors, 403 for both."""
    stranger = await world.person("stranger")
    seen = 0
    for method, path, documented in routes(world.app):
        body = filled(world.app, documented)
        of_dispute = "/disputes/" in path
        real = quarrel.dispute_id if of_dispute else quarrel.job_id
        made_up = ("dispute_" if of_dispute else "job_") + "01m83y1rnyet7bmhrbttj3yvdx"
        answers = [
            await asked(stranger, method, path.format(case_id=case), body)
            for case in (real, made_up)
        ]
        expected = (403, "not_yours") if "/staff/" in path else (404, "not_found")
        assert [(a.status_code, code(a)) for a in answers] == [expected] * 2, f"{method} {path}"
        assert told(answers[0]) == told(answers[1])
        seen += 1
    assert seen > 30
    assert not await rows(world, "select 1 from instruction where caller_id = :c", c=stranger.id)


async def test_nobody_gets_in_without_a_token(world: World, quarrel: Life) -> None:
    """401, before anything is said about the case."""
    for method, path, documented in routes(world.app):
        where = path.format(case_id=quarrel.job_id)
        sent = filled(world.app, documented) if method == "POST" else None
        headers = {"Idempotency-Key": new_key()}
        answer = await world.http.request(method, where, json=sent, headers=headers)
        assert (answer.status_code, code(answer)) == (401, "not_signed_in"), f"{method} {path}"


@pytest.mark.parametrize("case", NO_IDS, ids=lambda case: case[:30])
async def test_what_names_no_case_is_not_found(world: World, quarrel: Life, case: str) -> None:
    """For its parties and for staff, by each route; not a failure of the database."""
    for method, path, documented in routes(world.app):
        person = world.house.staff if "/staff/" in path else quarrel.client
        if "/disputes/" in path and case.startswith("dispute_"):
            continue
        body = filled(world.app, documented)
        answer = await asked(person, method, path.format(case_id=case), body)
        assert (answer.status_code, code(answer)) == (404, "not_found"), f"{method} {path}"


async def test_a_job_is_no_dispute_and_a_dispute_no_job(world: World, quarrel: Life) -> None:
    """Each is found under its own noun alone, although the one leads to the other."""
    for method, path, documented in routes(world.app):
        if "/cases/" in path:
            continue
        of_dispute = "/disputes/" in path
        other = quarrel.job_id if of_dispute else quarrel.dispute_id
        person = world.house.staff if "/staff/" in path else quarrel.client
        body = filled(world.app, documented)
        answer = await asked(person, method, path.format(case_id=other), body)
        assert (answer.status_code, code(answer)) == (404, "not_found"), f"{method} {path}"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
async def test_another_method_is_not_taken(quarrel: Life, method: str) -> None:
    """405 says which methods are."""
    for path in (f"/v1/jobs/{quarrel.job_id}", f"/v1/jobs/{quarrel.job_id}/approve"):
        answer = await quarrel.world.http.request(method, path, headers=quarrel.client.headers())
        assert answer.status_code == 405
        assert method == "HEAD" or code(answer) == "method_not_allowed"
        assert answer.headers["allow"] in {"GET", "POST"}


@pytest.mark.parametrize(
    "key", ["a b", "a\tb", "a\r\nX-Evil: 1", "\x00", "é", "x" * 201, "x" * 60_000]
)
async def test_a_key_that_could_not_be_kept_is_refused(quarrel: Life, key: str) -> None:
    """A key is short and printable, so that it is the same wherever it passes."""
    raw = [(b"authorization", f"Bearer {quarrel.client.token}".encode())]
    raw.append((b"idempotency-key", key.encode("latin-1")))
    path = f"/v1/jobs/{quarrel.job_id}/offer-settlement"
    answer = await quarrel.world.http.post(path, json=as_sent({"freelancer_minor": 5}), headers=raw)
    assert answer.status_code in {400, 422}
    assert code(answer) in {"malformed", "invalid"}
    assert "x-evil" not in answer.headers


async def test_only_the_asked_mediator_sees_a_dispute(world: World, life: Life) -> None:
    """And its job, from being asked until it is decided, handed on or given up."""
    await life.appointing()
    first = await life.person(Role.MEDIATOR)
    others = [m for m in world.house.mediators.values() if m.id != first.id]
    assert await statuses(life, first) == {200}
    for other in others:
        assert await statuses(life, other) == {404}
    await life.mediator_does(c.DeclineAppointment)
    second = await life.person(Role.MEDIATOR)
    assert await statuses(life, first) == {404} and await statuses(life, second) == {200}
    await life.mediator_does(c.AcceptAppointment)
    await life.mediator_does(c.Propose)
    assert await statuses(life, second) == {200}
    await life.client_does(c.RefuseProposal)
    assert await statuses(life, second) == {404}


async def test_a_mediator_who_left_the_last_is_not_named(world: World, life: Life) -> None:
    """When nobody takes it staff decide, and whoever was asked last has no part in it."""
    await life.appointing()
    last = None
    while (await life.dispute_shown())["state"] == "appointing":
        last = await life.person(Role.MEDIATOR)
        await life.mediator_does(c.DeclineAppointment)
    assert last is not None and await statuses(life, last) == {404}
    assert (await life.dispute_shown())["mediator"] is None


async def test_a_mediator_leaves_with_the_end_of_the_dispute(life: Life) -> None:
    """Once the client has approved, there is nothing left to mediate."""
    await life.in_mediation()
    mediator = await life.person(Role.MEDIATOR)
    await life.client_does(c.Approve)
    assert await statuses(life, mediator) == {404}


async def statuses(life: Life, person: Person) -> set[int]:
    """What the person gets to see of the dispute, its job and its timeline."""
    job = f"/v1/jobs/{life.job_id}"
    paths = (f"/v1/disputes/{life.dispute_id}", job, f"{job}/timeline", f"{job}/files")
    return {(await person.get(path)).status_code for path in paths}
