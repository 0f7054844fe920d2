"""A contest: its prizes, its winners, and what becomes of what nobody wins."""

from datetime import timedelta

import pytest

from domain import commands as j
from domain import contest_commands as c
from domain.accounts import Account, Kind, Parts
from domain.cases import Ip, JobState, Role
from domain.contest import CONTEST, require_to_enter
from domain.contest_case import EntryState
from domain.decide import Decision
from domain.errors import (
    ConditionMissing,
    DomainError,
    InsufficientFunds,
    InvalidAmount,
    Linked,
    NdaMissing,
    NotOpen,
    SeenIsStale,
    UnknownReference,
)
from domain.ids import UserId
from domain.lone_states import ContestState
from domain.outlook import if_nobody_acts
from domain.policy import DAY
from domain.standing import Permission, Standing
from tests.domain.contests import (
    ANA,
    BEN,
    CHO,
    JUDGED,
    OPEN,
    SHARED,
    Contests,
    chosen,
    entry,
)
from tests.domain.story import CLIENT, MONDAY

S = ContestState
CLEARED = Standing(nda_signed=True, permission=Permission.W9)
TICK = timedelta(microseconds=1)


def _last(it: Contests) -> Decision:
    assert it.last is not None, "something was decided"
    return it.last


def _told(it: Contests) -> set[object]:
    return {one.to for one in _last(it).notices}


def test_all_prizes_are_in_escrow_before_it_opens() -> None:
    """With too little it waits, and nothing has moved."""
    it = Contests(wallet=299_99).opened()
    assert (it.case.state, it.held, it.wallet()) == (S.AWAITING_FUNDS, 0, 299_99)
    it.give(credits=1).looks()
    assert (it.case.state, it.held, it.wallet()) == (S.OPEN, 300_00, 0)
    assert it.case.open_until == MONDAY + OPEN


def test_it_lapses_when_nobody_funds_it() -> None:
    """After seven days."""
    it = Contests(wallet=0).opened().until(MONDAY + 7 * DAY - TICK)
    assert it.case.state is S.AWAITING_FUNDS
    assert it.until(MONDAY + 7 * DAY).case.state is S.LAPSED


def test_a_disputed_payment_holds_a_contest_up() -> None:
    """As it holds up a job that was accepted."""
    it = Contests()
    it.charged_back = True
    assert it.opened().case.state is S.AWAITING_FUNDS


def test_two_winners_of_one_award_each_hand_over_in_a_job_of_their_own() -> None:
    """The prizes are in the jobs' escrows, and the contest waits for both."""
    it = Contests().handing_over()
    ana, ben = (one.job for one in _last(it).opened)
    assert ana is not None and ben is not None
    assert (ana.freelancer, ana.terms.price_minor, ben.terms.price_minor) == (ANA, 200_00, 100_00)
    assert {ana.state, ben.state} == {JobState.IN_PROGRESS}
    assert ana.due_at == it.at + 5 * DAY and ana.origin == it.case.id
    assert {timer.row for timer in ana.timers} >= {"late", "abandoned"}
    assert (it.case.state, it.held) == (S.HANDING_OVER, 0)
    assert it.books.balance(Kind.ESCROW, ana.id) == 200_00
    assert [one.to for opened in _last(it).opened for one in opened.notices] == [ANA, BEN]


def test_it_is_closed_when_all_have_handed_over_and_entrants_are_told() -> None:
    """Not before; each winner has the prize less the fee."""
    it = Contests().handing_over().ends(1)
    assert it.case.state is S.HANDING_OVER
    it.ends(2)
    assert (it.case.state, it.wallet(ANA), it.wallet(BEN)) == (S.CLOSED, 180_00, 90_00)
    assert {CLIENT, CHO} <= _told(it)


BAD: list[tuple[str, list[dict[str, object]], type[DomainError]]] = [
    ("a hash that was not seen", [chosen(ANA, 1, hash="b" * 64)], SeenIsStale),
    ("an entry that was taken back", [chosen(BEN, 1)], SeenIsStale),
    ("an entry of another contest", [chosen(CHO, 1)], UnknownReference),
    ("an entry that is none", [chosen(ANA, 1, entry="entry_x")], UnknownReference),
    ("a prize that is not there", [chosen(ANA, 3)], UnknownReference),
    ("one that is, and one that is not", [chosen(ANA, 1), chosen(CHO, 2)], UnknownReference),
]


