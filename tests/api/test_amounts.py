"""The house lists anybody's amounts, by owner, account kind and case, and opens each."""

from typing import Any

import pytest
from httpx import Response

from domain import commands as c
from domain.cases import Role
from tests.api.people import Person, code, sign, staff
from tests.life import Life
from tests.world import World

AMOUNTS = "/v1/staff/entries"
UNKNOWN = "01m83y1rnyet7bmhrbttj3yvdx"


async def listed(person: Person, **query: Any) -> list[dict[str, Any]]:
    """Everything the list gives for this, in pages of two."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        more = {"cursor": cursor} if cursor else {}
        answer = await person.get(AMOUNTS, limit=2, **query, **more)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items, cursor = items + page["items"], page["next_cursor"]
    return items


def moved(items: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(one["entry"]["kind"], one["kind"], one["amount"]["amount_minor"]) for one in items]


def places(items: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(one["entry"]["id"], one["account_id"]) for one in items]


async def approved(life: Life) -> Life:
    """The job was paid for."""
    await life.in_review()
    await life.client_does(c.Approve)
    return life


async def test_a_person_s_amounts_open_as_they_do_for_the_person(life: Life) -> None:
    """The same lines as on the person's own statement, and each link leads to the whole entry."""
    await approved(life)
    house = life.world.house
    for person in (life.client, life.freelancer):
        items = await listed(house.accountants[0], owner=person.id)
        own = (await person.get("/v1/me/wallet/statement")).json()["items"]
        told = [(one["account"], one["amount"], one["balance_after"]) for one in own]
        assert [(one["kind"], one["amount"], one["balance_after"]) for one in items] == told
        for one, theirs in zip(items, own, strict=True):
            assert one["entry"]["reference"] == theirs["entry"]["reference"]
            assert one["recorded_at"] == theirs["recorded_at"]
            whole = (await house.accountants[0].get(one["entry"]["opens_at"])).json()
            assert (whole["id"], whole["reference"]) == (
                one["entry"]["id"],
                one["entry"]["reference"],
            )
            legs = {(leg["account_id"], leg["account_seq"]): leg for leg in whole["legs"]}
            leg = legs[one["account_id"], one["account_seq"]]
            assert (leg["amount"], leg["balance_after"]) == (one["amount"], one["balance_after"])


async def test_a_case_s_amounts_are_those_of_everybody_in_it(life: Life) -> None:
    """Newest first, each once, and they add up to nothing; narrowed by owner and by kind."""
    await approved(life)
    look = life.world.house.staff
    items = await listed(look, case=life.job_id)
    assert sorted(moved(items)) == sorted(
        [
            ("hold", "credits", -200_00),
            ("hold", "escrow", 200_00),
            ("release", "escrow", -200_00),
            ("release", "earnings", 180_00),
            ("release", "platform_fees", 20_00),
        ]
    )
    assert places(items) == sorted(places(items), reverse=True)
    assert {one["entry"]["case_id"] for one in items} == {life.job_id}
    escrow = [("release", "escrow", -200_00), ("hold", "escrow", 200_00)]
    assert moved(await listed(look, owner=life.job_id)) == escrow
    assert moved(await listed(look, case=life.job_id, kind="escrow")) == escrow
    theirs = await listed(look, case=life.job_id, owner=life.freelancer.id)
    assert moved(theirs) == [("release", "earnings", 180_00)]
    fee = await listed(look, case=life.job_id, owner="platform", kind="platform_fees")
    assert moved(fee) == [("release", "platform_fees", 20_00)] and fee[0]["owner"] == "platform"
    for nothing in ({"owner": life.client.id, "kind": "earnings"}, {"owner": "platform"}):
        assert await listed(look, case=life.job_id, **({"kind": "losses"} | nothing)) == []


