"""What the cluster does by itself at its times: schedules, made or brought up to date."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows.options import CHECKS, CHECKS_QUEUE, CHECKS_WORKFLOW, RPC_TIMEOUT

NIGHT = ScheduleCalendarSpec(hour=[ScheduleRange(8)], minute=[ScheduleRange(15)])
"""When the fewest people work in the United States, in UTC."""
LATER_AT_NIGHT = ScheduleCalendarSpec(hour=[ScheduleRange(9)], minute=[ScheduleRange(15)])
"""When the other check has ended, and the bank's statement of the day before is there."""
TIMES = {
    "newest": ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(minutes=5))]),
    "all": ScheduleSpec(calendars=[NIGHT]),
    "outside": ScheduleSpec(calendars=[LATER_AT_NIGHT]),
}
assert set(TIMES) == set(CHECKS)


async def ensure(client: Client, prefix: str = "") -> list[str]:
    """Make the schedules that are missing and bring the others up to date; all their ids.

    A prefix sets a deployment apart from others in its namespace, as it does with its queues.
    """
    schedules = {f"{prefix}check-books-{check}": check for check in CHECKS}
    for name, check in schedules.items():
        await _ensure(client, name, _schedule(name, check, prefix))
    return [*schedules]


async def _ensure(client: Client, name: str, wanted: Schedule) -> None:
    def update(now: ScheduleUpdateInput) -> ScheduleUpdate:
        # What operators paused stays paused.
        wanted.state = now.description.schedule.state
        return ScheduleUpdate(wanted)

    try:
        await client.create_schedule(name, wanted, rpc_timeout=RPC_TIMEOUT)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(update, rpc_timeout=RPC_TIMEOUT)


def _schedule(name: str, check: str, prefix: str) -> Schedule:
    queue = f"{prefix}{CHECKS_QUEUE}"
    action = ScheduleActionStartWorkflow(CHECKS_WORKFLOW, check, id=name, task_queue=queue)
    # A check that takes too long is not made twice at once.
    overlap = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP)
    return Schedule(action=action, spec=TIMES[check], policy=overlap)
