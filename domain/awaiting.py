"""What a case does by itself once money has come: a job begins, a debt is paid."""

from collections.abc import Mapping

from domain.cases import Case, Chargeback, ChargebackState, Job, JobState
from domain.chargeback_commands import DebtPaid
from domain.command import Command
from domain.commands import Fund
from domain.process import Need, Scene

NEEDS: Mapping[str, frozenset[Need]] = {
    Fund.name: frozenset({Need.WALLETS, Need.CHARGEBACKS}),
    DebtPaid.name: frozenset({Need.WALLETS}),
}
"""What must be known to see whether it is there, by the command."""


def row_of(case: Case) -> str | None:
    """The name of the command that the case waits for money to take, if it does."""
    if isinstance(case, Job) and case.state is JobState.AWAITING_FUNDS:
        return Fund.name if case.terms.start_when_funded else None
    return DebtPaid.name if case.state is ChargebackState.OWING else None


def command_of(scene: Scene) -> Command | None:
    """That command, when the money is there."""
    case = scene.case
    if isinstance(case, Job) and _is_covered(scene, case):
        return Fund()
    if isinstance(case, Chargeback) and _owes_nothing(scene, case):
        return DebtPaid()
    return None


def _is_covered(scene: Scene, job: Job) -> bool:
    """Money that came funds what waits longest first; what is left must cover this job.

    What was paid in for one job alone is neither left for another nor taken by one.
    """
    wallet, facts = scene.facts.wallets.get(job.client), scene.facts
    if row_of(job) is None or wallet is None:
        return False
    left = wallet.spendable - facts.meant_for_others_minor - facts.meant_minor
    for lacking in facts.waiting_longer:
        left -= lacking if lacking <= left else 0
    return job.terms.price_minor <= left + facts.meant_minor


def _owes_nothing(scene: Scene, one: Chargeback) -> bool:
    wallet = scene.facts.wallets.get(one.client)
    return row_of(one) is not None and wallet is not None and not wallet.receivable
