"""What becomes of a contest's prizes: set aside, awarded, handed over, given back, shared."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from domain import contest_commands as c
from domain import endings, flows, sharing, spending
from domain import job as jobs
from domain.accounts import Entry, Parts, Wallet
from domain.awaiting import ended
from domain.cases import Job, JobState
from domain.contest_case import Contest, ContestEntry, EntryState, Prize
from domain.errors import (
    DebtOpen,
    InvalidAmount,
    Linked,
    NotOpen,
    SeenIsStale,
    UnknownReference,
)
from domain.ids import CaseId, UserId, derived
from domain.lone_states import ContestState
from domain.money import share, show
from domain.policy import Policy, Terms
from domain.postings import Earned, cut
from domain.process import Change, Scene, Touch

S = ContestState
SOMEBODY = "entrants"
"""Who gets what is shared, while nobody has looked who that will be."""
BEGUN = "handover_begun", "The contest entry won a prize: please hand over the work"
"""What a handover tells of its beginning."""
ANEW = "what came back of its prize can be won again, and judging goes on"
FINALIST = "Your contest entry is a finalist: prizes that are not awarded go to finalists"


def fund(scene: Scene) -> Change:
    """All prizes go from the client's wallet to the contest's escrow, and it takes entries."""
    contest = of(scene)
    parts = jobs.set_aside(scene, contest.client, contest.terms.price_minor)
    entry = flows.prize_hold(contest.id, contest.client, parts, contest.terms.currency)
    until = scene.at + contest.open_period
    return Change(lone=to(scene, S.OPEN, held=parts, open_until=until), entries=(entry,))


def add(scene: Scene) -> Change:
    """A further prize goes to the escrow, and can be awarded."""
    contest, command = of(scene), cast(c.AddPrize, scene.command)
    require_prizes(
        contest.terms.policy, [*(one.amount_minor for one in contest.prizes), command.amount_minor]
    )
    parts = jobs.set_aside(scene, contest.client, command.amount_minor)
    prize = Prize(number=len(contest.prizes) + 1, amount_minor=command.amount_minor)
    more = {"prizes": (*contest.prizes, prize), "held": _held(contest).plus(parts)}
    entry = flows.prize_extra(
        contest.id, prize.number, contest.client, parts, contest.terms.currency
    )
    facts = {"prize": prize.number, "amount_minor": prize.amount_minor}
    after = to(scene, contest.state, **more)
    return Change(lone=after, entries=(entry,), facts=facts, all_told=True)


def require_prizes(policy: Policy, amounts_minor: list[int]) -> None:
    """Raise InvalidAmount unless a contest may have these prizes."""
    least, most = policy.smallest_price_minor, policy.largest_price_minor
    if min(amounts_minor) < least or sum(amounts_minor) > most:
        raise InvalidAmount(
            f"a prize is {show(least)} at least, and all together {show(most)} at most",
            field="prizes",
            smallest_minor=least,
            largest_minor=most,
        )
    if len(amounts_minor) > policy.most_prizes:
        raise InvalidAmount(f"a contest has {policy.most_prizes} prizes at most", field="prizes")


def award(scene: Scene) -> Change:
    """Each chosen entry gets its prize: a job begins in which its freelancer hands over."""
    _require_nothing_owed(scene)
    before = settle(scene) if ended(scene, of(scene)) else Change()
    if before.lone is not None:
        # What came back is the contest's again before it is awarded: its parts are others now.
        scene = replace(scene, case=before.lone)
    contest, command = of(scene), cast(c.AwardPrizes, scene.command)
    held, prizes = _held(contest), {one.number: one for one in contest.prizes}
    opened = list[Touch]()
    for one in command.entries:
        entry, prize = _chosen(scene, one), _prize(contest, one)
        parts = held.first(prize.amount_minor)
        held = held.less(parts)
        opened.append(_handover(scene, entry, prize, parts))
        job = opened[-1].scene.case.id
        prizes[prize.number] = prize.model_copy(update={"entry": entry.id, "job": job})
    for one in command.entries:
        # Last of all: whoever tries accounts out must be about to award.
        _require_unlinked(_standing(scene, one.entry))
    after = _onward(to(scene, contest.state, held=held, prizes=tuple(prizes.values())))
    named = {one.entry: prizes[one.prize].job for one in command.entries}
    # Of what it took note of first, the new wait remains.
    return replace(
        before, lone=after, opens=tuple(opened), facts={"jobs": named}, all_told=True, why=""
    )


def name_finalist(scene: Scene) -> Change:
    """From now on, prizes that are not awarded go to finalists."""
    _require_nothing_owed(scene)
    contest, command = of(scene), cast(c.NameFinalist, scene.command)
    entry = _standing(scene, command.entry)
    if entry.finalist:
        raise NotOpen("this entry is a finalist already", entry=entry.id)
    _require_unlinked(entry)
    after = to(scene, contest.state, finalists=contest.finalists + 1)
    promises = after.promised and not contest.promised
    if promises:
        after = _judged_anew(scene, after)
    return Change(
        lone=after,
        facts={"entry": entry.id},
        all_told=True,
        instead={entry.freelancer: FINALIST},
        restarts=promises,
    )


def settle(scene: Scene) -> Change:
    """What handovers came to: a prize is settled, awarded anew, or given back to the client."""
    contest, over = of(scene), ended(scene, of(scene))
    held, back, prizes, reopens = _held(contest), Parts(), list[Prize](), False
    for prize in contest.prizes:
        returned = _returned(over.get(prize.number))
        if prize.number not in over:
            prizes.append(prize)
        elif returned.total and _is_awarded_anew(contest, returned):
            anew = {"amount_minor": returned.total, "job": None, "entry": None}
            prizes.append(prize.model_copy(update=anew))
            held, reopens = held.plus(returned), True
        else:
            prizes.append(prize.model_copy(update={"settled": True}))
            back = back.plus(returned)
    state = S.JUDGING if reopens else contest.state
    after = _onward(to(scene, state, prizes=tuple(prizes), held=held))
    return Change(
        lone=_judged_anew(scene, after) if reopens else after,
        entries=_given_back(scene, back),
        facts={"jobs": {job.id: job.state.value for job in over.values()}},
        all_told=reopens,
        why=ANEW if reopens else "",
        restarts=reopens,
    )


def give_back(scene: Scene) -> Change:
    """Every open prize returns to the client."""
    after = _onward(_settled(scene))
    return Change(lone=after, entries=_given_back(scene, _held(of(scene))))


def distribute(scene: Scene) -> Change:
    """What the client owes is paid first; what is left of each open prize is shared."""
    held, people = _held(of(scene)), _sharers(scene)
    paid = _pays_debts(scene, held, _comes_first(scene))
    # What is provisional and may clear pays nothing yet; its client has it, and cannot spend it.
    owed = paid.plus(held.less(paid).first(_comes_first(scene) - paid.total))
    shared = list(_shared(scene, held.less(owed), people))
    entries = (*_given_back(scene, owed), *shared, *_debts_settled(scene, shared))
    facts, why = {"sharing": len(people) if shared else 0}, ""
    if owed.total:
        facts["owed_minor"] = owed.total
        rest = "the rest is shared" if shared else "nothing is left"
        why = f"what the client owes, {show(owed.total)}, is paid first; {rest}"
    return Change(lone=_onward(_settled(scene)), entries=entries, facts=facts, why=why)


def sharers(scene: Scene) -> list[UserId]:
    """Who gets a part of any open prize when all are shared now."""
    contest, policy = of(scene), scene.case.terms.policy
    most = max((one.amount_minor for one in contest.prizes if one.open), default=0)
    people = _sharers(scene)
    if not most or not people:
        return []
    net = most - policy.commission.of(most)
    return [person for person, _ in sharing.shares(net, people, policy)]


def of(scene: Scene) -> Contest:
    """The contest whose table the row stands in."""
    assert isinstance(scene.case, Contest), "this row stands in a contest"
    return scene.case


def to(scene: Scene, state: ContestState, **update: object) -> Contest:
    """The contest in this state."""
    return of(scene).model_copy(update={"state": state, **update})


def _require_nothing_owed(scene: Scene) -> None:
    """Raise ChargebackOpen or DebtOpen: what lies in the contest may not be its client's."""
    jobs.require_undisputed(scene)
    owed = _comes_first(scene)
    if owed:
        raise DebtOpen(f"{show(owed)} are owed, and come first", owed_minor=owed)


