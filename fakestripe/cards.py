"""The test cards there are, what somebody types on the page, and what is wrong with it."""

import datetime as dt
import re
from dataclasses import dataclass

from fakestripe.errors import Body

AVAILABLE_AT_ONCE = "4000000000000077"
DISPUTED_LATER = "4000000000000259"
REFUND_FAILS = "4000000000005126"
DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": (
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    "4000000000009987": ("card_declined", "lost_card", "Your card was declined."),
    "4000000000009979": ("card_declined", "stolen_card", "Your card was declined."),
    "4000000000000069": ("expired_card", "expired_card", "Your card has expired."),
    "4000000000000127": (
        "incorrect_cvc",
        "incorrect_cvc",
        "Your card's security code is incorrect.",
    ),
    "4000000000000119": (
        "processing_error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
}
PAYING = {
    "4242424242424242",
    "5555555555554444",
    "378282246310005",
    AVAILABLE_AT_ONCE,
    DISPUTED_LATER,
    REFUND_FAILS,
    *DECLINES,
}
EXPIRY = re.compile(r"(\d{1,2})\s*/?\s*(\d{2})")


@dataclass(frozen=True)
class Means:
    """How somebody pays."""

    method: str
    email: str
    name: str = ""
    card: str = ""
    exp_month: int = 12
    exp_year: int = 2034

    @property
    def decline(self) -> tuple[str, str, str] | None:
        """Code, decline code and words, if it cannot be paid so."""
        return DECLINES.get(self.card)


def means(form: Body, now: int) -> tuple[Means | None, dict[str, str]]:
    """How somebody wants to pay, or what is wrong, by field."""
    wrong: dict[str, str] = {}
    email = form.get("email", "").strip()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        wrong["email"] = "Enter a valid e-mail address."
    method, name = form.get("method", ""), form.get("name", "").strip()
    if method != "card":
        return (None, wrong) if wrong else (Means(method, email, name), wrong)
    number = re.sub(r"[\s-]", "", form.get("number", ""))
    month, year = _expiry(form.get("expiry", ""))
    wrong |= _wrong_card(number, month, year, form.get("cvc", ""), now)
    return (None, wrong) if wrong else (Means(method, email, name, number, month, year), wrong)


def _expiry(text: str) -> tuple[int, int]:
    found = EXPIRY.fullmatch(text.strip())
    return (int(found[1]), 2000 + int(found[2])) if found else (0, 0)


def _wrong_card(number: str, month: int, year: int, cvc: str, now: int) -> dict[str, str]:
    wrong = {}
    today = dt.datetime.fromtimestamp(now, dt.UTC)
    if not _is_number(number):
        wrong["number"] = "Your card number is not valid."
    elif number not in PAYING:
        wrong["number"] = "Your card was declined: this is a test, and this is no test card."
    if not 1 <= month <= 12:
        wrong["expiry"] = "Enter the date as MM / YY."
    elif (year, month) < (today.year, today.month):
        wrong["expiry"] = "Your card has expired."
    if not re.fullmatch(r"\d{3,4}", cvc.strip()):
        wrong["cvc"] = "Enter the 3 or 4 digits."
    return wrong


def _is_number(number: str) -> bool:
    """Luhn's check."""
    if not re.fullmatch(r"\d{12,19}", number):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + doubled) % 10 == 0
