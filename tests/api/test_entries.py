"""Every line of a statement opens: the other side, what happened, who decided it, and its seal."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from docs.samples import SAMPLES
from domain import commands as c
from domain.accounts import Kind
from domain.cases import Role
from domain.movements import WORDS
from domain.postings import entry, move
from ledger import journal
from ledger.comparisons import Balances, Rules, Seals
from ledger.reconciling import reconcile
from tests.api.people import Person, code, sign, signup, staff
from tests.ledger.acts import NOON
from tests.life import Life, eventually
from tests.world import World

STATEMENT = "/v1/me/wallet/statement"
CREDITS = Kind.CREDITS


async def line(person: Person, kind: str) -> dict[str, Any]:
    """The newest line of this kind in somebody's statement."""
    items = (await person.get(STATEMENT)).json()["items"]
    found: dict[str, Any] = next(one for one in items if one["entry"]["kind"] == kind)
    return found


async def opened(person: Person, kind: str) -> dict[str, Any]:
    """What is behind that line, once it is sealed, as its own link leads there."""
    path = (await line(person, kind))["entry"]["opens_at"]

    async def is_sealed() -> bool:
        return (await person.get(path)).json()["seal"] is not None

    await eventually(is_sealed)
    shown: dict[str, Any] = (await person.get(path)).json()
    every = [*shown["mine"], *shown["others"]]
    assert sum(one["amount"]["amount_minor"] for one in every) == 0
    return shown


def amounts(sides: list[dict[str, Any]]) -> dict[str, int]:
    return {one["account"]: one["amount"]["amount_minor"] for one in sides}


async def in_full(person: Person, name: object) -> Response:
    """The entry as the house sees it."""
    return await person.get(f"/v1/staff/entries/{name}")


async def test_a_hold_opens_to_the_decision_that_began_the_job(life: Life) -> None:
    """The client's credits went to the job's escrow when the freelancer accepted."""
    await life.in_progress()
    shown = await opened(life.client, "hold")
    assert shown["what"] == "The price was set aside in the job's escrow."
    assert amounts(shown["mine"]) == {"credits": -200_00}
    assert shown["mine"][0]["balance_after"]["amount_minor"] == 0
    assert amounts(shown["others"]) == {f"the escrow of {life.job_id}": 200_00}
    decision = shown["decision"]
    assert (decision["by"], decision["what"]) == ("the freelancer", "accept")
    assert decision["received_at"] <= decision["decided_at"]
    [event] = shown["events"]
    assert (event["kind"], event["state"], event["actor"]) == (
        "offer_accepted",
        "in_progress",
        "freelancer",
    )
    told = [one for one in await life.timeline() if one["version"] == event["version"]]
    assert [(one["kind"], one["at"]) for one in told] == [(event["kind"], event["at"])]
    assert (await life.freelancer.get(f"/v1/instructions/{decision['instruction_id']}")).is_success


async def test_a_release_opens_to_the_approval_and_the_fee(life: Life) -> None:
    """Each sees their own side; the client has no side in it, so finds nothing there."""
    await life.in_review()
    await life.client_does(c.Approve)
    shown = await opened(life.freelancer, "release")
    assert amounts(shown["mine"]) == {"earnings": 180_00}
    others = {f"the escrow of {life.job_id}": -200_00, "the platform's fee": 20_00}
    assert amounts(shown["others"]) == others
    assert (shown["decision"]["by"], shown["decision"]["what"]) == ("the client", "approve")
    assert "balance_after" not in str(shown["others"])
    path = f"{STATEMENT}/job/{life.job_id}/release"
    assert code(await life.client.get(path)) == "not_found"