async def test_what_a_dispute_moved_is_found_by_the_dispute(life: Life) -> None:
    """Its own account by owner; by case, all that its job's entries moved."""
    await life.in_mediation()
    await life.mediator_does(c.Propose, ends="split", freelancer_minor=100_00)
    look = life.world.house.head
    its_own = await listed(look, owner=life.dispute_id)
    assert {one["kind"] for one in its_own} == {"escrow"}
    assert sum(one["amount"]["amount_minor"] for one in its_own) == 0
    items = await listed(look, case=life.dispute_id)
    assert items == await listed(look, case=life.job_id)
    assert set(places(its_own)) < set(places(items))
    mediator = await life.person(Role.MEDIATOR)
    assert moved(await listed(look, owner=mediator.id))[0] == (
        "mediation_fee_pay",
        "earnings",
        1000,
    )


async def test_the_platform_s_amounts_of_all_its_shards_come_newest_first(life: Life) -> None:
    """Whichever connection wrote them."""
    await approved(life)
    answer = await life.world.house.accountants[0].get(AMOUNTS, owner="platform", limit=100)
    items = answer.json()["items"]
    assert items and {one["owner"] for one in items} == {"platform"}
    assert places(items) == sorted(places(items), reverse=True)
    assert len(set(places(items))) == len(items)


async def test_who_does_not_keep_the_books_lists_nothing(life: Life) -> None:
    """Nobody finds another's amounts, nor their own by the house's door."""
    await life.in_progress()
    world = life.world
    stranger = await world.person("stranger")
    for person in (stranger, life.client, next(iter(world.house.mediators.values()))):
        for query in ({"owner": life.client.id}, {"case": life.job_id}, {"owner": person.id}):
            assert code(await person.get(AMOUNTS, **query)) == "not_yours"
    assert code(await world.http.get(AMOUNTS, params={"case": life.job_id})) == "not_signed_in"


async def test_staff_list_once_they_promised_to_keep_it_to_themselves(life: Life) -> None:
    """As they open an entry; accounting may at once."""
    await life.in_progress()
    for role in ("staff", "head_of_support"):
        new = await staff(life.world.app, life.world.http, role)
        assert code(await new.get(AMOUNTS, case=life.job_id)) == "nda_missing"
        await sign(new, "undertaking")
        assert len(await listed(new, case=life.job_id)) == 2
    counts = await staff(life.world.app, life.world.http, "accounting")
    assert len(await listed(counts, case=life.job_id)) == 2


async def test_whose_amounts_must_be_said(world: World) -> None:
    """422 names both ways to say it; a kind or a page alone is none."""
    for query in ({}, {"kind": "escrow"}, {"limit": 1}):
        answer = await world.house.staff.get(AMOUNTS, **query)
        assert (answer.status_code, code(answer)) == (422, "invalid")
        assert [one["parameter"] for one in answer.json()["errors"]] == ["owner", "case"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("owner", wrong) for wrong in ("", "x", "Platform", "user_", "\0", f"file_{UNKNOWN}")),
        *(("case", wrong) for wrong in ("platform", f"user_{UNKNOWN}", f"job_{UNKNOWN}\n", "💩")),
        *(("kind", wrong) for wrong in ("", "wallet", "Escrow")),
        *(
            ("cursor", wrong)
            for wrong in ("x", "eA==", "MS4=", "MS5h", "OTk5OTk5OTk5OTk5OTk5OTk5OS4x")
        ),
        *(("limit", wrong) for wrong in ("0", "101")),
    ],
)
async def test_what_names_nothing_is_refused_by_its_name(
    world: World, name: str, value: str
) -> None:
    """Misshapen or hostile: 422, and not a failure of the database."""
    answer = await world.house.staff.get(AMOUNTS, **({"owner": "platform"} | {name: value}))
    assert (answer.status_code, code(answer)) == (422, "invalid")
    assert {one["parameter"] for one in answer.json()["errors"]} == {name}


async def test_what_nobody_knows_has_no_amounts(world: World) -> None:
    """An empty page, as with the other lists of staff."""
    look = world.house.staff
    for query in ({"owner": f"user_{UNKNOWN}"}, {"case": f"job_{UNKNOWN}"}):
        answer: Response = await look.get(AMOUNTS, **query)
        assert answer.json() == {"items": [], "next_cursor": None}
