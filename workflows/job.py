"""A job: offered, funded, delivered, reviewed until the client is satisfied, then paid."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class JobWorkflow(CaseLife):
    """One client, one freelancer, one escrow.

    The client offers; the freelancer accepts; the price waits in escrow. The freelancer
    delivers, the client reviews: approves (the freelancer is paid at once), requests a revision
    (again and again), or requests rejection (a dispute begins, as a workflow of its own). If
    nobody acts, the silence rows of `domain/job.py` do.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the job from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def offer_job(self, instruction_id: str) -> None:
        self.decided("offer_job", instruction_id)

    @workflow.signal
    def accept(self, instruction_id: str) -> None:
        self.decided("accept", instruction_id)

    @workflow.signal
    def decline(self, instruction_id: str) -> None:
        self.decided("decline", instruction_id)

    @workflow.signal
    def withdraw_offer(self, instruction_id: str) -> None:
        self.decided("withdraw_offer", instruction_id)

    @workflow.signal
    def fund(self, instruction_id: str) -> None:
        self.decided("fund", instruction_id)

    @workflow.signal
    def deliver(self, instruction_id: str) -> None:
        self.decided("deliver", instruction_id)

    @workflow.signal
    def approve(self, instruction_id: str) -> None:
        self.decided("approve", instruction_id)

    @workflow.signal
    def request_revision(self, instruction_id: str) -> None:
        self.decided("request_revision", instruction_id)

    @workflow.signal
    def request_rejection(self, instruction_id: str) -> None:
        self.decided("request_rejection", instruction_id)

    @workflow.signal
    def resign(self, instruction_id: str) -> None:
        self.decided("resign", instruction_id)

    @workflow.signal
    def cancel(self, instruction_id: str) -> None:
        self.decided("cancel", instruction_id)

    @workflow.signal
    def offer_settlement(self, instruction_id: str) -> None:
        self.decided("offer_settlement", instruction_id)

    @workflow.signal
    def accept_settlement(self, instruction_id: str) -> None:
        self.decided("accept_settlement", instruction_id)

    @workflow.signal
    def hire_mediator(self, instruction_id: str) -> None:
        self.decided("hire_mediator", instruction_id)

    @workflow.signal
    def resolve(self, instruction_id: str) -> None:
        self.decided("resolve", instruction_id)

    @workflow.signal
    def pause_clock(self, instruction_id: str) -> None:
        self.decided("pause_clock", instruction_id)

    @workflow.signal
    def resume_clock(self, instruction_id: str) -> None:
        self.decided("resume_clock", instruction_id)
