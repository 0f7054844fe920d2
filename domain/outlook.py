"""What happens if nobody acts: the next automatic event, its time, and the money it will move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.accounts import PLATFORM, Entry, Kind, Wallet
from domain.calendar import Calendar
from domain.cases import Case, Dispute, Job, JobState, Role
from domain.clock import ending, wake_at
from domain.contest_case import Contest
from domain.decide import by_clock, process_of
from domain.facts import Facts
from domain.prizes import SOMEBODY
from domain.process import Scene


@dataclass(frozen=True)
class Outlook:
    """The next automatic event; `money` says who gets how much, in minor units."""

    at: datetime
    what: str
    money: Mapping[str, int]


def if_nobody_acts(
    first: Case,
    dispute: Dispute | None,
    calendar: Calendar,
    *,
    nobody_shares: bool = False,
    owed_minor: int = 0,
) -> Outlook | None:
    """What silence will do to the case, on a job to its open dispute; None when it is over.

    Of a contest it must be told whether anybody may share its prizes, and what its client owes.
    """
    case = _waiting(first, dispute)
    found = ending(process_of(case), case)
    if found is None:
        return None
    timer, row = found
    if isinstance(first, Job) and first.short:
        return Outlook(timer.at, "nothing: the clock stands still while a payment is disputed", {})
    alone = case.model_copy(update={"timers": (timer,)})
    people: dict[Any, str] = {person: role.value for role, person in first.parties.items()}
    wallets = dict.fromkeys(people, Wallet())
    if isinstance(first, Contest):
        wallets = {first.client: Wallet(receivable=owed_minor)}
    facts = Facts(
        calendar=calendar,
        wallets=wallets,
        proven=frozenset(people),
        nobody_shares=nobody_shares,
    )
    scene = Scene(
        at=max(timer.at, case.last_event_at),
        step_id="outlook",
        actor=Role.CLOCK,
        actor_id=None,
        command=None,
        case=alone,
        facts=facts,
        other=first if case is dispute else None,
    )
    decision, row = by_clock(scene), row.seen(scene)
    if decision is None or not row.money:
        return Outlook(timer.at, row.says, {})
    why = decision.says[len(row.says) :]
    return Outlook(timer.at, row.says + why, moved(decision.entries, people))


def moved(entries: tuple[Entry, ...], people: Mapping[str, str]) -> dict[str, int]:
    """Who gets how much from these entries' escrows, in minor units; `people` names the parties."""
    names: dict[str, str] = {**people, PLATFORM: "platform", SOMEBODY: SOMEBODY}
    sums: dict[str, int] = {}
    for entry in entries:
        for posting in entry.postings:
            if posting.source.kind is Kind.ESCROW:
                other = "contest" if posting.target.kind is Kind.ESCROW else "mediator"
                name = names.get(posting.target.owner, other)
                sums[name] = sums.get(name, 0) + posting.amount_minor
    return sums


def due_at(first: Case, dispute: Dispute | None) -> datetime | None:
    """When the present wait of the case ends by itself; None when it is over."""
    case = _waiting(first, dispute)
    found = ending(process_of(case), case)
    return found[0].at if found else wake_at(case)


def _waiting(first: Case, dispute: Dispute | None) -> Case:
    """The case whose wait counts: on a disputed job the dispute's."""
    disputed = dispute is not None and first.state is JobState.REJECTION_OPEN
    return dispute if dispute is not None and disputed else first
