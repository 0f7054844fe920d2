"""Money by bank transfer, money order or check: announced, seen at the bank by two, booked."""

from collections.abc import Callable
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from domain import commands as c
from domain import flows, provisional
from domain.accounts import Entry, Kind, Wallet
from domain.calendar import BusinessTime
from domain.cases import Case, Correction, Remittance, RemittanceState, Role
from domain.chargeback_commands import Refill
from domain.clock import open_task
from domain.correcting import correct_books
from domain.errors import InvalidAmount, NotYours, SeenIsStale, UnknownReference
from domain.facts import Need
from domain.ids import UserId
from domain.money import show
from domain.policy import Policy
from domain.process import Change, Condition, Process, Scene, Silence, step
from domain.receipt import CLEARS_LATER, credit, named_by_the_bank
from domain.reminding import usual_reminders
from domain.shortfalls import ESCROWS, GIVEN_UP

S = RemittanceState


def require_announceable(remittance: Remittance) -> None:
    """Raise InvalidAmount when so much cannot be announced."""
    policy, asked = remittance.terms.policy, remittance.asked_minor
    if not policy.smallest_deposit_minor <= asked <= policy.largest_remittance_minor:
        raise InvalidAmount(
            f"a deposit is from {show(policy.smallest_deposit_minor)}"
            f" to {show(policy.largest_remittance_minor)}",
            field="amount",
            smallest_minor=policy.smallest_deposit_minor,
            largest_minor=policy.largest_remittance_minor,
        )
    if remittance.sent_on is not None:
        _require_past(remittance, remittance.sent_on, remittance.opened_at, "sent_on")


def announce(scene: Scene) -> Change:
    """The client, or staff by the client's mail, say what is on its way."""
    require_announceable(_of(scene))
    if _of(scene).client is None:
        raise UnknownReference("a notice is somebody's", field="client")
    return _to(scene, S.ANNOUNCED)


def lapse(scene: Scene) -> Change:
    """Nothing came by this notice."""
    return _to(scene, S.LAPSED)


def receive(scene: Scene) -> Change:
    """What came waits for a second person; from a stranger it waits in suspense."""
    command = cast(c.Receive, scene.command)
    arrived = _arrived(scene, command)
    if not command.wrong_name:
        return _to(scene, S.RECEIVED, **arrived)
    return _suspended(scene, arrived)


def record_unmatched(scene: Scene) -> Change:
    """Money without a notice waits in suspense until its owner is found."""
    return _suspended(scene, _arrived(scene, cast(c.RecordUnmatched, scene.command)))


def confirm(scene: Scene) -> Change:
    """A second person has seen the same sum at the bank: it is credited."""
    remittance, command = _of(scene), cast(c.ConfirmReceipt, scene.command)
    _require_second(scene, remittance.recorded_by)
    if command.amount_minor != remittance.arrived_minor:
        raise SeenIsStale("another sum was typed", arrived_minor=remittance.arrived_minor)
    assert remittance.client is not None, "what was announced is somebody's"
    entries = credit(
        remittance.id,
        remittance.client,
        remittance.method,
        remittance.arrived_minor,
        _owed(scene, remittance.client),
        remittance.terms.currency,
    )
    return _booked(scene, entries)


def match(scene: Scene) -> Change:
    """A second person knows whose it is: it is credited to them."""
    remittance, client = _of(scene), cast(c.Match, scene.command).client
    _require_second(scene, remittance.recorded_by)
    if scene.actor_id == client:
        raise NotYours("Somebody else has to find that money is yours")
    if client not in scene.facts.wallets:
        raise UnknownReference("nobody has this id", field="client")
    amount, currency = remittance.arrived_minor, remittance.terms.currency
    later = remittance.method in CLEARS_LATER
    target = Kind.CREDITS_PROVISIONAL if later else Kind.CREDITS
    came = flows.receipt_match(remittance.id, client, amount, currency, target)
    settled = 0 if later else min(_owed(scene, client), amount)
    debt = flows.receivable_settle(came.reference, client, settled, Kind.CREDITS, currency)
    return _booked(scene, (came, debt), client=client, matched=client)