@pytest.mark.parametrize(("choices", "refusal"), [r[1:] for r in BAD], ids=[r[0] for r in BAD])
def test_an_award_of_what_is_not_there_does_nothing(
    choices: list[dict[str, object]], refusal: type[DomainError]
) -> None:
    """Not even the part of it that is right."""
    it = Contests().judging()
    it.entries = [
        entry(ANA),
        entry(BEN, 2, state=EntryState.WITHDRAWN),
        entry(CHO, 3, contest="contest_2"),
    ]
    with pytest.raises(refusal):
        it.awards(*choices)
    assert (it.held, it.jobs) == (300_00, {})


def test_a_prize_is_awarded_once_and_an_entry_wins_once() -> None:
    """The other prize stays open."""
    it = Contests().judging().awards(chosen(ANA, 1))
    with pytest.raises(NotOpen):
        it.awards(chosen(BEN, 1))
    with pytest.raises(SeenIsStale):
        it.awards(chosen(ANA, 2))
    assert it.awards(chosen(BEN, 2)).case.state is S.HANDING_OVER


def test_somebody_linked_with_the_client_wins_nothing_without_staff() -> None:
    """And nobody wins a prize of their own, whoever cleared it."""
    it = Contests().judging()
    it.entries = [entry(ANA, linked=True), entry(BEN, 2, freelancer=CLIENT)]
    with pytest.raises(Linked, match="staff"):
        it.awards(chosen(ANA, 1))
    with pytest.raises(Linked):
        it.awards(chosen(BEN, 1))


def test_a_link_is_told_only_to_whoever_would_award_otherwise() -> None:
    """An award that is refused for another entry or prize says nothing of it."""
    it = Contests().judging().awards(chosen(CHO, 2))
    it.entries = [entry(ANA, linked=True), entry(BEN, 2, state=EntryState.WITHDRAWN)]
    with pytest.raises(SeenIsStale):
        it.awards(chosen(ANA, 1), chosen(BEN, 2))
    with pytest.raises(NotOpen):
        it.awards(chosen(ANA, 2))


def test_nobody_is_awarded_while_entries_are_blind() -> None:
    """Only once they have ended."""
    with pytest.raises(NotOpen):
        Contests().opened().awards(chosen(ANA, 1))


@pytest.mark.parametrize("amount", [9_99, 1_000_000_00])
def test_a_further_prize_has_the_bounds_of_the_first_ones(amount: int) -> None:
    """Each is large enough, and all together not too large."""
    it = Contests().opened().give(credits=2_000_000_00)
    with pytest.raises(InvalidAmount):
        it.by(c.AddPrize, amount_minor=amount)


def test_a_further_prize_is_funded_at_once_or_not_added() -> None:
    """Its money is beside the others'."""
    it = Contests(wallet=350_00).opened().by(c.AddPrize)
    assert (it.held, [one.amount_minor for one in it.case.prizes][2]) == (350_00, 50_00)
    with pytest.raises(InsufficientFunds):
        it.by(c.AddPrize)


def test_a_contest_without_a_promise_gives_its_prizes_back() -> None:
    """Exactly when judging ends, and only to a client who was told."""
    it = Contests().judging()
    assert it.until(MONDAY + JUDGED - TICK).held == 300_00
    assert it.until(MONDAY + JUDGED).case.state is S.CLOSED
    assert (it.held, it.wallet()) == (0, 500_00)
    deaf = Contests()
    deaf.proven = frozenset()
    assert deaf.judging().until(MONDAY + JUDGED + DAY).case.state is S.JUDGING


def test_a_guaranteed_contest_without_entries_gives_its_prizes_back() -> None:
    """There is nobody to pay."""
    it = Contests(guaranteed=True)
    it.entries = []
    assert it.judging().until(MONDAY + JUDGED).case.state is S.CLOSED
    assert it.wallet() == 500_00


@pytest.mark.parametrize("how", ["guaranteed", "finalist"])
def test_promised_prizes_are_shared_in_the_end(how: str) -> None:
    """Equally, less the fee, among finalists or everybody; what was shown beforehand happens."""
    it = Contests(guaranteed=True).judging() if how == "guaranteed" else Contests().promised()
    it.until(MONDAY + JUDGED)
    assert (it.case.state, it.held) == (S.DISTRIBUTING, 300_00)
    shown = if_nobody_acts(it.case, None, it.facts(frozenset()).calendar)
    assert shown is not None
    assert (shown.at, dict(shown.money)) == (
        MONDAY + SHARED,
        {"platform": 30_00, "entrants": 270_00},
    )
    assert it.until(MONDAY + SHARED).case.state is S.CLOSED
    everybody = [90_00] * 3 if how == "guaranteed" else [0, 270_00, 0]
    assert [it.wallet(who) for who in (ANA, BEN, CHO)] == everybody
    assert (it.held, it.books.balance(Kind.PLATFORM_FEES, "platform")) == (0, 30_00)


