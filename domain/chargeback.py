"""A chargeback: a credited payment that the card network takes back, until it is decided."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from domain import chargeback_commands as c
from domain import flows, own_flows, shortfalls, spending
from domain.accounts import Kind, Parts, Wallet
from domain.cases import Booking, Case, Chargeback, ChargebackState, Role
from domain.clock import open_task
from domain.errors import InvalidAmount, SeenIsStale
from domain.facts import Need
from domain.money import show
from domain.process import Change, Condition, Process, Scene, Silence, step
from domain.proposed import second
from domain.reminding import usual_reminders
from domain.shortfalls import ESCROWS, GIVEN_UP

S = ChargebackState
READ_DISPUTE = "read_dispute"
SEND_EVIDENCE = "send_evidence"
AT_ONCE = timedelta(0)
UNDECIDED = (S.OPENED, S.ANSWERING, S.ANSWERED)
TAKEN_LINE, GIVEN_LINE = "dispute", "dispute_reversal"


def begin(scene: Scene) -> Change:
    """What the network took back is taken from the client; what is not there, they owe."""
    one, command = _of(scene), cast(c.ChargebackOpened, scene.command)
    currency = one.terms.currency
    if command.currency != currency or not command.amount_minor:
        sent = {"currency": command.currency, "amount_minor": command.amount_minor}
        raise InvalidAmount("the network took another sum than a deposit's", **sent)
    found = min(_wallet(scene).credits, command.amount_minor)
    short = shortfalls.take(scene, command.amount_minor - found, ("credits",))
    taken = Parts(credits=found, advanced=command.amount_minor - found - short.total)
    due = command.answer_by and command.answer_by - one.terms.policy.evidence_before
    opened = _to(
        scene,
        S.OPENED,
        amount_minor=command.amount_minor,
        reason=command.reason,
        evidence_due=due,
        taken=taken,
        pieces=short.pieces,
    )
    entries = (
        flows.chargeback_open(one.id, one.client, taken, _moved(short), currency),
        own_flows.processor_fee(f"chargeback/{one.id}/open", command.fee_minor, currency),
    )
    facts = {
        "outside": line_of(one.dispute, taken=True),
        "amount_minor": command.amount_minor,
        "from_escrows_minor": short.total,
        "owed_minor": taken.advanced,
        "reason": command.reason,
    }
    return Change(lone=opened.lone, entries=entries, facts=facts, touches=short.touches)


def line_of(dispute: str, *, taken: bool) -> str:
    """What the processor's line is called with which a sum went, or came back."""
    return f"{dispute}/{TAKEN_LINE if taken else GIVEN_LINE}"


def dispute_of(line: str) -> str | None:
    """The dispute whose line is called so; None for any other line."""
    dispute, _, what = line.partition("/")
    return dispute if what in (TAKEN_LINE, GIVEN_LINE) else None


def answer(scene: Scene) -> Change:
    """The evidence goes out."""
    return _to(scene, S.ANSWERING)


def sent(scene: Scene) -> Change:
    """The network has it, and decides."""
    return _to(scene, S.ANSWERED)


def win(scene: Scene) -> Change:
    """Everything is back where it came from; another sum waits for two people."""
    one, command = _of(scene), cast(c.ChargebackWon, scene.command)
    came = {"back_minor": command.amount_minor, "fee_back_minor": command.fee_back_minor}
    seen = one.model_copy(update={**came, "booking": None})
    if command.amount_minor == one.amount_minor:
        return _given_back(replace(scene, case=seen), one.amount_minor)
    unbooked = seen.model_copy(update={"state": S.UNBOOKED})
    return Change(lone=unbooked, facts={**came, "taken_minor": one.amount_minor})


def book_return(scene: Scene) -> Change:
    """A first person says how much of what came back is the client's."""
    one, command = _of(scene), cast(c.BookReturn, scene.command)
    if command.back_minor != one.back_minor:
        raise SeenIsStale("another sum came back", back_minor=one.back_minor)
    most = max(one.amount_minor, one.back_minor)
    if command.client_minor > most:
        raise InvalidAmount(
            f"of this the client can have {show(most)}", field="client", largest_minor=most
        )
    assert scene.actor_id is not None, "accountants are people"
    booking = Booking(id=command.id, by=scene.actor_id, client_minor=command.client_minor)
    facts = {"booking_id": booking.id, "client_minor": booking.client_minor}
    return Change(lone=_to(scene, S.UNBOOKED, booking=booking).lone, facts=facts)


def confirm_booking(scene: Scene) -> Change:
    """A second person has seen the same: it is booked, and the jobs go on."""
    seen = cast(c.ConfirmBooking, scene.command).booking_id
    return _given_back(scene, second(_of(scene).booking, seen, scene.actor_id).client_minor)


