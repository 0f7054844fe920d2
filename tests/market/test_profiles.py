"""Profiles: written, published and found; what is missing in them, and what is too much."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from tests.api.people import Person, code, new_key, pointers
from tests.market.introducing import PROFILE, published, written
from tests.world import World

ME = "/v1/me/profile"
PERMISSION = "/v1/me/work-permission"
AWAY = "anna@example.com"


async def found(reader: Person, **query: Any) -> list[str]:
    """Whom a search finds, all pages of it."""
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await reader.get("/v1/freelancers", **query, **cursor)
        assert answer.status_code == 200, answer.text
        seen += [one["id"] for one in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            return seen
        cursor = {"cursor": answer.json()["next_cursor"]}


async def test_a_profile_is_nobody_elses_until_it_is_published(world: World) -> None:
    """Then everybody reads all of it, and finds it by words, skills and rate."""
    me, client = await world.person("freelancer"), await world.person("client")
    mark = f"mark{new_key()[:8]}"
    draft = await written(me, skills=[mark.upper(), "icons"])
    assert (draft["state"], draft["missing"]) == ("draft", [])
    page = f"/v1/freelancers/{me.id}"
    assert (await client.get(page)).status_code == 404
    assert await found(client, tag=mark) == []
    public = await published(me, skills=[mark.upper(), "icons"])
    assert public["state"] == "published"
    seen = (await client.get(page)).json()
    assert (seen["name"], seen["title"]) == ("freelancer", PROFILE["title"])
    assert seen["skills"] == [mark, "icons"]
    assert seen["hourly_rate"] == PROFILE["hourly_rate"]
    assert [one["verified"] for one in seen["certifications"]] == [False]
    assert not {"missing", "pointed_out", "actions", "email"} & set(seen)
    for query in ({"q": mark}, {"tag": [mark, "icons"]}, {"tag": mark, "at_most": 60_00}):
        assert await found(client, **query) == [me.id], query
    for other in ({"at_most": 59_99}, {"at_least": 60_01}, {"q": "plumber"}):
        assert await found(client, tag=mark, **other) == [], other


@pytest.mark.parametrize("part", ["credentials", "experience", "portfolio", "education"])
async def test_all_that_is_public_is_searched(world: World, part: str) -> None:
    """A word anywhere in a profile leads to it; so does the name."""
    me, mark = await world.person("freelancer"), f"deep{new_key()[:8]}"
    said = PROFILE[part]
    await published(me, **{part: mark if isinstance(said, str) else [said[0] | {"title": mark}]})
    assert await found(me, q=mark) == [me.id]
    assert await found(me, q=f"{mark} freelancer") == [me.id]


async def test_what_is_unpublished_is_found_and_read_no_more(world: World) -> None:
    """It is its freelancer's draft, with every word still in it."""
    me, client = await world.person("freelancer"), await world.person("client")
    mark = f"gone{new_key()[:8]}"
    await published(me, skills=[mark])
    draft = (await me.post(f"{ME}/unpublish")).json()
    assert (draft["state"], draft["title"]) == ("draft", PROFILE["title"])
    assert await found(client, tag=mark) == []
    assert (await client.get(f"/v1/freelancers/{me.id}")).status_code == 404
    assert (await me.get(f"/v1/freelancers/{me.id}")).status_code == 404
    assert code(await me.post(f"{ME}/unpublish")) == "not_open"


async def test_a_profile_says_what_is_missing(world: World) -> None:
    """Nothing is written at first; without title, summary and skills it is not published."""
    me = await world.person("freelancer")
    empty = (await me.get(ME)).json()
    needed = ["title", "summary", "skills"]
    assert [one["field"] for one in empty["missing"] if one["needed"]] == needed
    assert {one["field"] for one in empty["missing"] if not one["needed"]} == set(PROFILE) - {
        *needed,
        "hourly_rate",
    }
    refused = await me.post(f"{ME}/publish")
    assert (refused.status_code, code(refused)) == (409, "condition_missing")
    assert refused.json()["facts"]["missing"] == needed
    some = {name: PROFILE[name] for name in needed}
    lacks = (await me.put(ME, some)).json()["missing"]
    assert lacks and not any(one["needed"] for one in lacks)
    assert (await me.post(f"{ME}/publish")).json()["state"] == "published"
    assert code(await me.post(f"{ME}/publish")) == "not_open"


async def test_what_is_published_stays_findable(world: World) -> None:
    """A change is seen at once; one that takes a needed part away is refused, and nothing is."""
    me, mark = await world.person("freelancer"), f"stays{new_key()[:8]}"
    await published(me)
    assert (await written(me, skills=[mark]))["state"] == "published"
    assert await found(me, tag=mark) == [me.id]
    for part in ("title", "summary", "skills"):
        body = {name: value for name, value in PROFILE.items() if name != part}
        refused = await me.put(ME, body)
        assert refused.json()["facts"]["missing"] == [part]
    assert (await me.get(f"/v1/freelancers/{me.id}")).json()["skills"] == [mark]


