"""What of a job and its disputes its reader may know; every page of the case asks here."""

from dataclasses import dataclass

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import work_is_closed_to
from domain.cases import Dispute, Role
from domain.decide import MEDIATED
from ledger import reading
from ledger.cases import Pair

SENT_BACK = "ruling_refused"


@dataclass(frozen=True)
class Sight:
    """The cases a reader may look into, and what in them is closed to their role."""

    role: Role
    case_ids: tuple[str, ...]
    final: frozenset[str]
    """Rulings that a second person confirmed."""
    closed: bool
    """Whether the work is closed to the reader."""

    def whole(self, event: RowMapping) -> bool:
        """Whether the reader may know more of it than that it happened.

        What staff say of a ruling is the parties' once it is final.
        """
        if self.role is Role.STAFF:
            return True
        if self.closed and event["kind"] == "work_delivered":
            return False
        ruling = event["facts"].get("ruling_id")
        return event["kind"] != SENT_BACK and (ruling is None or ruling in self.final)


async def sight(c: AsyncConnection, pair: Pair, role: Role) -> Sight:
    """What this role may know: a mediator the job and the open dispute, the others all of it."""
    job = pair.job
    return Sight(
        role=role,
        case_ids=tuple(pair.ids if role is Role.MEDIATOR else await reading.family(c, job.id)),
        final=frozenset(await reading.executed_rulings(c, job.id)),
        closed=work_is_closed_to(role, job),
    )


def mediator(dispute: Dispute) -> str | None:
    """Who is asked or appointed, or made the proposal; not whoever left without one."""
    here = dispute.proposed or dispute.state in MEDIATED
    return dispute.mediator if here else None
