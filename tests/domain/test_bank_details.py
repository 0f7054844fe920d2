"""Bank details that were mistyped are refused before money is sent to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.bank_details import BankAccount, Holding, IbanAccount, UsAccount

ROUTING = "021000021"
IBAN = "DE89370400440532013000"
BIC = "COBADEFFXXX"


@pytest.mark.parametrize("number", [ROUTING, "026009593", "322271627", "111000025", "121000248"])
def test_a_routing_number_of_a_bank_is_taken(number: str) -> None:
    """As banks publish theirs."""
    assert UsAccount(routing_number=number, account_number="0012345").routing_number == number


@pytest.mark.parametrize(
    "number",
    ["000000000", "021000022", "210000021", "02100002", "0210000210", "990000004", "٠٢١٠٠٠٠٢١"],
)
def test_a_routing_number_of_no_bank_is_refused(number: str) -> None:
    """Nothing but zeros, a wrong check digit, a wrong length, no district, other digits."""
    with pytest.raises(ValidationError):
        UsAccount(routing_number=number, account_number="1")


@given(st.integers(0, 8), st.integers(1, 9))
def test_a_single_mistyped_digit_of_a_routing_number_is_found(place: int, more: int) -> None:
    """Whichever it is."""
    wrong = str((int(ROUTING[place]) + more) % 10)
    with pytest.raises(ValidationError):
        UsAccount(routing_number=ROUTING[:place] + wrong + ROUTING[place + 1 :], account_number="1")


@pytest.mark.parametrize("number", ["", "1" * 18, "12 34", "12\n", "12_34"])
def test_an_account_number_that_no_clearing_house_takes_is_refused(number: str) -> None:
    """It has at most 17 letters, digits and hyphens."""
    with pytest.raises(ValidationError):
        UsAccount(routing_number=ROUTING, account_number=number)


@pytest.mark.parametrize("iban", [IBAN, "GB29NWBK60161331926819", "NO9386011117947"])
def test_an_iban_is_taken(iban: str) -> None:
    """As the standard's registry gives them for examples."""
    assert IbanAccount(iban=iban, bic=BIC).iban == iban


@pytest.mark.parametrize(
    "iban", ["DE89370400440532013001", "de89370400440532013000", "DE89 3704 0044", "", IBAN + "\n"]
)
def test_what_is_no_iban_is_refused(iban: str) -> None:
    """Wrong check digits, small letters, spaces, nothing, a line's end."""
    with pytest.raises(ValidationError):
        IbanAccount(iban=iban, bic=BIC)


@given(st.integers(4, len(IBAN) - 2))
def test_two_swapped_digits_of_an_iban_are_found(place: int) -> None:
    """The usual slip of whoever types them."""
    swapped = IBAN[:place] + IBAN[place + 1] + IBAN[place] + IBAN[place + 2 :]
    if swapped != IBAN:
        with pytest.raises(ValidationError):
            IbanAccount(iban=swapped, bic=BIC)


@pytest.mark.parametrize("bic", ["COBADEF", "COBADEFFXX", "cobadeff", "COBA1EFF", ""])
def test_what_is_no_bic_is_refused(bic: str) -> None:
    """Eight or eleven letters and digits, a country among them."""
    with pytest.raises(ValidationError):
        IbanAccount(iban=IBAN, bic=bic)


def test_what_is_kept_tells_which_kind_of_account_it_is() -> None:
    """Either is read again as itself."""
    adapter: TypeAdapter[BankAccount] = TypeAdapter(BankAccount)
    ours = UsAccount(routing_number=ROUTING, account_number="1", holding=Holding.SAVINGS)
    for account in (ours, IbanAccount(iban=IBAN, bic=BIC)):
        assert adapter.validate_json(adapter.dump_json(account)) == account
