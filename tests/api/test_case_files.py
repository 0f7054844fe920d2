"""A case file tells its reader everything that happened that they may know, and proves it."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from pydantic import SecretStr
from pypdf import PdfReader
from sqlalchemy import text

from api import case_files
from api.main import create
from api.turns import Turns
from domain import commands as c
from domain.cases import Role
from papers import rendering
from papers.checking import check, keys
from papers.signing import SigningKey
from tests.api.case_file import answer, events, file_for, told
from tests.api.people import code, signup
from tests.life import Life, eventually
from tests.world import SIGNING_KEY, World


@pytest.fixture(scope="module")
async def quarrel(world: World) -> Life:
    """A job with a revision, a dispute, an offer, statements and a proposal."""
    life = await Life.begin(world, earnings=300_00)
    file = (await life.freelancer.upload(b"a logo")).json()["id"]
    evidence = (await life.client.upload(b"a photo")).json()["id"]
    await life.in_progress()
    await life.freelancer_does(c.Deliver, files=[file])
    await life.client_does(c.RequestRevision, instructions="Greener, please")
    await life.freelancer_does(c.Deliver, note="Greener")
    await life.client_does(c.RequestRejection, reason="Not green")
    await life.freelancer_does(c.OfferSettlement, freelancer_minor=120_00)
    await life.freelancer_does(c.HireMediator)
    await life.mediator_does(c.AcceptAppointment)
    await life.client_does(c.AddStatement, text="It is blue", files=[evidence])
    await life.mediator_does(c.Propose, ends="split", freelancer_minor=90_00, reasons="Half")
    return life


async def test_everything_that_happened_is_in_it(quarrel: Life) -> None:
    """Parties, terms, brief, every step with words and files, money, notices."""
    file = await file_for(quarrel, Role.CLIENT)
    first, second, third = (item["kind"] for item in file["items"][:3])
    assert (first, second, third) == ("parties", "terms", "brief")
    assert events(file) == [
        "job_offered", "offer_accepted", "work_delivered", "revision_requested", "work_delivered",
        "rejection_requested", "settlement_offered", "mediator_hired", "appointment_accepted",
        "statement_added", "settlement_proposed",
    ]  # fmt: skip
    people = {one["role"]: one["id"] for one in told(file, "parties")[0]["parties"]}
    assert people["client"] == quarrel.client.id and people["freelancer"] == quarrel.freelancer.id
    assert people["mediator"] in quarrel.world.house.mediators
    words = {one["what"]: one["value"] for one in told(file, "terms")[0]["terms"]}
    assert words["Price"] == "200.00 USD" and words["A rejection can be settled for"] == "20 days"
    assert told(file, "brief")[0]["brief"] == "In blue"
    delivered = told(file, "delivery")[0]["files"]
    assert [(one["size"], len(one["sha256"])) for one in delivered] == [(6, 64)]
    said = {one["event"]: one["decision"] for one in told(file, "event")}
    assert said["revision_requested"]["instructions"] == "Greener, please"
    assert said["settlement_proposed"]["reasons"] == "Half"
    statement = next(e for e in told(file, "event") if e["event"] == "statement_added")
    assert statement["by"]["id"] == quarrel.client.id and len(statement["files"]) == 1


async def test_it_is_in_the_order_in_which_it_happened(quarrel: Life) -> None:
    """Every item after the contract has its moment, never before the one before."""
    file = await file_for(quarrel, Role.FREELANCER)
    moments = [datetime.fromisoformat(item["at"]) for item in file["items"][2:]]
    assert len(moments) > 20 and moments == sorted(moments)
    steps = [one["cases"][-1] for one in told(file, "event")]
    versions = [one["version"] for one in steps if one["id"] == quarrel.dispute_id]
    assert versions == list(range(1, 7))


async def test_money_is_told_in_words_that_add_up(quarrel: Life) -> None:
    """Each entry sums to zero; whose wallet in which part, only to its owner."""
    seen = {role: told(await file_for(quarrel, role), "money") for role in Role if role in PARTIES}
    for entries in seen.values():
        for entry in entries:
            assert sum(one["amount"]["amount_minor"] for one in entry["postings"]) == 0
    hold = {role: [one["words"] for one in seen[role][0]["postings"]] for role in seen}
    assert hold[Role.CLIENT] == ["the client's credits: -200.00 USD", HELD]
    assert hold[Role.FREELANCER] == ["the client's wallet: -200.00 USD", HELD]


async def test_money_is_told_with_its_place_in_the_ledgers_chain(quarrel: Life) -> None:
    """Whoever holds a file compares it with the books: the seals are those of the entries."""

    async def sealed() -> bool:
        entries = told(await file_for(quarrel, Role.FREELANCER), "money")
        return all(entry["seal"] for entry in entries)

    await eventually(sealed)
    for entry in told(await file_for(quarrel, Role.FREELANCER), "money"):
        path = f"/v1/staff/entries/{entry['reference']}"
        kept = (await quarrel.world.house.staff.get(path)).json()["seal"]
        assert entry["seal"] == {"n": kept["n"], "hash": kept["hash"]}


PARTIES = (Role.CLIENT, Role.FREELANCER)
HELD = "the escrow of the job: +200.00 USD"


async def test_a_notice_is_told_with_the_proof_of_its_delivery(world: World, life: Life) -> None:
    """What the mail server answered and when it was opened; of others' addresses, the server."""
    await life.rejected()

    async def settled() -> bool:
        return all(row.status != "pending" for row in await life.told())

    await eventually(settled)
    [notice] = await life.told("rejection_requested")
    opened = await life.freelancer.post(f"/v1/me/notices/{notice.id}/open")
    assert opened.status_code == 200
    found = {}
    for role in (*PARTIES, Role.STAFF):
        file = await file_for(life, role)
        [found[role]] = [one for one in told(file, "notice") if one["id"] == notice.id]
        own = role is not Role.CLIENT
        assert (life.freelancer.email in str(found[role])) is own, role
        mail = found[role]["mail"]
        assert mail["status"] == "accepted" and mail["answer"] and mail["settled_at"]
        assert found[role]["opened_at"] == opened.json()["opened_at"]
    assert found[Role.CLIENT]["mail"]["address"] == "…@example.com"


