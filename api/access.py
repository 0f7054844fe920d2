"""As whom somebody stands before a case; whoever has no role there does not learn of it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import Caller
from api.problems import Problem
from domain.cases import JobState, Role
from ledger import cases, people
from ledger.cases import Pair


def role(caller: Caller, pair: Pair, *, staff: bool = False) -> Role | None:
    """The caller's role in the case; `staff` asks for the house's doors, else parties go first."""
    party = _party(caller, pair)
    if staff:
        return Role.STAFF if "staff" in caller.roles else None
    if party is not None:
        return party
    return Role.STAFF if caller.roles & {"staff", "head_of_support", "accounting"} else None


def _party(caller: Caller, pair: Pair) -> Role | None:
    if caller.id == pair.job.client:
        return Role.CLIENT
    if caller.id == pair.job.freelancer:
        return None if pair.job.state is JobState.DRAFT else Role.FREELANCER
    if pair.dispute is not None and caller.id == pair.dispute.mediator:
        return Role.MEDIATOR
    return None


async def entitled(c: AsyncConnection, caller: Caller, case_id: str) -> Pair:
    """The case and its other half for somebody with a role in it; for anybody else, 404."""
    pair = await cases.read(c, case_id)
    if pair is None or role(caller, pair) is None:
        raise Problem("not_found")
    return pair


async def may_read_brief(c: AsyncConnection, caller: Caller, stands_as: Role) -> bool:
    """Whether the caller has promised to keep what the brief says to themselves."""
    if stands_as is Role.CLIENT:
        return True
    standing = await people.standing(c, caller.id)
    if stands_as is Role.FREELANCER:
        return standing.nda_signed
    return standing.undertaking_signed
