"""The table of each kind of case, and who stands where in it."""

from collections.abc import Mapping
from functools import cache

from domain.basket import BASKET
from domain.basket_case import Basket
from domain.cases import (
    OVER,
    Case,
    Chargeback,
    Deposit,
    Dispute,
    DisputeState,
    Job,
    JobState,
    Remittance,
    Role,
    Withdrawal,
)
from domain.chargeback import CHARGEBACK
from domain.contest import CONTEST
from domain.contest_case import Contest
from domain.deposit import DEPOSIT
from domain.dispute import DISPUTE
from domain.ids import UserId
from domain.job import JOB
from domain.process import Process
from domain.project import PROJECT
from domain.project_case import Project
from domain.refund import REFUND
from domain.refund_case import Refund
from domain.remittance import REMITTANCE
from domain.withdrawal import WITHDRAWAL

PROCESSES: Mapping[type[Case], Process] = {
    Job: JOB,
    Dispute: DISPUTE,
    Deposit: DEPOSIT,
    Remittance: REMITTANCE,
    Withdrawal: WITHDRAWAL,
    Refund: REFUND,
    Chargeback: CHARGEBACK,
    Project: PROJECT,
    Contest: CONTEST,
    Basket: BASKET,
}
"""The table of each kind of case."""


def process_of(case: Case) -> Process:
    """The table the case lives by: the rows in force when it was signed."""
    return _table(type(case), case.terms.policy.version)


@cache
def _table(kind: type[Case], version: int) -> Process:
    return PROCESSES[kind].under(version)


def party(case: Case, role: Role) -> UserId | None:
    """The person who has this role in the case."""
    return case.parties.get(role)


def turn(first: Case, dispute: Dispute | None = None) -> Role | None:
    """Whose turn it is, on a disputed job by its dispute; None when it is over."""
    disputed = dispute is not None and first.state is JobState.REJECTION_OPEN
    if dispute is not None and disputed and dispute.state not in OVER:
        return _turn_in(dispute)
    return PROCESSES[type(first)].turn.get(first.state)


def _turn_in(dispute: Dispute) -> Role:
    """The one who has not answered a proposal yet, else whom the table names."""
    answered = dispute.proposal.accepted_by if dispute.proposal else ()
    if dispute.state is DisputeState.PROPOSED and Role.CLIENT in answered:
        return Role.FREELANCER
    return DISPUTE.turn[dispute.state]
