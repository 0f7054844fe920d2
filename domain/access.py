"""Who may read a file: its owner, and the parties of a case it was handed over in."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.cases import Job, JobState, Role
from domain.errors import ApproveFirst, NdaMissing
from domain.standing import Standing


class HandedAs(StrEnum):
    """What a file is to its case."""

    BRIEF = "brief"
    DELIVERY = "delivery"
    EVIDENCE = "evidence"
    FOR_SALE = "for_sale"


class Handover(BaseModel):
    """One case a file was handed over in, and who its parties are; or a listing it is sold with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    handed_as: HandedAs
    client: str | None
    """Nobody yet, of a listing."""
    freelancer: str | None
    """Nobody yet, on a project: its files are for those who are awarded, with their jobs."""
    mediators: frozenset[str]
    """Those who accepted the appointment."""
    refunded: bool
    """The work stays with the freelancer, and the client's access to it is closed."""
    view_only: bool = False
    """The client downloads what is delivered only once the job is over and it is theirs."""


def work_is_closed_to(role: Role, job: Job) -> bool:
    """After a full refund the work stays with the freelancer: the client's access to it closes."""
    return role is Role.CLIENT and job.state is JobState.CANCELLED


def may_read(
    handovers: Iterable[Handover], reader: str, standing: Standing, *, staff: bool
) -> bool:
    """Whether one of the cases opens the file; raises when only something of theirs is missing."""
    missing: NdaMissing | ApproveFirst | None = None
    for handover in handovers:
        try:
            if _opens(handover, reader, standing, staff=staff):
                return True
        except (NdaMissing, ApproveFirst) as refusal:
            missing = refusal
    if missing is not None:
        raise missing
    return False


def _opens(handover: Handover, reader: str, standing: Standing, *, staff: bool) -> bool:
    if reader == handover.client:
        return _opens_to_client(handover)
    if reader == handover.freelancer:
        if handover.handed_as is HandedAs.BRIEF and not standing.nda_signed:
            raise NdaMissing
        return True
    if reader in handover.mediators or staff:
        standing.require_undertaking()
        return True
    return False


def _opens_to_client(handover: Handover) -> bool:
    if handover.handed_as is not HandedAs.DELIVERY:
        return True
    if handover.view_only and not handover.refunded:
        raise ApproveFirst
    return not handover.refunded
