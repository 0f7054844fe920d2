"""Projects: posted, found, awarded once or several times, extended, closed by people or time."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.people import code, new_key, pointers
from tests.deposits.remitting import sum_of
from tests.holding.hands import rows
from tests.market.posting import POSTED, Posting
from tests.world import World


async def test_two_awards_of_one_decision_are_two_jobs_on_the_terms_of_their_bids(
    world: World,
) -> None:
    """Each has its own price, time and freelancer; the project stays open for a third."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(200_00, 120_00, 90_00)
    answer = await it.awards(0, 2)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["awards"]) == ("open", 2)
    assert (await it.awards(1)).json()["awards"] == 3
    jobs = (await it.client.get("/v1/jobs")).json()["items"]
    prices = {one["freelancer_id"]: one["price"]["amount_minor"] for one in jobs}
    assert prices == dict(zip([b.id for b in it.bidders], (200_00, 120_00, 90_00), strict=True))
    for one in jobs:
        job = (await it.client.get(f"/v1/jobs/{one['id']}")).json()
        assert (job["state"], job["title"], job["work_days"]) == ("offered", POSTED["title"], 7)
        assert job["brief"].startswith(str(POSTED["brief"]))
        assert "I have drawn for three bakeries" in job["brief"]
    won = (await it.bidders[0].get("/v1/me/bids")).json()["items"][0]
    assert (won["state"], won["project_state"]) == ("awarded", "open")
    accepted = await it.bidders[0].post(f"/v1/jobs/{won['job_id']}/accept", {"offer_version": 1})
    assert (accepted.json()["state"], accepted.json()["escrow"]) == ("in_progress", sum_of(200_00))
    assert await world.violations() == []


async def test_an_award_sent_twice_is_one_award(world: World) -> None:
    """The same key is the same decision; with another key the bid is awarded already."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(100_00)
    body, key = {"bids": [{"bid": it.bids[0]["id"], "version": 1}]}, new_key()
    both = [await it.client.post(it.at("award"), body, key=key) for _ in "12"]
    assert [one.status_code for one in both] == [200, 200]
    assert code(await it.awards(0)) == "seen_is_stale"
    found = await rows(world, "select 1 from cases where data->>'origin' = :p", p=it.project_id)
    assert len(found) == 1


async def test_what_is_awarded_is_what_was_seen(world: World) -> None:
    """A bid edited, withdrawn, another's, or made up since is refused, and no job begins."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(100_00, 110_00)
    edited = {"amount": sum_of(400_00), "days": 9, "message": "More, after all", "version": 1}
    assert (await it.bidders[0].put(f"/v1/bids/{it.bids[0]['id']}", edited)).status_code == 200
    stale = await it.awards(0, 1)
    assert (stale.status_code, code(stale)) == (409, "seen_is_stale")
    assert (await it.bidders[1].delete(f"/v1/bids/{it.bids[1]['id']}")).status_code == 204
    assert code(await it.awards(1)) == "seen_is_stale"
    other = await (await (await Posting.begin(world)).posted()).with_bids(100_00)
    it.bids[0] = other.bids[0]
    assert code(await it.awards(0)) == "unknown_reference"
    theirs = await it.does("award", {"bids": [{"bid": "x", "version": 1}]}, by=it.bidders[0])
    assert (theirs.status_code, code(theirs)) == (404, "not_found")
    assert (await it.client.get("/v1/jobs")).json()["items"] == []


async def test_only_the_awarded_get_the_files_and_the_others_lose_the_brief(world: World) -> None:
    """The brief is there under the NDA while the project is open; files come with the job."""
    it = await Posting.begin(world)
    secret = (await it.client.upload(b"the secret recipe")).json()["id"]
    await it.posted(files=[secret])
    await it.with_bids(100_00, 120_00)
    won, lost = it.bidders
    unsigned = await world.http.get(it.at())
    assert unsigned.status_code == 401
    for one in (won, lost):
        assert (await it.shown(one))["brief"] == POSTED["brief"]
        assert (await one.get(f"/v1/files/{secret}")).status_code == 404
    await it.awards(0)
    assert (await won.get(f"/v1/files/{secret}")).content == b"the secret recipe"
    assert (await it.does("close")).json()["state"] == "closed"
    assert (await it.shown(lost))["brief"] is None
    assert (await lost.get(f"/v1/files/{secret}")).status_code == 404


