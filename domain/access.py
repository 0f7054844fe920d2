"""Who may read a file: its owner, and the parties of a case it was handed over in."""

from collections.abc import Iterable
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
    ENTRY = "entry"
    """Entered in a contest: its client's to read once it won."""


class Handover(BaseModel):
    """One case a file was handed over in, and who its parties are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    handed_as: HandedAs
    client: str
    freelancer: str | None
    """Nobody yet, on a project or contest: its files are for those who win, with their jobs."""
    mediators: frozenset[str]
    """Those who accepted the appointment."""
    refunded: bool
    """The work stays with the freelancer, and the client's access to it is closed."""
    to_everybody: bool = False
    """Whether it is a brief that everybody works from who has promised to keep it to themselves."""


OF_THE_FREELANCER = frozenset({HandedAs.DELIVERY, HandedAs.ENTRY})
"""Work that closes to the client when it stays with whoever made it."""


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


def _opens(handover: Handover, reader: str, standing: Standing, *, staff: bool) -> bool:
    if reader == handover.client:
        return not (handover.refunded and handover.handed_as in OF_THE_FREELANCER)
    if reader == handover.freelancer or handover.to_everybody:
        if handover.handed_as is HandedAs.BRIEF and not standing.nda_signed:
            raise NdaMissing
        return True
    if reader in handover.mediators or staff:
        standing.require_undertaking()
        return True
    return False
