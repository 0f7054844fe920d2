"""Anybody's amounts, for whoever keeps the books: each line opens to its entry."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from sqlalchemy import RowMapping

from api.bodies import Balance, Shown
from api.entries import HOUSE, keeps_books
from api.ids import shaped
from api.pages import Limit, Page, Place, bad_cursor, page
from api.problems import Problem
from api.state import Engine
from domain.accounts import PLATFORM, Kind
from ledger import amounts

LONGEST_NUMBER = 18
Owner = Annotated[
    str | None,
    Query(
        pattern=f"^({PLATFORM}|{shaped('(user|job|dispute)')})$",
        description="Whose accounts: of a person, a job, a dispute, or `platform`",
    ),
]
Case = Annotated[
    str | None,
    Query(
        alias="case",
        pattern=f"^{shaped('(job|dispute|deposit)')}$",
        description="What moved in this job, its disputes, or this deposit, on whosever accounts",
    ),
]
house = APIRouter(prefix=HOUSE, tags=["staff"], dependencies=[Depends(keeps_books)])


class Source(Shown):
    """The journal entry an amount belongs to; `opens_at` tells all that is behind it."""

    id: int
    reference: str
    kind: str
    cause: str
    case_id: str | None
    opens_at: str


class Change(Shown):
    """What one entry changed on one account."""

    account_id: int
    account_seq: int
    kind: Kind
    owner: str
    shard: int
    amount: Balance
    balance_after: Balance
    effective_at: datetime
    recorded_at: datetime
    entry: Source


@house.get("")
async def listed(
    engine: Engine,
    place: Place,
    owner: Owner = None,
    case_id: Case = None,
    kind: Kind | None = None,
    limit: Limit = 50,
) -> Page[Change]:
    """The amounts of an owner or a case, newest first; of both, those that are of both."""
    if owner is None and case_id is None:
        raise _names_nothing()
    async with engine.connect() as c:
        rows = await amounts.page(
            c, _after(place), limit + 1, owner=owner, kind=kind, case_id=case_id
        )
    return page(rows, limit, _change, lambda row: f"{row['entry_id']}.{row['account_id']}")


def _names_nothing() -> Problem:
    detail = "say whose amounts, or of which case"
    return Problem(
        "invalid", errors=[{"parameter": x, "detail": detail} for x in ("owner", "case")]
    )


def _after(place: str | None) -> tuple[int, int] | None:
    if place is None:
        return None
    entry_id, _, account_id = place.partition(".")
    if not all(one.isdecimal() and len(one) <= LONGEST_NUMBER for one in (entry_id, account_id)):
        raise bad_cursor()
    return int(entry_id), int(account_id)


def _change(row: RowMapping) -> Change:
    reference, currency = row["reference"], row["currency"]
    source = Source(
        id=row["entry_id"],
        reference=reference,
        kind=row["entry_kind"],
        cause=row["cause"],
        case_id=row["case_id"],
        opens_at=f"/v1{HOUSE}/{quote(reference)}",
    )
    amount = Balance(amount_minor=row["amount_minor"], currency=currency)
    after = Balance(amount_minor=row["balance_after"], currency=currency)
    return Change(**{**row, "amount": amount, "balance_after": after, "entry": source})