def _given_back(scene: Scene, client_minor: int) -> Change:
    """So much goes where it was taken from, escrows first; the rest is the platform's.

    Of a debt that was paid meanwhile it is credits.
    """
    one, wallet = _of(scene), _wallet(scene)
    currency = one.terms.currency
    short = shortfalls.give_back(scene, client_minor)
    owed = min(_debt(one), wallet.receivable, client_minor - short.total)
    after = one.model_copy(update={"debt_back_minor": one.debt_back_minor + owed})
    back = Parts(credits=client_minor - short.total - owed, advanced=owed)
    rest = one.back_minor - client_minor
    giver, taker = _clearing_and_losses(rest)
    entries = (
        flows.chargeback_won(one.id, one.client, back, _moved(short), currency),
        own_flows.chargeback_rest(one.id, giver, taker, abs(rest), currency),
        own_flows.processor_fee_back(f"chargeback/{one.id}/won", one.fee_back_minor, currency),
    )
    if shortfalls.lacking(scene) > short.total:
        state = S.REFILLING
    elif client_minor >= one.amount_minor:
        state = S.WON
    else:
        state = _when_settled(after, wallet.receivable - owed)
    facts = {
        "outside": line_of(one.dispute, taken=False),
        "amount_minor": client_minor,
        "back_minor": one.back_minor,
    }
    given = after.model_copy(update={"state": state, "booking": None})
    return Change(lone=given, entries=entries, facts=facts, touches=short.touches)


def _clearing_and_losses(rest: int) -> tuple[Kind, Kind]:
    """From where to where the platform's part goes: what it gains is less of a loss."""
    both = Kind.PROCESSOR_CLEARING, Kind.LOSSES
    return both if rest > 0 else both[::-1]


def lose(scene: Scene) -> Change:
    """The money is gone; what escrows lack of it the client may fill again."""
    lacking = shortfalls.lacking(scene)
    if not lacking:
        return _to(scene, _when_settled(_of(scene), _wallet(scene).receivable))
    return Change(lone=_to(scene, S.REFILLING).lone, facts={"lacking_minor": lacking})


def refill(scene: Scene) -> Change:
    """As much as the wallet has goes to the escrows that are short."""
    one, lacking = _of(scene), shortfalls.lacking(scene)
    wallet = _wallet(scene)
    filled, entries = shortfalls.refill(scene, wallet, f"chargeback/{one.id}")
    if lacking and not filled.total:
        free = spending.free(wallet, scene.facts.meant_for_others_minor)
        raise spending.lacks(wallet, lacking - free)
    left = lacking - filled.total
    otherwise = _when_settled(one, _wallet(scene).receivable)
    after = _to(scene, S.REFILLING if left else otherwise)
    facts = {"amount_minor": filled.total, "lacking_minor": left}
    return Change(lone=after.lone, entries=entries, facts=facts, touches=filled.touches)


def give_up(scene: Scene) -> Change:
    """Nobody filled them: what was approved is paid as far as it goes, the rest cancelled."""
    after = _to(scene, _when_settled(_of(scene), _wallet(scene).receivable))
    return Change(lone=after.lone, touches=shortfalls.give_up(scene))


def write_off(scene: Scene) -> Change:
    """What of it is owed still is the platform's loss."""
    one = _of(scene)
    lost = min(_debt(one), _wallet(scene).receivable)
    entry = flows.receivable_write_off(f"chargeback/{one.id}", one.client, lost, one.terms.currency)
    facts = {"amount_minor": lost}
    return Change(lone=_to(scene, S.LOST).lone, entries=(entry,) if lost else (), facts=facts)


def call_staff(scene: Scene) -> Change:
    """The processor does not take the evidence: somebody has to."""
    return Change(lone=open_task(scene.case, "evidence_not_sent", scene.at))


def nobody_answers(scene: Scene) -> Change:
    """The network is long overdue."""
    return Change(lone=open_task(scene.case, "network_silent", scene.at))


def call_bookers(scene: Scene) -> Change:
    """Nobody has said whose it is that came back: accounting look at it, daily."""
    return Change(lone=open_task(scene.case, "return_unbooked", scene.at))


def settled(scene: Scene) -> Change:
    """The debt was paid before it had to be written off."""
    return _to(scene, S.LOST)


def _when_settled(one: Chargeback, owed_minor: int) -> ChargebackState:
    """A debt that is there still waits to be paid, or to be written off."""
    return S.OWING if min(_debt(one), owed_minor) else S.LOST


def _moved(short: shortfalls.Taken) -> list[tuple[str, int]]:
    return [(piece.case, piece.minor) for piece in short.pieces]


def _wallet(scene: Scene) -> Wallet:
    return scene.facts.wallets.get(_of(scene).client, Wallet())


def _debt(one: Chargeback) -> int:
    """What of the debt it made nothing that came back has settled."""
    assert one.taken is not None, "what is decided was taken"
    return one.taken.advanced - one.debt_back_minor


def _of(scene: Scene) -> Chargeback:
    return cast(Chargeback, scene.case)


def _to(scene: Scene, state: ChargebackState, **update: object) -> Change:
    return Change(lone=scene.case.model_copy(update={"state": state, **update}))


def _evidence_due(case: Case) -> datetime:
    """A network without a deadline is answered at once."""
    return cast(Chargeback, case).evidence_due or case.opened_at


