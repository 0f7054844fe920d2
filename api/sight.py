"""What of a job and its disputes its reader may know; every page of the case asks here."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import work_is_closed_to
from domain.cases import Dispute, Role
from domain.decide import MEDIATED
from domain.errors import (
    AlreadyOver,
    ConditionMissing,
    InvalidAmount,
    NotOpen,
    NotYours,
    SeenIsStale,
)
from ledger import reading, stories
from ledger.cases import Pair

SENT_BACK = "ruling_refused"
OF_THE_CASE = frozenset(
    error.code
    for error in (NotOpen, NotYours, AlreadyOver, ConditionMissing, SeenIsStale, InvalidAmount)
)
"""Refusals by what everybody sees of the case; others are by somebody's money or promises."""


@dataclass(frozen=True)
class Sight:
    """The cases a reader may look into, and what in them is closed to their role."""

    role: Role
    job_id: str
    disputes: tuple[Dispute, ...]
    """The first one first."""
    final: frozenset[str]
    """Rulings that a second person confirmed."""
    closed: bool
    """Whether the work is closed to the reader."""

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The job and its disputes, as far as the reader may look into them."""
        return self.job_id, *(one.id for one in self.disputes)

    @property
    def mediators(self) -> frozenset[str]:
        """Whom the pages of these cases name as their mediators."""
        return frozenset(who for one in self.disputes if (who := mediator(one)))

    def facts(self, event: RowMapping) -> dict[str, Any]:
        """What the law noted of it, without what is somebody else's.

        What was advanced tells what the freelancer's wallet held; mediators who left have no name.
        """
        noted = dict(event["facts"]) if self.whole(event) else {}
        if self.role is Role.STAFF:
            return noted
        if self.role is not Role.FREELANCER:
            noted.pop("advanced_minor", None)
        if noted.get("mediator_id") not in self.mediators:
            noted.pop("mediator_id", None)
        return noted

    def refusal(self, refused: RowMapping, reader: str) -> bool:
        """Whether the reader may know that it was refused, and why; staff's are staff's."""
        if self.role is Role.STAFF or refused["caller_id"] == reader:
            return True
        return refused["role"] != Role.STAFF and refused["code"] in OF_THE_CASE

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
    theirs = [pair.dispute] if pair.dispute else []
    return Sight(
        role=role,
        job_id=job.id,
        disputes=tuple(theirs if role is Role.MEDIATOR else await stories.disputes(c, job.id)),
        final=frozenset(await reading.executed_rulings(c, job.id)),
        closed=work_is_closed_to(role, job),
    )


def mediator(dispute: Dispute) -> str | None:
    """Who is asked or appointed, or made the proposal; not whoever left without one."""
    here = dispute.proposed or dispute.state in MEDIATED
    return dispute.mediator if here else None
