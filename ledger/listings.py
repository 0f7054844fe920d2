"""Listings as rows: written and locked one by one, found by everybody once they are published."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.basket_case import Listing, ListingState
from domain.cases import Case, Job
from domain.listing import PREFIX, comes_back, is_purchase
from ledger import ids, mails, originals, publications
from ledger.database import plan_anew
from ledger.linked import linked
from ledger.listing_tables import listing, listing_file
from ledger.tables import cases, file, person


async def create(
    c: AsyncConnection, seller: str, files: Sequence[str], previews: Collection[str], **said: Any
) -> RowMapping:
    """A new draft with its files, in their order."""
    row = {"id": ids.fresh("listing"), "seller_id": seller, **said}
    query = insert(listing).values(row).returning(listing)
    made: RowMapping = (await c.execute(query)).mappings().one()
    await _keep_files(c, made["id"], files, previews)
    await publications.announce(c, made["id"], "listing", seller, **_public(made))
    return made


async def change(
    c: AsyncConnection,
    listing_id: str,
    files: Sequence[str],
    previews: Collection[str],
    **said: Any,
) -> RowMapping:
    """The listing as it is offered now; who saw the version before cannot buy it."""
    await c.execute(delete(listing_file).where(listing_file.c.listing_id == listing_id))
    await _keep_files(c, listing_id, files, previews)
    row = await _update(c, listing.c.id == listing_id, **said, version=listing.c.version + 1)
    await publications.restate(c, listing_id, **_public(row))
    return row


async def publish(c: AsyncConnection, listing_id: str, name: str) -> RowMapping:
    """It is offered to everybody, and warranted under this name."""
    warranty = {"warranted_by": name, "warranted_at": func.now()}
    row = await _update(c, listing.c.id == listing_id, state=ListingState.LISTED.value, **warranty)
    await _show(c, row)
    return row


async def unpublish(c: AsyncConnection, listing_id: str) -> RowMapping:
    """It is its seller's draft again."""
    row = await _update(c, listing.c.id == listing_id, state=ListingState.DRAFT.value)
    await _show(c, row)
    return row


async def sold(c: AsyncConnection, job: Job) -> None:
    """The listing has become this job."""
    now = {"state": ListingState.SOLD.value, "job_id": job.id, "buyer_id": job.client}
    await _show(c, await _update(c, listing.c.id == job.origin, **now))


async def follow(c: AsyncConnection, jobs: Iterable[Job | None]) -> None:
    """What of these jobs has ended without a sale is its seller's draft again.

    Whoever saw it before its buyer had the files saw something else: the version tells.
    """
    for job in jobs:
        if job is None or not comes_back(job):
            continue
        nobodys = {"job_id": None, "buyer_id": None, "resold": True}
        now = {"state": ListingState.DRAFT.value, "version": listing.c.version + 1, **nobodys}
        if await _rows(c, listing.c.job_id == job.id):
            await _show(c, await _update(c, listing.c.job_id == job.id, **now))


async def leave(c: AsyncConnection, rivals: Collection[str]) -> None:
    """Those of these listings whose work has become a client's are offered to nobody any more.

    Each is its seller's draft, which cannot be published again with that file, and they hear it.
    """
    for listing_id in sorted(await originals.delivered(c, rivals)) if rivals else ():
        if await _rows(c, (listing.c.id == listing_id) & (listing.c.state == "listed")):
            row = await unpublish(c, listing_id)
            says = f"It is your draft, since its work is a client's now: {row['title']}"
            subject = f"Your listing is for sale no more: {row['title']}"
            body = f"{says} ({listing_id}). It cannot be published again with that file."
            await mails.tell(c, [row["seller_id"]], "listing_left", subject, body)


async def hold(
    c: AsyncConnection, involved: Iterable[Case | None], rivals: Collection[str]
) -> None:
    """Lock the rivals, and the listings that these cases were bought as, before any wallet."""
    bought = [one.origin for one in involved if isinstance(one, Job) and is_purchase(one)]
    if bought or rivals:
        await _lock(c, [*map(str, bought), *rivals])


async def wanted(
    c: AsyncConnection, client: str, listing_ids: Collection[str]
) -> tuple[Listing, ...]:
    """These listings, locked in the order of their ids until the step is written."""
    rows = await _lock(c, listing_ids)
    await plan_anew(c)
    theirs, taken = await _file_ids(c, listing_ids), await originals.delivered(c, listing_ids)
    sellers = await linked(c, client, [row["seller_id"] for row in rows])
    return tuple(
        as_listing(
            row,
            theirs.get(row["id"], ()),
            taken=row["id"] in taken,
            linked=row["seller_id"] in sellers,
        )
        for row in rows
    )


