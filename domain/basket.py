"""A basket: what is still as it was seen is paid at once and delivered; or nothing is."""

from dataclasses import replace
from datetime import timedelta

from domain import flows, spending
from domain import job as jobs
from domain.accounts import Parts, Wallet
from domain.basket_case import Basket, Item, Listing, Missing, Mode
from domain.basket_commands import BuyBasket
from domain.cases import Job, Role
from domain.commands import Deliver
from domain.errors import SeenIsStale, UnknownReference
from domain.facts import Need
from domain.ids import CaseId, DeliveryId, derived
from domain.listing import missing, require_not_own, require_unlinked
from domain.lone_states import BasketState
from domain.policy import Terms
from domain.process import Change, Process, Scene, Touch, step

S = BasketState
OPENED = "listing_bought", "The listing was bought: its price is in escrow, its files are delivered"
"""What a job that begins with a purchase tells of it."""


def buy(scene: Scene) -> Change:
    """Every listing that is still there is paid and delivered; the client said if all must be."""
    jobs.require_undisputed(scene)
    basket = _of(scene)
    gone = _missing(scene)
    there = [item for item in basket.items if item.listing not in gone]
    if not there or (gone and basket.mode is Mode.ALL):
        raise SeenIsStale(_says(gone, basket), items=_named(scene, gone))
    parts = _paid(scene, there)
    opened = {
        item.listing: _sale(scene, item, part) for item, part in zip(there, parts, strict=True)
    }
    for item in there:
        # Last of all: whoever tries accounts out must be about to pay.
        require_unlinked(_listing(scene, item))
    named = {listing: one.scene.case.id for listing, one in opened.items()}
    items = tuple(
        item.model_copy(update={"job": named.get(item.listing), "missing": gone.get(item.listing)})
        for item in basket.items
    )
    bought = basket.model_copy(update={"state": S.BOUGHT, "items": items})
    facts = {"jobs": named, "missing": {one: why.value for one, why in gone.items()}}
    return Change(lone=bought, opens=tuple(opened.values()), facts=facts)


def _missing(scene: Scene) -> dict[str, Missing]:
    """Which items are not what was seen, and why; raises what nobody could have seen."""
    basket, gone = _of(scene), dict[str, Missing]()
    for item in basket.items:
        listing = _listing(scene, item)
        require_not_own(listing, basket.client)
        if (why := missing(item, listing)) is not None:
            gone[item.listing] = why
    return gone


def _paid(scene: Scene, items: list[Item]) -> list[Parts]:
    """From which parts of the wallet each is paid; InsufficientFunds unless all of them are."""
    wallet = scene.facts.wallets.get(_of(scene).client, Wallet())
    free = spending.free(wallet, scene.facts.meant_for_others_minor)
    total = sum(item.price_minor for item in items)
    if total > free:
        raise spending.lacks(wallet, total - free)
    paid = []
    for item in items:
        parts = wallet.take(item.price_minor)
        assert parts is not None, "the sum of all is there"
        wallet = wallet.without(parts)
        paid.append(parts)
    return paid


def _sale(scene: Scene, item: Item, paid: Parts) -> Touch:
    """The job that a listing becomes: paid, and delivered with it."""
    basket, listing, seed = _of(scene), _listing(scene, item), f"{scene.step_id}/{item.listing}"
    policy = basket.terms.policy
    terms = Terms(
        policy=policy,
        currency=listing.currency,
        price_minor=listing.price_minor,
        work_period=timedelta(0),
    )
    job = Job(
        id=CaseId(derived("job", scene.at, seed)),
        terms=terms,
        client=basket.client,
        freelancer=listing.seller,
        opened_at=scene.at,
        last_event_at=scene.at,
        since=scene.at,
        held=paid,
        origin=listing.id,
        view_only=scene.facts.refunded_purchases >= policy.refunds_before_viewing,
    )
    delivery = DeliveryId(derived("delivery", scene.at, seed))
    begun = scene.opening(job, Deliver(id=delivery, files=listing.files))
    hold = flows.hold(job.id, job.client, paid, terms.currency)
    return Touch(begun, replace(jobs.deliver(begun), entries=(hold,)), *OPENED)


def _listing(scene: Scene, item: Item) -> Listing:
    """The listing of an item; UnknownReference when there is none."""
    found = next((one for one in scene.facts.listings if one.id == item.listing), None)
    if found is None:
        raise UnknownReference("there is no such listing", field="items", listing=item.listing)
    return found


def _says(gone: dict[str, Missing], basket: Basket) -> str:
    if len(basket.items) == 1:
        return "the listing is not as you saw it any more"
    return f"{len(gone)} of {len(basket.items)} listings are not as you saw them any more"


def _named(scene: Scene, gone: dict[str, Missing]) -> list[dict[str, object]]:
    """What is missing, and how what has changed is now."""
    named: list[dict[str, object]] = []
    for item in _of(scene).items:
        if (why := gone.get(item.listing)) is None:
            continue
        said: dict[str, object] = {"listing": item.listing, "missing": why.value}
        if why is Missing.CHANGED:
            listing = _listing(scene, item)
            said |= {"version": listing.version, "price_minor": listing.price_minor}
        named.append(said)
    return named


def _of(scene: Scene) -> Basket:
    assert isinstance(scene.case, Basket), "this row stands in a basket"
    return scene.case


STEPS = step(
    S.DRAFT, BuyBasket, {Role.CLIENT}, S.BOUGHT, buy,
    "basket_bought", "What was still there was bought", money="hold: client → escrow of each job",
    needs={Need.LISTINGS, Need.WALLETS, Need.CHARGEBACKS},
)  # fmt: skip

BASKET = Process(
    name="basket",
    steps=STEPS,
    silences=(),
    reminders=(),
    turn={S.DRAFT: Role.CLIENT},
    refused=S.REFUSED,
)
