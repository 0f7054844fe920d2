"""Bank statements as CSV with our own columns, for banks that have nothing better."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from papers.bank_lines import Line, References, Unreadable, currency, day, minor, reading, shown

COLUMNS = ("account", "reference", "booked_on", "amount", "currency", "counterparty", "text",
           "end_to_end_id", "returned")  # fmt: skip
"""In this order, in the first line. UTF-8; commas; a minus before what went; returned yes or no."""
LONGEST_LINE = 64 * 1024


def lines(stream: BinaryIO) -> tuple[Line, ...]:
    """All movements of this file, in its order; or Unreadable."""
    return tuple(_lines(stream))


def _lines(stream: BinaryIO) -> Iterator[Line]:
    rows = csv.reader(_decoded(stream), strict=True)
    references = References()
    try:
        if tuple(next(rows, ())) != COLUMNS:
            raise Unreadable("line 1", f"the columns must be {','.join(COLUMNS)}")
        for row in rows:
            with reading(f"line {rows.line_num}"):
                line = _line(row, references)
            # What moves nothing is no movement.
            if line.amount_minor:
                yield line
    except csv.Error as error:
        raise Unreadable(f"line {rows.line_num}", f"this is no CSV: {error}") from error


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """Its lines one by one, so that it is known which one is wrong."""
    for number, raw in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), 1):
        if len(raw) == LONGEST_LINE:
            raise Unreadable(f"line {number}", f"it is longer than {LONGEST_LINE} bytes")
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable(f"line {number}", "this is no UTF-8") from error


def _line(row: list[str], references: References) -> Line:
    if len(row) != len(COLUMNS):
        raise ValueError(f"it has {len(row)} fields instead of {len(COLUMNS)}")
    of = dict(zip(COLUMNS, (field.strip() for field in row), strict=True))
    if of["returned"] not in ("yes", "no"):
        raise ValueError("returned is neither yes nor no")
    amount_minor = minor(of["amount"].removeprefix("-"))
    return Line(
        account=of["account"],
        reference=references.new(of["account"], of["reference"]),
        booked_on=day(of["booked_on"]),
        amount_minor=-amount_minor if of["amount"].startswith("-") else amount_minor,
        currency=currency(of["currency"]),
        counterparty=shown([of["counterparty"]]),
        text=shown([of["text"]]),
        end_to_end_id=shown([of["end_to_end_id"]]),
        returned=of["returned"] == "yes",
    )