def _comes_first(scene: Scene) -> int:
    facts = scene.facts
    return spending.comes_first(_wallet(scene), facts.lent_minor, facts.bounced_minor)


def _judged_anew(scene: Scene, contest: Contest) -> Contest:
    """Judging lasts its whole time from now, or until its own later end."""
    since = max(scene.at, contest.judging_since or scene.at)
    return contest.model_copy(update={"judging_since": since})


def _onward(contest: Contest) -> Contest:
    """With no open prize left it waits for its handovers, and is closed without any."""
    if any(prize.open for prize in contest.prizes):
        return contest
    waits = any(prize.under_way for prize in contest.prizes)
    return contest.model_copy(update={"state": S.HANDING_OVER if waits else S.CLOSED})


def _wallet(scene: Scene) -> Wallet:
    return scene.facts.wallets.get(of(scene).client, Wallet())


def _held(contest: Contest) -> Parts:
    return contest.held or Parts()


def _prize(contest: Contest, chosen: c.Chosen) -> Prize:
    prize = next((one for one in contest.prizes if one.number == chosen.prize), None)
    if prize is None:
        raise UnknownReference("there is no such prize in this contest", field="entries")
    if not prize.open:
        raise NotOpen("this prize is not open any more", prize=prize.number)
    return prize


