"""A withdrawal: earnings on their way to their owner's bank, on a payment date that was named."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import cast

from domain import commands as c
from domain import flows
from domain.accounts import Entry, Kind, Wallet
from domain.bank_details import Via
from domain.cases import Role, Withdrawal, WithdrawalState
from domain.clock import open_task
from domain.errors import InsufficientFunds, InvalidAmount, SeenIsStale
from domain.facts import Need
from domain.money import show
from domain.payee import Payee
from domain.policy import CaseTerms, Policy
from domain.process import Change, Condition, Process, Scene, Silence, step

S = WithdrawalState
PAY_OUT = "pay_out"
READ_PAYOUT = "read_payout"
AT_ONCE = timedelta(0)
HOUSE = {Role.ACCOUNTING}
THEIRS = {Role.ACCOUNTING, Role.PROCESSOR}
_AT_THE_BANK = re.compile("pk-[0-9a-z]{26}")


def end_to_end_id(case_id: str) -> str:
    """The withdrawal's name at the bank, which knows no underscore: it comes back in statements."""
    return f"PK-{case_id.rpartition('_')[2]}"


def payout_named(end_to_end_id: str) -> str | None:
    """Our name for a payment of a statement, as we write it; None: this is no name of ours."""
    named = end_to_end_id.lower()
    return f"PK-{named[3:]}" if _AT_THE_BANK.fullmatch(named) else None


def fee_of(policy: Policy, via: Via) -> int:
    """What a payout costs its owner, in minor units."""
    return policy.withdrawal_fees.of(via)


def require_withdrawable(amount_minor: int, terms: CaseTerms) -> None:
    """Raise InvalidAmount when so little is not paid out."""
    smallest = terms.policy.smallest_withdrawal_minor
    if amount_minor < smallest:
        detail = f"a withdrawal is at least {show(smallest)}"
        raise InvalidAmount(detail, field="amount", smallest_minor=smallest)


def require_held(amount_minor: int, wallet: Wallet) -> None:
    """Raise InsufficientFunds unless cleared earnings suffice."""
    if amount_minor > wallet.earnings:
        missing = amount_minor - wallet.earnings
        detail = f"{show(missing)} of cleared earnings are missing"
        raise InsufficientFunds(detail, missing_minor=missing)


def request(scene: Scene) -> Change:
    """The earnings leave the wallet, and the payment date is fixed: by when it was asked for.

    Whoever met the cut-off is not late because we were; but a run is approved once.
    """
    one, policy = _of(scene), scene.case.terms.policy
    require_withdrawable(one.amount_minor, one.terms)
    payee = scene.facts.payee or Payee()
    payee.require_payable(scene.at, policy, one.method)
    fee = fee_of(policy, one.via)
    if one.fee_minor != fee:
        raise SeenIsStale(f"the fee is {show(fee)} now", fee_minor=fee)
    require_held(one.amount_minor, scene.facts.wallets.get(one.freelancer, Wallet()))
    banking, zone = scene.facts.calendar.of_banks, policy.timezone
    approved = scene.facts.runs_approved
    date = policy.paydays.payment_date(one.opened_at, banking, zone, approved)
    due = policy.paydays.approval_due(date, banking, zone)
    change = _to(scene, S.REQUESTED, payment_date=date, approval_due=due)
    start = flows.withdrawal_start(
        one.id, one.freelancer, one.arrives_minor, one.fee_minor, one.terms.currency
    )
    facts = {"amount_minor": one.amount_minor, "payment_date": date.isoformat()}
    return Change(lone=change.lone, entries=(start,), facts=facts)


def cancel(scene: Scene) -> Change:
    """Everything is back in the wallet, the fee too."""
    return Change(lone=_to(scene, S.CANCELLED).lone, entries=(_return(_of(scene)),))


def send(scene: Scene) -> Change:
    """The run was approved: it goes out, unless one of its checks failed just then."""
    sent = cast(c.SendWithdrawal, scene.command)
    if sent.refusal:
        change = _fail(scene, sent.refusal)
        return replace(change, why=f"this is not paid but back in the wallet: {sent.refusal}")
    return _to(scene, S.SENT)


def transferred(scene: Scene) -> Change:
    """The processor has moved it to the account of whoever is paid."""
    return _to(scene, S.SENT, transfer=cast(c.TransferMade, scene.command).transfer)


def under_way(scene: Scene) -> Change:
    """The processor has begun to pay it out."""
    return _to(scene, S.SENT, payout=cast(c.PayoutBegun, scene.command).payout)


def settle(scene: Scene) -> Change:
    """The bank has paid it."""
    one = _of(scene)
    done = flows.withdrawal_settle(
        one.id, one.arrives_minor, one.fee_minor, _clearing(one), one.terms.currency
    )
    return Change(lone=_to(scene, S.PAID).lone, entries=(done,), facts=_outside(one))


def fail(scene: Scene) -> Change:
    """It was not paid: the money is back at once, with the reason."""
    return _fail(scene, cast(c.PayoutFailed, scene.command).reason)


def give_back(scene: Scene) -> Change:
    """The bank sent it back after all; its work was done, so the fee stays."""
    one, why = _of(scene), cast(c.PayoutReturned, scene.command).reason
    back = flows.withdrawal_returned(
        one.id, one.freelancer, one.arrives_minor, _clearing(one), one.terms.currency
    )
    change = _to(scene, S.RETURNED, reason=why)
    facts = {"reason": why, **_outside(one)}
    return Change(lone=change.lone, entries=(back,), facts=facts, why=why)


