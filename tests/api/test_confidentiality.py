"""What a client asks besides the NDA: shown under it, agreed to as it was read, and kept."""

import hashlib
from typing import Any

import pytest

from domain import commands as c
from domain.cases import Role
from tests.api.case_file import events, file_for, told
from tests.api.people import code, pointers, sign, signup
from tests.life import Life
from tests.world import World

OWN = "Not a word of the new name.\nNot even to colleagues."
SHA256 = hashlib.sha256(OWN.encode()).hexdigest()


async def own(life: Life, role: Role) -> Any:
    """The client's own terms, as this one sees them on the job."""
    person = await life.person(role)
    return (await person.get(f"/v1/jobs/{life.job_id}")).json()["confidentiality"]


async def test_they_are_open_with_the_brief(world: World, life: Life) -> None:
    """Without the NDA the freelancer learns only that there are some."""
    life.freelancer = await signup(world.http, "Fay")
    await life.offered(confidentiality=f" {OWN}\n")
    assert await own(life, Role.CLIENT) == {"text": OWN, "sha256": SHA256}
    assert await own(life, Role.FREELANCER) == {"text": None, "sha256": SHA256}
    await sign(life.freelancer)
    assert await own(life, Role.FREELANCER) == {"text": OWN, "sha256": SHA256}


async def test_an_acceptance_without_them_is_refused(life: Life) -> None:
    """With a code of its own that names them; nothing has happened."""
    await life.offered(confidentiality=OWN)
    refused = await life.asks(Role.FREELANCER, c.Accept, agree_confidentiality=None)
    assert (refused.status_code, code(refused)) == (409, "confidentiality_missing")
    assert refused.json()["facts"] == {"sha256": SHA256}
    other = hashlib.sha256(b"another text").hexdigest()
    refused = await life.asks(Role.FREELANCER, c.Accept, agree_confidentiality=other)
    assert (refused.status_code, code(refused)) == (409, "seen_is_stale")
    refused = await life.asks(Role.FREELANCER, c.Accept, agree_confidentiality="yes")
    assert (refused.status_code, pointers(refused)) == (422, ["#/agree_confidentiality"])
    assert (await life.shown())["state"] == "offered"
    assert (await life.freelancer_does(c.Accept))["state"] == "in_progress"


async def test_without_terms_there_are_none_to_agree_to(life: Life) -> None:
    """A job like those from before says so, and takes no agreement to anything."""
    await life.offered()
    assert await own(life, Role.CLIENT) is None
    refused = await life.asks(Role.FREELANCER, c.Accept, agree_confidentiality=SHA256)
    assert code(refused) == "seen_is_stale"
    assert (await life.freelancer_does(c.Accept))["confidentiality"] is None


async def test_the_case_file_has_them_and_who_agreed(life: Life) -> None:
    """The text with the brief, and by its hash the agreement in the words of the decision."""
    await life.in_progress(confidentiality=OWN)
    for role in (Role.CLIENT, Role.FREELANCER):
        file = await file_for(life, role)
        assert told(file, "brief")[0]["confidentiality"] == {"text": OWN, "sha256": SHA256}
        accepted = told(file, "event")[events(file).index("offer_accepted")]
        assert accepted["decision"]["agree_confidentiality"] == SHA256
        assert accepted["facts"] == {"confidentiality": SHA256}


@pytest.mark.parametrize("wrong", ["", "  ", 5, "\x00", "x" * 20_001])
async def test_terms_that_are_no_text_are_refused(life: Life, wrong: object) -> None:
    """422 names the field, and nothing is offered."""
    price = {"amount_minor": 200_00, "currency": "USD"}
    body = {"freelancer": life.freelancer.id, "title": "A logo", "brief": "In blue", "days": 7}
    answer = await life.client.post("/v1/jobs", body | {"price": price, "confidentiality": wrong})
    assert (answer.status_code, pointers(answer)) == (422, ["#/confidentiality"])
    assert (await life.client.get("/v1/jobs")).json()["items"] == []
