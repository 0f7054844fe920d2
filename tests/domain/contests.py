"""A contest driven through the law: its client, its winners' handovers, and time."""

from copy import copy
from typing import Any, Self

from domain import commands as j
from domain import contest_commands as c
from domain import flows, tracing
from domain.accounts import Account, Kind, Parts
from domain.calendar import Calendar
from domain.cases import Job, Role
from domain.command import Command
from domain.contest_case import Contest, ContestEntry, Entrant, EntryState, Prize
from domain.decide import Decision, by_clock, by_person, clock_needs, clock_row
from domain.facts import Facts, Need
from domain.ids import CaseId, DeliveryId, UserId
from domain.lone_states import ContestState
from domain.policy import DAY, Policy, Terms
from domain.process import Scene
from tests.domain.lone import Lone
from tests.domain.remittances import written
from tests.domain.story import CLIENT, HOLIDAYS, MONDAY

S = ContestState
ANA, BEN, CHO = UserId("ana"), UserId("ben"), UserId("cho")
HASHES = {person: person[0] * 64 for person in (ANA, BEN, CHO)}
OPEN = 7 * DAY
JUDGED = OPEN + Policy().judging_period
SHARED = JUDGED + Policy().distributing_period
STATEMENT = {"statement": True, "signature": "Cora"}


def chosen(who: UserId, prize: int, **more: Any) -> dict[str, object]:
    """This one's entry, as it was seen, gets this prize."""
    return {"entry": f"entry_{who}", "hash": HASHES[who], "prize": prize} | more


USUAL: dict[type[Command], dict[str, object]] = {
    c.PostContest: {},
    j.Fund: {},
    c.AddPrize: {"amount_minor": 50_00},
    c.CloseEarly: {},
    c.NameFinalist: {"entry": "entry_ben"},
    c.AwardPrizes: {"entries": [chosen(ANA, 1)]},
    c.ExtendJudging: {},
    c.WithdrawContest: STATEMENT,
    c.HandoversEnded: {},
}


def entry(who: UserId, number: int = 1, **more: Any) -> ContestEntry:
    """An entry that stands."""
    usual = {"state": EntryState.ENTERED, "hash": HASHES[who], "contest": "contest_1"}
    named = {"id": f"entry_{who}", "freelancer": who, "number": number}
    return ContestEntry.model_validate(usual | named | more)


