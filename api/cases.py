"""What every case shows: its state, what the caller may do now, and what happens if nobody acts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from api.access import decides
from api.bodies import Balance, Shown
from api.callers import Caller
from api.glance import glance
from api.paths import noun_of, path_of
from domain.cases import OVER, Case, Contract, Role
from domain.decide import HOUSE, process_of, turn
from domain.outlook import if_nobody_acts
from ledger.calendars import business_calendar
from ledger.cases import Pair
from settings import Settings


class Party(Shown):
    """Somebody in a case."""

    id: str
    name: str


class HandedFile(Shown):
    """A file that was handed over."""

    id: str
    name: str
    content_type: str
    size: int
    sha256: str


class Delivery(Shown):
    """One version of the work."""

    id: str
    number: int
    at: datetime
    note: str
    files: list[HandedFile]


class Settlement(Shown):
    """An offer to divide the escrow; the client gets the rest."""

    id: str
    by: str
    freelancer: Balance
    ip: str


class Verdict(Shown):
    """A proposal or ruling: release, refund or split; `freelancer` is a split's part."""

    id: str
    ends: str
    freelancer: Balance | None
    ip: str
    reasons: str
    accepted_by: list[str] = Field(default_factory=list)


class Action(Shown):
    """Something the caller may decide now."""

    command: str
    path: str
    says: str
    money: str


class Nobody(Shown):
    """The next automatic event: when, what, and who gets how much by it."""

    at: datetime
    what: str
    money: dict[str, Balance]


class Task(Shown):
    """Something staff have to look at."""

    kind: str
    since: datetime


class Operators(Shown):
    """Where operators see the case."""

    workflow_id: str
    url: str


class CaseShown(Shown):
    """What all cases have in common."""

    id: str
    kind: str
    state: str
    version: int
    over: bool
    turn: str | None
    your_role: str
    opened_at: datetime
    last_event_at: datetime
    actions: list[Action]
    if_nobody_acts: Nobody | None
    timeline: str
    staff_tasks: list[Task] | None = None
    workflow: Operators | None = None


class ContractShown(CaseShown):
    """What jobs and disputes have in common."""

    client: Party
    freelancer: Party
    paused_until: datetime | None
    settlement_offers: list[Settlement]


def of_contract(
    named: Mapping[str, str],
    pair: Pair,
    case: Contract,
    role: Role,
    caller: Caller,
    our: Settings,
) -> dict[str, Any]:
    """The fields of ContractShown for this caller; `named` are the parties by their ids."""
    return {
        **common(pair, case, role, caller, our),
        "client": Party(id=case.client, name=named[case.client]),
        "freelancer": Party(id=case.freelancer, name=named[case.freelancer]),
        "paused_until": case.paused_until,
        "settlement_offers": settlements(case),
    }


def common(pair: Pair, case: Case, role: Role, caller: Caller, our: Settings) -> dict[str, Any]:
    """The fields of CaseShown for this caller."""
    process = process_of(case)
    whose = turn(pair.first, pair.dispute) if case.state not in OVER else None
    return {
        "id": case.id,
        "kind": process.name,
        "state": case.state.value,
        "version": case.version,
        "over": case.state in OVER,
        "turn": whose.value if whose else None,
        "your_role": role.value,
        "opened_at": case.opened_at,
        "last_event_at": case.last_event_at,
        "actions": actions(pair, case, role, caller),
        "if_nobody_acts": nobody(pair) if case.state not in OVER else None,
        "timeline": f"/v1/{noun_of(process_of(pair.first))}/{pair.first.id}/timeline",
        **(_for_staff(process.name, case, our) if role in HOUSE else {}),
    }


def actions(pair: Pair, case: Case, role: Role, caller: Caller) -> list[Action]:
    """What this caller may decide now, from the law's own table."""
    if not decides(caller, role):
        return []
    process = process_of(case)
    rows = process.actions(case.state, role, glance(pair, case, role, caller.id, None))
    noun = noun_of(process)
    prefix = f"/v1/staff/{noun}" if role in HOUSE else f"/v1/{noun}"
    return [
        Action(
            command=row.command.name,
            path=f"{prefix}/{case.id}/{path_of(row.command)}",
            says=(row.command.__doc__ or "").strip(),
            money=row.money,
        )
        for row in rows
    ]


def nobody(pair: Pair, *, nobody_shares: bool = False, owed_minor: int = 0) -> Nobody | None:
    """The same for both parties, to the second and the cent."""
    outlook = if_nobody_acts(
        pair.first,
        pair.dispute,
        business_calendar(),
        nobody_shares=nobody_shares,
        owed_minor=owed_minor,
    )
    if outlook is None:
        return None
    currency = pair.first.terms.currency
    money = {who: Balance(amount_minor=n, currency=currency) for who, n in outlook.money.items()}
    return Nobody(at=outlook.at, what=outlook.what, money=money)


def settlements(case: Contract) -> list[Settlement]:
    """The offers that are open."""
    currency = case.terms.currency
    return [
        Settlement(
            id=one.id,
            by=one.by.value,
            freelancer=Balance(amount_minor=one.freelancer_minor, currency=currency),
            ip=one.ip.value,
        )
        for one in case.offers
    ]


def handed(files: Any, subject: str) -> list[HandedFile]:
    """The files that came with a brief, a delivery or an instruction."""
    return [HandedFile.model_validate(dict(row)) for row in files if row["subject_id"] == subject]


def _for_staff(kind: str, case: Case, our: Settings) -> dict[str, Any]:
    workflow_id = f"{kind}/{case.id}"
    quoted = workflow_id.replace("/", "%2F")
    url = f"{our.temporal_ui_url}/namespaces/{our.temporal_namespace}/workflows/{quoted}"
    return {
        "staff_tasks": [Task(kind=task.kind, since=task.since) for task in case.tasks],
        "workflow": Operators(workflow_id=workflow_id, url=url),
    }
