"""A refund to the source: unspent credits go back to the card, account or payer they came from."""

from collections.abc import Mapping
from typing import cast

from domain import flows
from domain import refund_commands as c
from domain.accounts import Entry, Kind, Wallet
from domain.cases import Role
from domain.clock import open_task
from domain.errors import (
    DebtOpen,
    InsufficientFunds,
    NotYours,
    SeenIsStale,
)
from domain.facts import Need
from domain.lone_states import RefundState
from domain.money import show
from domain.process import Change, Condition, Process, Scene, Silence, step
from domain.refund_case import Refund
from domain.source import Source

S = RefundState
SEND_REFUND = "send_refund"
READ_REFUND = "read_refund"


def require_refundable(amount_minor: int, source: Source, wallet: Wallet) -> None:
    """Raise what stands against it: the deposit, what is left of it, a debt, or money spent."""
    source.require_whole()
    source.require_left(amount_minor)
    _require_no_debt(wallet)
    if amount_minor > wallet.credits:
        missing = amount_minor - wallet.credits
        detail = f"{show(missing)} of cleared credits are missing"
        raise InsufficientFunds(detail, missing_minor=missing)


def _require_no_debt(wallet: Wallet) -> None:
    if wallet.receivable:
        raise DebtOpen(f"{show(wallet.receivable)} are owed", owed_minor=wallet.receivable)


def request(scene: Scene) -> Change:
    """The credits leave the wallet at once, so that nobody can spend them meanwhile."""
    one = _of(scene)
    require_refundable(one.amount_minor, _source(scene), _wallet(scene))
    start = flows.deposit_refund(one.id, one.client, one.amount_minor, one.terms.currency)
    facts = {"amount_minor": one.amount_minor, "deposit": one.deposit}
    return Change(lone=_to(scene, S.REQUESTED).lone, entries=(start,), facts=facts)


def withdraw(scene: Scene) -> Change:
    """The credits are in the wallet again."""
    return Change(lone=_to(scene, S.WITHDRAWN).lone, entries=_return(scene))


def approve(scene: Scene) -> Change:
    """It goes out, if the deposit is what it was and nothing has come to be owed meanwhile."""
    _source(scene).require_whole()
    _require_no_debt(_wallet(scene))
    state = S.SENDING if _of(scene).by_processor else S.TO_SEND
    return _to(scene, state, approved_by=scene.actor_id)


def decline(scene: Scene) -> Change:
    """It stays the client's credits; staff said why."""
    return _ended(scene, S.DECLINED, cast(c.DeclineRefund, scene.command).reason)


def made(scene: Scene) -> Change:
    """The processor has begun."""
    return _to(scene, S.SENDING, refund=cast(c.RefundMade, scene.command).refund)


def settle(scene: Scene) -> Change:
    """The processor has given it back."""
    one = _of(scene)
    return _settled(scene, Kind.PROCESSOR_CLEARING, {"outside": one.refund})


def found_paid(scene: Scene) -> Change:
    """A second person has seen at the processor that it was given back, under which name.

    That it was not, nobody can say while a try may be under way: it would be given back twice.
    """
    _require_second(scene)
    named = cast(c.RefundFound, scene.command).refund
    if named != (_of(scene).refund or named):
        raise SeenIsStale("the processor has named another refund", refund=_of(scene).refund)
    return _settled(scene, Kind.PROCESSOR_CLEARING, {"outside": named}, refund=named)


def sent(scene: Scene) -> Change:
    """A second person has sent it at the bank."""
    _require_second(scene)
    named = cast(c.RefundSent, scene.command).bank_reference
    facts = {"bank_reference": named}
    return _settled(scene, Kind.BANK_CLEARING, facts, bank_reference=named)


def fail(scene: Scene) -> Change:
    """It was not given back: the credits are in the wallet again, with the reason."""
    return _ended(scene, S.FAILED, cast(c.RefundFailed, scene.command).reason)


def give_again(scene: Scene) -> Change:
    """What the card or account did not take is the client's again."""
    why = cast(c.RefundReturned, scene.command).reason
    return _returned(scene, Kind.PROCESSOR_CLEARING, {"outside": _of(scene).refund}, why)


