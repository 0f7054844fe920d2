"""Linked people choose each other only after staff have looked, and share a prize once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from ledger import mediators
from ledger.sealed_values import SealingKeys
from tests.api.people import Person, code, new_key, pointers
from tests.api.tax import FORM, signing
from tests.deposits.remitting import sum_of
from tests.market.contesting import Contesting, wallet
from tests.market.posting import Posting
from tests.market.selling import Shop
from tests.withdrawals.leaving import PAYOUT_KEYS, PUT, TAX_KEYS, instead
from tests.world import World

ROUTING = "021000021"
NUMBERS = iter(range(70_000_000, 80_000_000))


@pytest.fixture(autouse=True)
def sealing(world: World) -> Iterator[None]:
    """People can say where they are paid, and sign a tax form."""
    with (
        instead(world, "payout_keys", SealingKeys(PAYOUT_KEYS)),
        instead(world, "sealing_keys", SealingKeys(TAX_KEYS)),
    ):
        yield


async def paid_at(person: Person, number: str) -> None:
    """This is where they are paid."""
    account = {"routing_number": ROUTING, "account_number": number}
    answer = await person.put(PUT, {"holder": person.id[-10:], "us_bank": account})
    assert answer.status_code == 200, answer.text


async def share_an_account(*people: Person) -> str:
    """All of these are paid at the same place; its number."""
    number = str(next(NUMBERS))
    for person in people:
        await paid_at(person, number)
    return number


async def links(world: World, person: Person) -> list[dict[str, Any]]:
    """What staff see."""
    answer = await world.house.staff.get(f"/v1/staff/people/{person.id}/links")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def decides(
    by: Person, one: Person, other: Person, *, clear: bool, key: str | None = None
) -> Response:
    """Somebody says whether two people are linked."""
    path = f"/v1/staff/people/{one.id}/links" + ("/clear" if clear else "")
    body = {"other": other.email, "reason": "I rang both up"}
    return await by.post(path, body, key=key)


async def tasks(world: World, person: Person, *, closed: bool = False) -> list[dict[str, Any]]:
    """What staff have, or had, to look at about this person."""
    query = {"closed": "true"} if closed else {}
    listed = await world.house.staff.get("/v1/staff/tasks", limit=100, **query)
    found = [one for one in listed.json()["items"] if person.id in one["what"]]
    assert {one["kind"] for one in found} <= {"linked_people"}
    return found


async def test_an_entrant_paid_at_the_clients_account_wins_once_staff_cleared_it(
    world: World,
) -> None:
    """However the account is written; staff have one task, which their word settles."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(2)
    await paid_at(it.client, "00-7654321")
    await paid_at(it.entrants[0], "7654321")
    await it.judged()
    for _ in "12":
        refused = await it.awards(it.choice(0, 1), it.choice(1, 2))
        assert (refused.status_code, code(refused)) == (409, "linked")
    assert (await it.client.get("/v1/jobs")).json()["items"] == []
    [task] = await tasks(world, it.entrants[0])
    assert it.client.id in task["what"] and task["due_at"] is not None
    [seen] = await links(world, it.client)
    assert (seen["id"], seen["linked"], seen["common"]) == (
        it.entrants[0].id,
        True,
        ["payout_account"],
    )
    cleared = await decides(world.house.staff, it.client, it.entrants[0], clear=True)
    assert (cleared.status_code, cleared.json()["linked"]) == (200, False)
    assert cleared.json()["decision"]["decided_by"] == world.house.staff.id
    assert await tasks(world, it.entrants[0]) == []
    assert [one["id"] for one in await tasks(world, it.client, closed=True)] == [task["id"]]
    assert len(await it.awarded(it.choice(0, 1), it.choice(1, 2))) == 2


