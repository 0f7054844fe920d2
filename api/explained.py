"""What an amount was for: its entry, the other side, what happened and who decided it."""

from collections import Counter
from datetime import date, datetime

from sqlalchemy import RowMapping

from api.bodies import Balance, Shown
from domain.accounts import PERSONAL, Kind
from domain.movements import called, in_words
from ledger.explaining import Explained

CLOCK, STAFF = "clock", "staff"


class Seal(Shown):
    """The entry's place in the chain of seals; keep it, and nobody can change the entry unseen."""

    n: int
    hash: str
    previous: str


class Own(Shown):
    """One of my accounts: what the entry changed, and what stood there after it."""

    account: Kind
    amount: Balance
    balance_after: Balance


class Other(Shown):
    """The other side, by what it is."""

    account: str
    amount: Balance


class Happened(Shown):
    """What happened in the case, as its timeline tells it."""

    case_id: str
    version: int
    kind: str
    state: str
    actor: str
    at: datetime


class Decision(Shown):
    """Who decided what: a party's or staff's command, the clock's silence, or a receipt.

    `received_at` is when it reached us, `decided_at` when it took effect.
    """

    by: str
    what: str
    received_at: datetime
    decided_at: datetime
    instruction_id: str | None = None


class Paid(Shown):
    """The payment from outside that was credited."""

    id: str
    method: str
    bank_reference: str
    received_on: date


class Explanation(Shown):
    """One entry of my statement: `mine` and `others` add up to zero; no seal yet: wait a second."""

    what: str
    reference: str
    kind: str
    case_id: str | None
    effective_at: datetime
    recorded_at: datetime
    mine: list[Own]
    others: list[Other]
    events: list[Happened]
    decision: Decision | None
    receipt: Paid | None
    seal: Seal | None


def explanation(found: Explained, person_id: str) -> Explanation | None:
    """The entry as this person may see it; None when it is not theirs."""
    mine = [leg for leg in found.legs if _is_theirs(leg, person_id)]
    if not mine:
        return None
    entry = found.entry
    return Explanation(
        what=in_words(entry["kind"]),
        reference=entry["reference"],
        kind=entry["kind"],
        case_id=entry["case_id"],
        effective_at=entry["effective_at"],
        recorded_at=entry["recorded_at"],
        mine=[own(leg) for leg in mine],
        others=_others(found, person_id),
        events=[Happened.model_validate(row) for row in found.events],
        decision=decision(found, person_id),
        receipt=Paid.model_validate(found.receipt) if found.receipt else None,
        seal=seal(found),
    )


def own(leg: RowMapping) -> Own:
    """The change of one account."""
    currency = leg["currency"]
    return Own(
        account=leg["kind"],
        amount=Balance(amount_minor=leg["amount_minor"], currency=currency),
        balance_after=Balance(amount_minor=leg["balance_after"], currency=currency),
    )


def seal(found: Explained) -> Seal | None:
    """The entry's seal, if it has one."""
    row = found.seal
    if row is None:
        return None
    return Seal(n=row["n"], hash=row["hash"].hex(), previous=row["previous"].hex())


def decision(found: Explained, person_id: str | None) -> Decision | None:
    """Whose decision it was, for this person; for nobody in particular, by role alone."""
    if found.receipt is not None:
        row = found.receipt
        return Decision(
            by="two people of accounting",
            what="confirm_receipt",
            received_at=row["recorded_at"],
            decided_at=row["confirmed_at"],
        )
    if found.clearance is not None:
        row = found.clearance
        return Decision(
            by="two people of accounting",
            what="clear_difference",
            received_at=row["proposed_at"],
            decided_at=row["confirmed_at"],
        )
    if not found.events:
        return None
    row = found.events[0]
    if row["instruction_id"] is None:
        # A clock's step is named by its case, the version it found and the silence that ended;
        # the outside's by its case, what it said, and what about.
        _, second, third = row["step_id"].split("/", 2)
        what = third if row["actor"] == CLOCK else second
        by = f"the {row['actor']}"
        return Decision(by=by, what=what, received_at=row["at"], decided_at=row["at"])
    return Decision(
        by=_who(row, person_id),
        what=row["command"],
        received_at=row["received_at"],
        decided_at=row["decided_at"],
        instruction_id=row["instruction_id"],
    )


def _who(row: RowMapping, person_id: str | None) -> str:
    if row["caller_id"] == person_id:
        return "you"
    return STAFF if row["role"] == STAFF else f"the {row['role']}"


def _others(found: Explained, person_id: str) -> list[Other]:
    sums: Counter[tuple[str, str]] = Counter()
    for leg in found.legs:
        if not _is_theirs(leg, person_id):
            party = found.parties.get(leg["owner"])
            name = called(Kind(leg["kind"]), leg["owner"], party, found.entry["kind"])
            sums[name, leg["currency"]] += leg["amount_minor"]
    return [
        Other(account=name, amount=Balance(amount_minor=amount, currency=currency))
        for (name, currency), amount in sums.items()
    ]


def _is_theirs(leg: RowMapping, person_id: str) -> bool:
    return leg["owner"] == person_id and leg["kind"] in PERSONAL