def test_ratings_say_who_shares_when_there_is_no_finalist() -> None:
    """Three and better; who won a prize does not share another."""
    it = Contests(guaranteed=True)
    it.ratings = {ANA: 5, BEN: 3, CHO: 2}
    it.judging().awards(chosen(ANA, 1)).until(MONDAY + SHARED)
    assert (it.case.state, it.wallet(BEN), it.wallet(CHO)) == (S.HANDING_OVER, 90_00, 0)
    assert it.ends(1).case.state is S.CLOSED


def test_a_share_settles_what_its_owner_owes() -> None:
    """As every earning does, prize by prize."""
    it = Contests(guaranteed=True)
    it.books.give(ANA, receivable=-70_00)
    it.judging().until(MONDAY + SHARED)
    wallet = it.books.wallet(ANA)
    assert (wallet.earnings, wallet.receivable) == (20_00, 0)


def test_provisional_money_stays_provisional_in_prizes_and_shares() -> None:
    """Every part of a prize goes on as what it was, to the cent."""
    it = Contests(wallet=150_00, guaranteed=True).give(credits_provisional=150_01)
    it.judging()
    assert it.case.held == Parts(credits_provisional=150_01, credits=149_99)
    it.awards(chosen(ANA, 2))
    [handover] = it.jobs.values()
    assert handover.held == Parts(credits_provisional=100_00)
    it.until(MONDAY + SHARED)
    shared = [it.books.wallet(who) for who in (BEN, CHO)]
    assert [one.spendable for one in shared] == [90_00, 90_00]
    assert sum(one.earnings_provisional for one in shared) == 45_01
    assert it.ends(2).books.wallet(ANA).earnings_provisional == 90_00


def test_a_failed_handover_gives_a_promised_prize_back_to_the_contest() -> None:
    """Judging begins anew for fourteen days, and somebody else can win it."""
    it = Contests().promised().awards(chosen(ANA, 1), chosen(CHO, 2)).until(MONDAY + 20 * DAY)
    it.ends(1, well=False)
    assert (it.case.state, it.held, it.wallet()) == (S.JUDGING, 200_00, 200_00)
    assert it.case.judging_since == it.at
    assert _last(it).facts["jobs"] and {BEN} <= _told(it)
    [failed] = [job for job in it.jobs.values() if job.state is JobState.CANCELLED]
    assert (failed.ip, it.books.balance(Kind.ESCROW, failed.id)) == (Ip.FREELANCER, 0)
    with pytest.raises(SeenIsStale):
        it.awards(chosen(ANA, 1))
    assert it.awards(chosen(BEN, 1)).case.state is S.HANDING_OVER
    assert it.ends(1).ends(2).case.state is S.CLOSED
    assert (it.wallet(ANA), it.wallet(BEN), it.wallet(CHO)) == (0, 180_00, 90_00)


def test_a_failed_handover_of_an_unpromised_prize_gives_it_back_to_the_client() -> None:
    """The contest does not reopen."""
    it = Contests().handing_over().ends(1, well=False)
    assert (it.case.state, it.wallet(), it.held) == (S.HANDING_OVER, 400_00, 0)
    assert it.ends(2).case.state is S.CLOSED


def test_a_handover_that_fails_while_others_are_judged_leaves_their_end_alone() -> None:
    """No sooner; the prize that came back has fourteen days of its own."""
    it = Contests(guaranteed=True).judging().awards(chosen(ANA, 1))
    it.until(it.at + DAY).ends(1, well=False)
    assert it.until(MONDAY + JUDGED).case.state is S.JUDGING
    assert it.until(MONDAY + JUDGED + DAY).case.state is S.DISTRIBUTING


def test_a_handover_that_fails_in_the_last_time_reopens_judging() -> None:
    """Its prize and the other one can be awarded by whoever judges anew."""
    it = Contests().distributing().awards(chosen(CHO, 2)).ends(2, well=False)
    assert (it.case.state, it.held) == (S.JUDGING, 300_00)


