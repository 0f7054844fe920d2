"""Rules that Stripe has beyond the types of its parameters."""

from decimal import Decimal

from fakestripe.errors import Body, Refusal

SMALLEST = {
    "usd": 50, "aud": 50, "cad": 50, "eur": 50, "chf": 50, "nzd": 50, "sgd": 50, "gbp": 30,
    "cny": 400, "hkd": 400, "myr": 200, "jpy": 50, "dkk": 250, "nok": 300, "sek": 300,
    "pln": 200, "czk": 1500,
}  # fmt: skip
"""The currencies there are, and the smallest charge in each."""
LARGEST = 99_999_999
NO_DECIMALS = {"jpy"}
TAKEN_BY = {
    "alipay": ["aud", "cad", "cny", "eur", "gbp", "hkd", "jpy", "myr", "nzd", "sgd", "usd"],
    "paypal": [
        "aud",
        "cad",
        "chf",
        "czk",
        "dkk",
        "eur",
        "gbp",
        "hkd",
        "nok",
        "nzd",
        "pln",
        "sek",
        "sgd",
        "usd",
    ],
}
METADATA_KEYS = 50
METADATA_KEY = 40
METADATA_VALUE = 500


def currency(code: str, param: str = "currency") -> str:
    """A currency there is, in lower case."""
    if code.lower() not in SMALLEST:
        known = ", ".join(sorted(SMALLEST))
        message = f"Invalid currency: {code}. Stripe currently supports these currencies: {known}"
        raise Refusal(message, param=param)
    return code.lower()


def positive(amount: int, param: str = "amount") -> int:
    """An amount that can move."""
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise Refusal(message, code="parameter_invalid_integer", param=param)
    if amount > LARGEST:
        message = f"Amount must be no more than {money(LARGEST, 'usd')}"
        raise Refusal(message, code="amount_too_large", param=param)
    return amount


def chargeable(amount: int, code: str) -> None:
    """A sum that somebody can be charged."""
    if amount < SMALLEST[code]:
        message = (
            "The Checkout Session's total amount due must add up to at least "
            f"{money(SMALLEST[code], code)} {code}"
        )
        raise Refusal(message, code="amount_too_small")
    if amount > LARGEST:
        message = f"The total amount due must be no more than {money(LARGEST, code)}"
        raise Refusal(message, code="amount_too_large")


def metadata(given: Body | str | None, param: str = "metadata", before: Body | None = None) -> Body:
    """Metadata with what was given; empty values take keys away, an empty text takes all."""
    if given == "":
        return {}
    wanted = {**(before or {}), **(given if isinstance(given, dict) else {})}
    for key, value in wanted.items():
        if len(key) > METADATA_KEY:
            message = f"Invalid metadata key: keys can be up to {METADATA_KEY} characters long"
            raise Refusal(message, param=param)
        if len(value) > METADATA_VALUE:
            message = (
                f"Invalid {param}[{key}]: values can be up to {METADATA_VALUE} characters long"
            )
            raise Refusal(message, param=f"{param}[{key}]")
    kept = {key: value for key, value in wanted.items() if value != ""}
    if len(kept) > METADATA_KEYS:
        message = f"You can have up to {METADATA_KEYS} metadata keys."
        raise Refusal(message, param=param)
    return kept


def url(address: str, param: str) -> str:
    """An address that a browser can be sent to."""
    if not address.startswith(("https://", "http://")) or " " in address:
        raise Refusal("Not a valid URL", code="url_invalid", param=param)
    return address


def short(text: str | None, longest: int, param: str) -> str | None:
    """A text that is not too long."""
    if text is not None and len(text) > longest:
        message = f"Invalid string: {text[:20]}…; must be at most {longest} characters"
        raise Refusal(message, param=param)
    return text


def money(amount: int, code: str) -> str:
    """An amount as people read it: `50.00`."""
    if code in NO_DECIMALS:
        return f"{amount:,}"
    return f"{Decimal(amount) / 100:,.2f}"
