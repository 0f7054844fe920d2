"""What the processor pays to our own bank account: each of its lines about that, as entries."""

from domain import own_flows
from domain.accounts import Entry


def entries(payout_id: str, amount_minor: int, fee_minor: int, currency: str) -> tuple[Entry, ...]:
    """A line of a payout; above zero it says that what had gone is at the processor again."""
    make = own_flows.processor_payout if amount_minor < 0 else own_flows.processor_payout_back
    moved = make(payout_id, abs(amount_minor), currency)
    return (
        moved,
        own_flows.processor_fee(moved.reference, max(fee_minor, 0), currency),
        own_flows.processor_fee_back(moved.reference, max(-fee_minor, 0), currency),
    )
