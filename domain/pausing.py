"""Staff can let all clocks of a job stand still; both parties see it, all due times move alike."""

from datetime import timedelta
from typing import cast

from domain.cases import Timer
from domain.clock import RESUME, not_before, shift, with_timer
from domain.commands import PauseClock
from domain.errors import InvalidAmount
from domain.process import Change, Condition, Scene

RUNNING = Condition("the clock is running", lambda scene: scene.job.paused_until is None)
PAUSED = Condition(
    "the clock is paused",
    lambda scene: scene.job.paused_until is not None and not scene.job.short,
)


def pause(scene: Scene) -> Change:
    """Every timer moves by the whole pause at once, so none can fire during it."""
    command = cast(PauseClock, scene.command)
    length = command.until - scene.at
    longest = scene.job.terms.policy.longest_pause
    if not scene.at < command.until <= scene.at + longest:
        raise InvalidAmount(
            "a pause ends in the future, within the longest pause",
            field="until",
            latest=(scene.at + longest).isoformat(),
        )
    paused = {"paused_until": command.until}
    moved = shift(not_before(scene.job, scene.at), length)
    job = with_timer(moved, Timer(at=command.until, row=RESUME))
    dispute = scene.dispute and shift(not_before(scene.dispute, scene.at), length)
    dispute = dispute and dispute.model_copy(update=paused)
    facts = {"until": command.until.isoformat()}
    return Change(job=job.model_copy(update=paused), dispute=dispute, facts=facts)


def resume(scene: Scene) -> Change:
    """What is left of the pause is given back; at its end there is nothing left."""
    until = scene.job.paused_until
    assert until is not None, "only a paused clock is resumed"
    left = min(scene.at - until, timedelta(0))
    running = {"paused_until": None}
    timers = tuple(timer for timer in scene.job.timers if timer.row != RESUME)
    job = shift(scene.job.model_copy(update={"timers": timers, **running}), left)
    dispute = scene.dispute and shift(scene.dispute, left).model_copy(update=running)
    return Change(job=job, dispute=dispute)
