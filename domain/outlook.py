"""What happens if nobody acts: the next automatic event, its time, and the money it will move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.accounts import PLATFORM, Entry, Kind, Wallet
from domain.calendar import Calendar
from domain.cases import Dispute, Job, JobState, Role
from domain.clock import ending, wake_at
from domain.decide import by_clock, process_of
from domain.ids import UserId
from domain.process import Facts, Scene


@dataclass(frozen=True)
class Outlook:
    """The next automatic event; `money` says who gets how much, in minor units."""

    at: datetime
    what: str
    money: Mapping[str, int]


def if_nobody_acts(job: Job, dispute: Dispute | None, calendar: Calendar) -> Outlook | None:
    """What silence will do to the job, and to its open dispute; None when it is over."""
    disputed = dispute is not None and job.state is JobState.REJECTION_OPEN
    case: Job | Dispute = dispute if dispute is not None and disputed else job
    found = ending(process_of(case), case)
    if found is None:
        return None
    timer, row = found
    alone = case.model_copy(update={"timers": (timer,)})
    nobody = Wallet()
    facts = Facts(
        calendar=calendar,
        wallets={job.client: nobody, job.freelancer: nobody},
        proven=frozenset({job.client, job.freelancer}),
    )
    scene = Scene(
        at=max(timer.at, case.last_event_at),
        step_id="outlook",
        actor=Role.CLOCK,
        actor_id=None,
        command=None,
        job=job if isinstance(alone, Dispute) else alone,
        dispute=alone if isinstance(alone, Dispute) else None,
        facts=facts,
        on_dispute=isinstance(alone, Dispute),
    )
    decision = by_clock(scene)
    entries = decision.entries if decision and row.money else ()
    return Outlook(timer.at, row.says, moved(entries, job.client, job.freelancer))


def moved(entries: tuple[Entry, ...], client: UserId, freelancer: UserId) -> dict[str, int]:
    """Who gets how much from these entries, in minor units."""
    names = {client: "client", freelancer: "freelancer", PLATFORM: "platform"}
    sums: dict[str, int] = {}
    for entry in entries:
        for posting in entry.postings:
            if posting.source.kind is Kind.ESCROW:
                name = names.get(UserId(posting.target.owner), "mediator")
                sums[name] = sums.get(name, 0) + posting.amount_minor
    return sums


def due_at(job: Job, dispute: Dispute | None) -> datetime | None:
    """When the present wait of the job ends by itself; None when it is over."""
    disputed = dispute is not None and job.state is JobState.REJECTION_OPEN
    case: Job | Dispute = dispute if dispute is not None and disputed else job
    found = ending(process_of(case), case)
    return found[0].at if found else wake_at(case)
