"""As whom somebody stands before a case; whoever has no role there does not learn of it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import Caller
from api.problems import Problem
from domain.access import HOUSE, brief_is_closed_to
from domain.cases import Chargeback, Job, JobState, Remittance, Role
from domain.decide import MEDIATED, party
from domain.refund_case import Refund
from ledger import accesses, cases, people
from ledger.cases import Pair

NOT_OFFERED = (JobState.DRAFT, JobState.REFUSED)
"""A freelancer does not learn of jobs in these states."""
BY_HAND = (Remittance, Refund, Chargeback)
"""What accounting decide on."""


def role(caller: Caller, pair: Pair, *, staff: bool = False) -> Role | None:
    """The caller's role in the case; `staff` asks for the house's doors, else parties go first."""
    accounts = "accounting" in caller.roles and isinstance(pair.first, BY_HAND)
    if staff:
        if accounts:
            return Role.ACCOUNTING
        return Role.STAFF if "staff" in caller.roles else None
    house = Role.ACCOUNTING if accounts else Role.STAFF if caller.roles & HOUSE else None
    return _party(caller, pair) or house


def decides(caller: Caller, stands_as: Role) -> bool:
    """Whether somebody in this role has anything to decide, and does not only look."""
    return stands_as is not Role.STAFF or "staff" in caller.roles


async def entitled(c: AsyncConnection, caller: Caller, case_id: str) -> tuple[Pair, Role]:
    """The case, its other half and the caller's role; for anybody without a role, 404.

    Mediators and the house look at it once they have promised to keep it to themselves.
    """
    pair = await cases.read(c, case_id)
    stands_as = role(caller, pair) if pair else None
    if pair is None or stands_as is None:
        raise Problem("not_found")
    if stands_as in (Role.MEDIATOR, Role.STAFF):
        (await people.standing(c, caller.id)).require_undertaking()
    return pair, stands_as


async def may_read_brief(c: AsyncConnection, caller: Caller, stands_as: Role, job: Job) -> bool:
    """Whether the brief is open to the caller, who has promised to keep it to themselves."""
    if stands_as is Role.CLIENT:
        return True
    if brief_is_closed_to(stands_as, job):
        return False
    standing = await people.standing(c, caller.id)
    if stands_as is Role.FREELANCER:
        return standing.nda_signed
    return standing.undertaking_signed


async def brief_opened(c: AsyncConnection, caller: Caller, case_id: str, stands_as: Role) -> None:
    """Write down that the caller looks at the brief, before it is read; its author does unseen."""
    if stands_as is not Role.CLIENT:
        await accesses.record(c, caller.id, [accesses.Look(case_id, stands_as, "brief")])


def _party(caller: Caller, pair: Pair) -> Role | None:
    """A freelancer sees an offer once it is made, a mediator a dispute while it is theirs."""
    first, dispute = pair.first, pair.dispute
    if caller.id == party(first, Role.CLIENT):
        return Role.CLIENT
    if caller.id == party(first, Role.FREELANCER):
        return None if first.state in NOT_OFFERED else Role.FREELANCER
    if dispute is not None and dispute.mediator == caller.id and dispute.state in MEDIATED:
        return Role.MEDIATOR
    return None