def _chosen(scene: Scene, chosen: c.Chosen) -> ContestEntry:
    """The entry as the client saw it."""
    entry = _standing(scene, chosen.entry)
    if entry.hash != chosen.hash:
        raise SeenIsStale("the contest entry has changed", entry=entry.id, hash=entry.hash)
    return entry


def _require_unlinked(entry: ContestEntry) -> None:
    """Raise Linked when staff have to look first."""
    if entry.linked:
        detail = "its freelancer is linked with you: staff have to look at it first"
        raise Linked(detail, entry=entry.id)


def _standing(scene: Scene, entry_id: str) -> ContestEntry:
    entry = next((one for one in scene.facts.entries if one.id == entry_id), None)
    if entry is None or entry.contest != scene.case.id:
        raise UnknownReference("there is no such entry in this contest", field="entries")
    if entry.state is not EntryState.ENTERED:
        detail = f"the contest entry is {entry.state}"
        raise SeenIsStale(detail, entry=entry.id, state=entry.state.value)
    return entry


def _handover(scene: Scene, entry: ContestEntry, prize: Prize, parts: Parts) -> Touch:
    """The job in which a winner hands over: begun, and its prize in escrow."""
    contest = of(scene)
    policy, currency = contest.terms.policy, contest.terms.currency
    terms = Terms(
        policy=policy,
        currency=currency,
        price_minor=prize.amount_minor,
        work_period=policy.handover_period,
    )
    draft = Job(
        id=CaseId(derived("job", scene.at, f"{scene.step_id}/{entry.id}")),
        terms=terms,
        client=contest.client,
        freelancer=entry.freelancer,
        opened_at=scene.at,
        last_event_at=scene.at,
        since=scene.at,
        origin=contest.id,
    )
    jobs.require_offerable(draft)
    assert scene.command is not None, "a client awards"
    due = scene.at + terms.work_period
    begun = draft.model_copy(update={"state": JobState.IN_PROGRESS, "held": parts, "due_at": due})
    money = flows.prize_award(contest.id, draft.id, parts.total, currency)
    change = Change(job=begun, entries=(money,), facts={"entry": entry.id, "prize": prize.number})
    return Touch(scene.opening(draft, scene.command), change, *BEGUN)


