"""Tax forms as people give them: kept sealed, opened for a purpose that is written down first."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import tax
from domain.tax import FormState, Held, Purpose, TaxForm
from ledger import ids, people, staff_tasks
from ledger.sealed_values import Place, Sealed, SealingKeys
from ledger.tables import person
from ledger.tax_tables import tax_access, tax_form

KNOWN = [column for column in tax_form.c if column.name not in ("payload", "key_id")]
"""What is known of a form without opening it."""
STANDING = (FormState.SIGNED, FormState.AWAITING_CHECK)


@dataclass(frozen=True)
class Signature:
    """Who signed which text, by which name, as of which day; on paper, where it lies."""

    person_id: str
    full_name: str
    certification: int
    signed_on: date
    file_id: str | None = None


async def keep(
    c: AsyncConnection, keys: SealingKeys, form: TaxForm, signed: Signature
) -> RowMapping:
    """Keep the form in place of the one before; one on paper first waits for its check."""
    await _take_turns(c, signed.person_id)
    state = FormState.SIGNED if signed.file_id is None else FormState.AWAITING_CHECK
    replaced = STANDING if state is FormState.SIGNED else (FormState.AWAITING_CHECK,)
    await _supersede(c, signed.person_id, replaced)
    kind, form_id = tax.kind_of(form), ids.fresh("taxform")
    sealed = keys.seal(_place(form_id), form.model_dump_json().encode())
    tin_type, last_four = tax.number_of(form)
    row = {
        "id": form_id,
        "kind": kind.value,
        "state": state.value,
        "payload": sealed.content,
        "key_id": sealed.key_id,
        "tin_type": tin_type,
        "tin_last_four": last_four,
        "valid_until": tax.valid_until(kind, signed.signed_on),
    }
    query = insert(tax_form).values(**row, **vars(signed)).returning(*KNOWN)
    kept: RowMapping = (await c.execute(query)).mappings().one()
    return kept


async def opened(
    c: AsyncConnection, keys: SealingKeys, form_id: str, reader_id: str, purpose: Purpose
) -> Mapping[str, Any]:
    """What the form says, as it was sent; that it was read, and why, is written down first.

    It is not checked again: what was signed stays readable when the rules have changed.
    """
    await looked(c, form_id, reader_id, purpose)
    query = select(tax_form.c.payload, tax_form.c.key_id).where(tax_form.c.id == form_id)
    row = (await c.execute(query)).one()
    content = keys.open(_place(form_id), Sealed(row.key_id, row.payload))
    said: dict[str, Any] = json.loads(content)
    return said


async def looked(c: AsyncConnection, form_id: str, reader_id: str, purpose: Purpose) -> None:
    """Write down that somebody reads this form, or its paper, and why."""
    access = {"form_id": form_id, "reader_id": reader_id, "purpose": purpose.value}
    await c.execute(insert(tax_access).values(**access))


async def of(c: AsyncConnection, person_id: str) -> Sequence[RowMapping]:
    """Every form of this person, the newest first."""
    query = select(*KNOWN).where(tax_form.c.person_id == person_id)
    return (await c.execute(query.order_by(tax_form.c.id.desc()))).mappings().all()


async def find(c: AsyncConnection, form_id: str) -> RowMapping | None:
    """The form with this id."""
    query = select(*KNOWN).where(tax_form.c.id == form_id)
    return (await c.execute(query)).mappings().one_or_none()


async def page(
    c: AsyncConnection, state: FormState, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """Forms in this state, newest first, older than the one named."""
    query = select(*KNOWN).where(tax_form.c.state == state.value)
    if after is not None:
        query = query.where(tax_form.c.id < after)
    query = query.order_by(tax_form.c.id.desc()).limit(limit)
    return (await c.execute(query)).mappings().all()


async def require_valid(c: AsyncConnection, person_id: str, today: date) -> None:
    """Raise what this person's tax form lacks before money may be paid out."""
    standing = await people.standing(c, person_id)
    held = [Held.model_validate(row) for row in await of(c, person_id)]
    tax.require_valid(standing.permission, held, today)


async def decide(
    c: AsyncConnection, found: RowMapping, by: str, reason: str, *, accept: bool
) -> RowMapping | None:
    """Accept a form on paper in place of the one before, or reject it; None if it waits no more."""
    await _take_turns(c, found["person_id"])
    waits = (tax_form.c.id == found["id"]) & (tax_form.c.state == FormState.AWAITING_CHECK.value)
    if await c.scalar(select(tax_form.c.id).where(waits)) is None:
        return None
    if accept:
        await _supersede(c, found["person_id"], (FormState.SIGNED,))
    state = FormState.SIGNED if accept else FormState.REJECTED
    checked = {"checked_by": by, "checked_at": func.now(), "reason": reason}
    query = update(tax_form).where(waits).values(state=state.value, **checked).returning(*KNOWN)
    decided: RowMapping = (await c.execute(query)).mappings().one()
    return decided


async def _take_turns(c: AsyncConnection, person_id: str) -> None:
    """Of two forms given at once the second replaces the first."""
    row = select(person.c.id).where(person.c.id == person_id)
    await c.execute(row.with_for_update(key_share=True))


async def _supersede(c: AsyncConnection, person_id: str, states: Sequence[FormState]) -> None:
    replaced: ColumnElement[bool] = tax_form.c.state.in_([state.value for state in states])
    query = update(tax_form).where(tax_form.c.person_id == person_id, replaced)
    query = query.values(state=FormState.SUPERSEDED.value)
    for form_id in await c.scalars(query.returning(tax_form.c.id)):
        reason = "A newer form took the place of this one"
        await staff_tasks.settle(c, staff_tasks.CHECK, to_check(form_id), person_id, reason)


def to_check(form_id: str) -> str:
    """What the staff task says."""
    return f"The signed paper of {form_id} waits for a check by accounting"


def _place(form_id: str) -> Place:
    return Place("tax_form", "payload", form_id)