async def test_a_brief_takes_a_signature(world: World, http_person: Any) -> None:
    """Whoever has not signed the NDA reads the public part alone."""
    it = await (await Posting.begin(world)).posted()
    stranger = await http_person()
    seen = await it.shown(stranger)
    assert (seen["summary"], seen["brief"]) == (POSTED["summary"], None)


async def test_what_a_client_asks_besides_goes_on_every_job_of_the_project(
    world: World, http_person: Any
) -> None:
    """Bidders read it with the brief; whoever is awarded agrees to it as it was read."""
    own = "Not a word of the new name."
    sha256 = hashlib.sha256(own.encode()).hexdigest()
    it = await (await (await Posting.begin(world)).posted(confidentiality=own)).with_bids(80_00)
    whole, [ana] = {"text": own, "sha256": sha256}, it.bidders
    assert (await it.shown())["confidentiality"] == whole
    assert (await it.shown(ana))["confidentiality"] == whole
    named = (await it.shown(await http_person()))["confidentiality"]
    assert named == {"text": None, "sha256": sha256}
    assert (await it.awards(0)).status_code == 200
    job = f"/v1/jobs/{(await ana.get('/v1/me/bids')).json()['items'][0]['job_id']}"
    assert (await ana.get(job)).json()["confidentiality"] == whole
    refused = await ana.post(f"{job}/accept", {"offer_version": 1})
    assert (refused.status_code, code(refused)) == (409, "confidentiality_missing")
    agreed = {"offer_version": 1, "agree_confidentiality": sha256}
    assert (await ana.post(f"{job}/accept", agreed)).json()["state"] == "in_progress"


async def test_a_project_is_found_by_words_tags_and_budget(world: World) -> None:
    """Only while it is open, and only by what is public of it."""
    it = await Posting.begin(world)
    unique = f"zeppelin{new_key()[:8]}"
    await it.posted(title=f"A {unique} for hire", brief="nothing about submarines here")
    someone = await world.person("someone")

    async def found(**query: Any) -> list[str]:
        answer = await someone.get("/v1/projects", limit=100, **query)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert await found(q=unique) == [it.project_id]
    assert await found(q=f"{unique} logo") == [it.project_id]
    assert await found(q=unique, tag="print", at_least=400_00, at_most=600_00) == [it.project_id]
    assert await found(q=unique, tag="film") == []
    assert await found(q=unique, at_least=500_01) == []
    assert it.project_id not in await found(q="submarines")
    assert await found(q="' or 1=1 -- \\ & | ! :* (") == []
    await it.does("close")
    assert await found(q=unique) == []


