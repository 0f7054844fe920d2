"""A remittance: money announced or not, seen at the bank, credited, cleared or taken back."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class RemittanceWorkflow(CaseLife):
    """Money that comes by bank transfer, money order or check.

    A notice waits 30 days for its money. What accounting see at the bank is credited when a second
    person has seen it too, within 24 hours on business days, with alarms on the way. What came
    without a notice waits in suspense for its owner. Checks and money orders are provisional for
    ten business days, wherever they are spent; one that bounces is taken back out of escrows too,
    which the client has seven days to fill again.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the remittance from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def announce_remittance(self, instruction_id: str) -> None:
        self.decided("announce_remittance", instruction_id)

    @workflow.signal
    def record_unmatched(self, instruction_id: str) -> None:
        self.decided("record_unmatched", instruction_id)

    @workflow.signal
    def withdraw_notice(self, instruction_id: str) -> None:
        self.decided("withdraw_notice", instruction_id)

    @workflow.signal
    def receive(self, instruction_id: str) -> None:
        self.decided("receive", instruction_id)

    @workflow.signal
    def confirm_receipt(self, instruction_id: str) -> None:
        self.decided("confirm_receipt", instruction_id)

    @workflow.signal
    def match(self, instruction_id: str) -> None:
        self.decided("match", instruction_id)

    @workflow.signal
    def return_receipt(self, instruction_id: str) -> None:
        self.decided("return_receipt", instruction_id)

    @workflow.signal
    def correct(self, instruction_id: str) -> None:
        self.decided("correct", instruction_id)

    @workflow.signal
    def confirm_correction(self, instruction_id: str) -> None:
        self.decided("confirm_correction", instruction_id)

    @workflow.signal
    def bounce(self, instruction_id: str) -> None:
        self.decided("bounce", instruction_id)

    @workflow.signal
    def refill(self, instruction_id: str) -> None:
        self.decided("refill", instruction_id)
