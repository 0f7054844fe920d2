"""Where the outside and the book differ: what an entry can make of it, by two people."""

from dataclasses import dataclass
from enum import StrEnum

from domain import own_flows
from domain.accounts import Entry, Kind, Parts, Wallet
from domain.cases import OVER, Chargeback, ChargebackState
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
    CLIENT = "client"
    """Money of a client's payment that the network gave, or took, after it had decided."""


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
class Disputed:
    """The chargeback whose line differs, and what its client has."""

    chargeback: Chargeback
    wallet: Wallet
    lost_minor: int = 0
    """What of it the platform has lost so far."""

    @property
    def undecided(self) -> bool:
        """Whether a step of its own will book the line."""
        state = self.chargeback.state
        return state not in OVER and state not in DECIDED


DECIDED = frozenset({ChargebackState.REFILLING, ChargebackState.OWING})


@dataclass(frozen=True)
class Proposal:
    """How somebody proposes to clear a difference that was this large."""

    by: str
    kind: Clearing
    gap: Gap


def require_clearable(
    kind: Clearing, gap: Gap, *, gone: bool, disputed: Disputed | None = None
) -> None:
    """Raise unless there is still something to clear, and clearing it so says what it is."""
    if gone:
        raise AlreadyOver("Both sides agree by now")
    if disputed is not None and disputed.undecided and gap.amount_minor:
        name = disputed.chargeback.id
        raise ConditionMissing(f"Its chargeback {name} is not booked yet, and books it itself")
    if kind is Clearing.CLIENT and disputed is None:
        raise ConditionMissing("It is no line of a chargeback: of no client whom we know")
    if not gap.amount_minor and kind is not Clearing.PROCESSOR_FEE:
        raise ConditionMissing("Only the fee differs: it can be cleared as a processor_fee alone")


def require_not_own(disputed: Disputed | None, by: str) -> None:
    """Raise NotYours for whoever would say what becomes of their own payment."""
    if disputed is not None and disputed.chargeback.client == by:
        raise NotYours("staff do not decide in their own case")


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
    clearance_id: str,
    source: Source,
    kind: Clearing,
    gap: Gap,
    currency: str,
    disputed: Disputed | None = None,
) -> tuple[Entry, ...]:
    """What makes the book say what the outside says."""
    cause = f"clearance/{clearance_id}"
    if kind is Clearing.CLIENT:
        assert disputed is not None, "a client's difference is one of their chargeback"
        moved = _clients(clearance_id, gap.amount_minor, currency, disputed)
    else:
        clearing, other = CLEARED_ON[source], GOES_TO[kind]
        giver, taker = (clearing, other) if gap.amount_minor > 0 else (other, clearing)
        amount = abs(gap.amount_minor)
        moved = own_flows.difference_cleared(clearance_id, giver, taker, amount, currency)
    return (
        moved,
        own_flows.processor_fee(cause, max(gap.fee_minor, 0), currency),
        own_flows.processor_fee_back(cause, max(-gap.fee_minor, 0), currency),
    )


def _clients(clearance_id: str, moved_minor: int, currency: str, disputed: Disputed) -> Entry:
    """What came is no loss any more, then no debt, then credits; what went is credits, or owed."""
    one, wallet = disputed.chargeback, disputed.wallet
    if moved_minor < 0:
        found = min(wallet.credits, -moved_minor)
        taken = Parts(credits=found, advanced=-moved_minor - found)
        return own_flows.chargeback_taken_again(one.id, clearance_id, one.client, taken, currency)
    lost = min(disputed.lost_minor, moved_minor)
    owed = min(wallet.receivable, moved_minor - lost)
    back = Parts(credits=moved_minor - lost - owed, advanced=owed)
    return own_flows.chargeback_given_again(one.id, clearance_id, one.client, back, lost, currency)