async def test_a_bid_of_somebody_linked_is_awarded_once_staff_cleared_it(world: World) -> None:
    """The others of the same award wait with it: it is one decision."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(50_00, 60_00)
    await share_an_account(it.client, it.bidders[1])
    refused = await it.awards(0, 1)
    assert (refused.status_code, code(refused)) == (409, "linked")
    assert refused.json()["facts"] == {"bid": it.bids[1]["id"]}
    assert (await it.client.get("/v1/jobs")).json()["items"] == []
    assert len(await tasks(world, it.client)) == 1
    assert (await decides(world.house.staff, it.bidders[1], it.client, clear=True)).is_success
    assert (await it.awards(0, 1)).status_code == 200


async def test_a_link_that_staff_put_down_holds_a_purchase_up_until_it_is_cleared(
    world: World,
) -> None:
    """Though the two have nothing in common; nothing is charged, and staff know of it already."""
    shop = await Shop.begin(world, 20_00)
    put_down = await decides(world.house.staff, shop.seller, shop.client, clear=False)
    assert (put_down.json()["linked"], put_down.json()["common"]) == (True, [])
    refused = await shop.buys(shop.listings[0])
    assert (refused.status_code, code(refused)) == (409, "linked")
    assert (await wallet(shop.client))[0] == 1_000_00
    assert await tasks(world, shop.client) == []
    assert (await decides(world.house.second, shop.client, shop.seller, clear=True)).is_success
    assert (await shop.buys(shop.listings[0])).status_code == 201


async def test_of_linked_entrants_whoever_had_the_account_first_shares(world: World) -> None:
    """The others are as one person with them; whoever staff told apart shares too."""
    it = await Contesting.begin(world)
    await (await it.posted(guaranteed=True, prizes=[sum_of(100_00)])).with_entries(4)
    await share_an_account(*it.entrants[:3])
    assert (await decides(world.house.staff, *it.entrants[::2][:2], clear=True)).is_success
    states = [(await it.ends())["state"] for _ in "123"]
    assert states == ["judging", "distributing", "closed"]
    assert [(await wallet(one))[1] for one in it.entrants] == [30_00, 0, 30_00, 30_00]
    assert await world.violations() == []


async def test_nobody_takes_a_share_by_giving_a_rivals_account_later(world: World) -> None:
    """However early they entered: whoever had the account first keeps all of it."""
    it = await Contesting.begin(world)
    await (await it.posted(guaranteed=True, prizes=[sum_of(100_00)])).with_entries(2)
    thief, victim = it.entrants
    number = await share_an_account(victim)
    assert (await it.ends())["state"] == "judging"
    await paid_at(thief, number)
    assert [(await it.ends())["state"] for _ in "12"] == ["distributing", "closed"]
    assert [(await wallet(one))[1] for one in (thief, victim)] == [0, 90_00]
    assert await world.violations() == []


async def test_whoever_is_linked_with_the_client_has_no_share(world: World) -> None:
    """With nobody else there the prize is the client's again."""
    it = await Contesting.begin(world)
    await (await it.posted(guaranteed=True, prizes=[sum_of(100_00)])).with_entries(2)
    await share_an_account(it.client, it.entrants[1])
    for _ in "123":
        await it.ends()
    assert [(await wallet(one))[1] for one in it.entrants] == [90_00, 0]


async def test_a_guess_at_an_account_is_not_answered_to_an_empty_wallet(world: World) -> None:
    """Right or wrong, the money is missing, and staff have nothing to look at."""
    shop, spy = await Shop.begin(world, 20_00), await world.person("spy")
    right, wrong = [str(next(NUMBERS)) for _ in "12"]
    await paid_at(shop.seller, right)
    for guess in (wrong, right):
        await paid_at(spy, guess)
        refused = await shop.buys(shop.listings[0], by=spy)
        assert (refused.status_code, code(refused)) == (402, "insufficient_funds")
    assert await tasks(world, spy) == []


async def test_a_guess_at_the_clients_account_is_not_answered_by_a_contest(world: World) -> None:
    """The only entrant reads the same whether they are linked with the client; the client knows."""
    it = await (await (await Contesting.begin(world)).posted(guaranteed=True)).with_entries(1)
    [spy], right = it.entrants, str(next(NUMBERS))
    await paid_at(it.client, right)
    await it.judged()
    for guess in (str(next(NUMBERS)), right):
        await paid_at(spy, guess)
        assert "shared" in (await it.shown(spy))["if_nobody_acts"]["what"]
    assert "refunded" in (await it.shown())["if_nobody_acts"]["what"]


