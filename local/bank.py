"""The demo's bank: what it booked on the platform's account, and the statement it prints."""

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from papers.bank_csv import COLUMNS

ACCOUNT = "000000000"


@dataclass
class Bank:
    """One account, as long as the demo plays."""

    _rows: list[dict[str, str]] = field(default_factory=list)

    def received(self, reference: str, minor: int, payer: str) -> None:
        """A transfer came, under the bank's own reference."""
        self._book(reference, minor, payer, "")

    def pays(self, end_to_end_id: str, minor: int, payee: str) -> None:
        """A payment that we asked for went out, by the name we gave it."""
        self._book(f"W{uuid4().hex[:12]}", -minor, payee, end_to_end_id)

    def statement(self) -> bytes:
        """Everything that was booked, as CSV."""
        written = io.StringIO()
        lines = csv.DictWriter(written, COLUMNS, lineterminator="\n")
        lines.writeheader()
        lines.writerows(self._rows)
        return written.getvalue().encode()

    def _book(self, reference: str, minor: int, name: str, end_to_end_id: str) -> None:
        units, cents = divmod(abs(minor), 100)
        self._rows.append(
            {
                "account": ACCOUNT,
                "reference": reference,
                "booked_on": datetime.now(UTC).date().isoformat(),
                "amount": f"{'-' if minor < 0 else ''}{units}.{cents:02}",
                "currency": "USD",
                "counterparty": name,
                "text": "",
                "end_to_end_id": end_to_end_id,
                "returned": "no",
            }
        )
