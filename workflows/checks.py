"""A check of the books, as a schedule starts it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import options


@workflow.defn
class ChecksWorkflow:
    """One look at the books; each violation becomes a task of staff.

    `newest` looks at the newest entries and what they touched, `all` at everything there is,
    `outside` at what Stripe and the bank say.
    A check that cannot be made fails, in sight of operators; the schedule makes the next one.
    """

    @workflow.run
    async def run(self, check: str) -> int:
        """How many violations it found."""
        found: int = await workflow.execute_activity(
            options.CHECK_BOOKS,
            check,
            result_type=int,
            start_to_close_timeout=options.CHECKS[check],
            retry_policy=options.BOUNDED,
            summary=check,
        )
        return found
