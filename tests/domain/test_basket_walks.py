"""Whatever clients buy and give back, in whatever order: each listing has one buyer at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain.accounts import Kind
from domain.basket_case import Basket, Item, Listing, ListingState, Mode
from domain.basket_commands import BuyBasket
from domain.calendar import Calendar
from domain.cases import OVER, Case, Job, JobState, Role
from domain.decide import Decision, by_person
from domain.errors import DomainError
from domain.facts import Facts
from domain.ids import CaseId, UserId
from domain.listing import comes_back
from domain.policy import CaseTerms, Policy
from domain.process import Scene
from tests.domain.baskets import SELLER, listing, seen
from tests.domain.books import Books
from tests.domain.story import HOLIDAYS, MONDAY

S = ListingState
BUYERS = (UserId("clara"), UserId("carl"))
MONEY = 150_00
PRICES = (10_00, 33_33, 50_00, 90_00)
ENDS: tuple[tuple[Role, type[c.Command]], ...] = (
    (Role.CLIENT, c.Approve),
    (Role.FREELANCER, c.Resign),
    (Role.CLIENT, c.RequestRevision),
)


@dataclass
class Market:
    """Some listings, two buyers with money, and every job that was ever bought."""

    listings: dict[str, Listing]
    books: Books = field(default_factory=Books)
    jobs: dict[str, Job] = field(default_factory=dict)
    steps: int = 0

    def decides(self, case: Case, role: Role, who: UserId, command: c.Command) -> Decision | None:
        """Somebody decides; None when the law refuses it, and then nothing has happened."""
        self.steps += 1
        held = {one: self.books.wallet(one) for one in (*BUYERS, SELLER)}
        there = tuple(self.listings.values())
        facts = Facts(Calendar(holidays=HOLIDAYS), wallets=held, listings=there)
        step = f"step_{self.steps}"
        try:
            decision = by_person(Scene(MONDAY, step, role, who, command, case, facts))
        except DomainError:
            return None
        for one in (decision, *decision.opened):
            self.books.post(one.entries)
            if one.job is not None:
                self.jobs[one.job.id] = one.job
        return decision

    def buys(self, who: UserId, items: Sequence[Item], mode: Mode) -> None:
        """Somebody buys these, as they saw them."""
        times: dict[str, Any] = dict.fromkeys(("opened_at", "last_event_at", "since"), MONDAY)
        case = Basket(
            id=CaseId("basket"),
            client=who,
            terms=CaseTerms(policy=Policy()),
            items=tuple(items),
            mode=mode,
            **times,
        )
        decision = self.decides(case, Role.CLIENT, who, BuyBasket())
        for one in decision.opened if decision else ():
            assert one.job is not None
            self._becomes(str(one.job.origin), state=S.SOLD)

    def ends(self, job: Job, role: Role, kind: type[c.Command]) -> None:
        """One of the two decides on a job; what comes back is its seller's draft again."""
        bodies = {
            c.Approve: {"delivery_id": job.deliveries[0]},
            c.RequestRevision: {"instructions": "warmer"},
        }
        command = kind.model_validate(bodies.get(kind, {}))
        who = job.client if role is Role.CLIENT else job.freelancer
        decision = self.decides(job, role, who, command)
        if decision is not None and decision.job is not None and comes_back(decision.job):
            version = self.listings[str(job.origin)].version + 1
            self._becomes(str(job.origin), state=S.DRAFT, version=version)

    def republishes(self, one: Listing) -> None:
        """A seller offers what came back."""
        if one.state is S.DRAFT:
            self._becomes(one.id, state=S.LISTED)

    def _becomes(self, listing_id: str, **more: Any) -> None:
        self.listings[listing_id] = self.listings[listing_id].model_copy(update=more)


@settings(max_examples=150, deadline=None, database=None)
@given(st.lists(st.sampled_from(PRICES), min_size=1, max_size=5), st.data())
def test_on_every_path_a_listing_has_one_buyer_and_the_money_adds_up(
    prices: Sequence[int], data: st.DataObject
) -> None:
    """Sold is what is somebody's job; an escrow holds its price while the job lives."""
    there = [listing(n, price) for n, price in enumerate(prices)]
    market = Market({one.id: one for one in there})
    for who in BUYERS:
        market.books.give(who, credits=MONEY)
    shown: dict[str, list[Listing]] = {one.id: [one] for one in there}
    for _ in range(data.draw(st.integers(1, 25))):
        _move(market, shown, data)
        for one in market.listings.values():
            shown[one.id].append(one)
        _one_buyer(market)
        _adds_up(market)


def _move(market: Market, shown: dict[str, list[Listing]], data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["buys", "buys", "ends", "republishes"]))
    if kind == "buys":
        wanted = data.draw(st.lists(st.sampled_from(sorted(shown)), min_size=1, unique=True))
        saw = [data.draw(st.sampled_from(shown[one][-3:])) for one in wanted]
        who, mode = data.draw(st.sampled_from(BUYERS)), data.draw(st.sampled_from(Mode))
        market.buys(who, seen(*saw), mode)
    elif kind == "ends" and market.jobs:
        job = market.jobs[data.draw(st.sampled_from(sorted(market.jobs)))]
        market.ends(job, *data.draw(st.sampled_from(ENDS)))
    else:
        market.republishes(market.listings[data.draw(st.sampled_from(sorted(shown)))])


def _one_buyer(market: Market) -> None:
    for one in market.listings.values():
        jobs = [job for job in market.jobs.values() if job.origin == one.id]
        theirs = [job for job in jobs if job.state is not JobState.CANCELLED]
        assert len(theirs) == (one.state is S.SOLD), f"{one.id} is {one.state}"


def _adds_up(market: Market) -> None:
    escrows = 0
    for job in market.jobs.values():
        held = market.books.balance(Kind.ESCROW, job.id)
        assert held == (0 if job.state in OVER else job.terms.price_minor)
        escrows += held
    people = sum(market.books.wallet(one).spendable for one in (*BUYERS, SELLER))
    fees = market.books.balance(Kind.PLATFORM_FEES, "platform")
    assert people + escrows + fees == len(BUYERS) * MONEY
