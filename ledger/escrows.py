"""The jobs in whose escrows money is that somebody takes back: locked, then looked into."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Kind
from domain.cases import Case, Chargeback, Remittance
from domain.facts import Place
from ledger import cases, chargebacks, remittances
from ledger.tables import cases as rows


async def locked(c: AsyncConnection, case: Case) -> tuple[Place, ...]:
    """These jobs with their open disputes, locked in the order of their ids, the newest first."""
    places = []
    for job_id in sorted(await _jobs(c, case)):
        found = await cases.lock(c, job_id)
        places.append(Place(found.pair.job, found.pair.dispute, title=found.title))
    return tuple(reversed(places))


async def as_they_are(c: AsyncConnection, case: Case, places: Sequence[Place]) -> tuple[Place, ...]:
    """The same with what of the money is in each now, behind all locks.

    Where some got to in between is not locked: that is left out.
    """
    if not places or _pieces(case):
        return tuple(places)
    there = await _there(c, case)
    return tuple(replace(one, minor=there.get(one.job.id, 0)) for one in places)


async def _jobs(c: AsyncConnection, case: Case) -> set[str]:
    """Where the money is, before it is taken; from where it was taken, after."""
    if pieces := _pieces(case):
        return pieces
    there = await _there(c, case)
    jobs = select(rows.c.id).where(rows.c.id.in_(there), rows.c.kind == "job")
    return set(await c.scalars(jobs)) if there else set()


async def _there(c: AsyncConnection, case: Case) -> dict[str, int]:
    """How much of the money is in whose escrow, in minor units; nothing once it was taken."""
    if isinstance(case, Chargeback):
        return await chargebacks.in_escrows(c, case) if case.taken is None else {}
    assert isinstance(case, Remittance), "nothing else is taken from escrows"
    lots = await remittances.lots(c, case)
    return {at.owner: minor for at, minor in lots.items() if at.kind is Kind.ESCROW}


def _pieces(case: Case) -> set[str]:
    assert isinstance(case, Chargeback | Remittance), "nothing else is taken from escrows"
    return {piece.case for piece in case.pieces}
