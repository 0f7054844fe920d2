"""Named places at which a process can be told to die, so that tests know that dying is safe."""

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from structlog import get_logger
from structlog.contextvars import get_contextvars

PLACES: Mapping[str, str] = {
    # In the API.
    "decision.asked": "a decision has arrived; nothing is written",
    "decision.written": "its instruction is written, not committed",
    "decision.committed": "it counts; its workflow was not told",
    "decision.signalled": "its workflow was told; nobody waits for the outcome yet",
    "decision.answered": "its outcome is known, and not told to who decided",
    "offer.written": "a job, its texts and its first instruction are written, not committed",
    "project.written": "a project, its texts and its posting are written, not committed",
    "contest.written": "a contest, its texts and its posting are written, not committed",
    "basket.written": "a basket and its purchase are written, not committed",
    "listing.published": "a listing is published and warranted, not committed",
    "deposit.written": "a deposit and its first instruction are written, not committed",
    "remittance.written": "money by hand and its first instruction are written, not committed",
    "withdrawal.written": "a withdrawal and its request are written, not committed",
    "refund.written": "a refund to the source and its request are written, not committed",
    "method.written": "where somebody is paid is written, not committed",
    "method.committed": "it counts; its answer was not given",
    "run.telling": "a payment run was decided on; its withdrawals were not told",
    "effect.asked": "a request with an effect has arrived; nothing is written",
    "effect.written": "an effect and its answer are written, not committed",
    "effect.committed": "the effect counts; its answer was not given",
    "receipt.telling": "money was credited; who waits for it was not told",
    "arrival.told": "who waits for money, or for the processor, was told; this is not marked",
    "webhook.arrived": "the processor's announcement has arrived; nothing is written",
    "webhook.kept": "it is kept; its case was not told, and the processor has no answer",
    "upload.arriving": "an upload has begun; nothing is stored",
    "upload.stored": "the bytes are stored; nothing says whose they are",
    "upload.discarding": "bytes that were sent twice are still there twice",
    "upload.discarded": "they are there once; the answer was not given",
    "part.arriving": "a part of an upload has begun; nothing is stored",
    "part.stored": "its bytes are stored; nothing says what they are a part of",
    "part.written": "it is written, not committed",
    "upload.assembled": "the parts are stored as one; nothing says whose that is",
    "notice.written": "a notice is marked as opened, not committed",
    "notice.committed": "it proves that its reader was told, who does not have it yet",
    # In the worker.
    "step.taking": "a step was asked for; nothing is written",
    "step.written": "the step is written, not committed",
    "step.committed": "the step counts; other cases were not told",
    "step.told": "other cases were told, and this is not marked",
    "step.answering": "the step is done; its workflow does not know",
    "step.answered": "its workflow knows; the history does not",
    "activity.answered": "a workflow knows what it waited for in sight; the history does not",
    "child.starting": "a dispute is in the books; its workflow was not started",
    "child.started": "its workflow was started; the history of the job does not know",
    "case.continuing": "the case is about to go on in a new run",
    "mail.claimed": "mails are claimed, not sent",
    "mail.handed_over": "the mail server has the mail; the books do not know",
    "mail.settled": "what became of the mail is recorded",
    "reminder.claimed": "a reminder that its workflow awaits is claimed, not sent",
    "reminder.handed_over": "the mail server has the reminder; the books do not know",
    "reminder.settled": "what became of the reminder is recorded; its workflow does not know",
    "announcement.kept": "it is kept; its case was not told",
    "checkout.opening": "a page to pay on is wanted; the processor was not asked",
    "checkout.opened": "the processor has made it; nobody here knows",
    "checkout.closing": "a page is to be closed; the processor was not told",
    "checkout.closed": "the processor has closed it; nobody here knows",
    "payout.moving": "a sum is to move to somebody's account; the processor was not asked",
    "payout.moved": "the processor has moved it; nobody here knows",
    "payout.beginning": "it is to go on to their bank; the processor was not asked",
    "payout.begun": "the processor has sent it off; nobody here knows",
    "payout.reversing": "what failed is to be taken back; the processor was not asked",
    "payout.reversed": "the processor has given it back; nobody here knows",
    "refund.asking": "a payment is to be given back; the processor was not asked",
    "refund.asked": "the processor has given it back; nobody here knows",
    "chargeback.written": "a chargeback and its first step are written, not committed",
    "chargeback.committed": "it counts; its workflow was not started",
    "evidence.sending": "evidence is to go out; the processor was not asked",
    "evidence.sent": "the processor has it; nobody here knows",
    "check.taking": "a check of the books was asked for; nothing is read",
    "check.answering": "what it found is recorded; its workflow does not know",
    "seals.written": "entries have seals, not committed",
    "seals.committed": "they are sealed; the log does not name the end of the chain",
    "sweep.starting": "a case that waits was found; its workflow was neither started nor told",
    "sweep.started": "its workflow was started or told",
    "sweep.telling": "an untold case was found, not told",
    "sweep.told": "it was told, and this is not marked",
}
"""Every place, and how things stand when a process dies there."""


@dataclass
class _Armed:
    place: str
    left: int
    words: tuple[str, ...]


_armed: list[_Armed] = []


def arm(where: str | None) -> None:
    """Die at this place, or nowhere: `name`, `name:2` for its second time, `name@job_1,ann@x.org`.

    With words after the `@` only those times count that are about one of them.
    """
    _armed.clear()
    if where is None:
        return
    name, _, words = where.partition("@")
    place, _, nth = name.partition(":")
    _require(place)
    _armed.append(_Armed(place, int(nth or 1), tuple(filter(None, words.split(",")))))
    get_logger().warning("this process will kill itself", at=name)


def here(place: str, *about: str) -> None:
    """The process is at this place; it goes no further if that is the armed one.

    What it is about, there, is said here, or is bound to the context as it is for the log.
    """
    _require(place)
    for armed in _armed:
        if armed.place == place and _concerns(armed, about):
            armed.left -= 1
            if not armed.left:
                os.kill(os.getpid(), signal.SIGKILL)


def _concerns(armed: _Armed, about: Sequence[str]) -> bool:
    known = [*about, *map(str, get_contextvars().values())]
    return not armed.words or any(word in one for word in armed.words for one in known)


def _require(place: str) -> None:
    if place not in PLACES:
        raise ValueError(f"there is no fail point {place}")
