"""Who may read a file: its owner, and the parties of a case it was handed over in."""

from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.cases import Job, JobState, Role
from domain.errors import NdaMissing
from domain.standing import Standing


class HandedAs(StrEnum):
    """What a file is to its case."""

    BRIEF = "brief"
    DELIVERY = "delivery"
    EVIDENCE = "evidence"


class Handover(BaseModel):
    """One case a file was handed over in, and who its parties are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: str
    handed_as: HandedAs
    client: str
    freelancer: str | None
    """Nobody yet, on a project: its files are for those who are awarded, with their jobs."""
    mediators: frozenset[str]
    """Those who accepted the appointment."""
    refunded: bool
    """The work stays with the freelancer, and the client's access to it is closed."""


def work_is_closed_to(role: Role, job: Job) -> bool:
    """After a full refund the work stays with the freelancer: the client's access to it closes."""
    return role is Role.CLIENT and job.state is JobState.CANCELLED


def may_read(
    handovers: Iterable[Handover], reader: str, standing: Standing, *, staff: bool
) -> bool:
    """Whether one of the cases opens the file; NdaMissing when only a signature is missing."""
    missing: NdaMissing | None = None
    for handover in handovers:
        try:
            if _opens(handover, reader, standing, staff=staff):
                return True
        except NdaMissing as refusal:
            missing = refusal
    if missing is not None:
        raise missing
    return False


def opened_by(
    handovers: Iterable[Handover], reader: str, standing: Standing, *, staff: bool
) -> dict[str, Role]:
    """The cases that open the file to the reader, and as whom they read it there."""
    found: dict[str, Role] = {}
    for handover in handovers:
        with suppress(NdaMissing):
            role = _role(handover, reader, staff=staff)
            if role is not None and _opens(handover, reader, standing, staff=staff):
                found[handover.case_id] = role
    return found


def _opens(handover: Handover, reader: str, standing: Standing, *, staff: bool) -> bool:
    match _role(handover, reader, staff=staff):
        case None:
            return False
        case Role.CLIENT:
            return not (handover.refunded and handover.handed_as is HandedAs.DELIVERY)
        case Role.FREELANCER:
            if handover.handed_as is HandedAs.BRIEF and not standing.nda_signed:
                raise NdaMissing
        case _:
            standing.require_undertaking()
    return True


def _role(handover: Handover, reader: str, *, staff: bool) -> Role | None:
    """As whom the reader stands before it; parties are parties first."""
    if reader == handover.client:
        return Role.CLIENT
    if reader == handover.freelancer:
        return Role.FREELANCER
    if reader in handover.mediators:
        return Role.MEDIATOR
    return Role.STAFF if staff else None