THEIRS, ACCOUNTING = {Role.PROCESSOR}, {Role.ACCOUNTING}
PROPOSED = Condition(
    "somebody has said how much of it is the client's",
    lambda scene: _of(scene).booking is not None,
)
PAID = Condition("the client owes nothing any more", lambda scene: not _wallet(scene).receivable)
WALLETS = {Need.WALLETS}

STEPS = (
    *step(
        S.DRAFT, c.ChargebackOpened, THEIRS, S.OPENED, begin,
        "chargeback_opened", "A payment is disputed with the card network", needs=ESCROWS,
        money="client's credits, then escrows it paid, then the client's debt → processor",
    ),
    *step(
        (S.OPENED, S.ANSWERING), c.EvidenceSent, THEIRS, S.ANSWERED, sent,
        "evidence_sent", "The card network has the evidence",
    ),
    *step(
        (*UNDECIDED, S.UNBOOKED), c.ChargebackWon, THEIRS, (S.WON, S.UNBOOKED), win,
        "chargeback_won", "The card network upheld the payment", needs=ESCROWS,
        money="processor → where it was taken from, if it is the same sum",
    ),
    *step(
        S.UNBOOKED, c.BookReturn, ACCOUNTING, S.UNBOOKED, book_return,
        "return_proposed", "How much of what came back is the client's was proposed", inside=True,
    ),
    *step(
        S.UNBOOKED, c.ConfirmBooking, ACCOUNTING, (S.WON, S.LOST, S.OWING, S.REFILLING),
        confirm_booking, "return_booked", "What the card network gave back is booked",
        when=(PROPOSED,), needs=ESCROWS,
        money="processor → escrows, debt and credits it was taken from; the rest → losses",
    ),
    *step(
        (*UNDECIDED, S.UNBOOKED), c.ChargebackLost, THEIRS, (S.LOST, S.OWING, S.REFILLING), lose,
        "chargeback_lost", "The card network gave the payment back to whoever had made it",
        needs=ESCROWS,
    ),
    *step(
        S.REFILLING, c.Refill, {Role.CLIENT}, (S.REFILLING, S.LOST, S.OWING), refill,
        "escrows_refilled", "The client filled the escrows again, as far as the wallet sufficed",
        needs=ESCROWS, money="client → escrows",
    ),
    *step(
        S.OWING, c.DebtPaid, {Role.CLOCK}, S.LOST, settled,
        "debt_paid", "Nothing is owed for it any more", when=(PAID,), needs=WALLETS,
    ),
)  # fmt: skip

SILENCES = (
    Silence(
        "evidence", S.OPENED, lambda p: AT_ONCE, S.ANSWERING, answer,
        "evidence_due", "the evidence goes to the card network", since=_evidence_due,
    ),
    Silence(
        "unsent", S.ANSWERING, lambda p: p.escalation_period, None, call_staff,
        "evidence_not_sent", "staff look at it: the processor does not take the evidence",
        tells=frozenset({Role.STAFF, Role.ACCOUNTING}),
    ),
    Silence(
        "undecided", S.ANSWERED, lambda p: p.network_answer_period, None, nobody_answers,
        "network_silent", "staff look at it: the card network has not decided",
        since=lambda case: case.opened_at,
    ),
    Silence(
        "unbooked", S.UNBOOKED, lambda p: p.escalation_period, None, call_bookers,
        "return_unbooked", "accounting look at it: another sum came back than was taken",
        tells=frozenset({Role.ACCOUNTING, Role.HEAD_OF_ACCOUNTING}),
    ),
    Silence(
        "refill_over", S.REFILLING, lambda p: p.refill_period, S.LOST, give_up,
        "refill_ended", "what is approved is paid as far as filled, and the rest is cancelled",
        money=GIVEN_UP, proof=lambda case: frozenset({Role.CLIENT}), needs=frozenset(ESCROWS),
    ),
    Silence(
        "debt_over", S.OWING, lambda p: p.debt_period, S.LOST, write_off,
        "debt_written_off", "what is owed for it still is written off",
        needs=frozenset(WALLETS),
    ),
)  # fmt: skip

CHARGEBACK = Process(
    name="chargeback",
    steps=STEPS,
    silences=SILENCES,
    refused=S.REFUSED,
    reminders=(
        usual_reminders(
            S.REFILLING, "refill_over", lambda case: {Role.CLIENT}, "Please fill the escrow again"
        ),
    ),
    turn={
        S.DRAFT: Role.PROCESSOR,
        S.OPENED: Role.CLOCK,
        S.ANSWERING: Role.PROCESSOR,
        S.ANSWERED: Role.PROCESSOR,
        S.UNBOOKED: Role.ACCOUNTING,
        S.REFILLING: Role.CLIENT,
        S.OWING: Role.CLIENT,
    },
    asks={
        S.OPENED: READ_DISPUTE,
        S.ANSWERING: SEND_EVIDENCE,
        S.ANSWERED: READ_DISPUTE,
        S.UNBOOKED: READ_DISPUTE,
    },
    head=Role.HEAD_OF_ACCOUNTING,
)
