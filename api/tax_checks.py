"""Forms signed on paper, which accounting checks: nobody one's own, and each look is logged."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import AfterValidator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Asked, Prose, Shown
from api.callers import Accountant, Caller
from api.idempotency import Once, OwnOnce
from api.ids import TaxFormId
from api.pages import Limit, Page, Place, page
from api.problems import Problem
from api.sealing import TheSealing
from api.serving import served
from api.state import Engine, Files
from api.tax_bodies import TaxFormShown, shown, without_number
from api.tax_forms import today
from domain import tax
from domain.errors import NotYours
from domain.tax import FormState, Purpose
from ledger import files, mails, people, staff_tasks, tax_forms
from ledger.database import at_once, to_read


async def _sworn(caller: Accountant, engine: Engine) -> Caller:
    async with to_read(engine) as c:
        (await people.standing(c, caller.id)).require_undertaking()
    return caller


Sworn = Annotated[Caller, Depends(_sworn)]
"""Accounting, having promised to keep what they see to themselves."""
router = APIRouter(prefix="/staff/tax-forms", tags=["staff"])


class Decision(Asked):
    """Why the form is accepted or rejected; its person reads it."""

    reason: Annotated[Prose, AfterValidator(without_number)]


class StaffTaxForm(TaxFormShown):
    """A form and whose it is."""

    person_id: str


class OpenedTaxForm(StaffTaxForm):
    """The same with what it says, to be compared with the paper."""

    says: dict[str, Any]


@router.get("")
async def listed(
    caller: Sworn,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    state: FormState = FormState.AWAITING_CHECK,
) -> Page[StaffTaxForm]:
    """Forms in a state, newest first; by default those that wait for a check."""
    async with to_read(engine) as c:
        rows = await tax_forms.page(c, state, place, limit + 1)
    return page(rows, limit, _shown)


@router.get("/{form_id}")
async def read(
    form_id: TaxFormId, caller: Sworn, engine: Engine, keys: TheSealing
) -> OpenedTaxForm:
    """What a form says, of each number the last four; that it was read is written down."""
    async with at_once(engine) as c:
        row = await _found(c, form_id)
        said = await tax_forms.opened(c, keys, form_id, caller.id, Purpose.RECORD)
    return OpenedTaxForm(**dict(_shown(row)), says=tax.masked(said))


@router.get("/{form_id}/file", response_class=StreamingResponse)
async def paper(form_id: TaxFormId, caller: Sworn, engine: Engine, store: Files) -> Response:
    """The signed paper; that it was read is written down."""
    async with at_once(engine) as c:
        row = await _found(c, form_id)
        if row["file_id"] is None:
            raise Problem("not_found")
        await tax_forms.looked(c, form_id, caller.id, Purpose.RECORD)
        file = await files.find(c, row["file_id"])
    assert file is not None, "the form refers to it"
    return await served(store, file)


@router.post("/{form_id}/accept", response_model=StaffTaxForm)
async def accept(form_id: TaxFormId, asked: Decision, caller: Sworn, once: OwnOnce) -> JSONResponse:
    """The paper is signed and says what was typed: the form is in force."""
    return await _decide(once, caller, form_id, asked, accepted=True)


@router.post("/{form_id}/reject", response_model=StaffTaxForm)
async def reject(form_id: TaxFormId, asked: Decision, caller: Sworn, once: OwnOnce) -> JSONResponse:
    """It does not; its person is told why and gives another."""
    return await _decide(once, caller, form_id, asked, accepted=False)


async def _decide(
    once: Once, caller: Caller, form_id: str, asked: Decision, *, accepted: bool
) -> JSONResponse:
    async def decide(c: AsyncConnection) -> Shown:
        found = await _found(c, form_id)
        if found["person_id"] == caller.id:
            raise NotYours("Somebody else checks your own form")
        row = await tax_forms.decide(c, found, caller.id, asked.reason, accept=accepted)
        if row is None:
            raise Problem("already_over")
        what = tax_forms.to_check(form_id)
        await staff_tasks.settle(c, staff_tasks.CHECK, what, caller.id, asked.reason)
        await _tell(c, row, accepted=accepted)
        return _shown(row)

    return await once(asked, decide, status=200)


async def _tell(c: AsyncConnection, row: RowMapping, *, accepted: bool) -> None:
    done = "accepted" if accepted else "rejected"
    subject = f"Your tax form was {done}"
    await mails.tell(c, [row["person_id"]], f"tax_form_{done}", subject, row["reason"])


async def _found(c: AsyncConnection, form_id: str) -> RowMapping:
    row = await tax_forms.find(c, form_id)
    if row is None:
        raise Problem("not_found")
    return row


def _shown(row: RowMapping) -> StaffTaxForm:
    return StaffTaxForm(**dict(shown(row, today())), person_id=row["person_id"])
