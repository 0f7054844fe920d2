"""A certificate says that the work became the client's; it stays as signed, or is revoked."""

import asyncio
import hashlib
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from api import signing_keys
from domain import commands as c
from domain.cases import Role
from domain.certificate import CLAUSE
from ledger.database import connect
from papers import canonical, certificate
from papers.signing import SigningKey
from tests.api.owner import url_of_owner
from tests.api.people import Person, code
from tests.api.test_strangers import told
from tests.holding.hands import rows
from tests.life import Life, eventually
from tests.world import SIGNING_KEY, World

KEY = SigningKey(SIGNING_KEY)
PARTIES = (Role.CLIENT, Role.FREELANCER)
REVERSED = """
    update cases set state = 'cancelled', version = version + 1,
           data = jsonb_set(data, '{ip}', '"freelancer"')
     where id = :job
"""
UNDONE = """
    insert into event (case_id, version, kind, state, actor, step_id, facts, at)
    select id, version, 'job_cancelled', state, 'clock', id || '/undone', '{"ip": "freelancer"}',
           now()
      from cases where id = :job
"""


async def answer(life: Life, person: Person, **query: str) -> Response:
    return await person.get(f"/v1/jobs/{life.job_id}/certificate", **query)


async def certified(life: Life, role: Role = Role.CLIENT) -> tuple[bytes, dict[str, Any]]:
    """The certificate as this role gets it, checked, and what it holds."""
    got = await answer(life, await life.person(role))
    assert got.status_code == 200, got.text
    found = certificate.check(got.content, {KEY.public: True})
    assert found.holds, found.says
    return got.content, canonical.read(got.content)


async def status(world: World, name: str) -> dict[str, Any]:
    """What anybody learns of it, without a login."""
    got = await world.http.get(f"/v1/certificates/{name}")
    assert got.status_code == 200, got.text
    shown: dict[str, Any] = got.json()
    return shown


async def undone(life: Life) -> None:
    """The work is the freelancer's again, as a later row of the law would write it."""
    async with life.world.engine.begin() as connection:
        for statement in (REVERSED, UNDONE):
            await connection.execute(text(statement), {"job": life.job_id})


async def withdraw(world: World, key: SigningKey) -> None:
    """The owner of the schema says that others have this key too."""
    owner = connect(url_of_owner(world), pool=1)
    query = "update signing_key set withdrawn_at = now() where public_key = :key"
    async with owner.begin() as connection:
        await connection.execute(text(query), {"key": bytes.fromhex(key.public.hex)})
    await owner.dispose()


@pytest.fixture(scope="module")
async def completed(world: World) -> Life:
    """Two deliveries, the second of which the client approved."""
    life = await Life.begin(world)
    await life.in_progress(confidentiality="Not a word of the new name.")
    for name in ("draft.svg", "final.svg"):
        file = await life.freelancer.upload(name.encode(), {"X-File-Name": name})
        await life.freelancer_does(c.Deliver, files=[file.json()["id"]], note=f"the {name}")
    await life.client_does(c.Approve)
    return life


async def test_it_names_work_parties_time_way_and_terms(completed: Life) -> None:
    """And every file with its hash, and the ledger's seal of what paid for it."""
    signed, document = await certified(completed)
    about, items = document["about"], document["items"]
    passed, terms, first, second = (one["content"] for one in items)
    shown = await completed.shown()
    assert about["subject"] == "A logo" and about["certificate"].startswith("certificate_")
    assert passed["work"] == {"id": completed.job_id, "title": "A logo"}
    assert (passed["from"]["id"], passed["to"]["id"]) == (
        completed.freelancer.id, completed.client.id
    )  # fmt: skip
    assert items[0]["at"][:19] == shown["last_event_at"][:19]
    assert (passed["words"], passed["state"]) == ("The work was approved", "completed")
    assert passed["origin"] == {"kind": "direct_hire", "id": None}
    path = f"/v1/staff/entries/{passed['entry']['reference']}"
    kept = (await completed.world.house.staff.get(path)).json()
    assert kept["kind"] == "release"
    assert passed["entry"]["seal"] == {"n": kept["seal"]["n"], "hash": kept["seal"]["hash"]}
    assert terms["clause"] == CLAUSE and terms["policy_version"] == 1
    assert terms["price"] == {"amount_minor": 200_00, "currency": "USD"}
    assert terms["nda"]["version"] == terms["nda"]["in_force"] == 1
    own = "Not a word of the new name."
    assert terms["confidentiality"] == {"sha256": hashlib.sha256(own.encode()).hexdigest()}
    assert own.encode() not in signed and about["version"] == 2
    names = [[file["name"] for file in one["files"]] for one in (first, second)]
    assert names == [["draft.svg"], ["final.svg"]]
    assert second["files"][0]["sha256"] == hashlib.sha256(b"final.svg").hexdigest()
    assert [one["approved"] for one in (first, second)] == [False, True]


