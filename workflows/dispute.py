"""A dispute: twenty days to settle a rejection, then mediation, then a ruling."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Start
    from workflows.case import CaseLife


@workflow.defn
class DisputeWorkflow(CaseLife):
    """The quarrel over one job.

    The freelancer accepts the rejection or hires a mediator within twenty days; a client who
    approves meanwhile ends it. A mediator proposes, the parties accept or refuse; staff rule on
    what is left. If nobody acts, the silence rows of `domain/dispute.py` do.
    """

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live the dispute from the state its row is in."""
        await self.live(start)

    @workflow.signal
    def accept_rejection(self, instruction_id: str) -> None:
        self.decided("accept_rejection", instruction_id)

    @workflow.signal
    def hire_mediator(self, instruction_id: str) -> None:
        self.decided("hire_mediator", instruction_id)

    @workflow.signal
    def withdraw_rejection(self, instruction_id: str) -> None:
        self.decided("withdraw_rejection", instruction_id)

    @workflow.signal
    def offer_settlement(self, instruction_id: str) -> None:
        self.decided("offer_settlement", instruction_id)

    @workflow.signal
    def accept_settlement(self, instruction_id: str) -> None:
        self.decided("accept_settlement", instruction_id)

    @workflow.signal
    def withdraw_offer(self, instruction_id: str) -> None:
        self.decided("withdraw_offer", instruction_id)

    @workflow.signal
    def accept_appointment(self, instruction_id: str) -> None:
        self.decided("accept_appointment", instruction_id)

    @workflow.signal
    def decline_appointment(self, instruction_id: str) -> None:
        self.decided("decline_appointment", instruction_id)

    @workflow.signal
    def veto_mediator(self, instruction_id: str) -> None:
        self.decided("veto_mediator", instruction_id)

    @workflow.signal
    def add_statement(self, instruction_id: str) -> None:
        self.decided("add_statement", instruction_id)

    @workflow.signal
    def propose(self, instruction_id: str) -> None:
        self.decided("propose", instruction_id)

    @workflow.signal
    def accept_proposal(self, instruction_id: str) -> None:
        self.decided("accept_proposal", instruction_id)

    @workflow.signal
    def refuse_proposal(self, instruction_id: str) -> None:
        self.decided("refuse_proposal", instruction_id)

    @workflow.signal
    def resolve(self, instruction_id: str) -> None:
        self.decided("resolve", instruction_id)

    @workflow.signal
    def confirm(self, instruction_id: str) -> None:
        self.decided("confirm", instruction_id)

    @workflow.signal
    def refuse(self, instruction_id: str) -> None:
        self.decided("refuse", instruction_id)
