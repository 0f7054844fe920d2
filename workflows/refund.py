"""A refund to the source: unspent credits that staff send back where they came from."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class RefundWorkflow(CaseLife):
    """Unspent credits that their client wants back.

    They leave the wallet at once and wait for staff. Approved, they go back the way they came: by
    the processor, which the workflow asks, or by hand, which a second person records; for what
    the processor does not answer in time, accounting do. What was
    declined, withdrawn, not taken or sent back is in the wallet again.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the refund from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def refund_to_source(self, instruction_id: str) -> None:
        self.decided("refund_to_source", instruction_id)

    @workflow.signal
    def withdraw_refund(self, instruction_id: str) -> None:
        self.decided("withdraw_refund", instruction_id)

    @workflow.signal
    def approve_refund(self, instruction_id: str) -> None:
        self.decided("approve_refund", instruction_id)

    @workflow.signal
    def decline_refund(self, instruction_id: str) -> None:
        self.decided("decline_refund", instruction_id)

    @workflow.signal
    def refund_sent(self, instruction_id: str) -> None:
        self.decided("refund_sent", instruction_id)

    @workflow.signal
    def refund_found(self, instruction_id: str) -> None:
        self.decided("refund_found", instruction_id)

    @workflow.signal
    def refund_failed(self, instruction_id: str) -> None:
        self.decided("refund_failed", instruction_id)

    @workflow.signal
    def refund_came_back(self, instruction_id: str) -> None:
        self.decided("refund_came_back", instruction_id)
