"""How money comes: on a payment processor's page, or by hands that no processor has."""

from enum import StrEnum


class Checkout(StrEnum):
    """How a deposit is paid on the processor's page."""

    CARD = "card"
    PAYPAL = "paypal"
    ALIPAY = "alipay"


class Carried(StrEnum):
    """How money comes that no payment processor carries."""

    BANK_TRANSFER = "bank_transfer"
    MONEY_ORDER = "money_order"
    CHECK = "check"
