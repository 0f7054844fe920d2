"""Whatever anybody does, in whatever order: the money adds up and nothing is ever stuck."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain.accounts import Kind
from domain.cases import OVER, Case, Ends, Ip, JobState, Role
from domain.decide import process_of, turn
from domain.errors import DomainError
from domain.outlook import if_nobody_acts, moved
from domain.policy import DAY, HOUR
from domain.registry import DISPUTE_COMMANDS, JOB_COMMANDS
from tests.domain.scenes import DISPUTE_SCENES, JOB_SCENES
from tests.domain.story import BOTH, CLIENT, FREELANCER, MEDIATORS, SECOND, STAFF, Story

PEOPLE = (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR, Role.STAFF)
COMMANDS = sorted({**JOB_COMMANDS, **DISPUTE_COMMANDS}.values(), key=lambda kind: kind.name)
JUMPS = (timedelta(0), HOUR, 7 * HOUR, DAY, 3 * DAY, 6 * DAY, 21 * DAY, 61 * DAY)
PRICES = st.sampled_from([10_00, 10_01, 50_00, 50_01, 333_33, 1_000_00, 1_000_01])
FOREVER = 400 * DAY

STARTS = [
    make
    for state, scenes in (*JOB_SCENES.items(), *DISPUTE_SCENES.items())
    if state not in OVER
    for make in scenes
]
stories = st.one_of(
    st.sampled_from(STARTS).map(lambda make: make()),
    st.builds(lambda *of: _story(*of), PRICES, st.sampled_from([0, 3, 9_99]), st.booleans()),
)
walks = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)

PARTIES: dict[str, str] = {CLIENT: "client", FREELANCER: "freelancer"}


@walks
@given(stories, st.data())
def test_on_every_path_the_money_adds_up_and_nothing_is_stuck(
    story: Story, data: st.DataObject
) -> None:
    """After every step of every walk, each promise of the law holds."""
    for _ in range(data.draw(st.integers(1, 30))):
        before = story.fork()
        _move(story, data)
        _versions_only_grow(before, story)
        _timers_are_in_order(story)
        _money_adds_up(story)
        _somebody_is_waited_for(story)
        if story.states()[0] in OVER:
            break


@walks
@given(stories, st.data())
def test_what_was_shown_is_what_happens_if_nobody_acts(story: Story, data: st.DataObject) -> None:
    """The next automatic event comes at its time and moves the money that was shown."""
    for _ in range(data.draw(st.integers(1, 20))):
        _move(story, data)
        if story.states()[0] in OVER:
            return
    story.proven = BOTH
    shown = if_nobody_acts(story.job, story.open_dispute(), story.calendar)
    if shown is None:
        assert story.job.state is JobState.DRAFT
        return
    written = set(story.books.entries)
    before = story.states()
    story.until(shown.at)
    entries = [entry for name, entry in story.books.entries.items() if name not in written]
    in_turn = [entry for entry in entries if entry.kind not in ("mediation_fee_return",)]
    assert not shown.money or moved(tuple(in_turn), PARTIES) == shown.money
    assert not shown.money or story.states() != before


@walks
@given(stories, st.data())
def test_if_nobody_acts_any_more_every_case_ends_or_waits_for_staff(
    story: Story, data: st.DataObject
) -> None:
    """Silence alone brings every case to its end, or to staff, who are told every day."""
    for _ in range(data.draw(st.integers(1, 20))):
        _move(story, data)
    story.proven = BOTH
    if story.job.state is JobState.DRAFT:
        return
    story.passes(FOREVER)
    job, dispute = story.states()
    assert job in OVER or dispute in ("staff_review", "ruled")
    if job not in OVER:
        escalated = [at for at, notice in story.told if notice.to is Role.HEAD_OF_SUPPORT]
        assert story.at - escalated[-1] < DAY


def _story(price: int, provisional: int, starts: bool) -> Story:
    story = Story(price=price, wallet=0, start_when_funded=starts)
    story.books.give(CLIENT, credits_provisional=provisional, credits=price)
    return story.in_review().client(c.RequestRevision) if starts else story.offered()


def _move(story: Story, data: st.DataObject) -> None:
    move = data.draw(st.sampled_from(["person"] * 12 + ["time"] * 3 + ["world"] * 2))
    if move == "time":
        story.passes(data.draw(st.sampled_from(JUMPS)))
    elif move == "world":
        _world(story, data.draw(st.integers(0, 5)))
    else:
        _person(story, data)
    story.until(story.at)


def _person(story: Story, data: st.DataObject) -> None:
    case = story.open_dispute() or story.job
    rows = [row for row in process_of(case).steps if row.source == case.state]
    rows += [row for row in process_of(story.job).steps if row.source == story.job.state]
    goes_on = [row for row in rows if not row.targets or set(row.targets) - OVER]
    likely = data.draw(st.integers(0, 19))
    if likely > 2:
        rows = goes_on or rows
    if rows and likely:
        row = data.draw(st.sampled_from(rows))
        kind, role = row.command, data.draw(st.sampled_from(sorted(row.by & set(PEOPLE))))
    else:
        kind, role = data.draw(st.sampled_from(COMMANDS)), data.draw(st.sampled_from(PEOPLE))
    person = data.draw(st.sampled_from([STAFF, SECOND])) if role is Role.STAFF else None
    before = (story.job, story.dispute, story.books.fork().balances)
    try:
        story.does(role, story.command(kind, role, **_body(story, kind, data)), person)
    except DomainError:
        assert (story.job, story.dispute, story.books.balances) == before
        return
    assert (story.job, story.dispute) != before[:2], f"{kind.name} changed no case"
    for old, new in zip(before[:2], (story.job, story.dispute), strict=True):
        if old is not None and new is not None and old.state == new.state:
            _timers_follow_what_they_count_from(old, new)


def _timers_follow_what_they_count_from(old: Case, new: Case) -> None:
    """The state stayed, and what a row of silence counts from moved: so did its timer."""
    for row in process_of(new).silences:
        if row.state == new.state and row.since(old) != row.since(new):
            was, now = (
                [one.at for one in case.timers if one.row == row.key] for case in (old, new)
            )
            assert was != now, f"{row.key} still waits for its old moment: say restarts=True"


def _body(story: Story, kind: type[c.Command], data: st.DataObject) -> dict[str, object]:
    price = story.job.terms.price_minor
    if kind is c.OfferSettlement:
        return {"freelancer_minor": data.draw(st.integers(0, price))}
    if kind in (c.Resolve, c.Propose):
        ends = data.draw(st.sampled_from(list(Ends)))
        minor = data.draw(st.integers(0, price)) if ends is Ends.SPLIT else 0
        owners = [None, *Ip] if ends is Ends.SPLIT else [None]
        return {"ends": ends, "freelancer_minor": minor, "ip": data.draw(st.sampled_from(owners))}
    if kind is c.PauseClock:
        return {"until": story.at + data.draw(st.integers(0, 15)) * DAY}
    return {}


def _world(story: Story, what: int) -> None:
    """Something outside the case: a debt repaid, notice lost or proven, mediators busy."""
    wallet = story.books.wallet(FREELANCER)
    match what:
        case 0:
            story.books.give(FREELANCER, receivable=wallet.receivable)
        case 1:
            story.books.give(FREELANCER, receivable=-7)
        case 2:
            story.proven = frozenset()
        case 3:
            story.proven = BOTH
        case 4:
            story.mediators = () if story.mediators else MEDIATORS
        case _:
            story.money_came(5_00)


def _versions_only_grow(before: Story, after: Story) -> None:
    pairs: list[tuple[Case, Case]] = [(before.job, after.job)]
    if before.dispute and after.dispute and before.dispute.id == after.dispute.id:
        pairs.append((before.dispute, after.dispute))
    for old, new in pairs:
        assert new.version > old.version or new == old
        assert new == old or before.at <= new.last_event_at <= after.at


def _timers_are_in_order(story: Story) -> None:
    for case in (story.job, story.open_dispute()):
        if case is None:
            continue
        times = [timer.at for timer in case.timers]
        assert times == sorted(times)
        assert all(at > story.at for at in times)
        assert all(at >= (case.paused_until or at) for at in times)


def _money_adds_up(story: Story) -> None:
    held = story.job.held.total if story.job.held else 0
    over = story.job.state in OVER
    assert sum(story.books.balances.values()) == 0
    assert story.books.balance(Kind.ESCROW, story.job.id) == (0 if over else held)
    fee = story.dispute.fee if story.dispute else None
    escrows = sum(n for account, n in story.books.balances.items() if account.kind is Kind.ESCROW)
    assert escrows == (0 if over else held) + (fee.total if fee else 0)


def _somebody_is_waited_for(story: Story) -> None:
    job, dispute = story.job, story.open_dispute()
    if job.state is JobState.DRAFT:
        return
    if job.state in OVER:
        assert dispute is None
        assert story.wakes_at() is None
        assert turn(job, dispute) is None
        return
    due = story.due_at()
    assert due is not None
    assert due > story.at
    assert turn(job, dispute) is not None
    assert (dispute is not None) is (job.state is JobState.REJECTION_OPEN)
