"""Whoever owes something spends nothing of what they owe, and promises nothing new."""

from collections.abc import Callable

import pytest

from domain import chargeback_commands as cc
from domain import commands as j
from domain import contest_commands as c
from domain.cases import JobState, Role
from domain.errors import DomainError, InsufficientFunds
from domain.lone_states import ContestState
from tests.domain.baskets import Baskets
from tests.domain.chargebacks import Chargebacks, short, with_money
from tests.domain.contests import Contests
from tests.domain.remittances import BOB, check, paid_in
from tests.domain.story import CLIENT, Story


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
    assert it.opened().looks().case.state is ContestState.AWAITING_FUNDS
    assert it.give(credits=1).looks().case.state is ContestState.OPEN
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
