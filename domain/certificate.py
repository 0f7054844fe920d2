"""Who owns the work of a job, and what certifies that it passed to the client."""

from collections.abc import Mapping
from enum import StrEnum

from domain.cases import OVER, Ip, Job
from domain.errors import NotCertified

CLAUSE = (
    "Under the terms of this job, to which both agreed, the work listed here became the client's"
    " when the job ended: every right in it that the law lets pass, for every use, everywhere and"
    " without an end in time, passed from the freelancer to the client. The freelancer keeps no"
    " right to use or to show it, unless the client agrees."
)
"""How the work passes, in the words of every certificate."""


class Origin(StrEnum):
    """How a job came about."""

    DIRECT_HIRE = "direct_hire"
    PROJECT = "project"
    CONTEST = "contest"
    PURCHASE = "purchase"


_ORIGINS: Mapping[str, Origin] = {
    "project": Origin.PROJECT,
    "contest": Origin.CONTEST,
    "listing": Origin.PURCHASE,
}


def origin(job: Job) -> Origin:
    """How the job came about, by what it came from."""
    if job.origin is None:
        return Origin.DIRECT_HIRE
    return _ORIGINS[job.origin.partition("_")[0]]


def owner(job: Job) -> Ip:
    """Whose the work is: the freelancer's, who makes it, until the law says otherwise."""
    return job.ip or Ip.FREELANCER


def require_owned(job: Job) -> None:
    """Raise NotCertified unless the job has made the work the client's."""
    if owner(job) is Ip.CLIENT:
        return
    why = "the job has ended so" if job.state in OVER else "the job is not over"
    raise NotCertified(
        f"The work is the freelancer's: {why}", owner=owner(job).value, state=job.state.value
    )
