"""Telling people: notices with their mails, what became of each mail, and what that proves."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, and_, exists, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Role
from domain.decide import Notice
from domain.ids import UserId
from ledger import ids
from ledger.tables import mail, notice, person

AWAITED_FOR = timedelta(minutes=5)
"""How long a reminder is left to the workflow that awaits it, before the loop sends it too."""
LEASE = timedelta(minutes=2)
"""How long the loop has to say what became of the mails it claimed."""
LEASE_OF_ONE = timedelta(seconds=20)
"""How long the workflow's activity has; when its worker died, its next try finds the mail free."""

MAIL = ("id", "notice_id", "address")

AGAIN_AFTER = timedelta(minutes=59)
"""How long what comes from many cases at once is not told again."""
INSTEAD = {Role.HEAD_OF_ACCOUNTING: Role.ACCOUNTING}
"""Who is told when nobody has a role; else staff are."""
TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended(:about, 0))")

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


@dataclass(frozen=True)
class Letters:
    """The rows of notices, and of their mails: to whom each goes instead of an address."""

    notices: list[dict[str, Any]]
    mails: list[dict[str, Any]]

    @property
    def awaited(self) -> tuple[str, ...]:
        """The ids of the mails that the workflow sends itself, because they may prove notice."""
        proving = {row["id"] for row in self.notices if row["proves"]}
        return tuple(row["id"] for row in self.mails if row["notice_id"] in proving)


async def letters(
    c: AsyncConnection, case_id: str, title: str, notices: Iterable[Notice], at: datetime
) -> Letters:
    """What is to be written so that everybody named is told; a role is everybody who has it."""
    notices = tuple(notices)
    lately = await _told_lately(c, case_id, at) if any(one.to_crowd for one in notices) else ()
    told = [
        (to, one)
        for one in notices
        for to in await _people(c, one.to)
        if not one.to_crowd or (to, one.kind) not in lately
        if one.of_many is None or await _first_of_many(c, to, one, at)
    ]
    rows = [_notice(to, one, case_id, title, at) for to, one in told]
    mails = [
        {"id": ids.fresh("mail"), "notice_id": row["id"], "person_id": row["person_id"]}
        for row in rows
    ]
    return Letters(rows, mails)


async def tell_role(c: AsyncConnection, role: Role, kind: str, subject: str, body: str) -> None:
    """A notice that is of no case, with its mail, to everybody who has this role."""
    await tell(c, await _people(c, role), kind, subject, body)


async def tell(
    c: AsyncConnection, people: Collection[str], kind: str, subject: str, body: str
) -> None:
    """A notice that is of no case, with its mail, to each of these people."""
    emails = await _emails(c, people)
    common = {"case_id": None, "kind": kind, "subject": subject[:200], "body": body, "proves": None}
    rows: list[dict[str, Any]] = [
        common | {"id": ids.fresh("notice"), "person_id": to} for to in emails
    ]
    if rows:
        await c.execute(insert(notice).values(at=func.now()), rows)
        await c.execute(insert(mail), [_mail(row, emails[row["person_id"]]) for row in rows])


async def send(c: AsyncConnection, case_id: str, title: str, *notices: Notice) -> None:
    """Tell of something beside a case that was no step of it."""
    rows = await letters(c, case_id, title, notices, datetime.now(UTC))
    if rows.notices:
        emails = await _emails(c, {row["person_id"] for row in rows.notices})
        sent = [{**one, "address": emails[one["person_id"]]} for one in rows.mails]
        await c.execute(insert(notice), rows.notices)
        await c.execute(insert(mail), [{k: one[k] for k in MAIL} for one in sent])


async def proven(c: AsyncConnection, wait: str, enough: int) -> frozenset[UserId]:
    """Who has proof of notice of this wait: mails accepted or refused for good, or opened."""
    rows = await c.execute(PROVEN, {"wait": wait, "enough": enough})
    return frozenset(UserId(row.person_id) for row in rows)


async def claim(c: AsyncConnection, limit: int = 20) -> Sequence[RowMapping]:
    """Mails for the loop to send now: nobody else claims them until the lease is over.

    They are sent after the transaction has ended; a sender that dies lets the lease run out.
    """
    left_to_workflow = and_(
        notice.c.proves.is_not(None), notice.c.created_at > func.now() - AWAITED_FOR
    )
    due = _free().join(notice).where(~left_to_workflow).order_by(mail.c.next_at).limit(limit)
    return await _lease(c, due, LEASE)


