"""What may be there once is there once, whoever writes it: the tables themselves refuse more."""

from typing import NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import flows
from domain.accounts import Kind
from tests.ledger import acts

RECEIPT = """
    insert into receipt (id, client_id, method, amount_minor, currency, bank_reference, received_on,
                         recorded_by, confirmed_by, confirmed_at)
    select '{id}', id, 'check', 1, 'USD', '{reference}', now(), id, {confirmed_by}
      from person where id = 'client_of_job_once'
"""


class Attempt(NamedTuple):
    """Statements of one transaction, and the constraint that refuses the last of them."""

    constraint: str
    statements: tuple[str, ...]


ATTEMPTS = {
    "an entry's reference": Attempt(
        "uq_journal_entry_reference",
        (
            "insert into journal_entry (reference, kind, cause, effective_at, request_hash,"
            " leg_count) select reference, kind, cause, effective_at, request_hash, leg_count"
            " from journal_entry where reference = 'deposit/once/credit'",
        ),
    ),
    "a caller's key": Attempt(
        "uq_instruction_caller_id_idempotency_key",
        (
            "insert into instruction (id, caller_id, idempotency_key, request_hash, case_id, role,"
            " command, body) select 'ins_again', caller_id, idempotency_key, request_hash,"
            " case_id, role, command, body from instruction where id = 'ins_job_once'",
        ),
    ),
    "a step of a case": Attempt(
        "uq_event_step_id_case_id",
        (
            "insert into event (case_id, version, kind, state, actor, step_id, at)"
            " select case_id, version + 1, kind, state, actor, step_id, at from event"
            " where case_id = 'job_once'",
        ),
    ),
    "a line of the bank statement": Attempt(
        "uq_receipt_method_bank_reference",
        tuple(
            RECEIPT.format(id=receipt, reference="line 1", confirmed_by="null, null")
            for receipt in ("receipt_1", "receipt_2")
        ),
    ),
    "who vouches for money, where it takes two people": Attempt(
        "ck_receipt_two_people",
        (RECEIPT.format(id="receipt_3", reference="line 3", confirmed_by="id, now()"),),
    ),
}


@pytest.fixture(scope="module", autouse=True)
async def standing(app: AsyncEngine) -> None:
    """One entry, one decided instruction with its event, one person."""
    await acts.post(app, flows.deposit("once", "usr_once", 100, Kind.BANK_CLEARING, "USD"))
    async with app.begin() as c:
        for statement in acts.DECIDED_CASE.format(case="job_once").split(";"):
            await c.execute(text(statement))


@pytest.mark.parametrize("what", ATTEMPTS)
async def test_the_tables_refuse_it_twice(owner: AsyncEngine, what: str) -> None:
    """Not only the code that writes them: each by the constraint it is there for."""
    attempt = ATTEMPTS[what]
    async with owner.connect() as c:
        with pytest.raises(IntegrityError, match=attempt.constraint):
            for statement in attempt.statements:
                await c.execute(text(statement))
        await c.rollback()