def give_back(scene: Scene) -> Change:
    """A second person sends what nobody claimed back to its payer."""
    remittance = _of(scene)
    _require_second(scene, remittance.recorded_by)
    amount, currency = remittance.arrived_minor, remittance.terms.currency
    entry = flows.receipt_return(remittance.id, amount, currency)
    facts = named_by_the_bank(cast(c.ReturnReceipt, scene.command).bank_reference)
    return Change(lone=_to(scene, S.RETURNED).lone, entries=(entry,), facts=facts)


def correct(scene: Scene) -> Change:
    """What nobody has confirmed is typed anew; what is booked waits for a second person."""
    command = cast(c.Correct, scene.command)
    _require_sum(command.amount_minor)
    assert scene.actor_id is not None, "accountants are people"
    facts = {"arrived_minor": command.amount_minor, "correction_id": command.id}
    if _of(scene).state is S.RECEIVED:
        anew = {"arrived_minor": command.amount_minor, "recorded_by": scene.actor_id}
        return Change(lone=_to(scene, S.RECEIVED, **anew).lone, facts=facts)
    correction = Correction(id=command.id, by=scene.actor_id, arrived_minor=command.amount_minor)
    return Change(lone=_to(scene, S.CORRECTING, correction=correction).lone, facts=facts)


def confirm_correction(scene: Scene) -> Change:
    """A second person has seen that it is right: the wrong entry is mirrored, a new one made."""
    remittance, command = _of(scene), cast(c.ConfirmCorrection, scene.command)
    correction = remittance.correction
    if correction is None or correction.id != command.correction_id:
        raise SeenIsStale("this correction was replaced")
    _require_second(scene, correction.by)
    update = {"arrived_minor": correction.arrived_minor, "correction": None}
    return Change(
        lone=_to(scene, _booked_as(remittance), **update).lone,
        entries=correct_books(scene, remittance, correction),
        facts={
            "arrived_minor": correction.arrived_minor,
            "correction_id": correction.id,
            "bank_reference": remittance.bank_reference,
        },
    )


def settle(scene: Scene) -> Change:
    """What was typed of a transfer is final."""
    return _to(scene, S.CLEARED)


def call_staff(kind: str) -> Callable[[Scene], Change]:
    """Staff look at it, daily until it goes on."""
    return lambda scene: Change(lone=open_task(scene.case, kind, scene.at))


def alarm(scene: Scene) -> Change:
    """Those who must act are told."""
    return Change(lone=scene.case)


def _suspended(scene: Scene, arrived: dict[str, object]) -> Change:
    waiting = cast(Remittance, _to(scene, S.SUSPENSE, **arrived).lone)
    amount, currency = waiting.arrived_minor, waiting.terms.currency
    entry = flows.receipt_unmatched(waiting.id, amount, currency)
    return Change(lone=waiting, entries=(entry,), facts=_at_the_bank(waiting))


def _booked(scene: Scene, entries: tuple[Entry, ...], **update: object) -> Change:
    remittance = _of(scene)
    by_whom = {"confirmed_by": scene.actor_id, "credited_at": scene.at}
    booked = _to(scene, _booked_as(remittance), **by_whom, **update)
    return Change(lone=booked.lone, entries=entries, facts=_at_the_bank(remittance))


def _at_the_bank(remittance: Remittance) -> dict[str, object]:
    """What arrived, and the bank's name for it: by that its statement is compared with the book."""
    return {
        "amount_minor": remittance.arrived_minor,
        "bank_reference": remittance.bank_reference,
    }


def _booked_as(remittance: Remittance) -> RemittanceState:
    return S.PROVISIONAL if remittance.method in CLEARS_LATER else S.BOOKED


def _arrived(scene: Scene, command: c.Receive | c.RecordUnmatched) -> dict[str, object]:
    _require_sum(command.amount_minor)
    _require_past(_of(scene), command.received_on, scene.at, "received_on")
    if scene.facts.reference_known:
        raise SeenIsStale("a receipt with this reference of the bank is recorded already")
    return {
        "arrived_minor": command.amount_minor,
        "bank_reference": command.bank_reference,
        "received_on": command.received_on,
        "payer": command.payer,
        "recorded_by": scene.actor_id,
    }


def _require_sum(amount_minor: int) -> None:
    if not amount_minor:
        raise InvalidAmount("what arrived is more than nothing", field="amount")


