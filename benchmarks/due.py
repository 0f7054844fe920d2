"""Withdrawals that are due: people who may be paid, and what they asked for, by SQL."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.bank_details import Destination, IbanAccount, UsAccount, Via, last_four, via
from domain.cases import Withdrawal, WithdrawalState
from domain.ids import CaseId, UserId
from domain.policy import CaseTerms, Policy
from ledger import cases
from ledger.payment_tables import payout_method
from ledger.payout_methods import Details
from ledger.sealed_values import Place, SealingKeys

AT_ONCE = 10_000
FEE_MINOR, LEAST_MINOR = 1_00, 50_00
EVERY_IBAN = 4
BANKS: tuple[Destination, Destination] = (
    UsAccount(routing_number="021000021", account_number="000123456789"),
    IbanAccount(iban="DE89370400440532013000", bic="COBADEFFXXX"),
)
NUMBER = "lpad(to_hex(n), 26, '0')"
NUMBERS = "generate_series(cast(:first as bigint), cast(:last as bigint)) n"
PEOPLE = (
    "insert into person (id, email, name, password_hash)"
    f" select 'user_' || {NUMBER}, n || '@payee.example.com', 'Ana Nín', 'none' from {NUMBERS}",
    f"select open_accounts('user_' || {NUMBER}, 'USD') from {NUMBERS}",
    "insert into work_permission (person_id, us_citizen, lives_in_us, result)"
    f" select 'user_' || {NUMBER}, true, true, 'w9' from {NUMBERS}",
    "insert into tax_form (id, person_id, kind, state, payload, key_id, tin_type, full_name,"
    "                      certification, signed_on)"
    f" select 'form_' || {NUMBER}, 'user_' || {NUMBER}, 'w9', 'signed', '', 'none', 'ssn',"
    f"       'Ana Nín', 1, current_date from {NUMBERS}",
)
"""People with a tax form, whose content a run does not read."""
COLUMNS = (
    "id, kind, state, version, over, owner, due_at, wake_at, freelancer_id, terms, data,"
    " opened_at, last_event_at"
)
COPIES = f"""
    insert into cases ({COLUMNS})
    select 'withdrawal_' || translate(:run, '-', '') || lpad(to_hex(n), 18, '0'),
           t.kind, t.state, t.version, t.over, t.owner, t.due_at, t.wake_at, m.person_id, t.terms,
           t.data || jsonb_build_object(
               'payment_date', cast(:run as text),
               'amount_minor', cast(:least as bigint) + n % 100000,
               'method', m.id, 'via', m.via, 'last_four', m.last_four),
           t.opened_at, t.last_event_at
      from cases t cross join {NUMBERS}
      join payout_method m on m.id = 'method_' || {NUMBER}
     where t.id = :template
"""


async def paid_somewhere(engine: AsyncEngine, keys: SealingKeys, count: int) -> str:
    """So many people whom nothing keeps from being paid; the withdrawal that others are like."""
    for first in range(1, count + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, count)
        async with engine.begin() as c:
            for query in PEOPLE:
                await c.execute(text(query), {"first": first, "last": last})
            methods = [_method(keys, n) for n in range(first, last + 1)]
            await c.execute(insert(payout_method), methods)
    first_of_all = _withdrawal()
    async with engine.begin() as c:
        await cases.draft(c, first_of_all)
    return first_of_all.id


async def requested(engine: AsyncEngine, template: str, run: date, count: int) -> None:
    """A withdrawal of each of the first so many people waits for this payment date."""
    for first in range(1, count + 1, AT_ONCE):
        given = {"first": first, "last": min(first + AT_ONCE - 1, count), "least": LEAST_MINOR}
        async with engine.begin() as c:
            await c.execute(text(COPIES), given | {"run": run.isoformat(), "template": template})


def _method(keys: SealingKeys, number: int) -> dict[str, object]:
    destination = BANKS[number % EVERY_IBAN == 0]
    method_id = f"method_{number:026x}"
    content = Details(holder="Ana Nín", destination=destination).model_dump_json().encode()
    sealed = keys.seal(Place("payout_method", "payload", method_id), content)
    return {
        "id": method_id,
        "person_id": f"user_{number:026x}",
        "via": via(destination).value,
        "payload": sealed.content,
        "key_id": sealed.key_id,
        "last_four": last_four(destination),
        "added_at": datetime.now(UTC) - timedelta(days=30),
    }


def _withdrawal() -> Withdrawal:
    """Requested for no payment date yet, by the first of these people."""
    now = datetime.now(UTC)
    return Withdrawal(
        id=CaseId(f"withdrawal_{0:026x}"),
        state=WithdrawalState.REQUESTED,
        version=1,
        terms=CaseTerms(policy=Policy()),
        freelancer=UserId(f"user_{1:026x}"),
        amount_minor=LEAST_MINOR,
        fee_minor=FEE_MINOR,
        method=f"method_{1:026x}",
        via=Via.US_BANK,
        last_four="6789",
        opened_at=now,
        last_event_at=now,
        since=now,
        approval_due=now,
    )