async def test_of_other_people_a_split_shows_what_they_got_and_no_more(life: Life) -> None:
    """Not of which accounts their wallets are made, nor what stands there; I am called `you`."""
    await life.in_review()
    await life.client_does(c.OfferSettlement, freelancer_minor=100_00)
    await life.freelancer_does(c.AcceptSettlement)
    client = await opened(life.client, "split")
    freelancer = await opened(life.freelancer, "split")
    escrow = {f"the escrow of {life.job_id}": -200_00, "the platform's fee": 10_00}
    assert amounts(client["others"]) == escrow | {"the freelancer": 90_00}
    assert amounts(freelancer["others"]) == escrow | {"the client": 100_00}
    assert client["decision"]["by"] == "the freelancer" and freelancer["decision"]["by"] == "you"
    assert client["seal"] == freelancer["seal"]


async def test_what_silence_moved_opens_to_the_clock(life: Life) -> None:
    """Nothing came in time: the clock refunded, by the row of the law it names."""
    await life.in_progress()
    await life.passes(timedelta(days=22))
    shown = await opened(life.client, "refund")
    assert amounts(shown["mine"]) == {"credits": 200_00}
    decision = shown["decision"]
    assert decision["by"] == "the clock" and decision["instruction_id"] is None
    assert decision["what"] and shown["events"][0]["actor"] == "clock"
    assert decision["decided_at"] == shown["effective_at"]


async def test_a_ruling_is_the_decision_of_staff_and_a_fee_its_mediators(life: Life) -> None:
    """Nobody of the house is named to the parties; the mediator sees the fee they earned."""
    await life.in_mediation()
    mediator = await life.person(Role.MEDIATOR)
    await life.mediator_does(c.Propose, ends="split", freelancer_minor=100_00)
    fee = await opened(mediator, "mediation_fee_pay")
    assert amounts(fee["mine"]) == {"earnings": 10_00}
    assert amounts(fee["others"]) == {f"the escrow of {life.dispute_id}": -10_00}
    assert fee["decision"]["by"] == "you" and fee["decision"]["what"] == "propose"
    await life.client_does(c.RefuseProposal)
    await life.staff_does(c.Resolve)
    refund = await opened(life.client, "refund")
    assert (refund["decision"]["by"], refund["decision"]["what"]) == ("staff", "resolve")
    assert life.world.house.staff.id not in str(refund)


async def test_a_deposit_opens_to_the_receipt_and_the_two_who_vouched(world: World) -> None:
    """The client sees which payment it was; accounting sees who recorded and who confirmed."""
    life = await Life.begin(world, wallet=0)
    await life.money_comes(50_00)
    shown = await opened(life.client, "deposit")
    assert amounts(shown["others"]) == {"the platform's bank account": -50_00}
    assert shown["decision"]["by"] == "two people of accounting"
    assert shown["receipt"]["bank_reference"] == f"{life.client.id}/5000"
    ada, bob = world.house.accountants
    assert ada.id not in str(shown) and bob.id not in str(shown)
    whole = (await in_full(ada, shown["reference"])).json()
    assert (whole["receipt"]["recorded_by"], whole["receipt"]["confirmed_by"]) == (ada.id, bob.id)
    assert whole["cause"] == whole["receipt"]["id"]


async def test_the_house_sees_every_leg_the_people_and_the_seal(life: Life) -> None:
    """By reference or by id, the same; with whoever took the step."""
    await life.in_review()
    await life.client_does(c.Approve)
    seen = await opened(life.freelancer, "release")
    house = life.world.house
    whole = (await in_full(house.staff, f"job/{life.job_id}/release")).json()
    assert (await in_full(house.accountants[0], whole["id"])).json() == whole
    assert (await in_full(house.head, whole["id"])).json() == whole
    legs = {(leg["kind"], leg["owner"]): leg["amount"]["amount_minor"] for leg in whole["legs"]}
    assert legs == {
        ("escrow", life.job_id): -200_00,
        ("earnings", life.freelancer.id): 180_00,
        ("platform_fees", "platform"): 20_00,
    }
    escrow = next(leg for leg in whole["legs"] if leg["kind"] == "escrow")
    assert escrow["balance_after"]["amount_minor"] == 0 and escrow["account_seq"] == 2
    assert [event["actor_id"] for event in whole["events"]] == [life.client.id]
    assert whole["events"][0]["step_id"] == whole["cause"]
    assert whole["decision"]["instruction_id"] == whole["cause"]
    assert whole["seal"] == seen["seal"]