def _require_past(remittance: Remittance, day: date, now: datetime, field: str) -> None:
    if day > now.astimezone(ZoneInfo(remittance.terms.policy.timezone)).date():
        raise InvalidAmount("this day has not come yet", field=field)


def _require_second(scene: Scene, first: UserId | None) -> None:
    if scene.actor_id == first:
        raise NotYours("Another person than the one who typed it has to confirm it")


def _owed(scene: Scene, client: UserId) -> int:
    return scene.facts.wallets.get(client, Wallet()).receivable


def _of(scene: Scene) -> Remittance:
    return cast(Remittance, scene.case)


def _to(scene: Scene, state: RemittanceState, **update: object) -> Change:
    return Change(lone=scene.case.model_copy(update={"state": state, **update}))


def _alarm(policy: Policy, n: int) -> BusinessTime:
    return policy.crediting_period.part(policy.crediting_alarms[n])


def _credited_at(case: Case) -> datetime | None:
    return cast(Remittance, case).credited_at


BY_CLIENT_OR_STAFF = {Role.CLIENT, Role.STAFF, Role.ACCOUNTING}
ACCOUNTING = {Role.ACCOUNTING}
IN_BOOKS = (S.BOOKED, S.PROVISIONAL)
MAY_BOUNCE = Condition(
    "it came by check or money order", lambda scene: _of(scene).method in CLEARS_LATER
)
WALLETS, LOTS = {Need.WALLETS}, {Need.WALLETS, Need.LOTS}
SUSPENDED = "receipt: bank → suspense"
CREDIT = "deposit: bank → client's credits, provisional for checks and money orders"

STEPS = (
    *step(
        S.DRAFT, c.AnnounceRemittance, BY_CLIENT_OR_STAFF, S.ANNOUNCED, announce,
        "remittance_announced", "Money is on its way",
    ),
    *step(
        S.DRAFT, c.RecordUnmatched, ACCOUNTING, S.SUSPENSE, record_unmatched,
        "receipt_unmatched", "Money came, and nobody knows whose it is", money=SUSPENDED,
        needs={Need.BANK_REFERENCE},
    ),
    *step(
        S.ANNOUNCED, c.WithdrawNotice, BY_CLIENT_OR_STAFF, S.LAPSED, lapse,
        "notice_withdrawn", "The remittance notice was withdrawn",
    ),
    *step(
        S.ANNOUNCED, c.Receive, ACCOUNTING, (S.RECEIVED, S.SUSPENSE), receive,
        "remittance_received", "The money has reached the bank",
        money=f"{SUSPENDED}, when somebody else sent it", needs={Need.BANK_REFERENCE},
    ),
    *step(
        S.RECEIVED, c.ConfirmReceipt, ACCOUNTING, IN_BOOKS, confirm,
        "deposit_credited", "The deposit is in the wallet", money=CREDIT, needs=WALLETS,
    ),
    *step(
        S.RECEIVED, c.Correct, ACCOUNTING, S.RECEIVED, correct,
        "receipt_corrected", "What was typed of the receipt was corrected",
    ),
    *step(
        S.SUSPENSE, c.Match, ACCOUNTING, IN_BOOKS, match,
        "receipt_matched", "It is known whose the money is", needs=WALLETS,
        money="suspense → client's credits, provisional for checks and money orders",
    ),
    *step(
        S.SUSPENSE, c.ReturnReceipt, ACCOUNTING, S.RETURNED, give_back,
        "receipt_returned", "The money went back to its payer", money="suspense → bank",
    ),
    *step(
        (*IN_BOOKS, S.CORRECTING), c.Correct, ACCOUNTING, S.CORRECTING, correct,
        "correction_asked", "Another sum is said to have arrived",
    ),
    *step(
        S.CORRECTING, c.ConfirmCorrection, ACCOUNTING, IN_BOOKS, confirm_correction,
        "deposit_corrected", "The deposit was corrected to what arrived", needs=LOTS,
        money="the wrong entry is mirrored, and a right one written",
    ),
    *step(
        (S.PROVISIONAL, S.CORRECTING), c.Bounce, ACCOUNTING, (S.BOUNCED, S.BOUNCING, S.REFILLING),
        provisional.bounce, "deposit_bounced", "The bank has taken the deposit back",
        needs=LOTS | ESCROWS, when=(MAY_BOUNCE,),
        money="what is provisional of it, escrows included → bank, the rest is the client's debt",
    ),
    *step(
        S.REFILLING, Refill, {Role.CLIENT}, (S.REFILLING, S.BOUNCING), provisional.refill,
        "escrows_refilled", "The client filled the escrows again, as far as the wallet sufficed",
        needs=ESCROWS, money="client → escrows",
    ),
)  # fmt: skip