def came_back(scene: Scene) -> Change:
    """What the bank sent back is the client's again."""
    command = cast(c.RefundCameBack, scene.command)
    facts = {"bank_reference": command.bank_reference}
    return _returned(scene, Kind.BANK_CLEARING, facts, command.reason)


def call_deciders(scene: Scene) -> Change:
    """Nobody has decided in time: their head hears of it, daily."""
    return Change(lone=open_task(scene.case, "refund_undecided", scene.at))


def call_senders(scene: Scene) -> Change:
    """It was approved, and nobody has sent it."""
    return Change(lone=open_task(scene.case, "refund_not_sent", scene.at))


def call_staff(scene: Scene) -> Change:
    """The processor does not say what became of it."""
    return Change(lone=open_task(scene.case, "refund_unanswered", scene.at))


def close(scene: Scene) -> Change:
    """It stays given back."""
    return _to(scene, S.CLOSED)


def _settled(scene: Scene, clearing: Kind, facts: Mapping[str, object], **update: object) -> Change:
    one = _of(scene)
    done = flows.deposit_refund_settle(one.id, one.amount_minor, clearing, one.terms.currency)
    return Change(lone=_to(scene, S.PAID, **update).lone, entries=(done,), facts=facts)


def _ended(scene: Scene, state: RefundState, why: str) -> Change:
    change = _to(scene, state, reason=why)
    return Change(lone=change.lone, entries=_return(scene), facts={"reason": why}, why=why)


def _returned(scene: Scene, clearing: Kind, facts: Mapping[str, object], why: str) -> Change:
    one = _of(scene)
    back = flows.deposit_refund_returned(
        one.id, one.client, one.amount_minor, clearing, one.terms.currency
    )
    change, entries = _to(scene, S.RETURNED, reason=why), _debt_first(scene, back)
    return Change(lone=change.lone, entries=entries, facts={"reason": why, **facts}, why=why)


def _return(scene: Scene) -> tuple[Entry, ...]:
    one = _of(scene)
    back = flows.deposit_refund_return(one.id, one.client, one.amount_minor, one.terms.currency)
    return _debt_first(scene, back)


def _debt_first(scene: Scene, back: Entry) -> tuple[Entry, ...]:
    """What is the client's again first settles what they have come to owe meanwhile."""
    one = _of(scene)
    owed, currency = _wallet(scene).receivable, one.terms.currency
    settled = min(owed, one.amount_minor)
    entry = flows.receivable_settle(back.reference, one.client, settled, Kind.CREDITS, currency)
    return (back, entry)


def _wallet(scene: Scene) -> Wallet:
    return scene.facts.wallets.get(_of(scene).client, Wallet())


def _require_second(scene: Scene) -> None:
    if scene.actor_id == _of(scene).approved_by:
        raise NotYours("Another person than the one who approved it has to see to it")


def _source(scene: Scene) -> Source:
    assert scene.facts.source is not None, "a refund has a deposit"
    return scene.facts.source


def _of(scene: Scene) -> Refund:
    return cast(Refund, scene.case)


def _to(scene: Scene, state: RefundState, **update: object) -> Change:
    return Change(lone=scene.case.model_copy(update={"state": state, **update}))


HOUSE = {Role.STAFF, Role.ACCOUNTING}
ACCOUNTING, THEIRS = {Role.ACCOUNTING}, {Role.PROCESSOR}
BY_HAND = Condition("it was sent by hand", lambda scene: not _of(scene).by_processor)
UNANSWERED = Condition(
    "the processor has not said in time whether it was paid",
    lambda scene: any(task.kind == "refund_unanswered" for task in scene.case.tasks),
)
BACK = "refund: back to the client's credits, and then to what they owe"
MONEY, KNOWN = {Need.WALLETS}, {Need.WALLETS, Need.SOURCE}

