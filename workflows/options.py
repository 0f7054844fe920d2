"""How workflows call their activities and are started: names, types, times, search attributes."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from temporalio.common import (
    RetryPolicy,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
)

from domain.chargeback import READ_DISPUTE, SEND_EVIDENCE
from domain.deposit import CLOSE_CHECKOUT, OPEN_CHECKOUT, READ_CHECKOUT
from domain.outcome import Answer, CaseBrief, Outcome
from domain.refund import READ_REFUND, SEND_REFUND
from domain.withdrawal import PAY_OUT, READ_PAYOUT


class TaskQueue(StrEnum):
    """Where work waits for a worker, so that one kind of it can grow without the others."""

    JOBS = "jobs"
    """What people wait for: jobs and disputes."""
    MONEY = "money"
    """What waits for banks and card networks: money that enters or leaves."""
    REWARDS = "rewards"
    """The monthly run, which may take hours and must hold up nobody."""


WORKFLOWS = {
    "job": "JobWorkflow",
    "dispute": "DisputeWorkflow",
    "deposit": "DepositWorkflow",
    "remittance": "RemittanceWorkflow",
    "withdrawal": "WithdrawalWorkflow",
    "refund": "RefundWorkflow",
    "chargeback": "ChargebackWorkflow",
    "project": "ProjectWorkflow",
    "contest": "ContestWorkflow",
    "basket": "BasketWorkflow",
}
"""The workflow type of each kind of case."""
QUEUES = {
    "job": TaskQueue.JOBS,
    "dispute": TaskQueue.JOBS,
    "deposit": TaskQueue.MONEY,
    "remittance": TaskQueue.MONEY,
    "withdrawal": TaskQueue.MONEY,
    "refund": TaskQueue.MONEY,
    "chargeback": TaskQueue.MONEY,
    "project": TaskQueue.JOBS,
    "contest": TaskQueue.JOBS,
    "basket": TaskQueue.JOBS,
}
"""Where each kind of case lives."""

CHECKS_WORKFLOW = "ChecksWorkflow"
CHECKS_QUEUE = TaskQueue.MONEY
"""Where the checks of the books are made."""
CHECKS = {
    "newest": timedelta(minutes=2),
    "all": timedelta(minutes=30),
    "outside": timedelta(minutes=60),
}
"""The checks, and after how long each is tried again: by then whoever made it has died."""

SUMMARIES = {
    "job": "One client, one freelancer, one escrow",
    "dispute": "The quarrel over one job: rejection, mediation, ruling",
    "deposit": "Money a client pays in on the processor's page",
    "remittance": "Money that comes by bank transfer, money order or check",
    "withdrawal": "Earnings on their way to their owner's bank",
    "refund": "Unspent credits on their way back to where they came from",
    "chargeback": "A payment that is disputed with the card network",
    "project": "A request for bids, of which one or several become jobs",
    "contest": "Prizes for the best entries, each handed over in a job",
    "basket": "Listings that are bought at once, each a job of its own",
}
FOR_OPERATORS = """\
Everything about a case stands in its row; this workflow only waits and acts.

A step that fails is tried again without end: the signal `retry` tries at once.

A workflow that was terminated is started again from its row, soon.

What may happen next, and why: `docs/processes.md`.
"""
"""What stands beside every case in the Temporal UI."""

COMMIT_STEP = "commit_step"
SEND_REMINDER = "send_reminder"
CHECK_BOOKS = "check_books"
OUTSIDE = (
    *(OPEN_CHECKOUT, READ_CHECKOUT, CLOSE_CHECKOUT),
    *(PAY_OUT, READ_PAYOUT),
    *(SEND_REFUND, READ_REFUND),
    *(READ_DISPUTE, SEND_EVIDENCE),
)
"""What cases ask of the outside."""
RESULT_TYPES: dict[str, type] = {
    COMMIT_STEP: Outcome,
    SEND_REMINDER: str,
    CHECK_BOOKS: int,
    **dict.fromkeys(OUTSIDE, Answer),
}
"""What each activity answers; a test compares this with what the worker registers."""

QUICKLY = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), backoff_coefficient=2, maximum_attempts=3
)
"""Three short tries inside the workflow task."""
WITHOUT_END = RetryPolicy(
    initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=30)
)
"""Pending, visibly, until it succeeds."""
BOUNDED = RetryPolicy(maximum_attempts=3, maximum_interval=timedelta(seconds=10))

SHORT = timedelta(seconds=2)
STEP_TIMEOUT = timedelta(seconds=20)
STUCK_AFTER = timedelta(minutes=5)
OUTSIDE_TIMEOUT = timedelta(seconds=60)
REMINDER_TIMEOUT = timedelta(seconds=20)
RPC_TIMEOUT = timedelta(seconds=3)

CASE_STATE = SearchAttributeKey.for_keyword("CaseState")
CLIENT_ID = SearchAttributeKey.for_keyword("ClientId")
FREELANCER_ID = SearchAttributeKey.for_keyword("FreelancerId")
NEXT_DEADLINE = SearchAttributeKey.for_datetime("NextDeadline")
OWNER = SearchAttributeKey.for_keyword("Owner")
STAFF_TASK = SearchAttributeKey.for_keyword("StaffTask")
STUCK = SearchAttributeKey.for_bool("Stuck")
REPORTED_PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
"""Temporal's own: set when a workflow's tasks keep failing, gone when one succeeds."""


def search_attributes(case: CaseBrief) -> TypedSearchAttributes:
    """What operators filter on."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(CASE_STATE, case.state),
        SearchAttributePair(OWNER, case.owner or "nobody"),
        SearchAttributePair(STUCK, False),
    ]
    if case.client:
        pairs.append(SearchAttributePair(CLIENT_ID, case.client))
    if case.freelancer:
        pairs.append(SearchAttributePair(FREELANCER_ID, case.freelancer))
    if case.staff_task:
        pairs.append(SearchAttributePair(STAFF_TASK, case.staff_task))
    if case.due_at is not None:
        pairs.append(SearchAttributePair(NEXT_DEADLINE, case.due_at))
    return TypedSearchAttributes(pairs)
