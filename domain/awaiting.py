"""What a case does by itself once the books show it: money came, or a handover has ended."""

from collections.abc import Mapping

from domain import spending
from domain.cases import OVER, Case, Chargeback, ChargebackState, Job, JobState
from domain.chargeback_commands import DebtPaid
from domain.command import Command
from domain.commands import Fund
from domain.contest_case import Contest
from domain.contest_commands import HandoversEnded
from domain.facts import Need
from domain.lone_states import ContestState
from domain.process import Scene

NEEDS: Mapping[str, frozenset[Need]] = {
    Fund.name: frozenset({Need.WALLETS, Need.CHARGEBACKS}),
    DebtPaid.name: frozenset({Need.WALLETS}),
    HandoversEnded.name: frozenset({Need.HANDOVERS, Need.CROWD, Need.WALLETS}),
}
"""What must be known to see whether it is there, by the command."""

UNFUNDED = frozenset({JobState.AWAITING_FUNDS, ContestState.AWAITING_FUNDS})
"""States in which a case waits for its client's money."""


def row_of(case: Case) -> str | None:
    """The name of the command that the case waits to take by itself, if it does."""
    if isinstance(case, Job | Contest) and case.state in UNFUNDED:
        return Fund.name if case.terms.start_when_funded else None
    if isinstance(case, Contest) and any(prize.under_way for prize in case.prizes):
        return HandoversEnded.name
    return DebtPaid.name if case.state is ChargebackState.OWING else None


def command_of(scene: Scene) -> Command | None:
    """That command, when what it waits for is there."""
    case = scene.case
    if isinstance(case, Job | Contest) and case.state in UNFUNDED and _is_covered(scene, case):
        return Fund()
    if isinstance(case, Contest) and ended(scene, case):
        return HandoversEnded()
    if isinstance(case, Chargeback) and _owes_nothing(scene, case):
        return DebtPaid()
    return None


def ended(scene: Scene, contest: Contest) -> dict[int, Job]:
    """The handovers that have ended, by the number of their prize, which does not show it yet."""
    jobs = {one.number: scene.facts.handovers.get(one.job) for one in contest.prizes
            if one.job is not None and one.under_way}  # fmt: skip
    return {number: job for number, job in jobs.items() if job and job.state in OVER}


def _is_covered(scene: Scene, case: Job | Contest) -> bool:
    """Money that came funds what waits longest first; what is left must cover this case.

    What was paid in for one case alone is neither left for another nor taken by one.
    """
    wallet, facts = scene.facts.wallets.get(case.client), scene.facts
    if row_of(case) is None or wallet is None:
        return False
    left = spending.free(wallet, facts.meant_for_others_minor) - facts.meant_minor
    for lacking in facts.waiting_longer:
        left -= lacking if lacking <= left else 0
    return case.terms.price_minor <= left + facts.meant_minor


def _owes_nothing(scene: Scene, one: Chargeback) -> bool:
    wallet = scene.facts.wallets.get(one.client)
    return row_of(one) is not None and wallet is not None and not wallet.receivable