def stand(scene: Scene) -> Change:
    """Nothing but to tell whoever must act."""
    return Change(lone=scene.case)


def call_staff(scene: Scene) -> Change:
    """Neither bank nor processor says what became of it."""
    return Change(lone=open_task(scene.case, "payout_unanswered", scene.at))


def close(scene: Scene) -> Change:
    """It stays paid."""
    return _to(scene, S.CLOSED)


def _fail(scene: Scene, why: str) -> Change:
    change = _to(scene, S.FAILED, reason=why)
    entries = (_return(_of(scene)),)
    return Change(lone=change.lone, entries=entries, facts={"reason": why}, why=why)


def _return(one: Withdrawal) -> Entry:
    return flows.withdrawal_return(
        one.id, one.freelancer, one.arrives_minor, one.fee_minor, one.terms.currency
    )


def _clearing(one: Withdrawal) -> Kind:
    return Kind.PROCESSOR_CLEARING if one.via is Via.STRIPE else Kind.BANK_CLEARING


def _outside(one: Withdrawal) -> dict[str, str]:
    """What the processor or the bank calls the movement on our account there, both ways."""
    if one.via is not Via.STRIPE:
        return {"bank_reference": end_to_end_id(one.id)}
    return {"outside": one.transfer} if one.transfer else {}


def _of(scene: Scene) -> Withdrawal:
    return cast(Withdrawal, scene.case)


def _to(scene: Scene, state: WithdrawalState, **update: object) -> Change:
    return Change(lone=scene.case.model_copy(update={"state": state, **update}))


NOT_IN_RUN = Condition("its payment run is not approved yet", lambda scene: not scene.facts.in_run)
REQUEST = "withdrawal: earnings → in transit, the fee too"
RETURN = "withdrawal: back to the earnings, the fee too"

STEPS = (
    *step(
        S.DRAFT, c.RequestWithdrawal, {Role.FREELANCER}, S.REQUESTED, request,
        "withdrawal_requested", "A withdrawal was requested", money=REQUEST,
        needs={Need.WALLETS, Need.PAYEE, Need.RUNS},
    ),
    *step(
        S.REQUESTED, c.CancelWithdrawal, {Role.FREELANCER}, S.CANCELLED, cancel,
        "withdrawal_cancelled", "The withdrawal was cancelled", money=RETURN,
        when=(NOT_IN_RUN,), needs={Need.RUN},
    ),
    *step(
        S.REQUESTED, c.SendWithdrawal, HOUSE, (S.SENT, S.FAILED), send,
        "run_approved", "The payment run was approved", money=f"{RETURN}, if a check failed",
    ),
    *step(
        S.SENT, c.TransferMade, {Role.PROCESSOR}, S.SENT, transferred,
        "transfer_made", "The payout is with the processor",
    ),
    *step(
        S.SENT, c.PayoutBegun, {Role.PROCESSOR}, S.SENT, under_way,
        "payout_begun", "The payout is on its way to the bank",
    ),
    *step(
        S.SENT, c.PayoutPaid, THEIRS, S.PAID, settle,
        "withdrawal_paid", "The withdrawal was paid",
        money="withdrawal: in transit → the bank or the processor, the fee to the platform",
    ),
    *step(
        S.SENT, c.PayoutFailed, THEIRS, S.FAILED, fail,
        "payout_failed", "The payout failed, and the money is back in the wallet", money=RETURN,
    ),
    *step(
        S.PAID, c.PayoutReturned, THEIRS, S.RETURNED, give_back,
        "payout_returned", "The bank sent the payout back, and it is in the wallet again",
        money="withdrawal: the bank or the processor → earnings",
    ),
)  # fmt: skip

SILENCES = (
    Silence(
        "unapproved", S.REQUESTED, lambda p: AT_ONCE, None, stand,
        "run_unapproved", "the head of accounting is told: the payment run is not approved",
        since=lambda case: cast(Withdrawal, case).approval_due,
        repeats=lambda p: p.unapproved_again_after,
    ),
    Silence(
        "unanswered", S.SENT, lambda p: p.payout_answer_period, None, call_staff,
        "payout_unanswered", "accounting look at it: nobody says whether it was paid",
    ),
    Silence(
        "return_over", S.PAID, lambda p: p.return_period, S.CLOSED, close,
        "withdrawal_closed", "the withdrawal is closed: the bank has not sent it back",
    ),
)  # fmt: skip

WITHDRAWAL = Process(
    name="withdrawal",
    steps=STEPS,
    silences=SILENCES,
    refused=S.REFUSED,
    reminders=(),
    turn={
        S.DRAFT: Role.FREELANCER,
        S.REQUESTED: Role.ACCOUNTING,
        S.SENT: Role.ACCOUNTING,
        S.PAID: Role.ACCOUNTING,
    },
    asks={S.SENT: PAY_OUT, S.PAID: READ_PAYOUT},
    asks_if=lambda case: cast(Withdrawal, case).via is Via.STRIPE,
    head=Role.HEAD_OF_ACCOUNTING,
)
