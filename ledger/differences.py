"""Differences as rows: seen again each night, gone when both sides agree, cleared by two people."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import RowMapping, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain import difference as law
from domain.accounts import Entry
from domain.difference import Clearing, Disputed, Gap, Proposal, Source
from domain.errors import ConditionMissing, SeenIsStale
from domain.ids import UserId
from domain.money import show
from ledger import chargebacks, ids, journal, mails, outside, staff_tasks, tells
from ledger.outside_comparison import Mismatch, mismatches
from ledger.outside_tables import clearance, difference
from ledger.reconciling import PATIENT

TASK = "difference"
BATCH = 500
FIGURES = ("here_minor", "here_fee_minor", "there_minor", "there_fee_minor")
GONE = text("""
    update difference set gone_at = now()
     where source = :source and gone_at is null and seen_at < now()
""")
OPEN = text("select count(*) from difference where source = :source and gone_at is null")
OPEN_ONES = text("""
    select source, count(*) as many, extract(epoch from now() - min(first_seen_at)) as age_s
      from difference where gone_at is null group by source
""")


async def record(engine: AsyncEngine, source: Source) -> int:
    """Compare, and keep what differs now; how many lines do. Staff get a task when any does."""
    async with engine.connect() as seen, engine.begin() as c:
        await seen.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        await seen.execute(PATIENT)
        await c.execute(PATIENT)
        if await outside.complete_to(seen, source) is None:
            return 0
        async for some in _batches(mismatches(seen, source)):
            await _see(c, some)
        await c.execute(GONE, {"source": source.value})
        found = int(await c.scalar(OPEN, {"source": source.value}) or 0)
        if found:
            await staff_tasks.open_task(c, TASK, _task(source))
    return found


async def _batches(found: AsyncIterator[Mismatch]) -> AsyncIterator[list[Mismatch]]:
    some: list[Mismatch] = []
    async for one in found:
        some.append(one)
        if len(some) == BATCH:
            yield some
            some = []
    if some:
        yield some


async def _see(c: AsyncConnection, some: Sequence[Mismatch]) -> None:
    """New ones are first seen; those that are open are seen again, with what they are now."""
    rows = [
        asdict(one)
        | {"id": ids.fresh("difference"), "source": one.source.value, "side": one.side.value}
        for one in some
    ]
    made = insert_once(difference)
    now = {name: made.excluded[name] for name in ("side", "reference", *FIGURES)}
    seen = made.on_conflict_do_update(
        index_elements=["source", "key", "currency"],
        index_where=difference.c.gone_at.is_(None),
        set_=now | {"seen_at": func.now()},
    )
    await c.execute(seen, rows)


def _task(source: Source) -> str:
    return f"{source} and the book differ: see /v1/staff/differences?open=true"


async def page(
    c: AsyncConnection, after: str | None, limit: int, *, is_open: bool | None
) -> Sequence[RowMapping]:
    """At most `limit` differences, newest first, older than the one named."""
    query = select(difference).order_by(difference.c.id.desc()).limit(limit)
    if is_open is not None:
        query = query.where(difference.c.gone_at.is_(None) == is_open)
    if after is not None:
        query = query.where(difference.c.id < after)
    return (await c.execute(query)).mappings().all()


async def proposals(c: AsyncConnection, names: Sequence[str]) -> Mapping[str, RowMapping]:
    """The proposal in force of each of these differences that has one."""
    query = (
        select(clearance)
        .ext(distinct_on(clearance.c.difference_id))
        .where(clearance.c.difference_id.in_(names))
        .order_by(clearance.c.difference_id, clearance.c.id.desc())
    )
    return {row["difference_id"]: row for row in (await c.execute(query)).mappings()}


async def clear(
    c: AsyncConnection, difference_id: str, kind: Clearing, reason: str, by: str
) -> RowMapping | None:
    """Propose how to clear it, or confirm what another proposed, by an entry; None: no such one."""
    row = await _locked(c, difference_id)
    if row is None:
        return None
    gap = Gap(
        row["there_minor"] - row["here_minor"], row["there_fee_minor"] - row["here_fee_minor"]
    )
    disputed = await _disputed(c, row)
    law.require_not_own(disputed, by)
    law.require_clearable(kind, gap, gone=row["gone_at"] is not None, disputed=disputed)
    found = (await proposals(c, [difference_id])).get(difference_id)
    if found is None or not law.confirms(_proposal(found), by, kind, gap):
        await _propose(c, difference_id, kind, reason, by, gap)
        return row
    await _require_still_so(c, row, gap)
    await _confirm(c, found, by, reason)
    entries = law.entries(found["id"], Source(row["source"]), kind, gap, row["currency"], disputed)
    # Whatever it is, of a chargeback's line it is part of what became of that one.
    await _post(c, found["id"], entries, disputed.chargeback.id if disputed else None)
    if disputed is not None and kind is Clearing.CLIENT:
        await _tell(c, disputed.chargeback.client, gap)
    return await _over(c, row, by, reason)


async def _disputed(c: AsyncConnection, row: RowMapping) -> Disputed | None:
    """The chargeback whose line it is, locked, and then its client's wallet."""
    if row["source"] != Source.STRIPE:
        return None
    one = await chargebacks.of_line(c, row["key"], row["currency"])
    if one is None:
        return None
    held = await journal.wallets(c, [one.client], row["currency"])
    return Disputed(one, held[one.client], await chargebacks.lost(c, one.id))


