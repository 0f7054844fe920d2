"""Whatever a client, winners and time do to a contest: its prizes add up, and it ends."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import commands as j
from domain import contest_commands as c
from domain.accounts import Kind
from domain.calendar import Calendar
from domain.cases import OVER, JobState, Role
from domain.contest_case import EntryState
from domain.errors import DomainError
from domain.ids import CaseId, UserId
from domain.lone_states import ContestState
from domain.outlook import if_nobody_acts
from domain.policy import DAY
from tests.domain.contests import ANA, BEN, CHO, OPEN, STATEMENT, Contests, chosen
from tests.domain.story import CLIENT, HOLIDAYS

S = ContestState
PEOPLE = (CLIENT, ANA, BEN, CHO)
JUMPS = (timedelta(0), DAY, 5 * DAY, 8 * DAY, 15 * DAY, 31 * DAY)
PRIZES = st.lists(st.sampled_from([10_00, 10_01, 33_33, 200_00]), min_size=1, max_size=3)
HAD = st.fixed_dictionaries({
    "credits": st.sampled_from([1_000_00, 50_00, 0]),
    "credits_provisional": st.sampled_from([0, 33_34, 300_00]),
})  # fmt: skip
FOREVER = 400 * DAY
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
@given(PRIZES, HAD, st.booleans(), st.data())
def test_on_every_path_prizes_add_up_and_the_contest_ends(
    prizes: list[int], had: dict[str, int], guaranteed: bool, data: st.DataObject
) -> None:
    """Its escrow is its open prizes, an entry wins once, and nothing is ever stuck."""
    it = Contests(wallet=0, prizes=prizes, guaranteed=guaranteed).give(**had)
    it.opened().until(it.at + data.draw(st.sampled_from([OPEN, timedelta(0)])))
    there = _all(it)
    for _ in range(data.draw(st.integers(10, 25))):
        there += _move(it, data)
        _adds_up(it, there)
        _each_is_won_once(it)
        if it.case.state in OVER:
            break
        assert if_nobody_acts(it.case, None, Calendar(holidays=HOLIDAYS)), "silence leads somewhere"
    _ends(it)
    _adds_up(it, there)
    assert it.case.state in OVER and it.held == 0
    assert all(one.settled for one in it.case.prizes) or it.case.state is S.LAPSED


def _move(it: Contests, data: st.DataObject) -> int:
    """Something happens, or is refused and nothing does; how much money came from outside."""
    kinds = ["time", "client", *2 * ["award", "handover"], "finalist", "entry", "world", "money"]
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
            kind = data.draw(st.sampled_from(["credits", "credits_provisional"]))
            it.give(**{kind: 40_00})
            it.books.give(data.draw(st.sampled_from(PEOPLE)), receivable=-7_77)
            return 40_00 - 7_77
    return 0


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
