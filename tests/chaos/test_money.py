"""The judge of payments sees what is there to see: money twice, never, or otherwise."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.chaos.money import Moved, unlike_pages, unlike_payouts
from tests.chaos.outside import Bank, counted

WITHDRAWAL_ID, PAYMENT = "withdrawal_1", "PK-1"
HEAD = "message_id,execute_on,end_to_end_id,name,amount"


@dataclass(frozen=True)
class Row:
    """A withdrawal as the books have it."""

    state: str
    via: str
    id: str = WITHDRAWAL_ID
    minor: int = 99_00


def moved(
    transfers: list[int] | None = None, payouts: list[str] | None = None, bank: Bank | None = None
) -> Moved:
    """What the outside says of the one withdrawal."""
    by_stripe = {WITHDRAWAL_ID: transfers} if transfers else {}
    to_banks = {WITHDRAWAL_ID: payouts} if payouts else {}
    return Moved(by_stripe, to_banks, bank or Bank())


def at_the_bank(*minor: int, back: bool = False) -> Bank:
    """A bank that was asked for these payments of the one withdrawal."""
    return Bank(paid={PAYMENT: list(minor)}, back={PAYMENT} if back else set())


RIGHT: dict[str, tuple[Row, Moved]] = {
    "by Stripe": (Row("closed", "stripe"), moved([99_00], ["paid"])),
    "by Stripe, sent back": (Row("returned", "stripe"), moved([0], ["failed"])),
    "by Stripe, never begun": (Row("failed", "stripe"), moved()),
    "by the bank": (Row("closed", "us_bank"), moved(bank=at_the_bank(99_00))),
    "by the bank, sent back": (Row("failed", "iban"), moved(bank=at_the_bank(99_00, back=True))),
    "cancelled": (Row("cancelled", "us_bank"), moved()),
}
WRONG: dict[str, tuple[Row, Moved]] = {
    "two transfers": (Row("closed", "stripe"), moved([99_00, 0], ["paid"])),
    "two payouts": (Row("closed", "stripe"), moved([99_00], ["paid", "failed"])),
    "two orders": (Row("closed", "us_bank"), moved(bank=at_the_bank(99_00, 99_00))),
    "a cent too much": (Row("closed", "stripe"), moved([99_01], ["paid"])),
    "never moved": (Row("closed", "stripe"), moved()),
    "never sent to a bank": (Row("closed", "stripe"), moved([99_00])),
    "never ordered": (Row("closed", "us_bank"), moved()),
    "back here, and gone": (Row("failed", "stripe"), moved([99_00], ["failed"])),
    "back here, and there": (Row("returned", "stripe"), moved([0], ["paid"])),
    "cancelled, and paid": (Row("cancelled", "us_bank"), moved(bank=at_the_bank(99_00))),
    "nobody's": (Row("closed", "stripe", id="withdrawal_2"), moved([99_00], ["paid"])),
}


@pytest.mark.parametrize("how", RIGHT)
def test_a_withdrawal_that_left_as_it_stands_is_right(how: str) -> None:
    """Its sum has left once, or is back."""
    row, outside = RIGHT[how]
    assert unlike_payouts([row], outside) == []


@pytest.mark.parametrize("how", WRONG)
def test_a_withdrawal_that_left_otherwise_is_found(how: str) -> None:
    """Twice, never, by a cent, or although it is back in the wallet."""
    row, outside = WRONG[how]
    assert unlike_payouts([row], outside) != []


@pytest.mark.parametrize(
    ("paid", "credited"),
    [([5_00], []), ([], [5_00]), ([5_00], [5_01]), ([5_00], [5_00, 5_00]), ([5, 5], [5, 5])],
)
def test_a_page_is_credited_once_as_it_was_paid(paid: list[int], credited: list[int]) -> None:
    """Anything else is found."""
    there, here = ({"deposit_1": list_} if list_ else {} for list_ in (paid, credited))
    assert unlike_pages({"deposit_1": [5_00]}, {"deposit_1": [5_00]}) == []
    assert len(unlike_pages(there, here)) == 1


def test_a_bank_carries_out_each_file_once_but_pays_all_that_stands_in_files() -> None:
    """So that a payment which is in two files is one too many."""
    bank, rows = Bank(), [f"{message},2026-01-02,{PAYMENT},Ana,99.00" for message in "aab"]
    for row in rows:
        bank.carries_out(f"{HEAD}\r\n{row}\r\n".encode())
    assert bank.paid == {PAYMENT: [99_00, 99_00]} and bank.has(WITHDRAWAL_ID)


def test_webhooks_are_counted_by_what_became_of_them() -> None:
    """One that comes twice was announced once; who arrives after a later one is out of order."""
    found = [
        delivery(1, "a", due=1.0),
        delivery(2, "b", due=5.0),
        delivery(3, "b", due=2.0),
        delivery(4, "c", state="dropped"),
        delivery(5, "d", due=9.0, state="failed"),
    ]
    assert counted(found) == {
        "announced": 4,
        "dropped": 1,
        "doubled": 1,
        "out of order": 1,
        "not taken in all their tries": 1,
        "delivered": 3,
    }


def delivery(seq: int, event: str, due: float = 0.0, state: str = "delivered") -> dict[str, Any]:
    """As the stand-in lists it."""
    return {"seq": seq, "event": event, "endpoint": "we_1", "state": state, "due": due}
