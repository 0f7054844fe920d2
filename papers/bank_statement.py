"""What the bank says happened on our accounts: a file is read whole, or nothing of it is used."""

from typing import BinaryIO

from papers import bank_csv, camt053
from papers.bank_lines import Line, Unreadable

__all__ = ["Line", "Unreadable", "read"]


def read(stream: BinaryIO) -> tuple[Line, ...]:
    """The lines of a statement, CAMT.053 or CSV, from a stream that can seek; or Unreadable."""
    begin = stream.read(64)
    stream.seek(0)
    is_xml = begin.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    return camt053.lines(stream) if is_xml else bank_csv.lines(stream)
