"""A basket: listings that a client buys at once; each that is bought becomes a job."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class BasketWorkflow(CaseLife):
    """A purchase of one listing or many.

    It is one step: every listing that is still as it was seen is paid and becomes a job in review,
    a workflow of its own; or nothing is paid, and the basket is refused. Nothing waits in it.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the basket from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def buy_basket(self, instruction_id: str) -> None:
        self.decided("buy_basket", instruction_id)