async def test_nobody_reads_another_persons_address(quarrel: Life) -> None:
    """Whatever a mail server said of it, and to whom."""

    async def settled() -> bool:
        return all(row.status != "pending" for row in await quarrel.told())

    await eventually(settled)
    said = "update mail m set answer = '550 5.1.1 <' || address || '> ' || address || ' unknown'"
    theirs = " from notice n where n.id = m.notice_id and n.case_id in (:job, :dispute)"
    async with quarrel.world.engine.begin() as connection:
        ids = {"job": quarrel.job_id, "dispute": quarrel.dispute_id}
        changed = await connection.execute(text(said + theirs), ids)
        assert changed.rowcount > 10
    for role in (*PARTIES, Role.MEDIATOR):
        person = await quarrel.person(role)
        file = str(await file_for(quarrel, role))
        assert "5.1.1 <…@example.com> …@example.com unknown" in file
        everybody = (quarrel.client, quarrel.freelancer, *quarrel.world.house.mediators.values())
        strangers = [one.email for one in everybody if one.id != person.id]
        assert not [email for email in strangers if email in file]


async def test_it_tells_nobody_more_than_the_pages_of_the_case(world: World) -> None:
    """A ruling that waits for a second person is staff's, and so is what was sent back."""
    life = await (await Life.begin(world, price=2_000_00)).ruled(reasons="the work is missing")
    await life.staff_does(c.Refuse, person=world.house.second, reason="too hard on them")
    for role in PARTIES:
        file = await file_for(life, role)
        assert "too hard" not in str(file) and "is missing" not in str(file)
        assert events(file)[-2:] == ["dispute_resolved", "ruling_refused"]
        assert world.house.staff.id not in str(file)
    staff = await file_for(life, Role.STAFF)
    assert "too hard on them" in str(staff) and world.house.second.id in str(staff)


