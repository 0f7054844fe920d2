"""What operators see of a case in the Temporal UI: search attributes and details in plain words."""

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from domain.outcome import CaseBrief
    from workflows import options


def adopt(before: CaseBrief | None, case: CaseBrief) -> None:
    """Show the case as it stands; search attributes only when what they say has changed."""
    shown = workflow.info().typed_search_attributes
    if before != case or shown.get(options.STUCK):
        workflow.set_current_details(_details(case))
    wanted = options.search_attributes(case)
    updates = [
        pair.key.value_set(pair.value) for pair in wanted if shown.get(pair.key) != pair.value
    ]
    if case.due_at is None and shown.get(options.NEXT_DEADLINE) is not None:
        updates.append(options.NEXT_DEADLINE.value_unset())
    if not case.staff_task and shown.get(options.STAFF_TASK) is not None:
        updates.append(options.STAFF_TASK.value_unset())
    if updates:
        workflow.upsert_search_attributes(updates)


def stuck(command: str, failure: FailureError) -> None:
    """The case counts as stuck; the failing step stays pending and is tried again."""
    workflow.upsert_search_attributes([options.STUCK.value_set(True)])
    why = failure.cause or failure
    workflow.set_current_details(
        f"**Stuck**: the step *{command}* keeps failing ({why}). "
        "It is tried again at least every 30 s; the signal `retry` tries at once."
    )


def _details(case: CaseBrief) -> str:
    if case.over:
        return f"**{_words(case.state)}**: this {case.kind} is over."
    lines = [f"**{_words(case.state)}**", f"Whose turn it is: **{case.owner}**"]
    if case.staff_task:
        lines.append(f"Staff have an open task: **{_words(case.staff_task)}**")
    if case.due_at is not None:
        lines.append(f"Until: **{case.due_at:%Y-%m-%d %H:%M:%S} UTC**")
    if case.if_nobody_acts:
        lines.append(f"If nobody acts: {case.if_nobody_acts}")
    if case.wake_at is not None and case.wake_at != case.due_at:
        # What a reminder says stands above; the timer's summary has it all.
        says = case.wake_says.partition(": ")[0]
        lines.append(f"Next, at {case.wake_at:%Y-%m-%d %H:%M:%S} UTC: {says}")
    return "\n\n".join(lines)


def _words(state: str) -> str:
    return state.replace("_", " ")
