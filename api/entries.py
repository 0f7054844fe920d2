"""Journal entries, opened: a line of one's own statement, or any for whoever keeps the books."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping

from api.bodies import Balance, Shown
from api.callers import Caller, TheCaller
from api.explained import Decision, Explanation, Happened, Paid, Seal, decision, explanation, seal
from api.ids import EntryName
from api.problems import Problem
from api.state import Engine
from domain.movements import in_words
from ledger import explaining, people

STATEMENT = "/me/wallet/statement"
HOUSE = "/staff/entries"
router = APIRouter(prefix=STATEMENT, tags=["wallet"])
house = APIRouter(prefix=HOUSE, tags=["staff"])


class Leg(Shown):
    """What the entry changed on one account."""

    account_id: int
    account_seq: int
    kind: str
    owner: str
    shard: int
    amount: Balance
    balance_after: Balance


class HappenedInFull(Happened):
    """What happened in the case, and by which step and person."""

    step_id: str
    actor_id: str | None


class PaidInFull(Paid):
    """The payment from outside, and who vouched for it."""

    client_id: str
    recorded_by: str
    recorded_at: datetime
    confirmed_by: str
    confirmed_at: datetime


class Cleared(Shown):
    """The difference with the outside that the entry cleared, and the two who said what it is."""

    difference_id: str
    source: str
    key: str
    kind: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str
    confirmed_at: datetime
    confirmed_because: str


class EntryInFull(Shown):
    """An entry with all its legs."""

    id: int
    what: str
    reference: str
    kind: str
    case_id: str | None
    cause: str
    effective_at: datetime
    recorded_at: datetime
    legs: list[Leg]
    events: list[HappenedInFull]
    decision: Decision | None
    receipt: PaidInFull | None
    clearance: Cleared | None
    seal: Seal | None


async def keeps_books(caller: TheCaller, engine: Engine) -> Caller:
    """Accounting; staff and their head too, who promised to keep what they see to themselves."""
    caller.require("accounting", "staff", "head_of_support")
    if "accounting" not in caller.roles:
        async with engine.connect() as c:
            (await people.standing(c, caller.id)).require_undertaking()
    return caller


def opens_at(reference: str) -> str:
    """Where the owner of a line reads what is behind it."""
    return f"/v1{STATEMENT}/{quote(reference)}"


@router.get("/{reference:path}")
async def mine(reference: EntryName, caller: TheCaller, engine: Engine) -> Explanation:
    """What is behind a line of my statement: the other side, what happened, who decided, the seal.

    Other people's accounts show by what they are, without their balances.
    """
    async with engine.connect() as c:
        found = await explaining.by_reference(c, reference)
    shown = explanation(found, caller.id) if found else None
    if shown is None:
        raise Problem("not_found")
    return shown


@house.get("/{entry:path}")
async def any_entry(
    entry: EntryName, caller: Annotated[Caller, Depends(keeps_books)], engine: Engine
) -> EntryInFull:
    """An entry by its reference or id: all its legs, the step and people behind it, its seal."""
    async with engine.connect() as c:
        found = await explaining.by_name(c, entry)
    if found is None:
        raise Problem("not_found")
    return EntryInFull(
        **{
            **found.entry,
            "what": in_words(found.entry["kind"]),
            "legs": [_leg(row) for row in found.legs],
            "events": found.events,
            "decision": decision(found, None),
            "receipt": found.receipt,
            "clearance": found.clearance,
            "seal": seal(found),
        }
    )


def _leg(row: RowMapping) -> Leg:
    amount = Balance(amount_minor=row["amount_minor"], currency=row["currency"])
    after = Balance(amount_minor=row["balance_after"], currency=row["currency"])
    return Leg(**{**row, "amount": amount, "balance_after": after})