async def test_it_is_the_same_for_whoever_fetches_it_and_whenever(
    completed: Life, world: World
) -> None:
    """Both parties and staff get the very bytes that were signed first, as JSON and on paper."""
    signed, document = await certified(completed)
    people = [await completed.person(role) for role in (*PARTIES, Role.STAFF)]
    for person in people:
        assert (await answer(completed, person)).content == signed
    papers = [await answer(completed, person, format="pdf") for person in people]
    assert len({one.content for one in papers}) == 1
    named = document["about"]["certificate"]
    assert papers[0].headers["content-disposition"].endswith(f'{named}.pdf"')
    found = certificate.check(papers[0].content, {KEY.public: True})
    assert found.holds and found.document == document
    accepting = completed.client.headers() | {"accept": "application/pdf"}
    path = f"/v1/jobs/{completed.job_id}/certificate"
    assert (await world.http.get(path, headers=accepting)).content == papers[0].content


async def test_a_new_key_changes_nothing_of_it(completed: Life, world: World) -> None:
    """What was signed is kept, also by a process that has another key, or none."""
    signed, _ = await certified(completed)
    paper = (await answer(completed, completed.client, format="pdf")).content
    state = world.app.state
    kept = state.signing_key
    try:
        for key in (SigningKey("ab" * 32), None):
            state.signing_key = key
            assert (await answer(completed, completed.client)).content == signed
            assert (await answer(completed, completed.client, format="pdf")).content == paper
    finally:
        state.signing_key = kept


async def test_anybody_may_ask_whether_it_holds(completed: Life, world: World) -> None:
    """No login; the hash and the days, and nothing of the parties, the work or the price."""
    signed, document = await certified(completed)
    about = document["about"]
    assert about["check_at"].endswith(f"/v1/certificates/{about['certificate']}")
    shown = await status(world, about["certificate"])
    assert shown == {
        "id": about["certificate"],
        "status": "valid",
        "issued_at": about["issued_at"],
        "revoked_at": None,
        "sha256": hashlib.sha256(signed).hexdigest(),
        "key_id": KEY.public.id,
    }


@pytest.mark.parametrize(
    "name", ["x", "certificate_01m83y1rnyet7bmhrbttj3yvdx", "job_01m83y1rnyet7bmhrbttj3yvdx", "%00"]
)
async def test_a_certificate_that_was_never_issued_is_not_found(world: World, name: str) -> None:
    """404, whatever its shape."""
    got = await world.http.get(f"/v1/certificates/{name}")
    assert (got.status_code, code(got)) == (404, "not_found")


async def test_before_the_end_the_work_is_the_freelancers(life: Life) -> None:
    """409 that says whose, to both."""
    await life.in_review()
    for role in PARTIES:
        refused = await answer(life, await life.person(role))
        assert (refused.status_code, code(refused)) == (409, "not_certified")
        assert refused.json()["facts"] == {"owner": "freelancer", "state": "in_review"}
        assert "the job is not over" in refused.json()["detail"]


async def test_a_full_refund_leaves_it_with_the_freelancer(life: Life) -> None:
    """There was never anything to certify, and nothing is made."""
    await life.rejected()
    await life.freelancer_does(c.AcceptRejection)
    refused = await answer(life, life.client)
    assert (refused.status_code, code(refused)) == (409, "not_certified")
    assert refused.json()["facts"]["owner"] == "freelancer"
    assert not await rows(life.world, "select 1 from certificate where case_id = :j", j=life.job_id)


@pytest.mark.parametrize("ip", ["client", "freelancer"])
async def test_a_split_certifies_what_it_says(life: Life, ip: str) -> None:
    """The client's, unless the two agreed otherwise."""
    await life.in_review()
    await life.freelancer_does(c.OfferSettlement, freelancer_minor=90_00, ip=ip)
    await life.client_does(c.AcceptSettlement)
    if ip == "freelancer":
        assert code(await answer(life, life.client)) == "not_certified"
        return
    _, document = await certified(life)
    passed = document["items"][0]["content"]
    assert passed["state"] == "settled" and passed["entry"]["entry"] == "split"


