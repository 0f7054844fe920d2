"""Events and billable actions are counted by rule."""

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent, MarkerRecordedEventAttributes

from benchmarks.history import actions, counted


def event(kind: str, marker_of: int = 0) -> HistoryEvent:
    """An event of this kind; a marker belongs to a workflow task."""
    made = HistoryEvent(event_type=EventType.Value(f"EVENT_TYPE_{kind}"))
    if marker_of:
        task = MarkerRecordedEventAttributes(workflow_task_completed_event_id=marker_of)
        made.marker_recorded_event_attributes.CopyFrom(task)
    return made


def test_all_markers_of_one_workflow_task_are_one_action() -> None:
    """Local activities cost one action for each task that ran some, however many."""
    markers = [event("MARKER_RECORDED", 4), event("MARKER_RECORDED", 4)]
    assert actions([*markers, event("MARKER_RECORDED", 9)]) == {"MARKER_RECORDED": 2}


def test_starts_signals_timers_activities_and_upserts_cost_one_and_a_child_two() -> None:
    """What Temporal Cloud bills; results, completions and workflow tasks are free."""
    paid = [
        "WORKFLOW_EXECUTION_STARTED",
        "WORKFLOW_EXECUTION_SIGNALED",
        "TIMER_STARTED",
        "ACTIVITY_TASK_SCHEDULED",
        "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
        "START_CHILD_WORKFLOW_EXECUTION_INITIATED",
    ]
    free = ["WORKFLOW_TASK_COMPLETED", "ACTIVITY_TASK_COMPLETED", "TIMER_CANCELED"]
    history = [event(kind) for kind in [*paid, *free, "WORKFLOW_EXECUTION_COMPLETED"]]
    assert actions(history).total() == 7
    assert counted(history)["TIMER_CANCELED"] == 1
