"""A contest: prizes in escrow, entries beside it, and a job for each winner."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class ContestWorkflow(CaseLife):
    """Prizes for the best entries.

    The prizes wait in escrow before the contest opens. Entries, ratings and comments are rows
    beside it and never reach this workflow, however many there are. When entries end, the client
    judges; each winner hands over in a job, a workflow of its own, which tells this one of its end.
    Prizes that nobody was awarded go back to the client, or are shared among those who entered.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the contest from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def post_contest(self, instruction_id: str) -> None:
        self.decided("post_contest", instruction_id)

    @workflow.signal
    def fund(self, instruction_id: str) -> None:
        self.decided("fund", instruction_id)

    @workflow.signal
    def withdraw_contest(self, instruction_id: str) -> None:
        self.decided("withdraw_contest", instruction_id)

    @workflow.signal
    def add_prize(self, instruction_id: str) -> None:
        self.decided("add_prize", instruction_id)

    @workflow.signal
    def name_finalist(self, instruction_id: str) -> None:
        self.decided("name_finalist", instruction_id)

    @workflow.signal
    def close_early(self, instruction_id: str) -> None:
        self.decided("close_early", instruction_id)

    @workflow.signal
    def award_prizes(self, instruction_id: str) -> None:
        self.decided("award_prizes", instruction_id)

    @workflow.signal
    def extend_judging(self, instruction_id: str) -> None:
        self.decided("extend_judging", instruction_id)