async def test_lists_go_on_page_by_page(world: World) -> None:
    """Each project once, the newest first."""
    it, mark = await Posting.begin(world), f"page{new_key()[:8]}"
    made = [(await it.posts(tags=[mark])).json()["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = (await it.client.get("/v1/projects", tag=mark, limit=2, **cursor)).json()
        seen += [one["id"] for one in answer["items"]]
        if answer["next_cursor"] is None:
            break
        cursor = {"cursor": answer["next_cursor"]}
    assert seen == made[::-1]


BAD = [
    ({"budget": {"low": sum_of(9_99), "high": sum_of(100_00)}}, "invalid_amount"),
    ({"budget": {"low": sum_of(50_00), "high": sum_of(2_000_000_00)}}, "invalid_amount"),
    ({"budget": {"low": sum_of(60_00), "high": sum_of(50_00)}}, "invalid"),
    ({"deadline": "2020-01-01"}, "invalid"),
    ({"deadline": 20300101}, "invalid"),
    ({"title": "two\nlines"}, "invalid"),
    ({"title": ""}, "invalid"),
    ({"tags": ["x" * 41]}, "invalid"),
    ({"tags": ["x"] * 21}, "invalid"),
    ({"files": ["file_01m83y1rnyet7bmhrbttj3yvdx"]}, "unknown_reference"),
    ({"colour": "red"}, "invalid"),
    ({"summary": "\x00"}, "invalid"),
]


@pytest.mark.parametrize(("wrong", "expected"), BAD, ids=[str(one[0])[:40] for one in BAD])
async def test_what_cannot_be_posted_is_refused_and_leaves_nothing(
    world: World, wrong: dict[str, Any], expected: str
) -> None:
    """A clear error, no project, nothing found."""
    it = await Posting.begin(world)
    answer = await it.posts(**wrong)
    assert (400 <= answer.status_code < 500, code(answer)) == (True, expected)
    if answer.status_code == 422 and expected == "invalid":
        assert pointers(answer)[0].startswith(f"#/{next(iter(wrong))}")
    assert not await rows(world, "select 1 from cases where client_id = :c", c=it.client.id)
    assert not await rows(world, "select 1 from publication where owner_id = :c", c=it.client.id)


async def test_silence_closes_a_project_and_tells_everybody(world: World) -> None:
    """After thirty days; a bid one second later is late, and the answer says since when."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(100_00, 120_00)
    due = datetime.fromisoformat((await it.shown())["if_nobody_acts"]["at"])
    await it.until(due + timedelta(seconds=1))
    assert (await it.shown())["state"] == "closed"
    for who in (*it.bidders, it.client):
        inbox = (await who.get("/v1/me/notices")).json()["items"]
        assert "project_closed" in [one["kind"] for one in inbox]
    late = await it.bids_of(await world.person("late"), 100_00)
    assert (late.status_code, code(late)) == (409, "not_open")
    assert code(await it.awards(0)) == "already_over"


async def test_an_extended_project_lives_twice_as_long(world: World) -> None:
    """Its client is shown the new end at once."""
    it = await (await Posting.begin(world)).posted()
    first = datetime.fromisoformat((await it.shown())["if_nobody_acts"]["at"])
    shown = (await it.does("extend")).json()
    assert datetime.fromisoformat(shown["if_nobody_acts"]["at"]) - first == timedelta(days=30)
    await it.until(first + timedelta(hours=1))
    assert (await it.shown())["state"] == "open"


async def test_nobody_else_decides_on_a_project(world: World) -> None:
    """Other people's projects are not found by its client's routes."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(100_00)
    for what in ("close", "extend"):
        for who in (it.bidders[0], await world.person("stranger")):
            answer = await it.does(what, by=who)
            assert (answer.status_code, code(answer)) == (404, "not_found")
    assert (await it.shown())["state"] == "open"


async def test_a_client_reads_who_read_the_brief(world: World) -> None:
    """Once a minute each; what is public of it is nobody's business."""
    it = await (await Posting.begin(world)).posted()
    ana = await world.person("ana")
    for _ in range(2):
        await it.shown(ana)
    await ana.get("/v1/projects", q="logo")
    log = (await it.client.get(it.at("access-log"))).json()["items"]
    assert [(one["what"], one["person_id"], one["role"]) for one in log] == [
        ("brief", ana.id, "freelancer")
    ]
    assert (await ana.get(it.at("access-log"))).status_code == 404


async def test_contact_data_in_what_is_public_is_pointed_out(world: World) -> None:
    """The project is posted all the same; the brief is not looked into."""
    it = await Posting.begin(world)
    text = "Write to nolte at bakery dot com, please"
    tags = ["logo", "nolte@example.com"]
    shown = (await it.posts(summary=text, brief="Call 212 555 0100", tags=tags)).json()
    assert [(one["field"], one["kind"]) for one in shown["pointed_out"]] == [
        ("summary", "email"),
        ("tags/1", "email"),
    ]
    clean = (await it.posts()).json()
    assert clean["pointed_out"] == []


async def test_an_awarded_job_tells_nothing_of_the_other_bids(world: World) -> None:
    """Neither its timeline nor its case file names what else was awarded by that decision."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(50_00, 60_00)
    await it.awards(0, 1)
    ana, other = it.bidders[0], it.bids[1]
    job = f"/v1/jobs/{(await ana.get('/v1/me/bids')).json()['items'][0]['job_id']}"
    file = await ana.get(f"{job}/case-file", format="json")
    timeline = await ana.get(f"{job}/timeline")
    assert file.status_code == timeline.status_code == 200
    for told in (file.text, timeline.text):
        assert "job_offered" in told
        assert other["id"] not in told and it.bidders[1].id not in told
    whole = (await it.client.get(it.at("timeline"))).json()["items"]
    assert other["id"] in str([one["facts"] for one in whole])