async def claim_one(c: AsyncConnection, mail_id: str) -> RowMapping | None:
    """This mail, for the workflow that awaits it; None when it is settled or being sent."""
    claimed = await _lease(c, _free().where(mail.c.id == mail_id), LEASE_OF_ONE)
    return claimed[0] if claimed else None


async def status(c: AsyncConnection, mail_id: str) -> str:
    """What became of it; `pending` while somebody may still send it."""
    found = await c.scalar(select(mail.c.status).where(mail.c.id == mail_id))
    assert found is not None, f"{mail_id} is not in the books"
    return str(found)


async def settle(c: AsyncConnection, mail_id: str, status: str, answer: str) -> None:
    """What became of the mail: accepted, refused for good by its mailbox, or failed."""
    await c.execute(
        update(mail)
        .where(mail.c.id == mail_id, mail.c.status == "pending")
        .values(
            status=status,
            answer=_legible(answer),
            attempts=mail.c.attempts + 1,
            settled_at=func.clock_timestamp(),
        )
    )


async def postpone(c: AsyncConnection, mail_id: str, wait: timedelta, answer: str) -> None:
    """The fault was ours or passing: try again later."""
    values = {"attempts": mail.c.attempts + 1, "next_at": func.now() + wait}
    still = update(mail).where(mail.c.id == mail_id, mail.c.status == "pending")
    await c.execute(still.values(**values, answer=_legible(answer)))


def _free() -> Select[str]:
    """Mails that wait and that nobody is sending: until `next_at` a mail is left alone."""
    return select(mail.c.id).where(mail.c.status == "pending", mail.c.next_at <= func.now())


async def _lease(c: AsyncConnection, free: Select[str], lease: timedelta) -> Sequence[RowMapping]:
    query = (
        update(mail)
        .where(mail.c.id.in_(free.with_for_update(of=mail, skip_locked=True)))
        .where(notice.c.id == mail.c.notice_id)
        .values(next_at=func.now() + lease)
        .returning(mail.c.id, mail.c.address, mail.c.attempts, notice.c.subject, notice.c.body)
    )
    return (await c.execute(query)).mappings().all()


def _legible(answer: str) -> str:
    """PostgreSQL keeps neither a NUL nor half a character, which a mail server may well say."""
    return "".join(letter if letter.isprintable() else " " for letter in answer[:500])


async def _people(c: AsyncConnection, to: UserId | Role) -> Collection[str]:
    if not isinstance(to, Role):
        return [to]
    with_role = select(person.c.id).where(person.c.roles.contains([to.value]))
    found = list(await c.scalars(with_role))
    if found or to is Role.STAFF:
        return found
    return await _people(c, INSTEAD.get(to, Role.STAFF))


async def _first_of_many(c: AsyncConnection, to: str, one: Notice, at: datetime) -> bool:
    """Whether nobody told them this an hour ago or less; those that ask at once take turns."""
    subject = _subject(one, "")
    await c.execute(TAKE_TURNS, {"about": f"{to}/{subject}"})
    told = exists().where(
        notice.c.person_id == to,
        notice.c.kind == one.kind,
        notice.c.subject == subject,
        notice.c.at > at - AGAIN_AFTER,
    )
    return not await c.scalar(select(told))


async def _told_lately(c: AsyncConnection, case_id: str, at: datetime) -> set[tuple[str, str]]:
    """What this case told whom an hour ago or less; no other step of it is under way."""
    query = select(notice.c.person_id, notice.c.kind)
    query = query.where(notice.c.case_id == case_id, notice.c.at > at - AGAIN_AFTER)
    return {(row.person_id, row.kind) for row in await c.execute(query)}


async def _emails(c: AsyncConnection, people: Collection[str]) -> dict[str, str]:
    query = select(person.c.id, person.c.email).where(person.c.id.in_(people))
    return {row.id: row.email for row in await c.execute(query)}


def _notice(to: str, one: Notice, case_id: str, title: str, at: datetime) -> dict[str, Any]:
    return {
        "id": ids.fresh("notice"),
        "person_id": to,
        "case_id": case_id,
        "kind": one.kind,
        "subject": _subject(one, title),
        "body": f"{one.says}.\n\n{one.of_many or f'{title} ({case_id})'}",
        "proves": one.proves,
        "at": at,
    }


def _subject(one: Notice, title: str) -> str:
    return f"{one.of_many or title}: {one.says}"[:200]


def _mail(row: dict[str, Any], address: str) -> dict[str, Any]:
    return {"id": ids.fresh("mail"), "notice_id": row["id"], "address": address}
