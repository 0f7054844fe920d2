"""What is known of each stored file, and in which cases it was handed over."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, case, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import HOUSE, NOT_TAKEN, HandedAs, Handover
from domain.cases import Ip
from domain.errors import UnknownReference
from domain.quota import Quota
from ledger import ids, originals, room
from ledger.contest_tables import contest_entry
from ledger.listing_tables import listing, listing_file
from ledger.tables import attachment, cases, delivery, file, person

OUT = ("withdrawn", "removed")
"""States of an entry that takes part no more."""


@dataclass(frozen=True)
class Stored:
    """What the object store keeps under a random key."""

    key: str
    name: str
    content_type: str
    size: int
    sha256: str


async def record(c: AsyncConnection, owner: str, stored: Stored, quota: Quota) -> RowMapping:
    """A new file; nobody but its owner may read it until it is handed over.

    Raises QuotaFull when others came first, however many arrive at once.
    """
    quota.require(await room.used_alone(c, owner), stored.size, 1)
    return await add(c, owner, stored)


async def add(c: AsyncConnection, owner: str, stored: Stored) -> RowMapping:
    """The same, when its place was taken before it was sent."""
    row = {"id": ids.fresh("file"), "owner_id": owner, **vars(stored)}
    query = insert(file).values(**row).returning(file)
    made: RowMapping = (await c.execute(query)).mappings().one()
    return made


async def find(c: AsyncConnection, file_id: str) -> RowMapping | None:
    """The file's facts."""
    return (await c.execute(select(file).where(file.c.id == file_id))).mappings().one_or_none()


async def handovers(c: AsyncConnection, file_id: str) -> list[Handover]:
    """Every case the file was handed over in."""
    handed = await _handovers(c, attachment.c.file_id == file_id)
    return [*handed.get(file_id, []), *await _for_sale(c, file_id)]


async def handovers_of(c: AsyncConnection, file_ids: Collection[str]) -> dict[str, list[Handover]]:
    """Every case that each of these files was handed over in, by file."""
    return await _handovers(c, attachment.c.file_id.in_(file_ids))


async def handovers_in(c: AsyncConnection, case_ids: Collection[str]) -> dict[str, list[Handover]]:
    """As what each file was handed over in these cases, by file."""
    return await _handovers(c, attachment.c.case_id.in_(case_ids))


def _of_cases() -> Select[Any]:
    """What is known of each file that was handed over in a case, and of that case."""
    disputes = cases.alias()
    won = cases.alias()
    mediators = (
        select(func.array_agg(disputes.c.mediator_id))
        .where(
            or_(
                disputes.c.id == cases.c.id,
                disputes.c.parent_id == func.coalesce(won.c.id, cases.c.id),
            ),
            disputes.c.mediator_id.is_not(None),
            disputes.c.state.in_(("in_mediation", "proposed")),
        )
        .scalar_subquery()
    )
    others = contest_entry.alias()
    rivals = (
        select(func.array_agg(others.c.freelancer_id))
        .join(person, person.c.id == others.c.freelancer_id)
        .where(
            others.c.contest_id == contest_entry.c.contest_id,
            others.c.state.not_in(OUT),
            person.c.roles.overlap(sorted(HOUSE)),
        )
        .scalar_subquery()
    )
    handed_as = case(
        (attachment.c.subject_id == attachment.c.case_id, HandedAs.BRIEF.value),
        (delivery.c.id.is_not(None), HandedAs.DELIVERY.value),
        (contest_entry.c.id.is_not(None), HandedAs.ENTRY.value),
        else_=HandedAs.EVIDENCE.value,
    )
    return (
        select(
            attachment.c.file_id,
            cases.c.id.label("case_id"),
            handed_as.label("handed_as"),
            cases.c.client_id,
            func.coalesce(cases.c.freelancer_id, contest_entry.c.freelancer_id).label("freelancer"),
            mediators.label("mediators"),
            rivals.label("rivals"),
            (
                ((cases.c.kind == "job") & (cases.c.state == "cancelled"))
                | func.coalesce(won.c.state == "cancelled", False)
            ).label("refunded"),
            won.c.id.is_not(None).label("won"),
            ((cases.c.kind == "contest") & (cases.c.state == "open")).label("open"),
            (
                cases.c.data.has_key("view_only")
                & cases.c.data["ip"].astext.is_distinct_from(Ip.CLIENT.value)
            ).label("view_only"),
            ((cases.c.kind == "job") & cases.c.state.in_(NOT_TAKEN)).label("not_taken"),
            (contest_entry.c.state.in_(OUT) | ((contest_entry.c.state == "entered") & cases.c.over))
            .is_(True)
            .label("out"),
        )
        .select_from(attachment)
        .join(cases, cases.c.id == attachment.c.case_id)
        .outerjoin(delivery, delivery.c.id == attachment.c.subject_id)
        .outerjoin(contest_entry, contest_entry.c.id == attachment.c.subject_id)
        .outerjoin(won, won.c.id == contest_entry.c.job_id)
    )


