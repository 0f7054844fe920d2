"""Whoever owes something spends nothing of what they owe, and promises nothing new."""

from collections.abc import Callable

import pytest

from domain import chargeback_commands as cc
from domain import commands as j
from domain import contest_commands as c
from domain.accounts import Account, Kind, Wallet
from domain.cases import JobState, Role
from domain.errors import ChargebackOpen, DebtOpen, DomainError, InsufficientFunds
from domain.facts import Need
from domain.lone_states import ContestState
from domain.money import share
from domain.outlook import if_nobody_acts
from tests.domain.baskets import Baskets
from tests.domain.chargebacks import Chargebacks, short, with_money
from tests.domain.contests import ANA, BEN, CHO, JUDGED, SHARED, Contests
from tests.domain.remittances import BOB, check, paid_in
from tests.domain.story import CLIENT, MONDAY, Story

S = ContestState
NOTHING: frozenset[Need] = frozenset()


@pytest.mark.parametrize("owed", [0, 1, 250_00])
@pytest.mark.parametrize("kind", ["credits", "credits_provisional", "earnings"])
def test_a_job_begins_with_what_is_left_besides_a_debt(kind: str, owed: int) -> None:
    """The clock and the client see the same; once the debt is paid, it begins by itself."""
    story = Story(wallet=0).awaiting_funds()
    story.books.give(CLIENT, receivable=-owed, **{kind: 200_00})
    if owed:
        assert not story.clock()
        with pytest.raises(InsufficientFunds, match="are owed") as refused:
            story.client(j.Fund)
        assert refused.value.facts == {"missing_minor": owed, "owed_minor": owed}
        story.books.give(CLIENT, receivable=owed)
    assert story.clock() and story.job.state is JobState.IN_PROGRESS


def test_a_contest_and_a_further_prize_wait_for_a_debt_too() -> None:
    """To the cent."""
    it = Contests(wallet=300_00)
    it.books.give(CLIENT, receivable=-1)
    assert it.opened().looks().case.state is S.AWAITING_FUNDS
    assert it.give(credits=1).looks().case.state is S.OPEN
    it.give(credits=49_98)
    with pytest.raises(InsufficientFunds) as refused:
        it.by(c.AddPrize)
    assert refused.value.facts == {"missing_minor": 2, "owed_minor": 1}


def test_a_basket_is_not_bought_with_what_is_owed() -> None:
    """What was paid in for other cases is left for these besides."""
    it = Baskets(had=200_00)
    it.books.give(CLIENT, receivable=-60_00)
    it.meant_for_others = 70_00
    with pytest.raises(InsufficientFunds) as refused:
        it.buys()
    assert refused.value.facts == {"missing_minor": 30_00, "owed_minor": 60_00}


@pytest.mark.parametrize(
    "bounced",
    [
        lambda: with_money(short().says(cc.ChargebackLost), 60_00),
        lambda: paid_in(check().booked().spent(60_00).by(BOB, j.Bounce), 60_00),
    ],
)
def test_escrows_are_refilled_with_what_is_left_besides_a_debt(
    bounced: Callable[[], Chargebacks],
) -> None:
    """Nothing of it: the refusal says so; a part of it: so much goes there."""
    one = bounced()
    one.books.give(CLIENT, receivable=-60_00)
    with pytest.raises(DomainError) as refused:
        one.does(Role.CLIENT, cc.Refill())
    assert refused.value.facts["owed_minor"] == 60_00
    one.books.give(CLIENT, receivable=20_00)
    one.does(Role.CLIENT, cc.Refill())
    wallet = one.books.wallet(CLIENT)
    assert (wallet.spendable, wallet.receivable) == (40_00, 40_00)


def _bounced(it: Contests) -> Contests:
    return it.bounces("deposit_1")


def _of_a_check(**more: bool) -> Contests:
    return Contests(wallet=0, **more).pays_in("deposit_1", 300_00)


