"""Finding: words, tags, prices, orders, pages and facets, and what is not to be found."""

from typing import Any

import pytest
from sqlalchemy import text

from ledger import finding
from ledger.finding import Order, Wanted
from tests.api.people import code, new_key
from tests.deposits.remitting import sum_of
from tests.market.posting import POSTED, Posting
from tests.world import World

MANY = 12_000
"""More than a window."""
FILL = text("""
    insert into publication (subject_id, kind, owner_id, title, summary, tags, low_minor,
                             high_minor, currency, state, visible)
    select 'listing_' || lpad(n::text, 26, '0'), 'listing', :owner,
           case when n % 3000 = 0 then 'a rare zebra' else 'a common horse' end,
           'number ' || n, case when n % 2 = 0 then array['even'] else array['odd'] end,
           1000 + n % 1000, 1000 + n % 1000, 'USD', 'listed', n % 10 <> 5
      from generate_series(1, :many) n
""")


async def ids_of(world: World, person: Any, **query: Any) -> list[str]:
    """All pages of a search of projects."""
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await person.get("/v1/projects", **query, **cursor)
        assert answer.status_code == 200, answer.text
        seen += [one["id"] for one in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            return seen
        cursor = {"cursor": answer.json()["next_cursor"]}


async def test_orders_and_their_pages(world: World) -> None:
    """Each order shows each project once, whatever the size of a page."""
    it, mark = await Posting.begin(world), f"order{new_key()[:8]}"
    prices = [300_00, 100_00, 200_00, 100_00]
    made = []
    for n, low in enumerate(prices):
        budget = {"low": sum_of(low), "high": sum_of(400_00)}
        title = "Chairs, chairs and chairs" if n == 2 else "A chair"
        answer = await it.posts(tags=[mark], budget=budget, title=title)
        made.append(answer.json()["id"])
    for limit in (1, 3, 50):
        found = {
            order: [
                made.index(one)
                for one in await ids_of(world, it.client, tag=mark, order=order, limit=limit)
            ]
            for order in ("newest", "cheapest", "dearest")
        }
        assert found == {
            "newest": [3, 2, 1, 0], "cheapest": [1, 3, 2, 0], "dearest": [0, 2, 3, 1]
        }  # fmt: skip
        relevant = await ids_of(world, it.client, tag=mark, q="chairs", limit=limit)
        assert made.index(relevant[0]) == 2 and sorted(relevant) == sorted(made)


async def test_facets_say_how_a_search_can_be_narrowed(world: World) -> None:
    """Tags and price bands of what is found, with their counts."""
    it, mark = await Posting.begin(world), f"facet{new_key()[:8]}"
    for tags, low in ((["red"], 60_00), (["red", "blue"], 70_00), (["blue"], 300_00)):
        budget = {"low": sum_of(low), "high": sum_of(900_00)}
        await it.posts(tags=[mark, *tags], budget=budget)
    seen = (await it.client.get("/v1/facets/projects", tag=mark)).json()
    assert (seen["counted"], seen["whole"]) == (3, True)
    assert {one["tag"]: one["count"] for one in seen["tags"]} == {mark: 3, "red": 2, "blue": 2}
    bands = {one["at_least"]["amount_minor"]: one["count"] for one in seen["prices"]}
    assert bands == {50_00: 2, 250_00: 1}


async def test_what_is_no_search_is_refused(world: World) -> None:
    """A made-up cursor, one of another order, an unknown order, half a character."""
    it = await (await Posting.begin(world)).posted()
    await it.posted()
    newest = (await it.client.get("/v1/projects", limit=1)).json()["next_cursor"]
    for query in (
        {"cursor": "bm9ib2R5"},
        {"cursor": newest, "order": "cheapest"},
        {"order": "prettiest"},
        {"q": "\x00"},
        {"tag": "\x07"},
        {"q": "x" * 201},
        {"q": "-logo -print"},
        {"q": "the -logo"},
        {"q": "or -logo"},
        {"at_least": -1},
        {"at_least": 5, "at_most": 1},
    ):
        answer = await it.client.get("/v1/projects", **query)
        assert (answer.status_code, code(answer)) == (422, "invalid"), query


async def test_the_confidential_part_is_not_searched(world: World) -> None:
    """Neither a brief nor a file's name leads to its project."""
    it = await Posting.begin(world)
    secret = f"secret{new_key()[:8]}"
    named = {"X-File-Name": f"{secret}.txt"}
    file = (await it.client.upload(b"recipe", named)).json()["id"]
    await it.posted(brief=f"{POSTED['brief']} {secret}", files=[file])
    assert await ids_of(world, it.client, q=secret) == []


@pytest.mark.parametrize("rare", [1, finding.RARE])
@pytest.mark.parametrize("rows", [4, 40, finding.WINDOW])
@pytest.mark.parametrize("order", [Order.NEWEST, Order.CHEAPEST, Order.DEAREST])
async def test_beyond_the_window_the_rest_is_found_by_index(
    world: World, order: Order, rows: int, rare: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is rare is found though it lies behind thousands; once, in order, page by page.

    However many rows are looked at first: a page is filled by them, by index, or by the next ones.
    """
    monkeypatch.setattr(finding, "RARE", rare)
    monkeypatch.setattr(finding, "WINDOW", rows)
    monkeypatch.setattr(finding, "PRICED", rows)
    owner = (await world.person("seller")).id
    async with world.engine.connect() as c:
        await c.execute(FILL, {"owner": owner, "many": MANY})
        for words, tags in (("zebra", ()), ("horse", ("even",)), ("zebra", ("even",)), ("cow", ())):
            wanted = Wanted("listing", words, tags, order=order)
            title, tag = f"%{words}%", "even" if tags else None
            every = await c.execute(
                text(
                    "select subject_id, low_minor from publication where visible"
                    " and kind = 'listing' and title like :title and owner_id = :owner"
                    " and (cast(:tag as text) is null or :tag = any (tags))"
                ),
                {"title": title, "tag": tag, "owner": owner},
            )
            expected = sorted(every, key=_sorting(order), reverse=order is not Order.CHEAPEST)
            seen: list[str] = []
            for _ in range(4):
                page = await finding.found(c, wanted, 3)
                seen += [row["subject_id"] for row in page if row["owner_id"] == owner]
                if len(page) < 3:
                    break
                after = finding.place(page[-1], order)
                wanted = Wanted("listing", words, tags, order=order, after=after)
            assert seen == [row.subject_id for row in expected][: len(seen)]
            assert len(seen) == min(len(expected), 12)
        await c.rollback()


def _sorting(order: Order) -> Any:
    if order is Order.NEWEST:
        return lambda row: row.subject_id
    return lambda row: (row.low_minor, row.subject_id)


async def test_a_listing_that_is_hidden_is_not_found(world: World) -> None:
    """Whatever is looked for."""
    owner = (await world.person("seller")).id
    async with world.engine.connect() as c:
        await c.execute(FILL, {"owner": owner, "many": 20})
        rows = await finding.found(c, Wanted("listing", "horse"), 50)
        seen = {row["subject_id"] for row in rows if row["owner_id"] == owner}
        hidden = {f"listing_{n:026}" for n in (5, 15)}
        assert len(seen) == 18 and not seen & hidden
        await c.rollback()
