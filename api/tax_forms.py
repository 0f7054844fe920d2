"""One's own tax form: which is due, giving it as the last act of signing, and its record."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Shown
from api.callers import TheCaller
from api.idempotency import OwnOnce
from api.problems import Problem
from api.reviews import review_ends
from api.sealing import TheSealing, blinded
from api.state import Engine, TheSettings
from api.tax_bodies import (
    CertificationShown,
    Lacking,
    OnPaper,
    Signing,
    TaxFormShown,
    TaxStanding,
    shown,
    state_of,
)
from api.turns import Turns
from domain import certifications, tax
from domain.errors import DomainError, SeenIsStale, TaxFormInvalid, UnknownReference
from domain.standing import Permission
from domain.tax import FormKind, FormState, Held, Purpose
from ledger import files, people, staff_tasks, tax_forms
from ledger.database import at_once, to_read
from ledger.tax_forms import Signature
from papers import tax_paper

PDF = "application/pdf"
ON_PAPER = frozenset({PDF, "image/jpeg", "image/png"})
router = APIRouter(prefix="/me/tax-form", tags=["tax forms"])
_TURNS = Turns(1, timedelta(seconds=30))
"""Records are laid out in a thread of this process, one at a time."""


def today() -> date:
    """The day it is where the forms are due."""
    return tax.day(datetime.now(UTC))


@router.get("")
async def standing(caller: TheCaller, engine: Engine) -> TaxStanding:
    """Which form I owe, what is missing before I am paid, and the form in force."""
    async with to_read(engine) as c:
        permission = (await people.standing(c, caller.id)).permission
        rows = await tax_forms.of(c, caller.id)
    day = today()
    held = [Held.model_validate(row) for row in rows]
    refusal = tax.missing(permission, held, day)
    kind = _needed(permission)
    text = certifications.in_force(kind) if kind else None
    in_force = [row for row in rows if state_of(row, day) is FormState.SIGNED]
    return TaxStanding(
        needed=kind,
        missing=Lacking(code=refusal.code, detail=refusal.detail) if refusal else None,
        certification=CertificationShown.model_validate(text) if text else None,
        in_force=shown(in_force[0], day) if in_force else None,
        newest=shown(rows[0], day) if rows else None,
    )


@router.post("", status_code=201, response_model=TaxFormShown)
async def sign(asked: Signing, caller: TheCaller, once: OwnOnce, keys: TheSealing) -> JSONResponse:
    """Give the whole form and sign it, under penalty of perjury; it replaces the one before."""

    async def keep(c: AsyncConnection) -> Shown:
        day, form = today(), asked.form
        kind = tax.kind_of(form)
        if asked.certification != certifications.in_force(kind).version:
            raise SeenIsStale("This is not the text in force", version=asked.certification)
        permission = (await people.standing(c, caller.id)).permission
        tax.require_signable(form, permission, asked.full_name, day, day)
        signed = Signature(caller.id, asked.full_name, asked.certification, day)
        return shown(await tax_forms.keep(c, keys, form, signed), day)

    return await once(blinded(keys, asked), keep)


@router.post("/upload", status_code=201, response_model=TaxFormShown)
async def upload(
    asked: OnPaper, caller: TheCaller, once: OwnOnce, keys: TheSealing, settings: TheSettings
) -> JSONResponse:
    """Give a form signed on paper: an uploaded file and what stands in it; staff check it."""

    async def keep(c: AsyncConnection) -> Shown:
        day, form = today(), asked.form
        await _require_paper(c, asked.file, caller.id)
        permission = (await people.standing(c, caller.id)).permission
        tax.require_signable(form, permission, asked.full_name, asked.signed_on, day)
        version = certifications.in_force(tax.kind_of(form)).version
        signed = Signature(caller.id, asked.full_name, version, asked.signed_on, asked.file)
        row = await tax_forms.keep(c, keys, form, signed)
        what, due = tax_forms.to_check(row["id"]), review_ends(settings)
        await staff_tasks.open_task(c, staff_tasks.CHECK, what, due)
        return shown(row, day)

    return await once(blinded(keys, asked), keep)


@router.get("/record", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def record(caller: TheCaller, engine: Engine, keys: TheSealing) -> Response:
    """What I signed last, on paper; of each number the last four alone."""
    day = today()
    async with at_once(engine) as c:
        row = _signed(await tax_forms.of(c, caller.id), day)
        said = await tax_forms.opened(c, keys, row["id"], caller.id, Purpose.SIGNER)
    facts = shown(row, day).model_dump(mode="json")
    text = certifications.of(FormKind(row["kind"]), row["certification"])
    async with _TURNS.of(caller.id):
        pdf = await asyncio.to_thread(tax_paper.pages, facts, tax.masked(said), text)
    named = {"Content-Disposition": f'attachment; filename="tax-form-{row["id"]}.pdf"'}
    return Response(pdf, media_type=PDF, headers=named)


def _needed(permission: Permission | None) -> FormKind | None:
    try:
        return tax.needed(permission)
    except DomainError:
        return None


def _signed(rows: Sequence[RowMapping], day: date) -> RowMapping:
    valid = (FormState.SIGNED, FormState.EXPIRED)
    found = next((row for row in rows if state_of(row, day) in valid), None)
    if found is None:
        raise Problem("not_found")
    return found


async def _require_paper(c: AsyncConnection, file_id: str, owner: str) -> None:
    """The file is the person's own, shows a paper, and is open to nobody else."""
    file = await files.find(c, file_id)
    if file is None or file["owner_id"] != owner:
        raise UnknownReference("this file is not yours to hand over", field="file")
    if file["content_type"] not in ON_PAPER:
        raise TaxFormInvalid("A signed form is a PDF, a JPEG or a PNG", field="file")
    if await files.handovers(c, file_id):
        detail = "Others may read this file, because you handed it over; upload it anew"
        raise TaxFormInvalid(detail, field="file")
