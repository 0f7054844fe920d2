"""The file with which the bank is asked to pay a run: made anew each time, the same bytes."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, Literal, cast

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from sqlalchemy import RowMapping

from api.payment_runs import Run
from api.problems import Problem
from api.sealing import ThePayoutSealing
from api.state import Engine, TheSettings
from api.tax_checks import Sworn
from api.turns import Turns
from domain.bank_details import ConnectedAccount
from domain.withdrawal import end_to_end_id
from ledger import payment_runs, payout_methods, payouts
from ledger.database import to_read
from ledger.sealed_values import KeyMissing, SealingKeys
from papers.bank_orders import Debtor, Order, Payment, Totals, write_csv, write_xml
from settings import Settings

BATCH = 1000
PIECE = 64 * 1024
IN_MEMORY = 1024 * 1024
"""Bytes of a file that are kept in memory; what is more lies on the disk until it is sent."""
TYPES = {"xml": "application/xml", "csv": "text/csv; charset=us-ascii"}
TEXT = "PeerOK earnings"

router = APIRouter(prefix="/staff/payment-runs", tags=["staff"])
_TURNS = Turns(1, timedelta(seconds=60))
Kind = Annotated[Literal["xml", "csv"], Query(alias="format")]


@router.get(
    "/{run}/bank-file",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/xml": {}, "text/csv": {}}}},
)
async def bank_file(
    run: Run,
    caller: Sworn,
    engine: Engine,
    our: TheSettings,
    keys: ThePayoutSealing,
    kind: Kind = "xml",
) -> StreamingResponse:
    """All that the bank is to pay of an approved run, as pain.001.001.09 or CSV."""
    async with to_read(engine) as c:
        found = await payment_runs.found(c, run)
        count, total = await payouts.bank_totals(c, run)
    if found is None or not count:
        raise Problem("not_found")
    order = _order(found, Totals(count=count, sum_minor=total), our)
    async with _TURNS.of(caller.id), engine.connect() as c:
        asked = _Asked(asyncio.get_running_loop(), keys, payouts.for_the_bank(c, run, BATCH))
        file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 # closed when it was sent
        try:
            await asyncio.to_thread(_write, file, kind, order, asked)
        except KeyMissing as missing:
            raise Problem("payout_keys_missing") from missing
    named = {"Content-Disposition": f'attachment; filename="payment-run-{run}.{kind}"'}
    return StreamingResponse(_pieces(file), media_type=TYPES[kind], headers=named)


@dataclass(frozen=True)
class _Asked:
    """What a thread that writes asks of the books, a batch at a time."""

    loop: asyncio.AbstractEventLoop
    keys: SealingKeys
    batches: AsyncIterator[Sequence[RowMapping]]

    def payments(self) -> Iterator[Payment]:
        """Each payment, with where it goes, in the order of ids."""
        while rows := asyncio.run_coroutine_threadsafe(self._batch(), self.loop).result():
            for row in rows:
                yield _payment(self.keys, row)

    async def _batch(self) -> Sequence[RowMapping] | None:
        return await anext(self.batches, None)


def _write(file: "SpooledTemporaryFile[bytes]", kind: str, order: Order, asked: _Asked) -> None:
    write = write_xml if kind == "xml" else write_csv
    write(cast(BinaryIO, file), order, asked.payments())
    file.seek(0)


async def _pieces(file: "SpooledTemporaryFile[bytes]") -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


def _payment(keys: SealingKeys, row: RowMapping) -> Payment:
    details = payout_methods.opened(keys, row)
    assert not isinstance(details.destination, ConnectedAccount), "the bank pays to banks"
    return Payment(
        end_to_end_id=end_to_end_id(row["withdrawal_id"]),
        name=details.holder,
        amount_minor=row["amount_minor"],
        account=details.destination,
        text=TEXT,
    )


def _order(run: RowMapping, totals: Totals, our: Settings) -> Order:
    """The head of the file: all of it was fixed when the run was approved."""
    try:
        debtor = Debtor.model_validate(our.payer)
    except ValidationError as wrong:
        raise Problem("payer_missing") from wrong
    return Order(
        message_id=f"PK-{run['payment_date']:%Y%m%d}",
        created_at=run["approved_at"],
        execute_on=run["execute_on"],
        debtor=debtor,
        totals=totals,
    )
