"""Whatever a client, winners and time do to a contest: its prizes add up, and it ends."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import commands as j
from domain import contest_commands as c
from domain.accounts import Account, Kind
from domain.calendar import Calendar
from domain.cases import OVER, JobState, Role
from domain.contest_case import EntryState
from domain.errors import DomainError
from domain.ids import CaseId, UserId
from domain.lone_states import ContestState
from domain.outlook import if_nobody_acts
from domain.policy import DAY
from domain.tracing import PROVISIONAL
from tests.domain.contests import ANA, BEN, CHO, OPEN, STATEMENT, Contests, chosen
from tests.domain.story import CLIENT, HOLIDAYS

S = ContestState
PEOPLE = (CLIENT, ANA, BEN, CHO)
JUMPS = (timedelta(0), DAY, 5 * DAY, 8 * DAY, 15 * DAY, 31 * DAY)
PRIZES = st.lists(st.sampled_from([10_00, 10_01, 33_33, 200_00]), min_size=1, max_size=3)
CREDITS = st.sampled_from([1_000_00, 50_00, 0])
CHECKS = st.lists(st.sampled_from([33_34, 90_00, 300_00]), max_size=2)
FOREVER = 400 * DAY
MONEY = ("money", "check", "debt", *2 * ["bounce"], "repaid")
CLIENTS: tuple[type[j.Command], ...] = (
    j.Fund,
    c.AddPrize,
    c.CloseEarly,
    c.ExtendJudging,
    c.WithdrawContest,
)


@settings(
    max_examples=300, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(PRIZES, CREDITS, CHECKS, st.booleans(), st.data())
def test_on_every_path_prizes_add_up_and_the_contest_ends(
    prizes: list[int], had: int, checks: list[int], guaranteed: bool, data: st.DataObject
) -> None:
    """Its escrow is its open prizes, an entry wins once, debts come first, nothing is stuck."""
    it = Contests(wallet=had, prizes=prizes, guaranteed=guaranteed)
    for minor in checks:
        it.pays_in(f"deposit_{len(it.checks)}", minor)
    it.opened().until(it.at + data.draw(st.sampled_from([OPEN, timedelta(0)])))
    there, bad = _all(it), set[str]()
    for _ in range(data.draw(st.integers(10, 25))):
        shared = _shares(it)
        there += _move(it, data, bad)
        _adds_up(it, there)
        _debts_come_first(it, bad, shares=_shares(it) > shared)
        _each_is_won_once(it)
        if it.case.state in OVER:
            break
        assert if_nobody_acts(it.case, None, Calendar(holidays=HOLIDAYS)), "silence leads somewhere"
    _ends(it)
    _adds_up(it, there)
    assert it.case.state in OVER and it.held == 0
    assert all(one.settled for one in it.case.prizes) or it.case.state is S.LAPSED


def _move(it: Contests, data: st.DataObject, bad: set[str]) -> int:
    """Something happens, or is refused and nothing does; how much money came from outside."""
    kinds = ["time", "client", *2 * ["award", "handover"], "finalist", "entry", "world", *MONEY]
    match data.draw(st.sampled_from(kinds)):
        case "time":
            it.until(it.at + data.draw(st.sampled_from(JUMPS)))
        case "client":
            _tries(it, data.draw(st.sampled_from(CLIENTS)))
        case "award":
            who = data.draw(st.lists(st.sampled_from(PEOPLE[1:]), min_size=1, unique=True))
            numbers = st.permutations(range(1, len(it.case.prizes) + 1))
            given = zip(who, data.draw(numbers), strict=False)
            _tries(it, c.AwardPrizes, entries=[chosen(one, number) for one, number in given])
        case "finalist":
            _tries(it, c.NameFinalist, entry=f"entry_{data.draw(st.sampled_from(PEOPLE[1:]))}")
        case "handover" if jobs := [one for one in it.jobs.values() if one.state not in OVER]:
            _hands_over(it, data.draw(st.sampled_from([one.id for one in jobs])), data)
            if data.draw(st.booleans()):
                it.looks()
        case "entry":
            _changes(it, data.draw(st.sampled_from(PEOPLE[1:])), data)
        case "world":
            it.charged_back = data.draw(st.booleans())
            it.proven = frozenset({CLIENT} if data.draw(st.booleans()) else ())
        case "money":
            it.give(credits=40_00)
            return 40_00
        case "check":
            it.pays_in(f"deposit_{len(it.checks)}", 40_00)
            return 40_00
        case "debt":
            it.books.give(data.draw(st.sampled_from(PEOPLE)), receivable=-7_77)
            return -7_77
        case "bounce" if checks := [one for one in it.checks if _bounces(it, one)]:
            check = data.draw(st.sampled_from(checks))
            bad.add(check)
            it.bounces(check)
            return -it.checks[check]
        case "repaid":
            owed = it.books.wallet(CLIENT).receivable
            it.books.give(CLIENT, receivable=owed)
            return owed
    return 0


def _bounces(it: Contests, check: str) -> bool:
    """Whether it has not yet, and a bounce would take nothing from others."""
    places = {at.owner for at in it.traced().get(check, {})}
    return check not in it.bounced and places <= {CLIENT, it.case.id}


def _shares(it: Contests) -> int:
    return sum(one.kind == "prize_distribution" for one in it.books.entries.values())


def _debts_come_first(it: Contests, bad: set[str], *, shares: bool) -> None:
    """Nobody shares what is owed, and what has bounced is nobody's until its debt was paid."""
    owner, traced = it.books.wallet(CLIENT), it.traced()
    assert not shares or owner.spendable >= owner.receivable
    if not owner.receivable:
        bad.clear()
    escrow = Account(Kind.ESCROW, it.case.id)
    assert all(set(traced.get(one, {})) <= {escrow} for one in bad)
    for who in PEOPLE:
        for kind in PROVISIONAL:
            lots = sum(places.get(Account(kind, who), 0) for places in traced.values())
            assert lots == it.books.balance(kind, who)