def _returned(job: Job | None) -> Parts:
    """What came back to the contest from a handover that failed."""
    return job.returned or Parts() if job is not None else Parts()


def _is_awarded_anew(contest: Contest, returned: Parts) -> bool:
    """Prizes that are promised stay in the contest, as long as a job can have what is left."""
    return contest.promised and returned.total >= contest.terms.policy.smallest_price_minor


def _settled(scene: Scene) -> Contest:
    """The contest when its open prizes have left it."""
    contest = of(scene)
    settled = (
        one.model_copy(update={"settled": True}) if one.open else one for one in contest.prizes
    )
    return to(scene, contest.state, prizes=tuple(settled), held=Parts())


def _given_back(scene: Scene, parts: Parts) -> tuple[Entry, ...]:
    """To the client, and at once to what they owe."""
    contest, sequence = of(scene), scene.case.version + 1
    client, currency = contest.client, contest.terms.currency
    entry = flows.prize_refund(contest.id, client, parts, sequence, currency)
    paid = (
        flows.receivable_settle(f"{entry.reference}/{kind}", client, minor, kind, currency)
        for kind, minor in _pays_debts(scene, parts, _wallet(scene).receivable).by_kind()
    )
    return tuple(one for one in (entry, *paid) if one.postings)


def _pays_debts(scene: Scene, parts: Parts, debt: int) -> Parts:
    """What of these parts settles so much debt: what has bounced, then what has cleared."""
    bounced = parts.first(min(debt, scene.facts.bounced_minor, parts.provisional))
    cleared = parts.less(parts.first(parts.provisional))
    return bounced.plus(cleared.first(debt - bounced.total))


def _sharers(scene: Scene) -> list[UserId]:
    if scene.facts.entrants is None:
        return [UserId(SOMEBODY)]
    return sharing.among(scene.facts.entrants, scene.case.terms.policy)


def _shared(scene: Scene, held: Parts, people: list[UserId]) -> Iterator[Entry]:
    """One entry for each open prize; each share has its part of what is provisional."""
    contest = of(scene)
    policy, prizes = contest.terms.policy, [one for one in contest.prizes if one.open]
    left = share(held.total, [one.amount_minor for one in prizes])
    for prize, minor in zip(prizes, left, strict=True):
        if not minor:
            continue
        parts = held.first(minor)
        held = held.less(parts)
        fee = policy.commission.of(parts.total)
        given = cut(parts, parts.total, fee)
        theirs = sharing.shares(parts.total - fee, people, policy)
        provisional = given.freelancer.provisional - given.fee_provisional
        apart = share(provisional, [minor for _, minor in theirs])
        earned = [
            Earned(person, part, minor - part)
            for (person, minor), part in zip(theirs, apart, strict=True)
        ]
        currency = contest.terms.currency
        yield flows.prize_distribution(contest.id, prize.number, earned, fee, currency)


def _debts_settled(scene: Scene, shared: list[Entry]) -> Iterator[Entry]:
    """Whoever owes something pays it from what has just arrived."""
    wallets = dict(scene.facts.wallets)
    for entry in shared:
        for posting in entry.postings:
            person = UserId(posting.target.owner)
            owed = wallets.get(person, Wallet()).receivable
            arrived = endings.arrives(posting)
            if not owed or not arrived:
                continue
            paid, currency = min(owed, arrived), scene.case.terms.currency
            left = wallets[person].model_copy(update={"receivable": owed - paid})
            wallets[person] = left
            cause = f"{entry.reference}/{person}"
            yield from endings.debt_settled(cause, person, owed, arrived, currency)
