"""What has become of the payments of an approved run, for accounting."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import RowMapping

from api.bodies import Balance, Shown
from api.pages import Limit, Page, Place, page
from api.payment_runs import Run
from api.problems import Problem
from api.state import Engine
from api.tax_checks import Sworn
from domain.bank_details import Via
from domain.withdrawal import end_to_end_id
from ledger import payment_runs, run_payments
from ledger.database import to_read
from ledger.run_payments import Outcome

router = APIRouter(prefix="/staff/payment-runs", tags=["staff"])


class PaymentShown(Shown):
    """One payment of a run; `at` and `reason` are those of its outcome."""

    id: str
    """The withdrawal that it serves."""
    freelancer_id: str
    via: Via
    """What kind of payout method it goes to: by `stripe` the processor pays it, else the bank."""
    last_four: str
    end_to_end_id: str | None
    """What the bank's file and its statement call it."""
    arrives: Balance
    outcome: Outcome
    reason: str | None
    at: datetime | None


@router.get("/{run}/payments")
async def listed(
    run: Run,
    caller: Sworn,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    outcome: Outcome | None = None,
) -> Page[PaymentShown]:
    """All that an approved run was to pay, in the order of ids, or what came out so."""
    async with to_read(engine) as c:
        if await payment_runs.found(c, run) is None:
            raise Problem("not_found")
        rows = await run_payments.page(c, run, outcome, place, limit + 1)
    return page(rows, limit, _shown)


def _shown(row: RowMapping) -> PaymentShown:
    via = Via(row["via"])
    return PaymentShown(
        id=row["id"],
        freelancer_id=row["person_id"],
        via=via,
        last_four=row["last_four"],
        end_to_end_id=None if via is Via.STRIPE else end_to_end_id(row["id"]),
        arrives=Balance(amount_minor=row["amount_minor"], currency=row["currency"]),
        outcome=Outcome(row["outcome"]),
        reason=row["reason"],
        at=row["at"],
    )