async def find(
    c: AsyncConnection, listing_id: str, *, locked: bool = False
) -> tuple[RowMapping, Listing] | None:
    """The listing's row, and as the law knows it."""
    rows = await (_lock(c, [listing_id]) if locked else _rows(c, listing.c.id == listing_id))
    if not rows:
        return None
    theirs = await _file_ids(c, [listing_id])
    return rows[0], as_listing(rows[0], theirs.get(listing_id, ()))


def as_listing(row: RowMapping, files: Sequence[str], **known: bool) -> Listing:
    """The listing of a row, with what else is known of it."""
    more = {"seller": row["seller_id"], "files": files, **known}
    return Listing.model_validate({**row, **more})


async def files(c: AsyncConnection, listing_id: str) -> Sequence[RowMapping]:
    """Its files in their order, and whether each is shown before the sale."""
    query = (
        select(file, listing_file.c.preview)
        .join(listing_file, listing_file.c.file_id == file.c.id)
        .where(listing_file.c.listing_id == listing_id)
        .order_by(listing_file.c.ordinal)
    )
    return (await c.execute(query)).mappings().all()


async def of(c: AsyncConnection, listing_ids: Collection[str]) -> dict[str, RowMapping]:
    """Listings with their sellers' names, by id."""
    query = (
        select(listing, person.c.name.label("seller_name"))
        .join(person, person.c.id == listing.c.seller_id)
        .where(listing.c.id.in_(listing_ids))
    )
    return {row["id"]: row for row in (await c.execute(query)).mappings()}


async def of_seller(
    c: AsyncConnection, seller: str, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """A freelancer's listings, newest first."""
    query = select(listing).where(listing.c.seller_id == seller)
    query = query.order_by(listing.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(listing.c.id < after)
    return (await c.execute(query)).mappings().all()


async def refunded(c: AsyncConnection, client: str, since: datetime) -> int:
    """How many of this client's purchases were refunded since then."""
    query = select(func.count()).where(
        cases.c.client_id == client,
        cases.c.kind == "job",
        cases.c.state == "cancelled",
        cases.c.closed_at > since,
        cases.c.data["origin"].astext.startswith(PREFIX, autoescape=True),
    )
    return int(await c.scalar(query) or 0)


async def _keep_files(
    c: AsyncConnection, listing_id: str, named: Sequence[str], previews: Collection[str]
) -> None:
    rows = [
        {"listing_id": listing_id, "file_id": one, "ordinal": n, "preview": one in previews}
        for n, one in enumerate(named)
    ]
    if rows:
        await c.execute(insert(listing_file), rows)


async def _update(c: AsyncConnection, which: ColumnElement[bool], **now: Any) -> RowMapping:
    query = update(listing).where(which).values(**now, changed_at=func.now()).returning(listing)
    row: RowMapping = (await c.execute(query)).mappings().one()
    return row


async def _show(c: AsyncConnection, row: RowMapping) -> None:
    """Whether everybody finds it."""
    visible = row["state"] == ListingState.LISTED.value
    await publications.restate(c, row["id"], state=row["state"], visible=visible)


def _public(row: RowMapping) -> dict[str, Any]:
    price = row["price_minor"]
    return {
        "title": row["title"],
        "summary": row["description"],
        "tags": row["tags"],
        "low_minor": price,
        "high_minor": price,
        "currency": row["currency"],
        "content": row["content"],
    }


async def _lock(c: AsyncConnection, listing_ids: Collection[str]) -> Sequence[RowMapping]:
    """In one order, whoever asks: two baskets with the same listings never wait in a circle."""
    query = select(listing).where(listing.c.id.in_(listing_ids)).order_by(listing.c.id)
    return (await c.execute(query.with_for_update(key_share=True))).mappings().all()


async def _rows(c: AsyncConnection, which: ColumnElement[bool]) -> Sequence[RowMapping]:
    return (await c.execute(select(listing).where(which))).mappings().all()


async def _file_ids(c: AsyncConnection, listing_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    ordered = aggregate_order_by(listing_file.c.file_id, listing_file.c.ordinal)
    query = (
        select(listing_file.c.listing_id, func.array_agg(ordered).label("files"))
        .where(listing_file.c.listing_id.in_(listing_ids))
        .group_by(listing_file.c.listing_id)
    )
    return {row.listing_id: tuple(row.files) for row in await c.execute(query)}
