"""A deposit by card, PayPal or Alipay: paid on the processor's page, credited once."""

from typing import cast

from domain import commands as c
from domain import flows, own_flows
from domain.accounts import Entry, Kind, Wallet
from domain.cases import Deposit, DepositState, End, Role
from domain.clock import open_task
from domain.deposit_commands import ConfirmEnd, EndDeposit
from domain.errors import InvalidAmount
from domain.facts import Need
from domain.money import show
from domain.process import Change, Condition, Process, Scene, Silence, step
from domain.proposed import second

S = DepositState
OPEN_CHECKOUT = "open_checkout"
READ_CHECKOUT = "read_checkout"
CLOSE_CHECKOUT = "close_checkout"


def require_payable(deposit: Deposit) -> None:
    """Raise InvalidAmount when so much cannot be paid in at once."""
    policy, asked = deposit.terms.policy, deposit.asked_minor
    if not policy.smallest_deposit_minor <= asked <= policy.largest_deposit_minor:
        raise InvalidAmount(
            f"a deposit is from {show(policy.smallest_deposit_minor)}"
            f" to {show(policy.largest_deposit_minor)}",
            field="amount",
            smallest_minor=policy.smallest_deposit_minor,
            largest_minor=policy.largest_deposit_minor,
        )


def begin(scene: Scene) -> Change:
    """The processor is asked for a page on which the client pays."""
    require_payable(_of(scene))
    return _to(scene, S.CREATED)


def opened(scene: Scene) -> Change:
    """The client can pay."""
    command = cast(c.CheckoutOpened, scene.command)
    return _to(scene, S.CHECKOUT, session=command.session, url=command.url)


def credit(scene: Scene) -> Change:
    """What arrived becomes the client's credits; what they owe is settled from it."""
    deposit, paid = _of(scene), cast(c.Paid, scene.command)
    currency = deposit.terms.currency
    if paid.currency != currency or not paid.amount_minor:
        sent = {"currency": paid.currency, "amount_minor": paid.amount_minor}
        raise InvalidAmount("the processor has another sum than a deposit's", **sent)
    change = _to(scene, S.CREDITED, payment=paid.payment, paid_minor=paid.amount_minor, url=None)
    owed = scene.facts.wallets.get(deposit.client, Wallet()).receivable
    entries = credited(deposit, paid.amount_minor, owed, Kind.PROCESSOR_CLEARING)
    if paid.fee_minor:
        entries += (own_flows.processor_fee(f"deposit/{deposit.id}", paid.fee_minor, currency),)
    facts = {"amount_minor": paid.amount_minor, "payment": paid.payment}
    return Change(lone=change.lone, entries=entries, facts=facts)


def credited(
    deposit: Deposit, amount_minor: int, owed_minor: int, clearing: Kind
) -> tuple[Entry, ...]:
    """Cleared money that came for a client first settles what they owe."""
    client, currency = deposit.client, deposit.terms.currency
    settled = min(owed_minor, amount_minor)
    came = flows.deposit(deposit.id, client, amount_minor, clearing, currency)
    if not settled:
        return (came,)
    cause = f"deposit/{deposit.id}"
    return came, flows.receivable_settle(cause, client, settled, Kind.CREDITS, currency)


def close(scene: Scene) -> Change:
    """The page is closed, unless it was paid on in the last moment: only the processor knows."""
    return _to(scene, S.CLOSING, url=None)


def expire(scene: Scene) -> Change:
    """Nothing was paid."""
    return _to(scene, S.EXPIRED, url=None)


def fail(scene: Scene) -> Change:
    """The processor wants no such payment; nothing was paid."""
    change = _to(scene, S.FAILED)
    return Change(lone=change.lone, facts={"code": cast(c.CheckoutRefused, scene.command).code})


def call_staff(scene: Scene) -> Change:
    """The processor does not say whether it was paid: staff look at it, daily."""
    return Change(lone=open_task(scene.case, "processor_silent", scene.at))


def want_end(scene: Scene) -> Change:
    """The processor is asked on; a while later a second person may end it without an answer."""
    assert scene.actor_id is not None, "staff are people"
    end = End(id=cast(EndDeposit, scene.command).id, by=scene.actor_id)
    return Change(lone=_to(scene, S.ENDING, end=end).lone, facts={"end_id": end.id})


def give_up(scene: Scene) -> Change:
    """It had its chance."""
    end = _of(scene).end
    assert end is not None, "somebody wants it ended"
    return Change(lone=scene.case.model_copy(update={"end": end.model_copy(update={"ripe": True})}))


