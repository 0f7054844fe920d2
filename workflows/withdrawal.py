"""A withdrawal: earnings that wait for their payment date, and are then followed to the bank."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class WithdrawalWorkflow(CaseLife):
    """Earnings that their owner wants paid out.

    They leave the wallet at once and wait for the approval of their payment run; until then their
    owner may take them back. Told of the approval, the withdrawal is sent: by the processor, which
    the workflow asks, or by the bank, for which accounting answers. What fails or comes back is in
    the wallet again, with the reason.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the withdrawal from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def request_withdrawal(self, instruction_id: str) -> None:
        self.decided("request_withdrawal", instruction_id)

    @workflow.signal
    def cancel_withdrawal(self, instruction_id: str) -> None:
        self.decided("cancel_withdrawal", instruction_id)
