"""What people were paid in a year, for the forms that accounting files with the tax office."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from sqlalchemy import RowMapping

from api.bodies import Balance, Shown
from api.pages import Limit, Page, Place, bad_cursor, page
from api.state import Engine
from api.tax_checks import Sworn
from ledger import year_totals
from ledger.database import to_read

router = APIRouter(prefix="/staff/year-totals", tags=["staff"])
IN_A_CURSOR = {form.lower().replace("-", "_"): form for form in year_totals.FORMS}


class YearTotal(Shown):
    """One person's payments of a year on one form; `answered`: which tax form is theirs."""

    person_id: str
    name: str
    answered: str | None
    form: Literal["1099-K", "1099-NEC"]
    payments: int
    gross: Balance
    """Before the platform's commission."""
    fees: Balance
    net: Balance
    months: list[Balance]
    """The gross of each month, from January, by the calendar of New York."""


@router.get("/{year}")
async def listed(
    caller: Sworn,
    engine: Engine,
    place: Place,
    year: Annotated[int, Path(ge=2000, le=9000)],
    limit: Limit = 50,
) -> Page[YearTotal]:
    """Who was paid in this year, in the order of their ids; nobody's tax form is read for it."""
    async with to_read(engine) as c:
        rows = await year_totals.page(c, year, _after(place), limit + 1)
    return page(rows, limit, _shown, _place)


def _place(row: RowMapping) -> str:
    form = next(short for short, form in IN_A_CURSOR.items() if form == row["form"])
    return f"{row['person_id']}.{form}.{row['currency'].lower()}"


def _after(place: str | None) -> year_totals.Place | None:
    if place is None:
        return None
    person, _, rest = place.partition(".")
    form, _, currency = rest.partition(".")
    if form not in IN_A_CURSOR or not currency:
        raise bad_cursor()
    return person, IN_A_CURSOR[form], currency.upper()


def _shown(row: RowMapping) -> YearTotal:
    def sum_(minor: int) -> Balance:
        return Balance(amount_minor=minor, currency=row["currency"])

    sums = {name: sum_(row[f"{name}_minor"]) for name in ("gross", "net")}
    months = [sum_(minor) for minor in year_totals.months(row)]
    return YearTotal(**{**row, **sums, "fees": sum_(row["fee_minor"]), "months": months})
