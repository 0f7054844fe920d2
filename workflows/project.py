"""A project: freelancers bid until it closes; each bid that is awarded becomes a job."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class ProjectWorkflow(CaseLife):
    """A request for bids.

    Bids are rows beside it and never reach this workflow, however many there are. The client
    awards one or several, at once or one after the other; each is offered as a job, a workflow of
    its own. After thirty days, or more if the client extends it, the project closes, and all whose
    bids still stand are told.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the project from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def post_project(self, instruction_id: str) -> None:
        self.decided("post_project", instruction_id)

    @workflow.signal
    def award(self, instruction_id: str) -> None:
        self.decided("award", instruction_id)

    @workflow.signal
    def extend(self, instruction_id: str) -> None:
        self.decided("extend", instruction_id)

    @workflow.signal
    def close_project(self, instruction_id: str) -> None:
        self.decided("close_project", instruction_id)
