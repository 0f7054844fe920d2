"""Contest entries: who may enter what and when, and who sees of it how much."""

from typing import Any

import pytest

from tests.api.people import Person, code, new_key
from tests.holding.hands import rows
from tests.market.contesting import Contesting, uploaded
from tests.world import World


async def opened(world: World, entries: int = 0, **more: Any) -> Contesting:
    """A contest that takes entries, with so many."""
    return await (await (await Contesting.begin(world)).posted(**more)).with_entries(entries)


async def listed(it: Contesting, person: Person, **query: Any) -> list[dict[str, Any]]:
    """The entries that somebody sees."""
    answer = await person.get(it.at("entries"), **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_entrants_are_blind_and_the_client_sees_no_files_before_the_award(
    world: World,
) -> None:
    """Each sees their own; the client all notes and hashes; a loser's files stay their own."""
    it = await opened(world, 2)
    won = it.entrants[0]
    assert [one["freelancer_id"] for one in await listed(it, won)] == [won.id]
    assert await listed(it, await world.person("stranger")) == []
    seen = await listed(it, it.client)
    assert [one["number"] for one in seen] == [2, 1]
    assert seen[0]["note"] == "Nolte's" and len(seen[0]["hash"]) == 64
    its, other = it.entries[0]["files"][0]["id"], it.entries[1]["files"][0]["id"]
    for file in (its, other):
        assert code(await it.client.get(f"/v1/files/{file}")) == "approve_first"
    await it.judged()
    [job] = await it.awarded(it.choice(0, 1))
    assert (await it.client.get(f"/v1/files/{its}")).content == won.id.encode()
    assert code(await it.client.get(f"/v1/files/{other}")) == "approve_first"
    assert (await won.get(f"/v1/files/{other}")).status_code == 404
    assert (await won.post(f"/v1/jobs/{job}/resign")).json()["state"] == "cancelled"
    assert (await it.client.get(f"/v1/files/{its}")).status_code == 404


async def test_opened_entries_are_seen_by_entrants_without_what_was_said_of_them(
    world: World,
) -> None:
    """Ratings and comments are between the client and each freelancer; files are nobody's."""
    it = await opened(world, 2, open_entries=True)
    rated = {"rating": 4, "comment": "warmer, please"}
    answer = await it.client.post(it.of_entry(0, "rating"), rated)
    assert (answer.status_code, answer.json()["rating"]) == (200, 4)
    [theirs] = [one for one in await listed(it, it.entrants[1]) if one["number"] == 1]
    assert (theirs["note"], theirs["rating"], theirs["comment"]) == ("Nolte's", None, None)
    file = theirs["files"][0]["id"]
    assert (await it.entrants[1].get(f"/v1/files/{file}")).status_code == 404
    [own] = [one for one in await listed(it, it.entrants[0]) if one["number"] == 1]
    assert (own["rating"], own["comment"]) == (4, "warmer, please")
    assert await listed(it, await world.person("stranger")) == []
    inbox = (await it.entrants[0].get("/v1/me/notices")).json()["items"]
    assert "entry_rated" in [one["kind"] for one in inbox]


async def test_a_client_finds_entries_by_rating_and_finalists(world: World) -> None:
    """Page by page."""
    it = await opened(world, 3)
    for which, rating in ((0, 5), (1, 2)):
        await it.client.post(it.of_entry(which, "rating"), {"rating": rating})
    await it.client.post(it.of_entry(2, "finalist"))
    assert [one["number"] for one in await listed(it, it.client, rated=3)] == [1]
    assert [one["number"] for one in await listed(it, it.client, finalists=True)] == [3]
    first = (await it.client.get(it.at("entries"), limit=2)).json()
    rest = (await it.client.get(it.at("entries"), limit=2, cursor=first["next_cursor"])).json()
    assert [one["number"] for one in (*first["items"], *rest["items"])] == [3, 2, 1]


async def test_an_entry_is_taken_back_until_entries_end(world: World) -> None:
    """It is not awarded any more; another can be entered instead, with a number of its own."""
    it = await opened(world, 1)
    freelancer = it.entrants[0]
    for _ in "12":
        assert (await freelancer.delete(it.of_entry(0))).status_code == 204
    again = await it.entry_of(freelancer)
    assert (again.status_code, again.json()["number"]) == (201, 2)
    await it.judged()
    late = await freelancer.delete(it.at(f"entries/{again.json()['id']}"))
    assert (late.status_code, code(late)) == (409, "not_open")
    assert code(await it.awards(it.choice(0, 1))) == "seen_is_stale"
    mine = (await freelancer.get("/v1/me/entries")).json()["items"]
    assert [(one["number"], one["state"]) for one in mine] == [(2, "entered"), (1, "withdrawn")]
    assert mine[0]["contest_state"] == "judging"


async def test_nothing_is_entered_after_the_end(world: World) -> None:
    """The answer says what the contest is; nothing is stored."""
    it = await opened(world)
    await it.judged()
    late = await it.entry_of(await world.person("late"))
    assert (late.status_code, code(late)) == (409, "not_open")
    assert late.json()["facts"]["state"] == "judging"
    assert await listed(it, it.client) == []


async def test_the_clock_decides_to_the_second_when_entries_end(world: World) -> None:
    """A workflow that is late with its step lets nobody in, and the answer says when it ended."""
    it = await opened(world)
    moved = """
        update cases set data = jsonb_set(data, '{timers,0,at}', to_jsonb(now() - interval '1 s'))
         where id = :case returning data->'timers'->0->>'row' as row
    """
    [[row]] = await rows(world, moved, case=it.contest_id)
    assert row == "entries_end"
    late = await it.entry_of(await world.person("late"))
    assert (late.status_code, code(late)) == (409, "not_open")
    assert "ended_at" in late.json()["facts"] and "UTC" in late.json()["detail"]


async def test_an_entry_sent_twice_is_one_entry(world: World) -> None:
    """The same key is the same entry."""
    it, freelancer = await opened(world), await world.person("freelancer")
    body = {"note": "once", "files": [await uploaded(freelancer, b"once")]}
    key = new_key()
    both = [await freelancer.post(it.at("entries"), body, key=key) for _ in "12"]
    assert [one.json()["number"] for one in both] == [1, 1]
    assert len(await listed(it, freelancer)) == 1


async def test_one_freelancer_enters_ten_times_at_most(world: World) -> None:
    """What was taken back does not count."""
    it, freelancer = await opened(world), await world.person("freelancer")
    made = [await it.entry_of(freelancer, f"{freelancer.id}{n}".encode()) for n in range(11)]
    assert [one.status_code for one in made] == [201] * 10 + [409]
    path = it.at(f"entries/{made[0].json()['id']}")
    assert (await freelancer.delete(path)).status_code == 204
    assert (await it.entry_of(freelancer)).status_code == 201


async def test_who_may_not_work_may_not_enter(world: World, http_person: Any) -> None:
    """And nobody enters files that are another's."""
    it = await opened(world, 1)
    unsigned = await http_person()
    answer = await it.entry_of(unsigned)
    assert code(answer) == "work_permission_missing"
    freelancer = await world.person("freelancer")
    stolen = {"note": "mine", "files": [it.entries[0]["files"][0]["id"]]}
    assert code(await freelancer.post(it.at("entries"), stolen)) == "unknown_reference"
    for wrong in ({"note": "x", "files": []}, {"note": "", "files": ["x"]}, {"note": "x"}):
        assert code(await freelancer.post(it.at("entries"), wrong)) == "invalid"
    assert len(await listed(it, it.client)) == 1


async def test_what_won_once_is_not_entered_again(world: World) -> None:
    """Not under another name and by another person; what lost may be."""
    it = await opened(world, 2)
    await it.judged()
    [job] = await it.awarded(it.choice(0, 1))
    other, thief = await opened(world), await world.person("thief")
    copied = await other.entry_of(thief, it.entrants[0].id.encode())
    assert (copied.status_code, code(copied)) == (409, "not_original")
    assert (await other.entry_of(it.entrants[1])).status_code == 201
    work = await uploaded(it.entrants[0], b"the whole work")
    at = f"/v1/jobs/{job}"
    done = await it.entrants[0].post(f"{at}/deliver", {"note": "all", "files": [work]})
    delivery = done.json()["deliveries"][-1]["id"]
    assert (await other.entry_of(thief, b"the whole work")).status_code == 201
    await it.client.post(f"{at}/approve", {"delivery_id": delivery})
    assert code(await other.entry_of(thief, b"the whole work")) == "not_original"


async def test_staff_remove_what_breaks_the_rules(world: World) -> None:
    """Its freelancer reads why; it wins nothing; nobody else removes anything."""
    it, staff = await opened(world, 2), world.house.staff
    at = f"/v1/staff{it.of_entry(0, 'remove').removeprefix('/v1')}"
    for nobody in (it.client, it.entrants[1]):
        assert (await nobody.post(at, {"reason": "no"})).status_code == 403
    removed = await staff.post(at, {"reason": "copied from a book"})
    assert (removed.status_code, removed.json()["state"]) == (200, "removed")
    assert [one["number"] for one in await listed(it, it.client)] == [2]
    assert code(await staff.post(at, {"reason": "again"})) == "not_open"
    [mine] = (await it.entrants[0].get("/v1/me/entries")).json()["items"]
    assert mine["removed_because"] == "copied from a book"
    await it.judged()
    assert code(await it.awards(it.choice(0, 1))) == "seen_is_stale"


async def test_staff_list_what_was_removed_or_taken_back_and_nobody_else_does(world: World) -> None:
    """By its state; whoever asks for none sees what stands or won, and so does staff."""
    it, staff = await opened(world, 3, open_entries=True), world.house.staff
    at = f"/v1/staff{it.of_entry(0, 'remove').removeprefix('/v1')}"
    assert (await staff.post(at, {"reason": "copied from a book"})).status_code == 200
    assert (await it.entrants[1].delete(it.of_entry(1))).status_code == 204
    gone = {"removed": 1, "withdrawn": 2}
    for state, number in gone.items():
        [one] = await listed(it, staff, state=state)
        assert (one["number"], one["state"]) == (number, state)
        for nobody in (it.client, *it.entrants, await world.person("stranger")):
            assert await listed(it, nobody, state=state) == []
    [removed] = await listed(it, staff, state="removed")
    assert removed["removed_because"] == "copied from a book"
    for who in (staff, it.client, it.entrants[2]):
        assert [one["number"] for one in await listed(it, who)] == [3]
        assert [one["number"] for one in await listed(it, who, state="entered")] == [3]
    assert code(await staff.get(it.at("entries"), state="lost")) == "invalid"


async def test_whoever_enters_is_blind_even_if_they_work_for_the_house(world: World) -> None:
    """They look at it as an entrant; without an entry that stands, as the house again."""
    it, insider = await opened(world, 2), await world.person("in", roles=["head_of_support"])
    entered = await it.entry_of(insider)
    assert entered.status_code == 201, entered.text
    assert [one["number"] for one in await listed(it, insider)] == [3]
    assert await listed(it, insider, state="removed") == []
    file = f"/v1/files/{it.entries[0]['files'][0]['id']}"
    for path in (file, f"{file}/preview"):
        assert (await insider.get(path)).status_code == 404
    assert (await world.house.staff.get(file)).content == it.entrants[0].id.encode()
    assert code(await insider.get(it.at("access-log"))) == "not_yours"
    assert (await insider.delete(it.at(f"entries/{entered.json()['id']}"))).status_code == 204
    assert (await insider.get(file)).status_code == 200
    assert code(await it.entry_of(insider)) == "not_yours"


@pytest.mark.parametrize("look", ["entries", "file", "preview", "remove", "log"])
async def test_whoever_of_the_house_looked_at_entries_enters_nothing_there(
    world: World, look: str
) -> None:
    """In another contest they do; the client sees that somebody looked."""
    it, insider = await opened(world, 2), await world.person("in", roles=["staff"])
    file = f"/v1/files/{it.entries[0]['files'][0]['id']}"
    match look:
        case "entries":
            assert len(await listed(it, insider)) == 2
        case "remove":
            at = f"/v1/staff{it.of_entry(0, 'remove').removeprefix('/v1')}"
            assert (await insider.post(at, {"reason": "copied"})).status_code == 200
        case "log":
            assert (await it.client.get(f"{file}/preview")).status_code == 200
            named = (await insider.get(it.at("access-log"))).json()["items"]
            assert named[0]["file_name"] == it.entries[0]["files"][0]["name"]
        case _:
            await insider.get(file if look == "file" else f"{file}/preview")
    refused = await it.entry_of(insider)
    assert (refused.status_code, code(refused)) == (403, "not_yours")
    assert "looked" in refused.json()["detail"]
    log = (await it.client.get(it.at("access-log"))).json()["items"]
    seen = "entries" if look in ("remove", "log") else look
    assert (log[0]["what"], log[0]["role"], log[0]["person_id"]) == (seen, "staff", None)
    other = await opened(world, 1)
    assert (await other.entry_of(insider)).status_code == 201


async def test_whoever_of_the_house_read_the_brief_alone_may_enter(world: World) -> None:
    """A list with nothing in it is no look either."""
    it = await Contesting.begin(world)
    brief = await uploaded(it.client, b"the secret recipe")
    await it.posted(files=[brief])
    insider = await world.person("in", roles=["staff"])
    assert await listed(it, insider) == []
    assert (await insider.get(f"/v1/files/{brief}")).status_code == 200
    assert (await it.shown(insider))["brief"]
    assert (await it.entry_of(insider)).status_code == 201


@pytest.mark.parametrize("what", ["rating", "finalist"])
async def test_nobody_but_the_client_judges(world: World, what: str) -> None:
    """To everybody else there is no such route."""
    it = await opened(world, 1)
    for who in (it.entrants[0], await world.person("stranger")):
        answer = await who.post(it.of_entry(0, what), {"rating": 5} if what == "rating" else None)
        assert (answer.status_code, code(answer)) == (404, "not_found")
    wrong = await it.client.post(it.of_entry(0, "rating"), {"rating": 6})
    assert code(wrong) == "invalid"


async def test_the_brief_and_its_files_are_for_whoever_signed_while_it_takes_entries(
    world: World, http_person: Any
) -> None:
    """Later they are the client's and the winners' alone."""
    it = await Contesting.begin(world)
    secret = await uploaded(it.client, b"the secret recipe")
    await (await it.posted(files=[secret])).with_entries(2)
    stranger = await http_person()
    page = await it.shown(stranger)
    assert (page["brief"], page["files"]) == (None, [])
    assert (await stranger.get(f"/v1/files/{secret}")).status_code == 403
    won, lost = it.entrants
    assert [one["id"] for one in (await it.shown(won))["files"]] == [secret]
    assert (await won.get(f"/v1/files/{secret}")).content == b"the secret recipe"
    looks = (await it.client.get(it.at("access-log"))).json()["items"]
    assert {one["person_id"] for one in looks if one["what"] == "brief"} == {won.id}
    assert (await won.get(it.at("access-log"))).status_code == 404
    await it.judged()
    await it.awarded(it.choice(0, 1))
    assert (await won.get(f"/v1/files/{secret}")).status_code == 200
    assert (await lost.get(f"/v1/files/{secret}")).status_code == 404
