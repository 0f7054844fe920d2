"""A chargeback: a payment that the card network took back, answered, and decided."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class ChargebackWorkflow(CaseLife):
    """A credited payment that is disputed with the card network.

    Its sum was taken from the client when it became known. Two days before the network's deadline
    the evidence goes to it, once. Told that something happened, the workflow has the dispute
    fetched from the processor: won, everything is back where it came from, or two accountants say
    whose another sum is; lost, the client has seven days to fill the escrows again from which money
    was taken, and what they owe besides is written off after 90 days, unless they have paid it.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the chargeback from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def refill(self, instruction_id: str) -> None:
        self.decided("refill", instruction_id)

    @workflow.signal
    def book_return(self, instruction_id: str) -> None:
        self.decided("book_return", instruction_id)

    @workflow.signal
    def confirm_booking(self, instruction_id: str) -> None:
        self.decided("confirm_booking", instruction_id)
