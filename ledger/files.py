"""What is known of each stored file, and in which cases it was handed over."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, case, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import HandedAs, Handover
from domain.errors import UnknownReference
from ledger import ids
from ledger.contest_tables import contest_entry
from ledger.tables import attachment, cases, delivery, file


@dataclass(frozen=True)
class Stored:
    """What the object store keeps under a random key."""

    key: str
    name: str
    content_type: str
    size: int
    sha256: str


async def record(c: AsyncConnection, owner: str, stored: Stored) -> RowMapping:
    """A new file; nobody but its owner may read it until it is handed over."""
    row = {"id": ids.fresh("file"), "owner_id": owner, **vars(stored)}
    query = insert(file).values(**row).returning(file)
    made: RowMapping = (await c.execute(query)).mappings().one()
    return made


async def is_recorded(c: AsyncConnection, key: str) -> bool:
    """Whether a file has its bytes under this key."""
    return await c.scalar(select(file.c.id).where(file.c.key == key)) is not None


async def find(c: AsyncConnection, file_id: str) -> RowMapping | None:
    """The file's facts."""
    return (await c.execute(select(file).where(file.c.id == file_id))).mappings().one_or_none()


async def handovers(c: AsyncConnection, file_id: str) -> list[Handover]:
    """Every case the file was handed over in."""
    return (await _handovers(c, attachment.c.file_id == file_id)).get(file_id, [])


async def handovers_in(c: AsyncConnection, case_ids: Collection[str]) -> dict[str, list[Handover]]:
    """As what each file was handed over in these cases, by file."""
    return await _handovers(c, attachment.c.case_id.in_(case_ids))


async def _handovers(
    c: AsyncConnection, condition: ColumnElement[bool]
) -> dict[str, list[Handover]]:
    """A mediator belongs to a case from the appointment until the mediation is over."""
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
    handed_as = case(
        (attachment.c.subject_id == attachment.c.case_id, HandedAs.BRIEF.value),
        (delivery.c.id.is_not(None), HandedAs.DELIVERY.value),
        (contest_entry.c.id.is_not(None), HandedAs.ENTRY.value),
        else_=HandedAs.EVIDENCE.value,
    )
    rows = await c.execute(
        select(
            attachment.c.file_id,
            handed_as.label("handed_as"),
            cases.c.client_id,
            func.coalesce(cases.c.freelancer_id, contest_entry.c.freelancer_id).label("freelancer"),
            mediators.label("mediators"),
            case(
                (contest_entry.c.id.is_not(None), func.coalesce(won.c.state, "cancelled")),
                (cases.c.kind == "job", cases.c.state),
                else_="",
            ).label("state"),
            ((cases.c.kind == "contest") & (cases.c.state == "open")).label("open"),
        )
        .select_from(attachment)
        .join(cases, cases.c.id == attachment.c.case_id)
        .outerjoin(delivery, delivery.c.id == attachment.c.subject_id)
        .outerjoin(contest_entry, contest_entry.c.id == attachment.c.subject_id)
        .outerjoin(won, won.c.id == contest_entry.c.job_id)
        .where(condition)
    )
    found: dict[str, list[Handover]] = {}
    for row in rows:
        handover = Handover(
            handed_as=row.handed_as,
            client=row.client_id,
            freelancer=row.freelancer,
            mediators=frozenset(row.mediators or ()),
            refunded=row.state == "cancelled",
            to_everybody=row.open and row.handed_as == HandedAs.BRIEF,
        )
        found.setdefault(row.file_id, []).append(handover)
    return found


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


async def require_owned(c: AsyncConnection, named: list[str], owner: str) -> None:
    """Raise UnknownReference unless the person uploaded every one of these files."""
    if not named:
        return
    owned = select(file.c.id).where(file.c.id.in_(named), file.c.owner_id == owner)
    missing = set(named) - set(await c.scalars(owned))
    if missing:
        detail = "these files are not yours to hand over"
        raise UnknownReference(detail, field="files", files=sorted(missing))