async def test_a_freelancer_without_the_nda_gets_no_brief(world: World, life: Life) -> None:
    """Nor its files, until it is signed."""
    life.freelancer = await signup(world.http, "Fay")
    file = (await life.client.upload(b"secret plan")).json()["id"]
    await life.offered(files=[file])
    [theirs] = told(await file_for(life, Role.FREELANCER), "brief")
    assert (theirs["brief"], theirs["files"]) == (None, [])
    assert "In blue" not in str(await file_for(life, Role.FREELANCER))
    [own] = told(await file_for(life, Role.CLIENT), "brief")
    assert own["brief"] == "In blue" and len(own["files"]) == 1


async def test_whoever_declined_gets_no_brief(life: Life) -> None:
    """Nor its files: what they were offered is not theirs to know any more."""
    file = (await life.client.upload(b"secret plan")).json()["id"]
    await life.offered(files=[file])
    assert "In blue" in str(await file_for(life, Role.FREELANCER))
    await life.freelancer_does(c.Decline)
    closed = await file_for(life, Role.FREELANCER)
    assert "In blue" not in str(closed) and file not in str(closed)
    assert "In blue" in str(await file_for(life, Role.CLIENT))


async def test_a_refunded_client_reads_no_delivery(life: Life) -> None:
    """The work stays with the freelancer: that there was one is all that is told."""
    await life.in_progress()
    file = (await life.freelancer.upload(b"secret work")).json()["id"]
    await life.freelancer_does(c.Deliver, files=[file], note="see the hidden layer")
    await life.client_does(c.RequestRejection)
    await life.freelancer_does(c.AcceptRejection)
    closed = await file_for(life, Role.CLIENT)
    assert "hidden layer" not in str(closed) and file not in str(closed)
    assert Counter(events(closed))["work_delivered"] == 1
    assert "hidden layer" in str(await file_for(life, Role.FREELANCER))


async def test_a_mediator_reads_it_while_the_case_is_theirs(life: Life) -> None:
    """The job and the open dispute; nothing of it once the mediation is over."""
    await life.proposed()
    mediator = await life.person(Role.MEDIATOR)
    assert "settlement_proposed" in events(await file_for(life, Role.MEDIATOR))
    await life.client_does(c.RefuseProposal)
    assert (await answer(life, mediator)).status_code == 404


async def test_the_key_it_is_signed_with_is_published(world: World, quarrel: Life) -> None:
    """Anybody may fetch it, and check a file with what they saved."""
    published = (await world.http.get("/v1/signing-keys")).json()["keys"]
    assert SigningKey(SIGNING_KEY).public.hex in {one["public_key"] for one in published}


async def test_a_key_stays_published_when_another_is_used(world: World, quarrel: Life) -> None:
    """Files from before a rotation still verify."""
    before = (await answer(quarrel, quarrel.client)).content
    new = SigningKey("aa" * 32)
    rotated = create(world.settings.model_copy(update={"signing_key": SecretStr("aa" * 32)}))
    async with rotated.router.lifespan_context(rotated):
        listed = (await world.http.get("/v1/signing-keys")).json()["keys"]
    assert listed[0]["id"] == new.public.id
    assert SigningKey(SIGNING_KEY).public.id in [one["id"] for one in listed[1:]]
    assert check(before, keys([one["public_key"] for one in listed])).holds


async def test_without_a_key_nothing_is_handed_out_unsigned(world: World, quarrel: Life) -> None:
    """503 that says so; everything else goes on."""
    app = world.app.state
    kept, app.signing_key = app.signing_key, None
    try:
        refused = await answer(quarrel, quarrel.client)
        assert (refused.status_code, code(refused)) == (503, "signing_key_missing")
        assert (await quarrel.shown())["id"] == quarrel.job_id
    finally:
        app.signing_key = kept


