"""What a session is about: things, their prices, one currency."""

from decimal import Decimal

from fakestripe import checks
from fakestripe.errors import Body, Refusal, missing, not_modelled
from fakestripe.objects import make, new_id
from fakestripe.store import Tx


def read(tx: Tx, given: Body, param: str) -> Body:
    """One thing that is paid for; `param` is what it is called in the request."""
    price = given.get("price_data")
    if price is None:
        raise not_modelled("prices; give price_data", param)
    if "product_data" not in price:
        raise missing(f"{param}[price_data][product_data]")
    unit = _unit(price, f"{param}[price_data]")
    code = checks.currency(price["currency"], f"{param}[price_data][currency]")
    quantity = given.get("quantity", 0)
    if quantity < 1:
        raise missing(f"{param}[quantity]")
    total = unit * quantity
    return make(
        tx,
        "line_item",
        id=new_id("li_"),
        object="item",
        amount_discount=0,
        amount_subtotal=total,
        amount_tax=0,
        amount_total=total,
        currency=code,
        description=price["product_data"]["name"],
        price=_price(tx, unit, code),
        quantity=quantity,
    )


def one_currency(items: list[Body]) -> str:
    """The currency that all of them have."""
    codes = {str(item["currency"]) for item in items}
    if len(codes) != 1:
        message = "All line items must have the same currency."
        raise Refusal(message, param="line_items")
    return codes.pop()


def _unit(price: Body, param: str) -> int:
    whole, exact = price.get("unit_amount"), price.get("unit_amount_decimal")
    if (whole is None) == (exact is None):
        raise missing(f"{param}[unit_amount]")
    amount = Decimal(exact or whole or 0)
    if amount < 0 or amount != int(amount):
        message = f"Invalid amount: {amount}; this stand-in takes whole minor units"
        raise Refusal(message, code="parameter_invalid_integer", param=f"{param}[unit_amount]")
    return int(amount)


def _price(tx: Tx, unit: int, code: str) -> Body:
    return make(
        tx,
        "price",
        active=False,
        billing_scheme="per_unit",
        currency=code,
        metadata={},
        product=new_id("prod_", 14),
        tax_behavior="unspecified",
        type="one_time",
        unit_amount=unit,
        unit_amount_decimal=str(unit),
    )
