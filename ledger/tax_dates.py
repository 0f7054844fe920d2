"""The days of tax forms: their people are told before they end, and that they have, each once."""

from datetime import date, timedelta

from sqlalchemy import RowMapping, exists, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import tax
from domain.tax import FormState
from ledger import mails
from ledger.tables import work_permission
from ledger.tax_tables import tax_form, tax_form_reminder

BATCH = 100
IN_FORCE = tax_form.c.state == FormState.SIGNED.value


async def remind(c: AsyncConnection, today: date) -> int:
    """Tell those whose form ends soon; a batch, how many.

    After days in which nobody looked one hears once, of the nearest; and whose answers call for
    another form by now does not hear of this one.
    """
    told = [row for before in sorted(tax.REMINDERS) for row in await _remind(c, today, before)]
    for row in told:
        last = f"{row['valid_until']:%B %-d, %Y}"
        subject = f"Your tax form is valid until {last}"
        body = (
            f"Give a new one by then: withdrawals wait from the day after {last} until you do."
            " What you earn is credited as before."
        )
        await mails.tell(c, [row["person_id"]], "tax_form_ends", subject, body)
    return len(told)


async def expire(c: AsyncConnection, today: date) -> int:
    """Mark the forms whose last day is over, and tell whose they were; a batch, how many.

    They count as expired without it, too.
    """
    over = (
        select(tax_form.c.id)
        .where(IN_FORCE, tax_form.c.valid_until < today)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    query = update(tax_form).where(tax_form.c.id.in_(over)).values(state=FormState.EXPIRED.value)
    people = list(await c.scalars(query.returning(tax_form.c.person_id)))
    subject = "Your tax form has expired"
    body = "Give a new one: until then nothing is paid out. What you earn is credited as before."
    await mails.tell(c, people, "tax_form_expired", subject, body)
    return len(people)


async def _remind(c: AsyncConnection, today: date, before: timedelta) -> list[RowMapping]:
    """Note that they are told so long before; those who are now, unless it was later already."""
    reminded = tax_form_reminder.c
    noted = exists().where(reminded.form_id == tax_form.c.id, reminded.days <= before.days)
    due = (
        select(tax_form.c.id, literal(before.days))
        .join(work_permission, work_permission.c.person_id == tax_form.c.person_id)
        .where(IN_FORCE, tax_form.c.valid_until.between(today, today + before), ~noted)
        .where(work_permission.c.result == tax_form.c.kind)
        .limit(BATCH)
    )
    new = (
        insert(tax_form_reminder)
        .from_select(["form_id", "days"], due)
        .on_conflict_do_nothing()
        .returning(reminded.form_id)
    )
    ids = list(await c.scalars(new))
    query = select(tax_form.c.person_id, tax_form.c.valid_until).where(tax_form.c.id.in_(ids))
    return list((await c.execute(query)).mappings()) if ids else []