async def test_who_may_not_work_publishes_nothing(
    http_person: Callable[[], Awaitable[Person]],
) -> None:
    """Writing is free; being found takes the answers and the agreement."""
    me = await http_person()
    assert (await written(me))["state"] == "draft"
    refused = await me.post(f"{ME}/publish")
    assert (refused.status_code, code(refused)) == (403, "work_permission_missing")
    assert await found(me, q=me.id) == []


@pytest.mark.parametrize("permitted", ["no", "not_sure"])
async def test_whoever_may_work_no_longer_is_found_no_longer(world: World, permitted: str) -> None:
    """An answer that closes work takes the profile back; one that opens it publishes nothing."""
    me, client = await world.person("freelancer"), await world.person("client")
    mark = f"left{new_key()[:8]}"
    await published(me, skills=[mark])
    closed = {"us_citizen": False, "lives_in_us": True, "permitted": permitted}
    assert (await me.post(PERMISSION, closed)).status_code == 201
    assert await found(client, tag=mark) == []
    assert (await client.get(f"/v1/freelancers/{me.id}")).status_code == 404
    draft = (await me.get(ME)).json()
    assert (draft["state"], draft["title"]) == ("draft", PROFILE["title"])
    assert (await me.post(f"{ME}/publish")).status_code == 403
    assert (await me.post(PERMISSION, closed | {"permitted": "yes"})).status_code == 201
    assert await found(client, tag=mark) == []
    assert (await me.post(f"{ME}/publish")).json()["state"] == "published"


async def test_nobody_is_published_by_asking_in_the_moment_of_the_answer(world: World) -> None:
    """Whichever comes first, whoever may not work is not found."""
    closed = {"us_citizen": False, "lives_in_us": True, "permitted": "no"}
    people = [await world.person("freelancer") for _ in range(8)]
    for me in people[::2]:
        await written(me)
    asked = []
    for me in people:
        body = {name: PROFILE[name] for name in ("title", "summary", "skills")}
        asked += [me.put(ME, body), me.post(f"{ME}/publish"), me.post(PERMISSION, closed)]
    await asyncio.gather(*asked)
    for me in people:
        assert (await me.get(f"/v1/freelancers/{me.id}")).status_code == 404


async def test_whoever_hires_may_be_hired(world: World) -> None:
    """An account is no side: a client writes and publishes a profile like anybody else."""
    client = await world.person("client", credits_minor=10_00)
    assert (await published(client))["state"] == "published"


async def test_only_who_names_a_rate_is_ordered_by_it(world: World) -> None:
    """Page by page, cheapest or dearest first; newest first has all of them."""
    mark = f"rate{new_key()[:8]}"
    rates = (40_00, None, 20_00, 30_00)
    people = [await world.person("freelancer") for _ in rates]
    for person, rate in zip(people, rates, strict=True):
        said = rate and {"amount_minor": rate, "currency": "USD"}
        await published(person, skills=[mark], hourly_rate=said)
    a, b, c, d = (person.id for person in people)
    query = {"tag": mark, "limit": 1}
    assert await found(people[0], **query, order="cheapest") == [c, d, a]
    assert await found(people[0], **query, order="dearest") == [a, d, c]
    assert await found(people[0], **query) == [d, c, b, a]
    assert await found(people[0], **query, order="dearest", at_most=30_00) == [d, c]
    facets = (await people[0].get("/v1/facets/freelancers", tag=mark)).json()
    assert (facets["counted"], facets["tags"]) == (4, [{"tag": mark, "count": 4}])
    assert sum(band["count"] for band in facets["prices"]) == 3


async def test_contact_data_in_a_profile_is_pointed_out(world: World) -> None:
    """To its freelancer, wherever it stands; it is no refusal."""
    me = await world.person("freelancer")
    piece = [{"title": "Icons", "text": f"Write to {AWAY}"}]
    draft = await written(me, summary=f"I am {AWAY}", portfolio=piece)
    places = [(one["field"], one["kind"], one["text"]) for one in draft["pointed_out"]]
    assert places == [("summary", "email", AWAY), ("portfolio/0/text", "email", AWAY)]
    assert (await me.get(ME)).json()["pointed_out"] == draft["pointed_out"]
    assert (await written(me))["pointed_out"] == []


