"""What one lifecycle leaves in Temporal's history: its events, and the actions one pays for."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from benchmarks import stored
from benchmarks.bare_jobs import BareJobs
from benchmarks.deals import Deals
from benchmarks.figures import Figure, at_most
from benchmarks.ground import TEMPORALS, Ground, quiet, reached
from benchmarks.lifecycle import CALLERS, both
from benchmarks.load import at_full_speed

MOST_EVENTS = 60
LIVES = 4
"""Lives for each that `lifecycle` measures: tables grow by pages, not by rows."""
COSTS = {
    "WORKFLOW_EXECUTION_STARTED": 1,
    "WORKFLOW_EXECUTION_SIGNALED": 1,
    "TIMER_STARTED": 1,
    "ACTIVITY_TASK_SCHEDULED": 1,
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": 1,
    "START_CHILD_WORKFLOW_EXECUTION_INITIATED": 2,
}
"""Actions of each event by Temporal Cloud's rule; retries of activities aside."""
MARKER = "MARKER_RECORDED"
TASK_COMPLETED = "WORKFLOW_TASK_COMPLETED"


def counted(history: Iterable[HistoryEvent]) -> Counter[str]:
    """How often each kind of event is in the history."""
    return Counter(EventType.Name(event.event_type)[len("EVENT_TYPE_") :] for event in history)


def actions(history: Iterable[HistoryEvent]) -> Counter[str]:
    """The billable actions by what they are for; all markers of one workflow task are one."""
    paid: Counter[str] = Counter()
    tasks_with_markers = set()
    for event in history:
        name = EventType.Name(event.event_type)[len("EVENT_TYPE_") :]
        if cost := COSTS.get(name):
            paid[name] += cost
        elif name == MARKER:
            tasks_with_markers.add(
                event.marker_recorded_event_attributes.workflow_task_completed_event_id
            )
    if tasks_with_markers:
        paid[MARKER] = len(tasks_with_markers)
    return paid


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """The history of one lifecycle, and of the bare ones beside it."""
    with TEMPORALS["dev_memory"](ground) as address:
        async with both(ground, address, "history") as (deals, bare):
            temporal = await reached(address)
            for figure in await _figures(temporal, deals, bare):
                yield figure
            for figure in await _stored(temporal, deals, LIVES * ground.sizes.lifecycles):
                yield figure


async def _figures(temporal: Client, deals: Deals, bare: BareJobs) -> list[Figure]:
    ours = await _history(temporal, f"job/{await deals.lived(0)}")
    normal = await _history(temporal, await bare.lived(local=False))
    local = await _history(temporal, await bare.lived(local=True))
    return [
        Figure(
            "lifecycle_events",
            len(ours),
            "events",
            at_most(MOST_EVENTS),
            note=_listed(counted(ours)),
        ),
        Figure("lifecycle_actions", actions(ours).total(), "actions", note=_listed(actions(ours))),
        Figure("bare_normal_events", len(normal), "events"),
        Figure("bare_normal_actions", actions(normal).total(), "actions"),
        Figure("bare_local_events", len(local), "events"),
        Figure("bare_local_actions", actions(local).total(), "actions"),
    ]


async def _stored(temporal: Client, deals: Deals, lives: int) -> list[Figure]:
    """What a job leaves behind for ever in our tables, and in Temporal until its retention ends."""
    lived = []

    async def live(number: int) -> None:
        lived.append(f"job/{await deals.lived(number)}")

    await quiet(deals.engine)
    before = await stored.tables(deals.engine)
    await at_full_speed(lives, CALLERS, live)
    await quiet(deals.engine)
    took = stored.grown(before, await stored.tables(deals.engine), lives)
    return [
        Figure("history_per_lived_job", await stored.history(temporal, lived), "bytes"),
        Figure("tables_per_lived_job", sum(took.values()), "bytes", note=f"of {lives}"),
    ]


async def _history(temporal: Client, workflow_id: str) -> list[HistoryEvent]:
    """All events, once the workflow has ended."""
    handle = temporal.get_workflow_handle(workflow_id)
    await handle.result()
    return list((await handle.fetch_history()).events)


def _listed(counts: Counter[str]) -> str:
    """`12 signal …`, the most frequent first."""
    return ", ".join(f"{n} {name.lower()}" for name, n in counts.most_common())