def test_two_refunds_of_one_contest_are_two_movements() -> None:
    """Each has a reference of its own."""
    it = Contests().handing_over().ends(1, well=False).ends(2, well=False)
    assert (it.case.state, it.wallet(), it.held) == (S.CLOSED, 500_00, 0)


def test_what_came_back_in_part_is_what_the_prize_is_worth() -> None:
    """Too little for a job goes to the client instead."""
    for left, state in ((9_99, S.CLOSED), (10_00, S.JUDGING)):
        it = Contests(guaranteed=True, prizes=(100_00,)).judging().awards(chosen(ANA, 1))
        [job] = it.jobs.values()
        it.books.balances[Account(Kind.ESCROW, job.id)] -= 100_00 - left
        it.jobs[job.id] = job.model_copy(update={"held": Parts(credits=left)})
        it.ends(1, well=False)
        assert it.case.state is state
        assert it.held == (left if state is S.JUDGING else 0)
        assert it.case.prizes[0].amount_minor == (left if state is S.JUDGING else 100_00)


def test_judging_is_extended_once() -> None:
    """By its period."""
    it = Contests().judging().by(c.ExtendJudging)
    assert it.until(MONDAY + JUDGED + 14 * DAY - TICK).case.state is S.JUDGING
    with pytest.raises(ConditionMissing):
        it.by(c.ExtendJudging)
    assert it.until(MONDAY + JUDGED + 14 * DAY).case.state is S.CLOSED


def test_a_withdrawn_contest_takes_a_signature_and_no_promise() -> None:
    """Whoever signs is written down."""
    it = Contests().judging()
    for unsigned in ({"statement": False}, {"signature": " "}):
        with pytest.raises(ConditionMissing):
            it.by(c.WithdrawContest, **unsigned)
    with pytest.raises(ConditionMissing):
        Contests().promised().by(c.WithdrawContest)
    it.by(c.WithdrawContest)
    assert (it.case.state, it.case.non_use, it.wallet()) == (S.CLOSED, "Cora", 500_00)


def test_a_contest_is_withdrawn_while_one_winner_hands_over() -> None:
    """That prize stays theirs; the contest waits for it."""
    it = Contests().judging().awards(chosen(ANA, 1)).by(c.WithdrawContest)
    assert (it.case.state, it.wallet()) == (S.HANDING_OVER, 300_00)
    assert it.ends(1).case.state is S.CLOSED


def test_a_contest_that_only_waits_for_handovers_goes_on_waiting() -> None:
    """Nobody is told of a look that finds nothing."""
    it = Contests().handing_over().until(MONDAY + 100 * DAY)
    assert it.case.state is S.HANDING_OVER and it.case.timers
    assert _last(it).notices == ()


@pytest.mark.parametrize(
    ("person", "standing", "refusal"),
    [(CLIENT, CLEARED, Linked), (ANA, Standing(permission=Permission.W9), NdaMissing)],
)
def test_who_may_not_enter(person: UserId, standing: Standing, refusal: type[DomainError]) -> None:
    """Neither the client, nor whoever may not work."""
    with pytest.raises(refusal):
        require_to_enter(Contests().case, person, standing)
    require_to_enter(Contests().case, ANA, CLEARED)


def test_an_entry_one_second_late_is_late() -> None:
    """The clock decides, even before it has acted; the answer says when entries ended."""
    case, end = Contests().opened().case, MONDAY + OPEN
    CONTEST.require_beside("enter", case, end - TICK)
    with pytest.raises(NotOpen, match=f"{end:%Y-%m-%d %H:%M:%S} UTC") as late:
        CONTEST.require_beside("enter", case, end + timedelta(seconds=1))
    assert late.value.facts == {"ended_at": end.isoformat()}


def test_a_settled_handover_pays_the_client_its_part() -> None:
    """The prize is settled: what the two agreed on is what becomes of it."""
    it = Contests(guaranteed=True).handing_over()
    [job_id] = [one.job for one in it.case.prizes if one.number == 1 and one.job]
    offer = j.OfferSettlement(id="offer_1", freelancer_minor=50_00)
    it.acts_in(job_id, Role.CLIENT, CLIENT, offer)
    it.acts_in(job_id, Role.FREELANCER, ANA, j.AcceptSettlement(offer_id="offer_1"))
    assert it.looks().case.state is S.HANDING_OVER
    assert (it.wallet(ANA), it.wallet()) == (45_00, 350_00)
    assert it.case.prizes[0].settled