async def test_whoever_has_no_part_in_the_job_learns_nothing(completed: Life, world: World) -> None:
    """404 as for a job that does not exist."""
    stranger = await world.person("stranger")
    made_up = "/v1/jobs/job_01m83y1rnyet7bmhrbttj3yvdx/certificate"
    answers = [await answer(completed, stranger), await stranger.get(made_up)]
    assert [(a.status_code, code(a)) for a in answers] == [(404, "not_found")] * 2
    assert told(answers[0]) == told(answers[1])


async def test_many_who_ask_at_once_get_one_certificate(life: Life, world: World) -> None:
    """It is issued once, whoever is first: here all are about to, before any of them has."""
    await life.in_review()
    await life.client_does(c.Approve)
    people = [await life.person(role) for role in (*PARTIES, Role.STAFF)]
    owner = connect(url_of_owner(world), pool=1)
    waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock'"

    async def all_wait() -> bool:
        return len(await rows(world, waiting)) == len(people)

    async with owner.begin() as held:
        await held.execute(text("lock table certificate in exclusive mode"))
        asking = asyncio.gather(*(answer(life, one) for one in people))
        await eventually(all_wait)
    answers = await asking
    await owner.dispose()
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    count = "select count(*) as n from certificate where case_id = :j"
    assert [row.n for row in await rows(life.world, count, j=life.job_id)] == [1]


async def test_what_ended_without_a_key_is_certified_once_there_is_one(
    life: Life, world: World
) -> None:
    """503 that says so until then; nothing unsigned is handed out or kept."""
    state = world.app.state
    kept, state.signing_key = state.signing_key, None
    try:
        await life.in_review()
        await life.client_does(c.Approve)
        refused = await answer(life, life.client)
        assert (refused.status_code, code(refused)) == (503, "signing_key_missing")
    finally:
        state.signing_key = kept
    _, document = await certified(life)
    [approved] = await life.event_times("delivery_approved")
    assert document["items"][0]["at"][:23] == approved.isoformat()[:23]


async def test_a_certificate_of_work_that_went_back_shows_as_revoked(
    life: Life, world: World
) -> None:
    """To its parties in a signed document that says when and why, to anybody else as a fact."""
    await life.in_review()
    await life.client_does(c.Approve)
    signed, document = await certified(life)
    named = document["about"]["certificate"]
    await undone(life)
    shown = await status(world, named)
    assert (shown["status"], shown["sha256"]) == ("revoked", hashlib.sha256(signed).hexdigest())
    got = [await answer(life, await life.person(role)) for role in (*PARTIES, Role.STAFF)]
    assert len({one.content for one in got}) == 1
    assert got[0].headers["content-disposition"].endswith(f'{named}-revoked.json"')
    found = certificate.check(got[0].content, {KEY.public: True})
    assert not found.holds and f"{named} is revoked" in found.says
    [told_of] = canonical.read(got[0].content)["items"]
    assert told_of["content"]["sha256"] == shown["sha256"]
    assert told_of["content"]["words"] == "The client cancelled the job"
    assert told_of["at"][:23] == shown["revoked_at"][:23]
    paper = await answer(life, life.client, format="pdf")
    assert f"{named} is revoked" in certificate.check(paper.content, {KEY.public: True}).says
    assert certificate.check(signed, {KEY.public: True}).holds, "the file itself cannot know"


async def test_a_certificate_by_a_key_that_was_lost_is_issued_anew(
    world: World, life: Life
) -> None:
    """The old one shows as revoked since the key was withdrawn; the new one says the same."""
    await life.in_review()
    await life.client_does(c.Approve)
    lost = SigningKey("cd" * 32)
    state = world.app.state
    kept, state.signing_key = state.signing_key, lost
    try:
        await signing_keys.announce(world.engine, lost)
        old = (await answer(life, life.client)).content
        await withdraw(world, lost)
    finally:
        state.signing_key = kept
    new, document = await certified(life)
    before = canonical.read(old)["about"]["certificate"]
    assert new != old and document["about"]["certificate"] != before
    assert document["items"] == canonical.read(old)["items"]
    assert (await status(world, before))["status"] == "revoked"
    assert (await status(world, document["about"]["certificate"]))["status"] == "valid"
