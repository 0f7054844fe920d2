"""Who may download a file or see its preview: its owner and the parties of its cases."""

from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from domain.access import HandedAs
from tests.api.cases import hand_over, open_case
from tests.api.people import Person, code, sign, signup, staff


@dataclass(frozen=True)
class Cast:
    """Everybody around one job."""

    client: Person
    freelancer: Person
    mediator: Person
    staff: Person
    stranger: Person


@pytest.fixture
async def cast(app: FastAPI, http: AsyncClient) -> Cast:
    cast = Cast(
        client=await signup(http, "Cho"),
        freelancer=await signup(http, "Fay"),
        mediator=await staff(app, http, "mediator"),
        staff=await staff(app, http, "staff"),
        stranger=await signup(http, "Eve"),
    )
    await sign(cast.mediator, "undertaking")
    await sign(cast.staff, "undertaking")
    return cast


async def uploaded(person: Person) -> str:
    return str((await person.upload(b"content")).json()["id"])


async def status(person: Person, file_id: str) -> int:
    """What a download answers, and the preview too."""
    whole = await person.get(f"/v1/files/{file_id}")
    preview = await person.get(f"/v1/files/{file_id}/preview")
    assert preview.status_code == whole.status_code
    return whole.status_code


async def test_a_file_that_was_not_handed_over_is_its_owners(cast: Cast) -> None:
    """Nobody else may know of it, staff neither."""
    file = await uploaded(cast.freelancer)
    assert await status(cast.freelancer, file) == 200
    for other in (cast.client, cast.mediator, cast.staff, cast.stranger):
        assert await status(other, file) == 404


async def test_a_delivery_is_the_parties(app: FastAPI, cast: Cast) -> None:
    """The client and staff may read it, a mediator only of a dispute of that job."""
    file = await uploaded(cast.freelancer)
    job = await open_case(app, cast.client.id, cast.freelancer.id)
    await hand_over(app, job, file, HandedAs.DELIVERY)
    assert await status(cast.client, file) == await status(cast.staff, file) == 200
    assert await status(cast.mediator, file) == await status(cast.stranger, file) == 404


@pytest.mark.parametrize(("state", "expected"), [("appointing", 404), ("in_mediation", 200)])
async def test_a_mediator_reads_what_the_job_holds_once_appointed(
    app: FastAPI, cast: Cast, state: str, expected: int
) -> None:
    """Being asked is not enough."""
    file = await uploaded(cast.freelancer)
    parties = cast.client.id, cast.freelancer.id
    job = await open_case(app, *parties, state="rejection_open")
    await hand_over(app, job, file, HandedAs.DELIVERY)
    await open_case(
        app, *parties, kind="dispute", state=state, parent=job, mediator=cast.mediator.id
    )
    assert await status(cast.mediator, file) == expected


async def test_evidence_is_read_by_the_parties_of_its_dispute(app: FastAPI, cast: Cast) -> None:
    """The other party and the mediator, nobody else."""
    file = await uploaded(cast.client)
    parties = cast.client.id, cast.freelancer.id
    job = await open_case(app, *parties, state="rejection_open")
    dispute = await open_case(
        app, *parties, kind="dispute", state="proposed", parent=job, mediator=cast.mediator.id
    )
    await hand_over(app, dispute, file, HandedAs.EVIDENCE)
    assert await status(cast.freelancer, file) == await status(cast.mediator, file) == 200
    assert await status(cast.stranger, file) == 404


async def test_a_brief_opens_with_the_freelancers_signature(app: FastAPI, cast: Cast) -> None:
    """Before it, the freelancer is told what is missing."""
    file = await uploaded(cast.client)
    job = await open_case(app, cast.client.id, cast.freelancer.id, state="offered")
    await hand_over(app, job, file, HandedAs.BRIEF)
    for path in (f"/v1/files/{file}", f"/v1/files/{file}/preview"):
        refused = await cast.freelancer.get(path)
        assert (refused.status_code, code(refused)) == (403, "nda_missing")
    await sign(cast.freelancer)
    assert await status(cast.freelancer, file) == 200


async def test_a_full_refund_closes_the_clients_access(app: FastAPI, cast: Cast) -> None:
    """The work stays with the freelancer."""
    file = await uploaded(cast.freelancer)
    job = await open_case(app, cast.client.id, cast.freelancer.id, state="cancelled", over=True)
    await hand_over(app, job, file, HandedAs.DELIVERY)
    assert await status(cast.client, file) == 404
    assert await status(cast.freelancer, file) == 200


async def test_staff_sign_before_they_read(app: FastAPI, http: AsyncClient, cast: Cast) -> None:
    """Everybody who looks into a case has promised to keep it."""
    file = await uploaded(cast.freelancer)
    job = await open_case(app, cast.client.id, cast.freelancer.id)
    await hand_over(app, job, file, HandedAs.DELIVERY)
    unsigned = await staff(app, http, "staff")
    for path in (f"/v1/files/{file}", f"/v1/files/{file}/preview"):
        refused = await unsigned.get(path)
        assert (refused.status_code, code(refused)) == (403, "nda_missing")
    accountant = await staff(app, http, "accounting")
    assert await status(accountant, file) == 404
