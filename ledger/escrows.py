"""The jobs in whose escrows money is that somebody takes back: locked, then looked into."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Case, Chargeback
from domain.process import Place
from ledger import cases, chargebacks


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
    if not places or not isinstance(case, Chargeback) or case.pieces:
        return tuple(places)
    there = await chargebacks.in_escrows(c, case)
    return tuple(replace(one, minor=there.get(one.job.id, 0)) for one in places)


async def _jobs(c: AsyncConnection, case: Case) -> set[str]:
    """Where the money is, before it is taken; from where it was taken, after."""
    assert isinstance(case, Chargeback), "nothing else is taken from escrows"
    if case.taken is None:
        return set(await chargebacks.in_escrows(c, case))
    return {piece.case for piece in case.pieces}