STEPS = (
    *step(
        S.DRAFT, c.RefundToSource, {Role.CLIENT}, S.REQUESTED, request,
        "refund_requested", "Unspent credits are wanted back where they came from",
        money="refund: client's credits → in transit", needs=KNOWN,
    ),
    *step(
        S.REQUESTED, c.WithdrawRefund, {Role.CLIENT}, S.WITHDRAWN, withdraw,
        "refund_withdrawn", "The refund was withdrawn", money=BACK, needs=MONEY,
    ),
    *step(
        S.REQUESTED, c.ApproveRefund, HOUSE, (S.SENDING, S.TO_SEND), approve,
        "refund_approved", "The refund was approved", needs=KNOWN,
    ),
    *step(
        S.REQUESTED, c.DeclineRefund, HOUSE, S.DECLINED, decline,
        "refund_declined", "The refund was declined", money=BACK, needs=MONEY,
    ),
    *step(
        S.SENDING, c.RefundMade, THEIRS, S.SENDING, made,
        "refund_made", "The refund is with the processor",
    ),
    *step(
        S.SENDING, c.RefundPaid, THEIRS, S.PAID, settle,
        "refund_paid", "The refund was paid", money="refund: in transit → processor",
    ),
    *step(
        S.SENDING, c.RefundFailed, THEIRS, S.FAILED, fail,
        "refund_failed", "The refund failed, and the credits are in the wallet",
        money=BACK, needs=MONEY,
    ),
    *step(
        S.SENDING, c.RefundFound, ACCOUNTING, S.PAID, found_paid,
        "refund_paid", "The refund was paid", money="refund: in transit → processor",
        when=(UNANSWERED,),
    ),
    *step(
        S.TO_SEND, c.RefundSent, ACCOUNTING, S.PAID, sent,
        "refund_paid", "The refund was paid", money="refund: in transit → bank",
    ),
    *step(
        S.TO_SEND, c.RefundFailed, ACCOUNTING, S.FAILED, fail,
        "refund_failed", "The refund failed, and the credits are in the wallet",
        money=BACK, needs=MONEY,
    ),
    *step(
        S.PAID, c.RefundReturned, THEIRS, S.RETURNED, give_again,
        "refund_returned", "The refund was not taken, and the credits are in the wallet",
        money="refund: processor → client's credits", needs=MONEY,
    ),
    *step(
        S.PAID, c.RefundCameBack, ACCOUNTING, S.RETURNED, came_back,
        "refund_returned", "The refund was not taken, and the credits are in the wallet",
        money="refund: bank → client's credits", when=(BY_HAND,), needs=MONEY,
    ),
)  # fmt: skip

SILENCES = (
    Silence(
        "undecided", S.REQUESTED, lambda p: p.refund_decision_period, None, call_deciders,
        "refund_undecided", "staff look at it daily, because nobody has decided on the refund",
        tells=frozenset({Role.STAFF, Role.HEAD_OF_SUPPORT}),
    ),
    Silence(
        "unanswered", S.SENDING, lambda p: p.payout_answer_period, None, call_staff,
        "refund_unanswered", "accounting look at it: the processor does not say what became of it",
        tells=frozenset({Role.ACCOUNTING, Role.HEAD_OF_SUPPORT}),
    ),
    Silence(
        "unsent", S.TO_SEND, lambda p: p.refund_sending_period, None, call_senders,
        "refund_not_sent", "accounting look at it, because nobody has sent the refund",
        tells=frozenset({Role.ACCOUNTING, Role.HEAD_OF_SUPPORT}),
    ),
    Silence(
        "return_over", S.PAID, lambda p: p.return_period, S.CLOSED, close,
        "refund_closed", "the refund is closed: it has not come back",
    ),
)  # fmt: skip

REFUND = Process(
    name="refund",
    steps=STEPS,
    silences=SILENCES,
    refused=S.REFUSED,
    reminders=(),
    turn={
        S.DRAFT: Role.CLIENT,
        S.REQUESTED: Role.STAFF,
        S.SENDING: Role.PROCESSOR,
        S.TO_SEND: Role.ACCOUNTING,
        S.PAID: Role.CLOCK,
    },
    asks={S.SENDING: SEND_REFUND, S.PAID: READ_REFUND},
    asks_if=lambda case: cast(Refund, case).by_processor,
)
