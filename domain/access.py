"""Who may read a file, or see its preview: its owner, and the parties of its cases."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.cases import Job, JobState, Role
from domain.errors import ApproveFirst, NdaMissing
from domain.standing import Standing

HOUSE = frozenset({"staff", "head_of_support"})
"""The roles of whoever may look at any case; only `staff` decide."""


class HandedAs(StrEnum):
    """What a file is to its case."""

    BRIEF = "brief"
    DELIVERY = "delivery"
    EVIDENCE = "evidence"
    ENTRY = "entry"
    """Entered in a contest: its client's to read once it has won."""
    FOR_SALE = "for_sale"


class Handover(BaseModel):
    """One case a file was handed over in, and who its parties are; or a listing it is sold with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: str | None
    """None of a listing, which is no case."""
    handed_as: HandedAs
    client: str | None
    """Nobody yet, of a listing."""
    freelancer: str | None
    """Nobody yet, on a project or contest: its files are for those who win, with their jobs."""
    mediators: frozenset[str]
    """Those who accepted the appointment."""
    rivals: frozenset[str] = frozenset()
    """Of the house, those who entered the same contest: as blind there as all who did."""
    refunded: bool
    """The work stays with the freelancer, and the client's access to it is closed."""
    view_only: bool = False
    """The client downloads what is delivered only once the job is over and it is theirs."""
    shown: bool = False
    """Everybody sees its preview: it is of a listing that is for sale."""
    won: bool = False
    """Whether it was entered in a contest and has won: else its client sees the preview alone."""
    not_taken: bool = False
    """Whether it is of a job that its freelancer declined, or let lapse: the brief is closed."""
    out: bool = False
    """Whether it is of an entry that was taken back or removed, or did not win in time."""
    to_everybody: bool = False
    """Whether it is a brief that everybody works from who has promised to keep it to themselves."""


NOT_TAKEN = frozenset({JobState.DRAFT, JobState.REFUSED, JobState.DECLINED, JobState.LAPSED})
"""States of a job that its freelancer has not taken, or not yet been offered."""


def brief_is_closed_to(role: Role, job: Job) -> bool:
    """Whoever was offered the job and did not take it reads its brief no more."""
    return role is Role.FREELANCER and job.state in NOT_TAKEN


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


def may_preview(
    handovers: Iterable[Handover], viewer: str, standing: Standing, *, staff: bool
) -> bool:
    """Whether the person may see its preview, which has their name all over it.

    Readers may, clients before they approve, and everybody where a listing shows it.
    """
    known = list(handovers)
    try:
        return any(one.shown for one in known) or may_read(known, viewer, standing, staff=staff)
    except ApproveFirst:
        return True


def opened_by(
    handovers: Iterable[Handover],
    reader: str,
    standing: Standing,
    *,
    staff: bool,
    preview: bool = False,
) -> dict[str, Role]:
    """The cases that open the file, or its preview, to the reader, and as whom they see it."""
    found: dict[str, Role] = {}
    for handover in handovers:
        role = _role(handover, reader, staff=staff)
        if handover.case_id is None or role is None:
            continue
        try:
            opens = _opens(handover, reader, standing, staff=staff)
        except NdaMissing:
            continue
        except ApproveFirst:
            opens = preview
        if opens:
            found[handover.case_id] = role
    return found


def _opens(handover: Handover, reader: str, standing: Standing, *, staff: bool) -> bool:
    match _role(handover, reader, staff=staff):
        case None:
            return False
        case Role.CLIENT:
            return _opens_to_client(handover)
        case Role.FREELANCER:
            if handover.handed_as is HandedAs.BRIEF and not standing.nda_signed:
                raise NdaMissing
            return not (handover.handed_as is HandedAs.BRIEF and handover.not_taken)
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
    if reader in handover.rivals:
        return None
    if handover.to_everybody and not staff:
        return Role.FREELANCER
    return Role.STAFF if staff else None


def _opens_to_client(handover: Handover) -> bool:
    if handover.out:
        return False
    if handover.handed_as is HandedAs.ENTRY and not handover.won:
        raise ApproveFirst("What was entered is the client's to download once it has won")
    if handover.handed_as not in (HandedAs.DELIVERY, HandedAs.ENTRY):
        return True
    if handover.view_only and not handover.refunded:
        raise ApproveFirst
    return not handover.refunded
