"""What must be known of people before they are paid: a question for each thing, however many."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Kind
from domain.payee import Payee, PayoutMethod
from domain.standing import Permission
from domain.tax import Held
from ledger import chargebacks
from ledger.journal_tables import account
from ledger.payment_tables import payout_method
from ledger.payout_methods import KNOWN
from ledger.tables import work_permission
from ledger.tax_tables import tax_form


async def of(
    c: AsyncConnection, people: Collection[str], currency: str = "USD"
) -> dict[str, Payee]:
    """Each of these people, as they may be paid."""
    permissions, forms = await _permissions(c, people), await _forms(c, people)
    owed, methods = await _owed(c, people, currency), await _methods(c, people)
    disputed = await chargebacks.undecided(c, people)
    return {
        person: Payee(
            permission=permissions.get(person),
            forms=tuple(forms[person]),
            owed_minor=owed.get(person, 0),
            charged_back=person in disputed,
            method=methods.get(person),
        )
        for person in people
    }


async def _permissions(c: AsyncConnection, people: Collection[str]) -> dict[str, Permission]:
    query = select(work_permission.c.person_id, work_permission.c.result)
    rows = await c.execute(query.where(work_permission.c.person_id.in_(people)))
    return {row.person_id: Permission(row.result) for row in rows}


async def _forms(c: AsyncConnection, people: Collection[str]) -> dict[str, list[Held]]:
    columns = tax_form.c.person_id, tax_form.c.kind, tax_form.c.state, tax_form.c.valid_until
    found: dict[str, list[Held]] = defaultdict(list)
    for row in await c.execute(select(*columns).where(tax_form.c.person_id.in_(people))):
        found[row.person_id].append(Held.model_validate(row))
    return found


async def _owed(c: AsyncConnection, people: Collection[str], currency: str) -> dict[str, int]:
    """What a person owes is a debit."""
    query = select(account.c.owner, account.c.balance_minor).where(
        account.c.owner.in_(people),
        account.c.kind == Kind.RECEIVABLE.value,
        account.c.currency == currency,
    )
    return {row.owner: -row.balance_minor for row in await c.execute(query)}


async def _methods(c: AsyncConnection, people: Collection[str]) -> dict[str, PayoutMethod]:
    query = select(*KNOWN).where(
        payout_method.c.person_id.in_(people), payout_method.c.replaced_at.is_(None)
    )
    rows = await c.execute(query)
    return {row.person_id: PayoutMethod.model_validate(row) for row in rows}
