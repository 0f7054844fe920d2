"""A case file as somebody gets it over HTTP, and what it tells them."""

from typing import Any

from httpx import Response

from domain.cases import Role
from papers import canonical
from papers.checking import check
from papers.signing import SigningKey
from tests.api.people import Person
from tests.life import Life
from tests.world import SIGNING_KEY


async def answer(life: Life, person: Person, **query: str) -> Response:
    return await person.get(f"/v1/jobs/{life.job_id}/case-file", **query)


async def file_for(life: Life, role: Role) -> dict[str, Any]:
    """The case file as this role gets it, checked."""
    got = await answer(life, await life.person(role))
    assert got.status_code == 200, got.text
    found = check(got.content, {SigningKey(SIGNING_KEY).public: True})
    assert found.holds, found.says
    document: dict[str, Any] = canonical.read(got.content)
    return document


def told(file: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """What the items of this kind say."""
    return [item["content"] for item in file["items"] if item["kind"] == kind]


def events(file: dict[str, Any]) -> list[str]:
    return [one["event"] for one in told(file, "event")]