@pytest.mark.parametrize("kind", [c.AwardPrizes, c.NameFinalist])
def test_nothing_is_promised_with_what_is_owed(kind: type[j.Command]) -> None:
    """Nor while a payment is disputed; once the debt is paid, it is done."""
    it = _bounced(_of_a_check().judging())
    with pytest.raises(DebtOpen) as refused:
        it.by(kind)
    assert refused.value.facts == {"owed_minor": 300_00}
    it.books.give(CLIENT, receivable=300_00)
    it.charged_back = True
    with pytest.raises(ChargebackOpen):
        it.by(kind)
    it.charged_back = False
    assert it.by(kind).case.version > 0 and it.last is not None
    assert it.last.event in ("finalist_named", "prizes_awarded")


def test_an_award_in_the_last_time_is_refused_too_and_silence_ends_it() -> None:
    """What the client owes is paid by the prizes: nothing is shared, and nothing owed."""
    it = _bounced(_of_a_check(guaranteed=True).judging().until(MONDAY + JUDGED))
    with pytest.raises(DebtOpen):
        it.by(c.AwardPrizes)
    shown = if_nobody_acts(it.case, None, it.facts(NOTHING).calendar, owed_minor=300_00)
    assert shown is not None and dict(shown.money) == {"client": 300_00}
    assert shown.what.endswith("what the client owes, 300.00, is paid first; nothing is left")
    it.until(MONDAY + SHARED)
    assert (it.case.state, it.held, it.last and it.last.event) == (S.CLOSED, 0, "prizes_shared")
    assert it.last is not None and it.last.says.lower() == shown.what
    assert it.last.facts == {"sharing": 0, "owed_minor": 300_00}
    assert it.books.wallet(CLIENT) == Wallet()
    assert [it.wallet(who) for who in (ANA, BEN, CHO)] == [0, 0, 0]
    assert not it.traced().get("deposit_1")


@pytest.mark.parametrize("owed", [1, 99_99, 100_00, 299_99])
def test_silence_pays_the_debt_first_and_shares_the_rest_prize_by_prize(owed: int) -> None:
    """In proportion, to the cent, as was shown beforehand."""
    it = Contests(guaranteed=True, wallet=300_00).judging().until(MONDAY + JUDGED)
    it.books.give(CLIENT, receivable=-owed)
    shown = if_nobody_acts(it.case, None, it.facts(NOTHING).calendar, owed_minor=owed)
    it.until(MONDAY + SHARED)
    left = 300_00 - owed
    two = [share(left, [200_00, 100_00])[n] for n in (0, 1)]
    fees = sum(it.case.terms.policy.commission.of(one) for one in two)
    assert it.books.balance(Kind.PLATFORM_FEES, "platform") == fees
    assert sum(it.wallet(who) for who in (ANA, BEN, CHO)) == left - fees
    assert (it.case.state, it.held, it.books.wallet(CLIENT)) == (S.CLOSED, 0, Wallet())
    said = {"client": owed, "platform": fees, "entrants": left - fees}
    assert shown is not None and dict(shown.money) == {who: n for who, n in said.items() if n}


def test_a_debt_is_paid_with_what_bounced_and_what_cleared_and_not_with_another_check() -> None:
    """What may bounce as well is the client's, cannot be spent, and pays when it clears."""
    it = Contests(wallet=50_00, guaranteed=True)
    it.pays_in("deposit_2", 150_00).pays_in("deposit_1", 100_00).judging()
    it.bounces("deposit_1").books.give(CLIENT, receivable=-100_00)
    it.until(MONDAY + SHARED)
    assert it.books.wallet(CLIENT) == Wallet(credits_provisional=50_00, receivable=50_00)
    assert it.traced()["deposit_2"][Account(Kind.CREDITS_PROVISIONAL, CLIENT)] == 50_00
    assert "deposit_1" not in it.traced()
    shared = [it.books.wallet(who) for who in (ANA, BEN, CHO)]
    assert [one.earnings_provisional for one in shared] == [30_00] * 3


def test_what_comes_back_of_a_contest_pays_with_what_has_bounced() -> None:
    """At once, whatever else lies there: nothing of it is in the wallet to be spent."""
    it = _bounced(_of_a_check().judging())
    it.by(c.WithdrawContest)
    assert (it.case.state, it.books.wallet(CLIENT)) == (S.CLOSED, Wallet())