def test_a_key_that_is_none_stops_the_start(world: World) -> None:
    """Better than files that nobody can check."""
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        create(world.settings.model_copy(update={"signing_key": SecretStr("short")}))


async def test_one_person_may_ask_for_so_many(world: World, quarrel: Life) -> None:
    """Making one takes work: beyond the limit, 429."""
    kept = world.app.state.settings
    world.app.state.settings = kept.model_copy(update={"case_file_limit": "1/hour"})
    try:
        statuses = [(await answer(quarrel, quarrel.freelancer)).status_code for _ in range(2)]
    finally:
        world.app.state.settings = kept
    assert statuses == [200, 429]


@pytest.mark.parametrize("how", [{"format": "pdf"}, {"accept": "application/pdf"}])
async def test_the_same_is_there_as_paper(quarrel: Life, how: dict[str, str]) -> None:
    """A PDF with the signed file attached, sealed as a whole."""
    query = {name: value for name, value in how.items() if name == "format"}
    headers = quarrel.client.headers() | {k: v for k, v in how.items() if k == "accept"}
    path = f"/v1/jobs/{quarrel.job_id}/case-file"
    got = await quarrel.world.http.get(path, params=query, headers=headers)
    assert got.status_code == 200 and got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"].endswith(f'case-file-{quarrel.job_id}.pdf"')
    found = check(got.content, {SigningKey(SIGNING_KEY).public: True})
    assert found.holds and found.document is not None
    assert found.document["about"]["made_for"]["id"] == quarrel.client.id
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(got.content)).pages)
    for words in ("Greener, please", "It is blue", "The mediator proposed", "+200.00 USD"):
        assert words in text


async def test_a_case_that_is_too_long_for_paper_is_refused(
    quarrel: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In time, and with the way out; the process that tried is gone."""
    monkeypatch.setattr(rendering, "LONGEST", timedelta(milliseconds=50))
    refused = await answer(quarrel, quarrel.client, format="pdf")
    assert (refused.status_code, code(refused)) == (503, "unavailable")
    assert "as JSON it is whole" in refused.json()["detail"]


async def test_a_case_that_is_too_long_is_refused_before_it_is_read(
    world: World, quarrel: Life
) -> None:
    """Nothing bounds how much the parties write; the process that reads it has its bounds."""
    kept = world.app.state.settings
    length = len((await answer(quarrel, quarrel.client)).content)
    answers = []
    try:
        for most in (length // 2, length * 2):
            world.app.state.settings = kept.model_copy(update={"case_file_bytes": most})
            answers.append(await answer(quarrel, quarrel.client))
    finally:
        world.app.state.settings = kept
    refused, made = answers
    assert (refused.status_code, code(refused)) == (503, "case_too_long")
    assert made.status_code == 200


@pytest.mark.parametrize("form", ["json", "pdf"])
async def test_whoever_waits_too_long_for_a_turn_is_told_so(
    quarrel: Life, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Instead of a queue without an end."""
    media = f"application/{form}"
    monkeypatch.setitem(case_files._TURNS, media, Turns(0, timedelta(milliseconds=20)))
    refused = await answer(quarrel, quarrel.client, format=form)
    assert (refused.status_code, code(refused)) == (503, "unavailable")
    assert refused.headers["Retry-After"]


async def test_it_is_one_moment_of_the_books(life: Life) -> None:
    """Read while people decide: the version of the job is that of its last event, always."""
    await life.in_review()
    decided = asyncio.Event()

    async def decide() -> None:
        for minor in range(10_00, 18_00, 100):
            await life.client_does(c.OfferSettlement, freelancer_minor=minor)
        decided.set()

    async def read() -> int:
        seen = set()
        while not decided.is_set():
            file = await file_for(life, Role.FREELANCER)
            last = max(case["version"] for one in told(file, "event") for case in one["cases"])
            assert file["about"]["job"]["version"] == last
            seen.add(last)
        return len(seen)

    versions = await asyncio.gather(*(read() for _ in range(3)), decide())
    assert max(seen for seen in versions if seen) > 1
