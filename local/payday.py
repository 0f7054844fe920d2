"""The demo's story of money from a card to a bank: earned, taxed, withdrawn, paid, compared."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from domain.money import show
from domain.withdrawal import end_to_end_id
from local import checkout
from local.actors import Actor
from local.inside import Inside
from local.stories import LOGO
from local.story import Story

FOLLOWS_WITHIN_S = 30
PRICE = 180_00
METHOD, WALLET = "/v1/me/payout-method", "/v1/me/wallet"
W8BEN = {
    "citizenship": "DE",
    "residence": {"country": "DE", "street": "Ulmenweg 3", "city": "Bonn", "postal_code": "53111"},
    "foreign_tin": "81 872 495 633",
    "birth": "1990-02-28",
}
ACCOUNT = {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}
"""Nobody's: the example that the standard gives."""


async def paid_out(story: Story) -> None:
    """A job paid for by card; then all that was earned goes to the bank, and the books agree."""
    await _earned(story)
    await _ready(story)
    femi = story.deal.freelancer
    earned = (await femi.get(WALLET))["withdrawable"]["amount_minor"]
    quote = await femi.get("/v1/withdrawals/quote", amount=earned)
    if lacks := quote["missing"]:
        await story.step(f"A withdrawal has to wait: {lacks['detail']}", None, lacks["code"])
        return
    asked = femi.post("/v1/withdrawals", {name: quote[name] for name in ("amount", "fee")})
    withdrawal = await story.step(
        f"{femi.first} withdraws {_sum(quote['amount'])}: the bank takes {_sum(quote['fee'])},"
        f" {_sum(quote['arrives'])} are paid on {quote['payment_date']}",
        asked,
        "requested",
    )
    if story.inside is not None:
        await _paid(story, story.inside, withdrawal)
        await _compared(story, story.inside)


async def _earned(story: Story) -> None:
    """The wallet is filled by card, whatever is in it."""
    deal, client = story.deal, story.deal.client
    before = (await client.get(WALLET))["credits"]["amount_minor"]

    async def credited() -> None:
        await deal.pay_by_card(PRICE)
        await _until(lambda: _has(client, before + PRICE))

    await story.step(f"{client.first} {checkout.pays(PRICE)}", credited(), "credited")
    await story.begun("A sign for the harbor", "To be read from a ship.", PRICE)
    await story.delivered("sign.svg", LOGO.format(colour="teal"), "In teal")
    words = f"{client.first} approves; {deal.freelancer.first} is paid at once"
    await story.step(words, deal.approve())


async def _ready(story: Story) -> None:
    """What is wanted of a freelancer before a withdrawal."""
    femi = story.deal.freelancer
    act = {"full_name": femi.name, "certification": 1, "agree": True}
    await story.step(
        f"{femi.first} fills in form W-8BEN and, as the last act, signs it",
        femi.post("/v1/me/tax-form", {"w8ben": W8BEN | {"name": femi.name}} | act),
        "signed",
    )
    await story.step(
        f"{femi.first} says where to be paid: an account that ends in {ACCOUNT['iban'][-4:]}",
        femi.put(METHOD, {"holder": femi.name, "iban": ACCOUNT}),
        "cools down",
    )
    if story.inside is not None:
        words = "The demo turns the calendar: these bank details have been there for days"
        await story.step(words, story.inside.cools_down(femi.id), "usable")


async def _paid(story: Story, inside: Inside, withdrawal: Mapping[str, Any]) -> None:
    """The payment date comes, accounting send a file to the bank, and the bank pays."""
    femi, bank = story.deal.freelancer, story.deal.house.bank
    ada, bob = story.deal.house.accountants[:2]
    id_, name = withdrawal["id"], end_to_end_id(withdrawal["id"])
    run = await inside.falls_due(id_)
    path = f"/v1/staff/payment-runs/{run}"
    seen = await ada.get(path)

    async def approved() -> None:
        await ada.post(f"{path}/approve", {part: seen[part] for part in ("count", "total")})
        await _until(lambda: _is(femi, id_, "sent"))

    await story.step(
        f"The calendar is turned to the payment run of {run}; {ada.first} approves its"
        f" {seen['count']} withdrawal of {_sum(seen['total'])}",
        approved(),
        "sent",
    )
    file = await bob.download(f"{path}/bank-file")
    assert name.encode() in file, "the bank is asked for this payment"
    words = (
        f"{bob.first} downloads the bank file, pain.001 with {len(file):,} bytes: it pays {name}"
    )
    await story.step(words, None, "sent")
    bank.pays(name, withdrawal["arrives"]["amount_minor"], femi.name)
    statement = await ada.upload("statement.csv", bank.statement())

    async def settled() -> None:
        await ada.post(f"{path}/confirm", {"paid": [id_]})
        await ada.post("/v1/staff/bank-statements", {"file_id": statement["id"]})
        await _until(lambda: _is(femi, id_, "paid"))

    await story.step(
        f"The bank pays; {ada.first} confirms it and imports the bank's statement",
        settled(),
        "paid",
    )


async def _compared(story: Story, inside: Inside) -> None:
    """The command that operators have."""
    printed, agree = await inside.compare()
    said = [line for line in printed if line.startswith(("stripe:", "bank:", "Clean", "Findings"))]
    await story.step(
        "\n".join(["`cli reconcile` says", *said]), None, "agree" if agree else "differ"
    )


async def _has(client: Actor, credits_minor: int) -> bool:
    wallet = await client.get(WALLET)
    return bool(wallet["credits"]["amount_minor"] >= credits_minor)


async def _is(femi: Actor, withdrawal: str, state: str) -> bool:
    return bool((await femi.get(f"/v1/withdrawals/{withdrawal}"))["state"] == state)


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(FOLLOWS_WITHIN_S):
        while not await holds():  # noqa: ASYNC110 - another process makes it hold
            await asyncio.sleep(0.05)


def _sum(money: Mapping[str, Any]) -> str:
    return show(money["amount_minor"])