_QUERY = _of_cases()


async def _handovers(
    c: AsyncConnection, condition: ColumnElement[bool]
) -> dict[str, list[Handover]]:
    """A mediator belongs to a case from the appointment until the mediation is over."""
    found: dict[str, list[Handover]] = {}
    for row in await c.execute(_QUERY.where(condition)):
        handover = Handover(
            case_id=row.case_id,
            handed_as=row.handed_as,
            client=row.client_id,
            freelancer=row.freelancer,
            mediators=frozenset(row.mediators or ()),
            rivals=frozenset(row.rivals or ()),
            refunded=row.refunded,
            won=row.won,
            to_everybody=row.open and row.handed_as == HandedAs.BRIEF,
            view_only=row.view_only,
            not_taken=row.not_taken,
            out=row.out,
        )
        found.setdefault(row.file_id, []).append(handover)
    return found


async def _for_sale(c: AsyncConnection, file_id: str) -> list[Handover]:
    """The listings it is sold with, which open it to nobody but their sellers and the house."""
    query = (
        select(
            listing.c.id,
            listing.c.seller_id,
            (listing_file.c.preview & (listing.c.state == "listed")).label("shown"),
        )
        .join(listing_file, listing_file.c.listing_id == listing.c.id)
        .where(listing_file.c.file_id == file_id)
    )
    rows = (await c.execute(query)).all()
    # What has become a client's work since is not shown any more, nor is it sold.
    taken = await originals.delivered(c, [row.id for row in rows if row.shown])
    return [
        Handover(
            case_id=None,
            handed_as=HandedAs.FOR_SALE,
            client=None,
            freelancer=row.seller_id,
            refunded=False,
            mediators=frozenset(),
            shown=row.shown and row.id not in taken,
        )
        for row in rows
    ]


async def of_delivery(c: AsyncConnection, case_id: str, delivery_id: str) -> Sequence[RowMapping]:
    """The files of one delivery of this case, with its number, as they were made."""
    query = (
        select(file, delivery.c.number)
        .join(attachment, attachment.c.file_id == file.c.id)
        .join(delivery, delivery.c.id == attachment.c.subject_id)
        .where(delivery.c.id == delivery_id, delivery.c.case_id == case_id)
        .order_by(file.c.created_at, file.c.id)
    )
    return (await c.execute(query)).mappings().all()


async def hand_over(
    c: AsyncConnection, named: list[str], owner: str, case_id: str, subject_id: str
) -> None:
    """Hand these files over; UnknownReference unless the person uploaded every one of them."""
    await require_owned(c, named, owner)
    if rows := attachments(named, case_id, subject_id):
        await c.execute(insert(attachment), rows)


def attachments(named: Iterable[str], case_id: str, subject_id: str) -> list[dict[str, str]]:
    """The rows by which files are handed over."""
    return [{"subject_id": subject_id, "file_id": f, "case_id": case_id} for f in named]


async def hold(c: AsyncConnection, named: Collection[str]) -> None:
    """These files are not collected before the transaction is over."""
    if named:
        rows = select(file.c.id).where(file.c.id.in_(named))
        await c.execute(rows.with_for_update(read=True, key_share=True))


async def require_owned(c: AsyncConnection, named: list[str], owner: str) -> None:
    """Raise UnknownReference unless the person uploaded every one of these files."""
    if not named:
        return
    await hold(c, named)
    owned = select(file.c.id).where(file.c.id.in_(named), file.c.owner_id == owner)
    missing = set(named) - set(await c.scalars(owned))
    if missing:
        detail = "these files are not yours to hand over"
        raise UnknownReference(detail, field="files", files=sorted(missing))