class Contests(Lone[Contest]):
    """One contest with two prizes, three entries, the books, and the moment it is."""

    usual, people = USUAL, {Role.CLIENT: CLIENT, Role.FREELANCER: ANA}

    def __init__(
        self, wallet: int = 500_00, *, prizes: Any = (200_00, 100_00), **more: Any
    ) -> None:
        times = dict.fromkeys(("opened_at", "last_event_at", "since"), MONDAY)
        terms = Terms(policy=Policy(), price_minor=sum(prizes), work_period=5 * DAY)
        case = Contest.model_validate({
            "id": CaseId("contest_1"),
            "terms": terms,
            "client": CLIENT,
            "open_period": OPEN,
            "prizes": tuple(Prize(number=n, amount_minor=one) for n, one in enumerate(prizes, 1)),
            **times,
            **more,
        })  # fmt: skip
        super().__init__(case, MONDAY)
        self.entries = [entry(ANA), entry(BEN, 2), entry(CHO, 3)]
        self.ratings = dict[UserId, int]()
        self.jobs = dict[CaseId, Job]()
        self.proven = frozenset({CLIENT})
        self.charged_back = False
        self.checks = dict[str, int]()
        self.bounced = set[str]()
        self.give(credits=wallet)

    def give(self, **amounts: int) -> Self:
        """The client has come to have more."""
        self.books.give(CLIENT, **amounts)
        return self

    def fork(self) -> Self:
        other = super().fork()
        other.entries, other.jobs = copy(self.entries), copy(self.jobs)
        other.checks, other.bounced = copy(self.checks), copy(self.bounced)
        return other

    def by(self, kind: type[Command], **body: Any) -> Self:
        """The client decides."""
        return self.does(Role.CLIENT, kind.model_validate({**self.usual[kind], **body}))

    def opened(self) -> Self:
        """It takes entries."""
        return self.by(c.PostContest)

    def judging(self) -> Self:
        """Entries have ended."""
        return self.opened().until(MONDAY + OPEN)

    def awards(self, *choices: dict[str, object]) -> Self:
        """The client awards prizes."""
        return self.by(c.AwardPrizes, entries=list(choices))

    def promised(self) -> Self:
        """A finalist was named."""
        return self.judging().by(c.NameFinalist)

    def distributing(self) -> Self:
        """Judging is over, and the prizes are promised."""
        return self.promised().until(MONDAY + JUDGED)

    def handing_over(self) -> Self:
        """Both prizes are awarded."""
        return self.judging().awards(chosen(ANA, 1), chosen(BEN, 2))

    def ends(self, prize: int, *, well: bool = True, told: bool = True) -> Self:
        """The handover of this prize ends, and the contest looks."""
        [job_id] = [one.job for one in self.case.prizes if one.number == prize and one.job]
        freelancer = self.jobs[job_id].freelancer
        if well:
            delivery = DeliveryId(f"delivery_{prize}")
            self.acts_in(job_id, Role.FREELANCER, freelancer, j.Deliver(id=delivery, note="it"))
            self.acts_in(job_id, Role.CLIENT, CLIENT, j.Approve(delivery_id=delivery))
        else:
            self.acts_in(job_id, Role.FREELANCER, freelancer, j.Resign())
        return self.looks() if told else self

    def looks(self) -> Self:
        """It was told that something changed, and the clock has its look."""
        row = clock_row(self.case, self.at)
        assert row is not None, "it waits for something"
        facts = self.facts(clock_needs(self.case, row)[0])
        decision = by_clock(Scene(self.at, "look", Role.CLOCK, None, None, self.case, facts))
        if decision is not None:
            self._write(decision)
        return self

    @property
    def held(self) -> int:
        """What is in the contest's escrow."""
        return self.books.balance(Kind.ESCROW, self.case.id)

    def wallet(self, who: UserId = CLIENT) -> int:
        """What somebody has, and owes not."""
        wallet = self.books.wallet(who)
        return wallet.spendable - wallet.receivable

    def states(self) -> tuple[ContestState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def facts(self, needs: frozenset[Need]) -> Facts:
        standing = [one for one in self.entries if one.state is EntryState.ENTERED]
        shown = [
            one for one in self.entries if one.state in (EntryState.ENTERED, EntryState.AWARDED)
        ]
        people = (CLIENT, ANA, BEN, CHO) if Need.WALLETS in needs else ()
        return Facts(
            Calendar(holidays=HOLIDAYS),
            wallets={one: self.books.wallet(one) for one in people},
            entries=tuple(self.entries) if Need.ENTRIES in needs else (),
            entered=len(standing) if Need.ENTERED in needs else 0,
            entrants=self._entrants(standing) if Need.ENTRANTS in needs else None,
            nobody_shares=not standing and bool(needs & {Need.ENTRANTS, Need.SHARERS}),
            handovers=self.jobs if Need.HANDOVERS in needs else {},
            crowd=tuple(one.freelancer for one in shown) if Need.CROWD in needs else (),
            proven=self.proven,
            charged_back=self.charged_back,
            bounced_minor=self._lies_there() if Need.WALLETS in needs else 0,
        )

    def pays_in(self, deposit: str, minor: int) -> Self:
        """A check of the client's is credited."""
        came = flows.deposit_provisional(deposit, CLIENT, minor, Kind.BANK_CLEARING, "USD")
        self.books.post([came])
        self.checks[deposit] = minor
        return self

    def bounces(self, deposit: str) -> Self:
        """What of a check is in the client's wallet is taken back, and the rest is owed."""
        there = self.traced().get(deposit, {})
        found = there.get(Account(Kind.CREDITS_PROVISIONAL, CLIENT), 0)
        taken = Parts(credits_provisional=found, advanced=self.checks[deposit] - found)
        self.bounced.add(deposit)
        self.books.post([flows.deposit_reversed(deposit, CLIENT, taken, Kind.BANK_CLEARING, "USD")])
        return self

    def traced(self) -> dict[str, dict[Account, int]]:
        """Where each check's money is."""
        return tracing.traced(map(written, self.books.entries.values()))

    def _lies_there(self) -> int:
        way = map(written, self.books.entries.values())
        return tracing.bounced(way, CLIENT).get(Account(Kind.ESCROW, self.case.id), 0)

    def _entrants(self, standing: list[ContestEntry]) -> tuple[Entrant, ...]:
        return tuple(
            Entrant(
                person=one.freelancer,
                finalist=one.finalist,
                rating=self.ratings.get(one.freelancer, 0),
                number=one.number,
            )
            for one in standing
        )

    def _write(self, decision: Decision) -> None:
        super()._write(decision)
        for one in decision.opened:
            assert one.job is not None, "what it opens are jobs"
            self.books.post(one.entries)
            self.jobs[one.job.id] = one.job
            self._now(one.facts["entry"], state=EntryState.AWARDED)
        if decision.event == "finalist_named":
            self._now(decision.facts["entry"], finalist=True)

    def _now(self, entry_id: str, **update: Any) -> None:
        self.entries = [
            one.model_copy(update=update) if one.id == entry_id else one for one in self.entries
        ]

    def acts_in(self, job_id: CaseId, role: Role, who: UserId, command: Command) -> None:
        """Somebody decides in a handover."""
        job = self.jobs[job_id]
        wallets = {one: self.books.wallet(one) for one in (CLIENT, job.freelancer)}
        facts = Facts(Calendar(holidays=HOLIDAYS), wallets=wallets)
        scene = Scene(self.at, "job", role, who, command, job, facts)
        decision = by_person(scene)
        assert decision.job is not None, "it is the job's own step"
        self.books.post(decision.entries)
        self.jobs[job_id] = decision.job


def _undecided() -> Contests:
    it = Contests().judging()
    it.charged_back = True
    return it


CONTEST_SCENES = {
    S.DRAFT: (Contests, lambda: Contests(wallet=0)),
    S.REFUSED: (lambda: Contests().cannot_begin(Role.CLIENT, c.PostContest),),
    S.AWAITING_FUNDS: (
        lambda: Contests(wallet=0).opened(),
        lambda: Contests(wallet=0).opened().give(credits=300_00),
    ),
    S.OPEN: (
        lambda: Contests().opened(),
        lambda: Contests(wallet=300_00).opened(),
        lambda: Contests().opened().by(c.NameFinalist),
    ),
    S.JUDGING: (
        lambda: Contests().judging(),
        _undecided,
        lambda: Contests().promised(),
        lambda: Contests().judging().by(c.ExtendJudging),
        lambda: Contests().judging().awards(chosen(BEN, 2)).ends(2, well=False, told=False),
        lambda: Contests().judging().awards(chosen(BEN, 1)),
    ),
    S.DISTRIBUTING: (
        lambda: Contests().distributing(),
        lambda: Contests().distributing().awards(chosen(CHO, 2)).ends(2, well=False, told=False),
    ),
    S.HANDING_OVER: (
        lambda: Contests().handing_over(),
        lambda: Contests().handing_over().ends(1, told=False),
        lambda: Contests().handing_over().ends(1).ends(2, told=False),
        lambda: Contests(guaranteed=True).handing_over().ends(1, well=False, told=False),
    ),
    S.CLOSED: (
        lambda: Contests().judging().by(c.WithdrawContest),
        lambda: Contests().distributing().until(MONDAY + SHARED),
    ),
    S.LAPSED: (lambda: Contests(wallet=0).opened().by(c.WithdrawContest),),
}
