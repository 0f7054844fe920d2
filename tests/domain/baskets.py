"""A basket driven through the law: what its client buys, of listings that come and go."""

from typing import Any, Self

from domain.basket_case import Basket, Item, Listing, ListingState, Mode
from domain.basket_commands import BuyBasket
from domain.calendar import Calendar
from domain.cases import Job, Role
from domain.command import Command
from domain.decide import Decision
from domain.facts import Facts, Need
from domain.ids import CaseId, ListingId, UserId
from domain.lone_states import BasketState
from domain.policy import CaseTerms, Policy
from tests.domain.lone import Lone
from tests.domain.story import CLIENT, HOLIDAYS, MONDAY

S = BasketState
SELLER = UserId("seller")
USUAL: dict[type[Command], dict[str, object]] = {BuyBasket: {}}
PEOPLE = {Role.CLIENT: CLIENT, Role.FREELANCER: SELLER}


def listing(n: int, price: int = 50_00, **more: Any) -> Listing:
    """The nth listing, for sale."""
    usual = {"version": 1, "state": ListingState.LISTED, "currency": "USD", "seller": SELLER}
    named = {"id": ListingId(f"listing_{n}"), "price_minor": price, "files": (f"file_{n}",)}
    return Listing.model_validate(usual | named | more)


def seen(*listings: Listing) -> tuple[Item, ...]:
    """These, as they are now."""
    return tuple(
        Item(listing=one.id, version=one.version, price_minor=one.price_minor) for one in listings
    )


class Baskets(Lone[Basket]):
    """One basket, the listings there are, and its client's wallet."""

    usual, people = USUAL, PEOPLE

    def __init__(
        self,
        *listings: Listing,
        had: int = 200_00,
        mode: Mode = Mode.ALL,
        items: tuple[Item, ...] | None = None,
    ) -> None:
        times = dict.fromkeys(("opened_at", "last_event_at", "since"), MONDAY)
        mine: dict[str, Any] = {"terms": CaseTerms(policy=Policy()), "client": CLIENT, **times}
        self.listings = listings or (listing(1), listing(2))
        self.meant_for_others = 0
        self.refunded = 0
        self.charged_back = False
        wanted = seen(*self.listings) if items is None else items
        case = Basket(id=CaseId("basket_1"), mode=mode, items=wanted, **mine)
        super().__init__(case, MONDAY)
        self.books.give(CLIENT, credits=had)

    def buys(self) -> Self:
        """The client buys it."""
        return self.does(Role.CLIENT, BuyBasket())

    @property
    def decision(self) -> Decision:
        """What was decided last."""
        assert self.last is not None, "something was decided"
        return self.last

    @property
    def jobs(self) -> list[Job]:
        """The jobs that began with it."""
        return [one.job for one in self.decision.opened if one.job is not None]

    def states(self) -> tuple[BasketState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def facts(self, needs: frozenset[Need]) -> Facts:
        return Facts(
            Calendar(holidays=HOLIDAYS),
            wallets={CLIENT: self.books.wallet(CLIENT)} if Need.WALLETS in needs else {},
            listings=self.listings if Need.LISTINGS in needs else (),
            refunded_purchases=self.refunded if Need.LISTINGS in needs else 0,
            meant_for_others_minor=self.meant_for_others if Need.WALLETS in needs else 0,
            charged_back=self.charged_back and Need.CHARGEBACKS in needs,
        )

    def _write(self, decision: Decision) -> None:
        super()._write(decision)
        for one in decision.opened:
            self.books.post(one.entries)


def sold_since() -> Baskets:
    """One of two was sold since the client looked."""
    there, gone = listing(1), listing(2)
    sold = gone.model_copy(update={"state": ListingState.SOLD})
    return Baskets(there, sold, items=seen(there, gone))


BASKET_SCENES = {
    S.DRAFT: (Baskets, sold_since, lambda: Baskets(had=0)),
    S.REFUSED: (lambda: sold_since().cannot_begin(Role.CLIENT, BuyBasket),),
    S.BOUGHT: (lambda: Baskets().buys(),),
}