def confirm_end(scene: Scene) -> Change:
    """It is over; a payment that shows up later is a difference with the processor's books."""
    second(_of(scene).end, cast(ConfirmEnd, scene.command).end_id, scene.actor_id)
    return _to(scene, S.ENDED)


def call_second(scene: Scene) -> Change:
    """Nobody has confirmed that it ends: staff look at it, daily."""
    return Change(lone=open_task(scene.case, "end_unconfirmed", scene.at))


def _ripe(scene: Scene) -> bool:
    end = _of(scene).end
    return end is not None and end.ripe


def _of(scene: Scene) -> Deposit:
    return cast(Deposit, scene.case)


def _to(scene: Scene, state: DepositState, **update: object) -> Change:
    return Change(lone=scene.case.model_copy(update={"state": state, **update}))


CREDIT = "deposit: processor → client's credits"
THEIRS = {Role.PROCESSOR}
HAD_ITS_CHANCE = Condition("the processor had its last chance to answer", _ripe)

STEPS = (
    *step(
        S.DRAFT, c.OpenDeposit, {Role.CLIENT}, S.CREATED, begin,
        "deposit_begun", "A deposit was begun",
    ),
    *step(
        S.CREATED, c.CheckoutOpened, THEIRS, S.CHECKOUT, opened,
        "checkout_opened", "The page to pay on is open",
    ),
    *step(
        S.CREATED, c.CheckoutRefused, THEIRS, S.FAILED, fail,
        "checkout_refused", "The processor does not take this payment",
    ),
    *step(
        (S.CHECKOUT, S.CLOSING, S.ENDING), c.Paid, THEIRS, S.CREDITED, credit,
        "deposit_credited", "The deposit is in the wallet", money=CREDIT, needs={Need.WALLETS},
    ),
    *step(
        (S.CHECKOUT, S.CLOSING, S.ENDING), c.CheckoutExpired, THEIRS, S.EXPIRED, expire,
        "deposit_expired", "The deposit expired: nothing was paid",
    ),
    *step(
        S.CLOSING, EndDeposit, {Role.STAFF}, S.ENDING, want_end,
        "deposit_ending", "Staff want the deposit ended, if the processor still says nothing",
    ),
    *step(
        S.ENDING, ConfirmEnd, {Role.STAFF}, S.ENDED, confirm_end,
        "deposit_ended", "Staff have ended the deposit: the processor did not say if it was paid",
        when=(HAD_ITS_CHANCE,),
    ),
)  # fmt: skip

SILENCES = (
    Silence(
        "creation_over", S.CREATED, lambda p: p.checkout_period, S.EXPIRED, expire,
        "deposit_expired", "the deposit expires: there was no page to pay on",
    ),
    Silence(
        "checkout_over", S.CHECKOUT, lambda p: p.checkout_period, S.CLOSING, close,
        "checkout_closing", "the page is closed, and the deposit expires if it was not paid",
    ),
    Silence(
        "unanswered", S.CLOSING, lambda p: p.escalation_period, None, call_staff,
        "processor_silent", "staff look at it: the processor does not say whether it was paid",
    ),
    Silence(
        "last_chance_over", S.ENDING, lambda p: p.last_chance_period, None, give_up,
        "end_confirmable", "a second person of staff may end the deposit",
        tells=frozenset({Role.STAFF}),
    ),
    Silence(
        "unconfirmed", S.ENDING, lambda p: p.escalation_period, None, call_second,
        "end_unconfirmed", "staff look at it: nobody has confirmed that the deposit ends",
        tells=frozenset({Role.STAFF, Role.HEAD_OF_SUPPORT}),
    ),
)  # fmt: skip

DEPOSIT = Process(
    name="deposit",
    steps=STEPS,
    silences=SILENCES,
    refused=S.REFUSED,
    reminders=(),
    turn={
        S.DRAFT: Role.CLIENT,
        S.CREATED: Role.PROCESSOR,
        S.CHECKOUT: Role.CLIENT,
        S.CLOSING: Role.PROCESSOR,
        S.ENDING: Role.STAFF,
    },
    asks={
        S.CREATED: OPEN_CHECKOUT,
        S.CHECKOUT: READ_CHECKOUT,
        S.CLOSING: CLOSE_CHECKOUT,
        S.ENDING: CLOSE_CHECKOUT,
    },
)
