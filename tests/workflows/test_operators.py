"""What an operator sees of a case in Temporal says the same as the API, in plain words."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowExecution, WorkflowHandle

from domain import commands as c
from domain.policy import DAY
from tests.life import Life, eventually
from tests.workflows.recipes import STAFF, J
from workflows.options import (
    CASE_STATE,
    CLIENT_ID,
    FREELANCER_ID,
    NEXT_DEADLINE,
    OWNER,
    STUCK,
)

ROUNDED = timedelta(milliseconds=1)
AWAITED = (
    ("freelancer", "the offer lapses"),
    ("then", "the delivery counts as late and the client may cancel"),
    ("client", "reminder"),
    ("freelancer", "rejection is requested because the revision did not come"),
)
"""Whose silence each timer of a job waits for, and what comes when it is over."""


async def test_what_happens_if_nobody_acts_is_one_time_everywhere(life: Life) -> None:
    """The API, the search attribute and the timer of the workflow name the same moment."""
    await life.offered()
    due = await life.due()
    assert await _next_deadline(life) == due
    assert await _timer_ends(life, due)
    await life.freelancer_does(c.Accept)
    await life.freelancer_does(c.Deliver)
    reviewed = await life.due()
    assert reviewed > due
    assert await _next_deadline(life) == reviewed
    # The workflow wakes for the first reminder, at half time.
    assert await _timer_ends(life, reviewed - 10 * DAY)
    await life.until(reviewed - timedelta(hours=1))
    assert await _timer_ends(life, reviewed)


async def test_a_job_in_a_dispute_shows_the_dispute_s_turn_and_deadline(life: Life) -> None:
    """Whoever filters on either workflow finds whose turn it is and until when."""
    await life.rejected()
    await life.freelancer_does(c.HireMediator)
    due = await life.due()
    for workflow_id in (f"job/{life.job_id}", f"dispute/{life.dispute_id}"):
        shown = await _described(life, workflow_id, {"Owner": "mediator", "NextDeadline": due})
        assert shown.typed_search_attributes[CLIENT_ID] == life.client.id
        assert shown.typed_search_attributes[FREELANCER_ID] == life.freelancer.id
        assert shown.typed_search_attributes[STUCK] is False


async def test_a_case_is_found_by_its_state_owner_and_people(life: Life) -> None:
    """Operators list what waits for whom, and what is stuck, without opening any case."""
    await life.in_review()
    query = " and ".join(
        (
            "CaseState = 'in_review'",
            "Owner = 'client'",
            f"ClientId = '{life.client.id}'",
            f"FreelancerId = '{life.freelancer.id}'",
            f"NextDeadline > '{(await life.now()).isoformat()}'",
            "Stuck = false",
            "ExecutionStatus = 'Running'",
        )
    )

    async def found() -> bool:
        return bool(await _listed(life, query))

    await eventually(found)
    assert await _listed(life, query) == [f"job/{life.job_id}"]


async def test_a_case_that_is_over_has_no_deadline_and_no_owner(life: Life) -> None:
    """It does not show among what waits."""
    await life.in_review()
    await life.client_does(c.Approve)
    shown = await _described(life, f"job/{life.job_id}", {"CaseState": "completed"})
    assert shown.typed_search_attributes.get(NEXT_DEADLINE) is None
    assert shown.typed_search_attributes[OWNER] == "nobody"
    assert shown.typed_search_attributes[CASE_STATE] == J.COMPLETED


async def test_the_details_of_a_case_say_whose_turn_it_is_and_what_comes(life: Life) -> None:
    """State, turn, until when, and what happens then; at the end that it is over."""
    await life.rejected()
    due = await life.due()
    words = await _details(await life.clock())
    for part in (
        "**open**",
        "**freelancer**",
        f"{due:%Y-%m-%d %H:%M:%S} UTC",
        "the job is rejected automatically",
        "reminder",
    ):
        assert part in words
    job = life.world.temporal.get_workflow_handle(f"job/{life.job_id}")
    assert f"what dispute/{life.dispute_id} says" in await _details(job)
    await life.freelancer_does(c.AcceptRejection)

    async def over() -> bool:
        return "this job is over" in await _details(job)

    await eventually(over)


async def test_a_history_reads_as_what_people_did(life: Life) -> None:
    """Signals are named like the commands, steps and timers say in words what they are."""
    await life.in_review()
    await life.client_does(c.RequestRevision, instructions="a darker blue")
    await life.client_does(c.Approve)
    # People have their answer before the workflow has written down its last step.
    await life.world.temporal.get_workflow_handle(f"job/{life.job_id}").result()
    history = [event async for event in _history(life, f"job/{life.job_id}")]
    signals = [
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in history
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]
    assert signals == ["offer_job", "accept", "deliver", "request_revision", "approve"]
    timers = _summaries(life, history, EventType.EVENT_TYPE_TIMER_STARTED)
    for timer, (whose, what) in zip(timers, AWAITED, strict=True):
        assert whose in timer
        assert what in timer
    steps = _summaries(life, history, EventType.EVENT_TYPE_MARKER_RECORDED)
    assert steps[-4:] == signals[-4:]


async def test_no_history_holds_what_people_wrote_or_who_they_are(life: Life) -> None:
    """Texts, names and addresses stay in the database; histories carry ids."""
    await life.offered(title="Zanzibar", brief="Quagga", days=7)
    await life.freelancer_does(c.Accept)
    await life.freelancer_does(c.Deliver, note="Okapi")
    await life.client_does(c.RequestRejection, reason="Numbat")
    await life.freelancer_does(c.HireMediator)
    await life.mediator_does(c.AcceptAppointment)
    await life.freelancer_does(c.AddStatement, text="Wombat")
    await life.until(await life.due() + DAY)
    secrets = ["Zanzibar", "Quagga", "Okapi", "Numbat", "Wombat", life.client.email, "@example"]
    for workflow_id in (f"job/{life.job_id}", f"dispute/{life.dispute_id}"):
        handle = life.world.temporal.get_workflow_handle(workflow_id)
        written = (await handle.fetch_history()).to_json()
        assert life.job_id in written or life.dispute_id in written
        assert [word for word in secrets if word in written] == []


async def test_a_dispute_outlives_what_started_it_and_staff_find_both(life: Life) -> None:
    """Staff see the workflow of each case, and its address in the Temporal UI."""
    await life.staff_review()
    for kind, case in (("job", life.job_id), ("dispute", life.dispute_id)):
        shown = await life.shown(STAFF) if kind == "job" else await life.dispute_shown(STAFF)
        assert shown["workflow"]["workflow_id"] == f"{kind}/{case}"
        assert f"{kind}%2F{case}" in shown["workflow"]["url"]
        handle = life.world.temporal.get_workflow_handle(shown["workflow"]["workflow_id"])
        assert (await handle.describe()).close_time is None
    assert "workflow" not in [name for name, value in (await life.shown()).items() if value]


async def _next_deadline(life: Life) -> datetime:
    """What the workflow that owns the clock shows, once it has adopted its last step."""
    shown = await (await life.clock()).describe()
    deadline = shown.typed_search_attributes[NEXT_DEADLINE]
    assert isinstance(deadline, datetime)
    return deadline


async def _described(life: Life, workflow_id: str, wanted: dict[str, Any]) -> WorkflowExecution:
    """The workflow as Temporal describes it, when it has heard of what these say."""
    handle = life.world.temporal.get_workflow_handle(workflow_id)

    async def adopted() -> bool:
        pairs = (await handle.describe()).typed_search_attributes
        shown = {pair.key.name: pair.value for pair in pairs}
        return shown.items() >= wanted.items()

    await eventually(adopted)
    return await handle.describe()


async def _timer_ends(life: Life, moment: datetime) -> bool:
    """Whether the timer that the workflow waits for fires then.

    What it waits was counted while the task ran that started it, which took some time itself.
    """
    history = [event async for event in _history(life, (await life.clock()).id)]
    at = {event.event_id: event.event_time.ToDatetime(moment.tzinfo) for event in history}
    kind = EventType.EVENT_TYPE_TIMER_STARTED
    timer = [event for event in history if event.event_type == kind][-1]
    waits = timer.timer_started_event_attributes
    task = history[waits.workflow_task_completed_event_id - 1]
    begun = at[task.workflow_task_completed_event_attributes.started_event_id]
    left = waits.start_to_fire_timeout.ToTimedelta()
    return begun + left - ROUNDED <= moment <= at[timer.event_id] + left + ROUNDED


async def _details(handle: WorkflowHandle[Any, Any]) -> str:
    shown = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return str(shown.current_details)


async def _listed(life: Life, query: str) -> list[str]:
    return [one.id async for one in life.world.temporal.list_workflows(query)]


async def _history(life: Life, workflow_id: str) -> AsyncIterator[HistoryEvent]:
    handle = life.world.temporal.get_workflow_handle(workflow_id)
    async for event in handle.fetch_history_events():
        yield event


def _summaries(life: Life, history: list[HistoryEvent], kind: EventType.ValueType) -> list[str]:
    """What events of this kind say of themselves."""
    converter = life.world.temporal.data_converter.payload_converter
    return [
        converter.from_payload(event.user_metadata.summary, str)
        for event in history
        if event.event_type == kind and event.user_metadata.HasField("summary")
    ]
