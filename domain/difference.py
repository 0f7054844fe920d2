"""Where the outside and the book differ: what an entry can make of it, by two people."""

from dataclasses import dataclass
from enum import StrEnum

from domain import own_flows
from domain.accounts import Entry, Kind
from domain.errors import AlreadyOver, ConditionMissing, NotYours


class Source(StrEnum):
    """Whose books ours are compared with."""

    STRIPE = "stripe"
    BANK = "bank"


class Clearing(StrEnum):
    """What a difference turns out to be."""

    PROCESSOR_FEE = "processor_fee"
    """The processor's or the bank's price: the platform's cost."""
    SUSPENSE = "suspense"
    """Money whose owner is not known yet, or one that was taken for known."""
    LOSSES = "losses"
    """Money that is gone; or found, and nobody's."""


CLEARED_ON = {Source.STRIPE: Kind.PROCESSOR_CLEARING, Source.BANK: Kind.BANK_CLEARING}
"""Our account for what is there."""
GOES_TO = {
    Clearing.PROCESSOR_FEE: Kind.PROCESSOR_COSTS,
    Clearing.SUSPENSE: Kind.SUSPENSE,
    Clearing.LOSSES: Kind.LOSSES,
}
"""The account on the other side of the entry; what was a fee is always a cost."""


@dataclass(frozen=True)
class Gap:
    """What is there less what is here, in minor units: of the amount, and of the fee."""

    amount_minor: int
    fee_minor: int = 0


@dataclass(frozen=True)
class Proposal:
    """How somebody proposes to clear a difference that was this large."""

    by: str
    kind: Clearing
    gap: Gap


def require_clearable(kind: Clearing, gap: Gap, *, gone: bool) -> None:
    """Raise unless there is still something to clear, and clearing it so says what it is."""
    if gone:
        raise AlreadyOver("Both sides agree by now")
    if not gap.amount_minor and kind is not Clearing.PROCESSOR_FEE:
        raise ConditionMissing("Only the fee differs: it can be cleared as a processor_fee alone")


def confirms(proposal: Proposal | None, by: str, kind: Clearing, gap: Gap) -> bool:
    """Whether this is the second person's word on a proposal; False: it is a new proposal.

    A proposal for another kind, or for a difference that was larger or smaller, is none any more.
    NotYours when somebody would confirm what they proposed themselves.
    """
    if proposal is None or (proposal.kind, proposal.gap) != (kind, gap):
        return False
    if proposal.by == by:
        raise NotYours("Another person than the one who proposed it has to confirm it")
    return True


def entries(
    clearance_id: str, source: Source, kind: Clearing, gap: Gap, currency: str
) -> tuple[Entry, ...]:
    """What makes the book say what the outside says."""
    clearing, other, cause = CLEARED_ON[source], GOES_TO[kind], f"clearance/{clearance_id}"
    giver, taker = (clearing, other) if gap.amount_minor > 0 else (other, clearing)
    amount = abs(gap.amount_minor)
    return (
        own_flows.difference_cleared(clearance_id, giver, taker, amount, currency),
        own_flows.processor_fee(cause, max(gap.fee_minor, 0), currency),
        own_flows.processor_fee_back(cause, max(-gap.fee_minor, 0), currency),
    )