async def test_who_does_not_keep_the_books_sees_only_their_own(life: Life) -> None:
    """Nobody finds another's entry, and a mediator does not come in by the house's door."""
    await life.in_progress()
    world = life.world
    stranger = await world.person("stranger")
    reference = f"job/{life.job_id}/hold"
    for person in (stranger, life.freelancer, world.house.staff):
        assert code(await person.get(f"{STATEMENT}/{reference}")) == "not_found"
    for person in (stranger, life.client, next(iter(world.house.mediators.values()))):
        assert code(await in_full(person, reference)) == "not_yours"
        assert code(await in_full(person, "no/such/entry")) == "not_yours"
    for path in (f"{STATEMENT}/{reference}", f"/v1/staff/entries/{reference}"):
        assert code(await world.http.get(path)) == "not_signed_in"


async def test_staff_look_once_they_promised_to_keep_it_to_themselves(life: Life) -> None:
    """As at the house's other doors; accounting, which sees no case, may look at once."""
    await life.in_progress()
    reference = f"job/{life.job_id}/hold"
    for role in ("staff", "head_of_support"):
        new = await staff(life.world.app, life.world.http, role)
        assert code(await in_full(new, reference)) == "nda_missing"
        await sign(new, "undertaking")
        assert (await in_full(new, reference)).is_success
    counts = await staff(life.world.app, life.world.http, "accounting")
    assert (await in_full(counts, reference)).is_success


@pytest.mark.parametrize(
    "name", ["x", "%00", "job//hold", "0", "9" * 18, "9" * 400, "..%2F..", "%F0%9F%92%A9", "-1", ""]
)
async def test_what_names_no_entry_is_not_found(world: World, name: str) -> None:
    """Misshapen, hostile or unknown: it is 404 for everybody, not a failure of the database."""
    ana = await signup(world.http)
    assert code(await ana.get(f"{STATEMENT}/{name}")) == "not_found"
    assert code(await in_full(world.house.staff, name)) == "not_found"


async def test_what_no_step_and_no_receipt_caused_opens_without_a_decision(world: World) -> None:
    """It has its words, its other side and its seal; who else got money in it stays unnamed."""
    ana, ben = await world.person("ana", credits_minor=9_00), await world.person("ben")
    gift = entry("kind_gift", f"gift/{ana.id}", move(CREDITS, ana.id, CREDITS, ben.id, 9_00, "USD"))
    async with world.engine.begin() as connection:
        await journal.post(connection, [gift], case_id=None, cause="test", effective_at=NOON)
    shown = await opened(ana, "kind_gift")
    assert (shown["what"], shown["decision"], shown["events"]) == ("Kind gift.", None, [])
    assert amounts(shown["others"]) == {"other people": 9_00}
    assert ben.id not in str(shown)


async def test_the_statement_and_its_csv_name_the_same_entries(life: Life) -> None:
    """Each line of either leads to its explanation."""
    await life.in_progress()
    headers = life.client.headers() | {"Accept": "text/csv"}
    answer = await life.client.http.get(STATEMENT, headers=headers)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    items = (await life.client.get(STATEMENT)).json()["items"]
    assert [row["reference"] for row in rows] == [one["entry"]["reference"] for one in items]
    for one in items:
        assert (await life.client.get(one["entry"]["opens_at"])).is_success


async def test_what_these_lives_left_reconciles(world: World) -> None:
    """The worker has sealed all of it, and accounts, rules and seals agree."""
    comparisons = (Balances(), Rules(), Seals())
    assert [finding async for finding in reconcile(world.engine, comparisons)] == []


def test_every_movement_of_the_law_has_words() -> None:
    """And no words are kept for a movement that is none."""
    assert {sample().kind for sample in SAMPLES.values()} == set(WORDS)