async def test_a_name_that_is_an_address_is_pointed_out_too(world: World) -> None:
    """It stands over the profile, and in every list it is found in."""
    me = await world.person(AWAY)
    assert (await me.get(f"/v1/freelancers/{me.id}")).status_code == 404
    for draft in ((await me.get(ME)).json(), await published(me)):
        [one] = draft["pointed_out"]
        assert (one["field"], one["kind"], one["text"]) == ("name", "email", AWAY)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"title": "x" * 201}, "#/title"),
        ({"title": "two\nlines"}, "#/title"),
        ({"summary": "x" * 20_001}, "#/summary"),
        ({"summary": " "}, "#/summary"),
        ({"summary": "a\x00b"}, "#/summary"),
        ({"skills": ["x"] * 21}, "#/skills"),
        ({"skills": ["\x07"]}, "#/skills/0"),
        ({"hourly_rate": {"amount_minor": 0}}, "#/hourly_rate/amount_minor"),
        ({"hourly_rate": {"amount_minor": 1, "currency": "EUR"}}, "#/hourly_rate/currency"),
        ({"portfolio": [{"title": "x", "text": "x" * 2_001}]}, "#/portfolio/0/text"),
        ({"education": [{"title": "x", "at": "y", "year": 999}]}, "#/education/0/year"),
        (
            {"experience": [{"title": "x", "at": "y", "from_year": 2020, "to_year": 2019}]},
            "#/experience/0",
        ),
        (
            {"certifications": [{"title": "x", "at": "y", "verified": True}]},
            "#/certifications/0/verified",
        ),
        ({"state": "published"}, "#/state"),
    ],
)
async def test_what_no_profile_says_is_refused(
    world: World, changed: dict[str, Any], pointer: str
) -> None:
    """By the field it stands in; what was written before stays."""
    me = await world.person("freelancer")
    before = await written(me)
    refused = await me.put(ME, PROFILE | changed)
    assert (refused.status_code, code(refused), pointers(refused)) == (422, "invalid", [pointer])
    assert (await me.get(ME)).json() == before


WILD: tuple[object, ...] = (
    *(None, True, 0, -1, 2**70, 1.5, float("nan"), "", "\ud800", "\u202e", "x" * 3_000),
    *([], {}, [None], [[]], [{}], {"amount_minor": 2**70}, [{"title": "x", "at": "\x00"}]),
)


async def test_whatever_is_sent_is_a_profile_or_a_refusal(world: World) -> None:
    """Never a failure; what was refused has changed nothing."""
    me, chance = await world.person("freelancer"), Random(51)  # no secret
    kept = await written(me)
    for _ in range(300):
        body = PROFILE | {chance.choice(list(PROFILE)): chance.choice(WILD) for _ in "12"}
        answer = await me.http.put(ME, content=json.dumps(body), headers=me.headers())
        assert answer.status_code in (200, 400, 422), answer.text
        if answer.status_code == 200:
            kept = answer.json()
        assert (await me.get(ME)).json() == kept


def hyphened(letters: int) -> str:
    """Different words of four bytes a letter, two by two: each takes its room twice."""
    chance = Random(51)  # no secret
    wanted = (chance.choices(range(0x20000, 0x2A000), k=letters) for _ in range(120_000 // letters))
    words = ["".join(map(chr, one)) for one in wanted]
    pairs = zip(words[::2], words[1::2], strict=True)
    return ",".join(f"{one}-{other}" for one, other in pairs)


def longest(words: str) -> dict[str, Any]:
    """A profile of 100,000 letters, most of its fields as long as they may be."""
    name, pieces = words[:200], [words[n : n + 2_000] for n in range(20_000, 90_000, 2_000)]
    job = {"title": name, "at": name, "from_year": 2000}
    return {
        "title": name,
        "summary": words[:20_000],
        "skills": [words[:10], words[10:20]],
        "credentials": words[-2_000:],
        "experience": [job | {"text": one} for one in pieces[:20]],
        "portfolio": [{"title": name, "text": one} for one in pieces[20:33]],
        "education": [{"title": name, "at": name}] * 2,
        "certifications": [{"title": name, "at": words[:180]}],
    }


@pytest.mark.parametrize("letters", [1, 2, 10, 200])
async def test_the_longest_profile_there_may_be_is_kept_and_found(
    world: World, letters: int
) -> None:
    """Whatever its words are; with one letter more it is refused, and the longest part named."""
    me, body = await world.person("freelancer"), longest(hyphened(letters))
    draft = await published(me, **body, hourly_rate=None)
    assert me.id in await found(me, tag=draft["skills"][0])
    more = body | {"certifications": [{"title": "x" * 200, "at": "x" * 181}]}
    refused = await me.put(ME, more)
    assert (refused.status_code, pointers(refused)) == (422, ["#/experience"])
    assert refused.json()["errors"][0]["detail"].endswith("100,000 letters; this one has 100,001")
    assert (await me.get(ME)).json() == draft


async def test_two_first_drafts_at_once_are_one(world: World) -> None:
    """Whichever came last stands, and it is published once."""
    me = await world.person("freelancer")
    titles = [f"Title {n}" for n in range(5)]
    drafts = await asyncio.gather(*(written(me, title=title) for title in titles))
    assert {one["title"] for one in drafts} == set(titles)
    key = new_key()
    answers = await asyncio.gather(*(me.post(f"{ME}/publish", key=key) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert (await me.get(f"/v1/freelancers/{me.id}")).json()["title"] in titles


async def test_nobody_reads_profiles_who_has_not_signed_in(world: World) -> None:
    """And what is no person's id names nothing."""
    me = await world.person("freelancer")
    await published(me)
    for path in ("/v1/freelancers", f"/v1/freelancers/{me.id}", ME, "/v1/facets/freelancers"):
        assert (await world.http.get(path)).status_code == 401, path
    assert (await world.http.put(ME, json=PROFILE)).status_code == 401
    for other in ("user_x", "nobody", me.id.replace("user", "person"), f"{me.id}0"):
        assert (await me.get(f"/v1/freelancers/{other}")).status_code == 404, other