SILENCES = (
    Silence(
        "notice_lapses", S.ANNOUNCED, lambda p: p.notice_period, S.LAPSED, lapse,
        "notice_lapsed", "the remittance notice lapses, because no money came",
    ),
    Silence(
        "alarm_first", S.RECEIVED, lambda p: _alarm(p, 0), None, alarm,
        "crediting_due", "accounting have to credit it", tells=frozenset({Role.ACCOUNTING}),
    ),
    Silence(
        "alarm_second", S.RECEIVED, lambda p: _alarm(p, 1), None, alarm,
        "crediting_due", "accounting have to credit it soon",
        tells=frozenset({Role.ACCOUNTING, Role.HEAD_OF_SUPPORT}),
    ),
    Silence(
        "alarm_last", S.RECEIVED, lambda p: _alarm(p, 2), None,
        call_staff("not_credited_in_time"), "crediting_late",
        "the time for crediting is over, and staff look at it",
        tells=frozenset({Role.ACCOUNTING, Role.HEAD_OF_SUPPORT}),
    ),
    Silence(
        "search_over", S.SUSPENSE, lambda p: p.search_period, None, call_staff("owner_not_found"),
        "search_ended", "staff send it back, because its owner was not found",
        tells=frozenset({Role.ACCOUNTING, Role.STAFF}),
    ),
    Silence(
        "corrections_end", S.BOOKED, lambda p: p.correction_period, S.CLEARED, settle,
        "deposit_final", "the deposit is final", since=_credited_at,
    ),
    Silence(
        "unconfirmed", S.CORRECTING, lambda p: p.second_look_period, None,
        call_staff("correction_unconfirmed"), "correction_unconfirmed",
        "staff look at it, because no second person has confirmed the correction",
        tells=frozenset({Role.ACCOUNTING, Role.STAFF}),
    ),
    Silence(
        "clears", S.PROVISIONAL, lambda p: p.provisional_period, S.CLEARED, provisional.clear,
        "deposit_cleared", "what is provisional of it clears",
        since=_credited_at, needs=frozenset(LOTS),
    ),
    Silence(
        "clears_more", S.CLEARING, lambda p: p.clearing_pause, S.CLEARED, provisional.clear,
        "deposit_cleared", "what has come out of escrows clears", needs=frozenset(LOTS),
    ),
    Silence(
        "refill_over", S.REFILLING, lambda p: p.refill_period, S.BOUNCING, provisional.give_up,
        "refill_ended", "what is approved is paid as far as filled, and the rest is cancelled",
        money=GIVEN_UP, proof=lambda case: frozenset({Role.CLIENT}), needs=frozenset(ESCROWS),
    ),
    Silence(
        "recovers", S.BOUNCING, lambda p: p.clearing_pause, S.BOUNCED, provisional.recover,
        "bounce_recovered", "what has come out of escrows is taken back, or clears",
        needs=frozenset(LOTS),
    ),
)  # fmt: skip

REMITTANCE = Process(
    name="remittance",
    steps=STEPS,
    silences=SILENCES,
    refused=S.REFUSED,
    reminders=(
        usual_reminders(
            S.REFILLING, "refill_over", lambda case: {Role.CLIENT}, "Please fill the escrow again"
        ),
    ),
    turn={
        S.DRAFT: Role.CLIENT,
        S.ANNOUNCED: Role.CLIENT,
        S.RECEIVED: Role.ACCOUNTING,
        S.SUSPENSE: Role.ACCOUNTING,
        S.BOOKED: Role.CLOCK,
        S.PROVISIONAL: Role.CLOCK,
        S.CORRECTING: Role.ACCOUNTING,
        S.CLEARING: Role.CLOCK,
        S.BOUNCING: Role.CLOCK,
        S.REFILLING: Role.CLIENT,
    },
)