def _tries(it: Contests, kind: type[j.Command], **body: Any) -> None:
    """The client decides; what the law refuses changes nothing."""
    before, money = it.case, _all(it)
    try:
        it.by(kind, **body)
    except DomainError:
        assert (it.case, _all(it)) == (before, money)


def _hands_over(it: Contests, job: CaseId, data: st.DataObject) -> None:
    """A handover ends: well, not at all, or with a part of its prize for either."""
    freelancer, price = it.jobs[job].freelancer, it.jobs[job].terms.price_minor
    kind = data.draw(st.sampled_from(["resigned", "settled", "well"]))
    if kind == "well":
        it.ends(next(one.number for one in it.case.prizes if one.job == job), told=False)
    elif kind == "resigned":
        it.acts_in(job, Role.FREELANCER, freelancer, j.Resign())
    else:
        part = data.draw(st.integers(1, price - 1))
        offer = j.OfferSettlement(id="offer", freelancer_minor=part)
        it.acts_in(job, Role.CLIENT, CLIENT, offer)
        it.acts_in(job, Role.FREELANCER, freelancer, j.AcceptSettlement(offer_id=offer.id))


def _changes(it: Contests, who: UserId, data: st.DataObject) -> None:
    """An entry is rated, taken back while others come, or removed by staff."""
    [entry] = [one for one in it.entries if one.freelancer == who]
    it.ratings[who] = data.draw(st.integers(1, 5))
    if entry.state is EntryState.ENTERED and data.draw(st.booleans()):
        gone = {S.OPEN: EntryState.WITHDRAWN, S.JUDGING: EntryState.REMOVED}
        state = gone.get(it.case.state, EntryState.ENTERED)
        at = it.entries.index(entry)
        it.entries[at] = entry.model_copy(update={"state": state})


def _all(it: Contests) -> int:
    """All money: what people have or owe, all escrows, and the fees."""
    escrows = it.held + sum(it.books.balance(Kind.ESCROW, job) for job in it.jobs)
    fees = it.books.balance(Kind.PLATFORM_FEES, "platform")
    return sum(it.wallet(one) for one in PEOPLE) + escrows + fees


def _adds_up(it: Contests, there: int) -> None:
    held = it.case.held.total if it.case.held else 0
    waits = it.case.state in (S.AWAITING_FUNDS, S.LAPSED)
    open_prizes = sum(one.amount_minor for one in it.case.prizes if one.open)
    assert held == (0 if waits else open_prizes)
    under_way = [it.jobs[one.job].returned for one in it.case.prizes if one.job and one.under_way]
    assert it.held == held + sum(one.total for one in under_way if one), "till it takes note"
    for job in it.jobs.values():
        assert it.books.balance(Kind.ESCROW, job.id) == (
            0 if job.state in OVER or job.held is None else job.held.total
        )
    assert _all(it) == there


def _each_is_won_once(it: Contests) -> None:
    """A prize that came back is another's; whoever won once wins nothing more with that entry."""
    winners = [job.freelancer for job in it.jobs.values()]
    assert len(winners) == len(set(winners)), "an entry is awarded once"
    held = [one.job for one in it.case.prizes if one.job is not None]
    assert len(held) == len(set(held)) and set(held) <= set(it.jobs)


def _ends(it: Contests) -> None:
    """Everybody who won hands over, the client signs what is asked, and time passes."""
    it.proven, it.charged_back = frozenset({CLIENT}), False
    for job in [one for one in it.jobs.values() if one.state is JobState.IN_PROGRESS]:
        it.ends(next(one.number for one in it.case.prizes if one.job == job.id), told=False)
    if it.case.state in (S.AWAITING_FUNDS, S.JUDGING):
        _tries(it, c.WithdrawContest, **STATEMENT)
    it.until(it.at + FOREVER)
