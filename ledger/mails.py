"""Telling people: notices with their mails, what became of each mail, and what that proves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Role
from domain.decide import Notice
from domain.ids import UserId
from ledger import ids
from ledger.tables import brief, mail, notice, person

AWAITED_FOR = timedelta(minutes=5)
"""How long a reminder is left to the workflow that awaits it, before the loop sends it too."""
LEASE = timedelta(minutes=2)
"""How long a sender has to say what became of a mail."""

PROVEN = text(
    """
    select n.person_id
    from notice n left join mail m on m.notice_id = n.id
    where n.proves = :wait
    group by n.person_id
    having count(*) filter (where m.status = 'accepted') >= :enough
        or bool_or(m.status = 'refused')
        or bool_or(n.opened_at is not null)
    """
)


async def add(
    c: AsyncConnection, case_id: str, job_id: str, notices: Iterable[Notice], at: datetime
) -> tuple[str, ...]:
    """Write the notices and their mails; the ids of the mails the workflow awaits."""
    told = [(to, one) for one in notices for to in await _people(c, one.to)]
    if not told:
        return ()
    title = await c.scalar(select(brief.c.title).where(brief.c.case_id == job_id)) or ""
    emails = await _emails(c, {to for to, _ in told})
    rows = [_notice(to, one, case_id, title, at) for to, one in told]
    await c.execute(insert(notice), rows)
    mails = [_mail(row, emails[row["person_id"]]) for row in rows]
    await c.execute(insert(mail), mails)
    proving = {row["id"] for row in rows if row["proves"]}
    return tuple(row["id"] for row in mails if row["notice_id"] in proving)


async def proven(c: AsyncConnection, wait: str, enough: int) -> frozenset[UserId]:
    """Who has proof of notice of this wait: mails accepted or refused for good, or opened."""
    rows = await c.execute(PROVEN, {"wait": wait, "enough": enough})
    return frozenset(UserId(row.person_id) for row in rows)


async def claim(
    c: AsyncConnection, limit: int = 20, mail_id: str | None = None
) -> Sequence[RowMapping]:
    """Mails to send now, or this one: nobody else claims them until the lease is over.

    They are sent after the transaction has ended; a sender that dies lets the lease run out.
    """
    waiting = select(mail.c.id).where(mail.c.status == "pending").limit(limit)
    if mail_id is None:
        waiting = waiting.where(mail.c.next_at <= func.now()).order_by(mail.c.next_at)
    else:
        waiting = waiting.where(mail.c.id == mail_id)
    query = (
        update(mail)
        .where(mail.c.id.in_(waiting.with_for_update(skip_locked=True)))
        .where(notice.c.id == mail.c.notice_id)
        .values(next_at=func.now() + LEASE)
        .returning(mail.c.id, mail.c.address, mail.c.attempts, notice.c.subject, notice.c.body)
    )
    return (await c.execute(query)).mappings().all()


async def settle(c: AsyncConnection, mail_id: str, status: str, answer: str) -> None:
    """What became of the mail: accepted, refused for good by its mailbox, or failed."""
    await c.execute(
        update(mail)
        .where(mail.c.id == mail_id)
        .values(
            status=status,
            answer=answer[:500],
            attempts=mail.c.attempts + 1,
            settled_at=func.clock_timestamp(),
        )
    )


async def postpone(c: AsyncConnection, mail_id: str, wait: timedelta, answer: str) -> None:
    """The fault was ours or passing: try again later."""
    values = {"attempts": mail.c.attempts + 1, "next_at": func.now() + wait}
    await c.execute(update(mail).where(mail.c.id == mail_id).values(**values, answer=answer[:500]))


async def _people(c: AsyncConnection, to: UserId | Role) -> Collection[str]:
    if not isinstance(to, Role):
        return [to]
    with_role = select(person.c.id).where(person.c.roles.contains([to.value]))
    found = list(await c.scalars(with_role))
    if found or to is Role.STAFF:
        return found
    return await _people(c, Role.STAFF)


async def _emails(c: AsyncConnection, people: Collection[str]) -> dict[str, str]:
    query = select(person.c.id, person.c.email).where(person.c.id.in_(people))
    return {row.id: row.email for row in await c.execute(query)}


def _notice(to: str, one: Notice, case_id: str, title: str, at: datetime) -> dict[str, Any]:
    return {
        "id": ids.fresh("notice"),
        "person_id": to,
        "case_id": case_id,
        "kind": one.kind,
        "subject": f"{title}: {one.says}"[:200],
        "body": f"{one.says}.\n\n{title} ({case_id})",
        "proves": one.proves,
        "at": at,
    }


def _mail(row: dict[str, Any], address: str) -> dict[str, Any]:
    values = {"id": ids.fresh("mail"), "notice_id": row["id"], "address": address}
    awaited = AWAITED_FOR if row["proves"] else timedelta(0)
    return values | {"next_at": datetime.now(UTC) + awaited}