async def test_nobody_linked_with_a_party_is_asked_to_mediate(world: World) -> None:
    """Until staff say that there is nothing in it."""
    party, now = await world.person("client"), datetime.now(UTC)
    mediator = next(iter(world.house.mediators.values()))

    async def asked() -> bool:
        async with world.engine.connect() as c:
            return mediator.id in await mediators.candidates(c, ["nobody", party.id], now)

    assert await asked()
    await share_an_account(party, mediator)
    assert not await asked()
    assert (await decides(world.house.staff, mediator, party, clear=True)).is_success
    assert await asked()


async def test_the_word_of_staff_stands_until_they_say_otherwise(world: World) -> None:
    """Another account in common changes nothing; every word is kept, with who said it and why."""
    one, other = [await world.person(name) for name in ("one", "other")]
    await share_an_account(one, other)
    staff, key = world.house.staff, new_key()
    first = await decides(staff, one, other, clear=True, key=key)
    again = await decides(staff, one, other, clear=True, key=key)
    assert (first.status_code, first.json()) == (200, again.json())
    await share_an_account(one, other)
    [seen] = await links(world, other)
    assert (seen["linked"], seen["common"]) == (False, ["payout_account"])
    assert code(await decides(staff, one, other, clear=True)) == "not_open"
    assert (await decides(world.house.second, other, one, clear=False)).json()["linked"]
    assert code(await decides(staff, one, other, clear=False)) == "not_open"
    query = text("""select linked, decided_by from link_decision
                     where one_id in (:one, :other) order by decided_at""")
    async with world.engine.connect() as c:
        words = [tuple(row) for row in await c.execute(query, {"one": one.id, "other": other.id})]
    assert words == [(False, staff.id), (True, world.house.second.id)]


async def test_staff_name_two_people_who_are_there_and_not_themselves(world: World) -> None:
    """What cannot be decided is told, and changes nothing."""
    one, other = [await world.person(name) for name in ("one", "other")]
    staff, at = world.house.staff, f"/v1/staff/people/{one.id}/links"
    assert code(await decides(staff, one, other, clear=True)) == "not_open"
    nobody = await staff.post(at, {"other": "nobody@example.com", "reason": "x"})
    assert (nobody.status_code, code(nobody)) == (422, "unknown_reference")
    assert pointers(await staff.post(at, {"other": one.id, "reason": "x"})) == ["#/other"]
    assert pointers(await staff.post(at, {"other": other.id, "reason": " "})) == ["#/reason"]
    own = await decides(staff, one, staff, clear=False)
    assert (own.status_code, code(own)) == (403, "not_yours")
    unknown = at.replace(one.id, "user_" + "0" * 26)
    assert code(await staff.get(unknown)) == code(await staff.get(at + "x")) == "not_found"
    assert await links(world, one) == []


async def test_links_are_of_sworn_staff_alone(world: World) -> None:
    """Others learn nothing, not even whether there is such a person."""
    one = await world.person("one")
    for stranger in (one, world.house.accountants[0], next(iter(world.house.mediators.values()))):
        for person in (one.id, "user_" + "0" * 26):
            listed = await stranger.get(f"/v1/staff/people/{person}/links")
            assert (listed.status_code, code(listed)) == (403, "not_yours")
        for clear in (False, True):
            assert code(await decides(stranger, one, one, clear=clear)) == "not_yours"


async def test_tax_data_link_nobody(world: World) -> None:
    """Two people give the same tax number: nothing is made of it, and nobody looked."""
    people = [await world.person(name) for name in ("one", "other")]
    for person in people:
        assert (await person.post(FORM, signing())).status_code == 201
    assert await links(world, people[0]) == []
    counted = text("""
        select (select count(*) from identity_mark where person_id = any(:people))
             + (select count(*) from tax_access join tax_form f on f.id = form_id
                 where f.person_id = any(:people))
    """)
    async with world.engine.connect() as c:
        assert await c.scalar(counted, {"people": [one.id for one in people]}) == 0
