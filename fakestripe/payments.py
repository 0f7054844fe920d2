"""Payment intents and charges, which only the hosted page makes."""

from fakestripe.errors import Body
from fakestripe.show import page
from fakestripe.store import Tx


def intent(tx: Tx, _: Body, id_: str) -> Body:
    """One payment intent."""
    return tx.get("payment_intent", id_, "intent")


def intents(tx: Tx, params: Body) -> Body:
    """Payment intents, newest first."""
    return page(tx, "payment_intent", params, "/v1/payment_intents")


def charge(tx: Tx, _: Body, id_: str) -> Body:
    """One charge."""
    return tx.get("charge", id_, "charge")


def charges(tx: Tx, params: Body) -> Body:
    """Charges, newest first, of one payment intent or one group of transfers."""
    wanted = {name: params.get(name) for name in ("payment_intent", "transfer_group")}
    return page(tx, "charge", params, "/v1/charges", **wanted)
