"""What words find, and that no page of a search is lost or shown twice while others change it."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger import finding
from ledger.finding import Order, Wanted
from tests.api.people import Person, code, new_key
from tests.market.introducing import published
from tests.market.posting import Posting
from tests.market.test_finding import ids_of
from tests.world import World

TAGS = ["icons", "Logo Design", "c++", "t-shirt", "3D modelling", "node.js"]
FILL = text("""
    insert into publication (subject_id, kind, owner_id, title, summary, currency, state, visible)
    select 'listing_' || lpad(n::text, 26, '0'), 'listing', :owner, 'thing ' || n,
           repeat('zebu ', 1 + n % 3), 'USD', 'listed', true
      from generate_series(cast(:first as int), cast(:last as int)) n
""")
LIMIT = 4


def name(n: int) -> str:
    """The id of the n-th listing of ours."""
    return f"listing_{n:026}"


async def pages(c: AsyncConnection, wanted: Wanted, *changes: Any) -> list[str]:
    """All pages, with a change between each and the next."""
    seen, turn = list[str](), iter(changes)
    while True:
        rows = await finding.found(c, wanted, LIMIT)
        seen += [row["subject_id"] for row in rows]
        if len(rows) < LIMIT:
            return seen
        after = finding.place(rows[-1], wanted.order)
        wanted = Wanted("listing", wanted.words, order=wanted.order, after=after)
        if (change := next(turn, None)) is not None:
            await c.execute(text(change))


async def test_by_relevance_everything_is_found_the_best_of_the_newest_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few are ranked: the others follow, newest first."""
    monkeypatch.setattr(finding, "RANKED", 6)
    owner = (await world.person("seller")).id
    async with world.engine.connect() as c:
        await c.execute(FILL, {"owner": owner, "first": 1, "last": 20})
        seen = await pages(c, Wanted("listing", "zebu", order=Order.RELEVANCE))
        await c.rollback()
    best = [20, 17, 19, 16, 18, 15]
    assert seen == [name(n) for n in [*best, *range(14, 0, -1)]]


async def test_what_comes_and_goes_changes_no_place_of_what_is_ranked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A better one is posted, and the last one shown is hidden: all that stayed is seen once."""
    monkeypatch.setattr(finding, "RANKED", 6)
    owner = (await world.person("seller")).id
    async with world.engine.connect() as c:
        await c.execute(FILL, {"owner": owner, "first": 1, "last": 12})
        hidden = f"update publication set visible = false where subject_id = '{name(10)}'"
        more = str(FILL).replace(":owner", f"'{owner}'")
        newer = more.replace(":first", "13").replace(":last", "30")
        seen = await pages(c, Wanted("listing", "zebu", order=Order.RELEVANCE), hidden, newer)
        await c.rollback()
    first = [name(n) for n in (11, 8, 10, 7)]
    assert seen == [*first, *(name(n) for n in (12, 9, 6, 5, 4, 3, 2, 1))]


@pytest.mark.parametrize("order", ["newest", "relevance"])
async def test_a_page_is_of_one_moment(
    world: World, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is posted while it is looked for pushes nothing into it twice."""
    it, mark = await Posting.begin(world), f"now{new_key()[:8]}"
    made = [(await it.posts(tags=[mark])).json()["id"] for _ in "12345"]
    near, meanwhile = finding._near, list[str]()

    async def slowly(*asked: Any) -> Any:
        rows = await near(*asked)
        while len(meanwhile) < 3:
            meanwhile.append((await it.posts(tags=[mark])).json()["id"])
        return rows

    monkeypatch.setattr(finding, "WINDOW", 2)
    monkeypatch.setattr(finding, "_near", slowly)
    assert await ids_of(world, it.client, tag=mark, order=order) == made[::-1]
    assert await ids_of(world, it.client, tag=mark, order=order) == [*made, *meanwhile][::-1]


async def test_words_are_found_in_tags_as_in_texts(world: World) -> None:
    """Together with words of the title, by their stems, and of tags of several words each."""
    it, mark = await Posting.begin(world), f"made{new_key()[:8]}"
    made = (await it.posts(title=f"A bakery {mark}", tags=TAGS)).json()["id"]
    for words in (
        *("bakery icons", "icon", "logo design", "designs", "c++", "t-shirt", "3d modelling"),
        *("node.js", '"logo design"', "bakeries logos", "bakery -horse"),
    ):
        assert await ids_of(world, it.client, q=f"{mark} {words}") == [made], words
    for words in ("bakery horse", "bakery -icon", "-bakeries", "-designing", '"design logo"'):
        assert await ids_of(world, it.client, q=f"{mark} {words}") == [], words


async def test_a_name_that_is_a_word_is_found(world: World) -> None:
    """English has no use for "will"; people have."""
    person = await world.person("freelancer")
    async with world.engine.begin() as c:
        await c.execute(
            text("update person set name = 'Will' where id = :person"), {"person": person.id}
        )
    await published(person)
    found = (await person.get("/v1/freelancers", q="will")).json()["items"]
    assert person.id in [one["id"] for one in found]


async def _facets(person: Person, noun: str, **query: Any) -> Any:
    answer = await person.get(f"/v1/facets/{noun}", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_facets_count_what_the_same_search_finds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one kind of ready work, and no more than so many; a tag is looked for as it is kept."""
    it, mark = await Posting.begin(world), f"x {new_key()[:8]}"
    for _ in "123":
        await it.posts(tags=[mark])
    assert (await _facets(it.client, "projects", tag=f"  {mark.upper()} "))["counted"] == 3
    monkeypatch.setattr(finding, "COUNTED", 2)
    seen = await _facets(it.client, "projects", tag=mark)
    assert (seen["counted"], seen["whole"]) == (2, False)
    assert (await _facets(it.client, "listings", kind="text", tag=mark))["counted"] == 0
    assert code(await it.client.get("/v1/facets/listings", kind="bread")) == "invalid"
