"""Bank statements: a file somebody uploaded is read whole, and each line of it kept once."""

import asyncio
import tempfile
from datetime import UTC, date, datetime, time
from typing import Annotated, BinaryIO, cast

import obstore
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from obstore.store import ObjectStore
from pydantic import StringConstraints
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.bodies import Asked, Shown
from api.callers import Accountant
from api.idempotency import OwnOnce
from api.ids import shaped
from api.problems import Problem, field
from api.state import Engine, Files
from domain.difference import Source
from domain.withdrawal import payout_named
from ledger import agreeing, files, outside
from ledger.database import to_read
from ledger.outside import OutsideLine, SaidOtherwise
from papers import bank_statement
from papers.bank_statement import Line, Unreadable

LARGEST = 64 * 1024 * 1024
"""Statements of a day that are longer do not exist; reading one takes memory."""
IN_MEMORY = 1024 * 1024

router = APIRouter(prefix="/staff/bank-statements", tags=["staff"])


class Statement(Asked):
    """A CAMT.053 or CSV file of the bank's, by the id that its upload has."""

    file_id: Annotated[str, StringConstraints(pattern=f"^{shaped('file')}$")]


class Imported(Shown):
    """How many lines the file has, and how many of them were new."""

    file_id: str
    lines: int
    new: int
    accounts: list[str]
    first_day: date | None
    last_day: date | None


@router.post("", status_code=201, response_model=Imported)
async def import_one(
    asked: Statement, caller: Accountant, once: OwnOnce, engine: Engine, store: Files
) -> JSONResponse:
    """Keep the lines of a statement; the same file, or the same line in another, changes nothing.

    A line that agrees with what another person typed of a receipt confirms it, as whoever
    imported it would. Of others nothing is posted: the next comparison tells how they differ.
    """
    lines = await _read(store, await _own_file(engine, caller.id, asked.file_id))

    async def keep(c: AsyncConnection) -> Imported:
        try:
            new = await outside.keep(c, [_kept(line) for line in lines], asked.file_id)
        except SaidOtherwise as otherwise:
            raise Problem("statement_contradicts", str(otherwise)) from otherwise
        days = sorted({line.booked_on for line in lines})
        if days:
            await outside.is_complete(c, Source.BANK, _begin(days[-1]))
        return Imported(
            file_id=asked.file_id,
            lines=len(lines),
            new=new,
            accounts=sorted({line.account for line in lines}),
            first_day=days[0] if days else None,
            last_day=days[-1] if days else None,
        )

    answer = await once(asked, keep)
    await agreeing.confirm(engine, caller.id, [line.reference for line in lines])
    return answer


async def _own_file(engine: AsyncEngine, owner: str, file_id: str) -> RowMapping:
    async with to_read(engine) as c:
        found = await files.find(c, file_id)
    if found is None or found["owner_id"] != owner:
        raise field("#/file_id", "you have uploaded no such file", code="unknown_reference")
    if found["size"] > LARGEST:
        raise field("#/file_id", f"a statement has at most {LARGEST} bytes")
    return found


async def _read(store: ObjectStore, file: RowMapping) -> tuple[Line, ...]:
    """Its lines, read beside the loop; 422 with the place when it is not used."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as stream:
        async for chunk in (await obstore.get_async(store, file["key"])).stream():
            stream.write(bytes(chunk))
        stream.seek(0)
        try:
            return await asyncio.to_thread(bank_statement.read, cast(BinaryIO, stream))
        except Unreadable as unreadable:
            raise field("#/file_id", str(unreadable)) from unreadable


def _kept(line: Line) -> OutsideLine:
    """Receipts call it by the bank's reference; of a line the bank takes no fee.

    What we have paid out is called by our own name, when it goes and when it comes back.
    """
    theirs = line.amount_minor > 0 and not line.returned
    ours = None if theirs else payout_named(line.end_to_end_id)
    return OutsideLine(
        source=Source.BANK,
        account=line.account,
        id=line.reference,
        key=ours or line.reference,
        kind="returned" if line.returned else "booked",
        amount_minor=line.amount_minor,
        fee_minor=0,
        currency=line.currency,
        booked_at=_begin(line.booked_on),
        counterparty=line.counterparty,
        says=line.text,
    )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
