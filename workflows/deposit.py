"""A deposit: a page of the processor on which the client pays, and the money that came."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class DepositWorkflow(CaseLife):
    """Money a client pays in by card, PayPal or Alipay.

    The processor opens a page; the client pays on it. Told that something happened there, the
    workflow has the page fetched from the processor and credits what was paid, once. After 24
    hours the page is closed, and the deposit expires if it was not paid. Where the processor does
    not answer, two people of staff may end it.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the deposit from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def open_deposit(self, instruction_id: str) -> None:
        self.decided("open_deposit", instruction_id)

    @workflow.signal
    def end_deposit(self, instruction_id: str) -> None:
        self.decided("end_deposit", instruction_id)

    @workflow.signal
    def confirm_end(self, instruction_id: str) -> None:
        self.decided("confirm_end", instruction_id)
