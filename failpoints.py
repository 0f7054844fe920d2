"""Named places at which a process can be told to die, so that tests know that dying is safe."""

import os
import signal
from collections.abc import Mapping

from structlog import get_logger

PLACES: Mapping[str, str] = {
    # In the API.
    "decision.asked": "a decision has arrived; nothing is written",
    "decision.written": "its instruction is written, not committed",
    "decision.committed": "it counts; its workflow was not told",
    "decision.signalled": "its workflow was told; nobody waits for the outcome yet",
    "decision.answered": "its outcome is known, and not told to who decided",
    "offer.written": "a job, its texts and its first instruction are written, not committed",
    "effect.written": "an effect and its answer are written, not committed",
    "effect.committed": "the effect counts; its answer was not given",
    "receipt.telling": "money was credited; who waits for it was not told",
    "receipt.told": "they were told, and this is not marked",
    "upload.stored": "the bytes are stored; nothing says whose they are",
    "upload.discarding": "bytes that were sent twice are still there twice",
    # In the worker.
    "step.taking": "a step was asked for; nothing is written",
    "step.written": "the step is written, not committed",
    "step.committed": "the step counts; other cases were not told",
    "step.told": "other cases were told, and this is not marked",
    "step.answering": "the step is done; its workflow does not know",
    "step.answered": "its workflow knows; the history does not",
    "child.starting": "a dispute is in the books; its workflow was not started",
    "child.started": "its workflow was started; the history of the job does not know",
    "case.continuing": "the case is about to go on in a new run",
    "mail.claimed": "mails are claimed, not sent",
    "mail.handed_over": "the mail server has the mail; the books do not know",
    "mail.settled": "what became of the mail is recorded",
    "reminder.claimed": "a reminder that its workflow awaits is claimed, not sent",
    "seals.written": "entries have seals, not committed",
    "seals.committed": "they are sealed; the log does not name the end of the chain",
    "sweep.starting": "a case that waits was found; its workflow was neither started nor told",
    "sweep.started": "its workflow was started or told",
    "sweep.telling": "an untold case was found, not told",
    "sweep.told": "it was told, and this is not marked",
}
"""Every place, and how things stand when a process dies there."""

_armed: dict[str, int] = {}


def arm(where: str | None) -> None:
    """Die at this place, `name` or for its n-th time `name:n`; without one, nowhere."""
    _armed.clear()
    if where is None:
        return
    place, _, nth = where.partition(":")
    if place not in PLACES:
        raise ValueError(f"there is no fail point {place}")
    _armed[place] = int(nth or 1)
    get_logger().warning("this process will kill itself", at=where)


def here(place: str) -> None:
    """The process is at this place; it goes no further if that is the armed one."""
    if place in _armed:
        _armed[place] -= 1
        if not _armed[place]:
            os.kill(os.getpid(), signal.SIGKILL)