async def _tell(c: AsyncConnection, client: UserId, gap: Gap) -> None:
    """The client, and whatever of theirs waits for money."""
    sum_ = show(abs(gap.amount_minor))
    came, went = "The card network gave it back after all", "The card network took it again"
    subject = f"A disputed payment: {sum_}"
    says = f"{came if gap.amount_minor > 0 else went}: {sum_}. See your wallet's statement."
    await mails.tell(c, [client], "chargeback_moved", subject, says)
    await tells.add(c, await tells.waiting_for_money(c, [client]))


async def _locked(c: AsyncConnection, difference_id: str) -> RowMapping | None:
    query = select(difference).where(difference.c.id == difference_id)
    return (await c.execute(query.with_for_update(key_share=True))).mappings().one_or_none()


def _proposal(row: RowMapping) -> Proposal:
    gap = Gap(row["amount_minor"], row["fee_minor"])
    return Proposal(row["proposed_by"], Clearing(row["kind"]), gap)


async def _propose(
    c: AsyncConnection, difference_id: str, kind: Clearing, reason: str, by: str, gap: Gap
) -> None:
    row = {"id": ids.fresh("clearance"), "difference_id": difference_id, "kind": kind.value}
    row |= {"reason": reason, "proposed_by": by}
    await c.execute(insert(clearance).values(row | asdict(gap)))


async def _require_still_so(c: AsyncConnection, row: RowMapping, gap: Gap) -> None:
    """What came since the night may have mended it: then an entry would break it again."""
    now = [
        one.gap
        async for one in mismatches(c, Source(row["source"]), row["key"])
        if one.currency == row["currency"]
    ]
    if now != [gap]:
        raise SeenIsStale("Both sides say something else by now: wait for the next comparison")


async def _confirm(c: AsyncConnection, found: RowMapping, by: str, reason: str) -> None:
    said = {"confirmed_by": by, "confirmed_at": func.now(), "confirmed_because": reason}
    await c.execute(update(clearance).where(clearance.c.id == found["id"]).values(said))


async def _post(
    c: AsyncConnection, name: str, entries: Sequence[Entry], case_id: str | None
) -> None:
    try:
        now = datetime.now(UTC)
        await journal.post(c, entries, case_id=case_id, cause=name, effective_at=now)
    except journal.FloorBroken as broken:
        raise ConditionMissing(f"There is not so much in {broken.kind}") from broken


async def _over(c: AsyncConnection, row: RowMapping, by: str, reason: str) -> RowMapping:
    query = update(difference).where(difference.c.id == row["id"]).values(gone_at=func.now())
    over: RowMapping = (await c.execute(query.returning(difference))).mappings().one()
    if not await c.scalar(OPEN, {"source": row["source"]}):
        await staff_tasks.settle(c, TASK, _task(Source(row["source"])), by, reason)
    return over


async def counted(c: AsyncConnection) -> dict[Source, tuple[int, float]]:
    """How many are open and how old the oldest is, in seconds, of each source."""
    found = {row.source: (row.many, float(row.age_s)) for row in await c.execute(OPEN_ONES)}
    return {source: found.get(source.value, (0, 0.0)) for source in Source}
