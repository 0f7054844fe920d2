"""The states of cases that are one person's alone: money on its way, and what is asked for."""

from enum import StrEnum


class DepositState(StrEnum):
    """What people see on a deposit."""

    DRAFT = "draft"
    REFUSED = "refused"
    CREATED = "created"
    CHECKOUT = "checkout"
    CLOSING = "closing"
    ENDING = "ending"
    CREDITED = "credited"
    EXPIRED = "expired"
    ENDED = "ended"
    FAILED = "failed"


class RemittanceState(StrEnum):
    """What people see on a deposit that no processor carries."""

    DRAFT = "draft"
    REFUSED = "refused"
    ANNOUNCED = "announced"
    RECEIVED = "received"
    SUSPENSE = "suspense"
    BOOKED = "booked"
    PROVISIONAL = "provisional"
    CORRECTING = "correcting"
    CLEARING = "clearing"
    BOUNCING = "bouncing"
    REFILLING = "refilling"
    CLEARED = "cleared"
    BOUNCED = "bounced"
    RETURNED = "returned"
    LAPSED = "lapsed"


class WithdrawalState(StrEnum):
    """What people see on a withdrawal."""

    DRAFT = "draft"
    REFUSED = "refused"
    REQUESTED = "requested"
    SENT = "sent"
    PAID = "paid"
    CLOSED = "closed"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class RefundState(StrEnum):
    """What people see on a refund to the source."""

    DRAFT = "draft"
    REFUSED = "refused"
    REQUESTED = "requested"
    SENDING = "sending"
    TO_SEND = "to_send"
    PAID = "paid"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    RETURNED = "returned"


class ChargebackState(StrEnum):
    """What people see on a payment that is disputed with the card network."""

    DRAFT = "draft"
    REFUSED = "refused"
    OPENED = "opened"
    ANSWERING = "answering"
    ANSWERED = "answered"
    UNBOOKED = "unbooked"
    REFILLING = "refilling"
    OWING = "owing"
    WON = "won"
    LOST = "lost"


class ProjectState(StrEnum):
    """What people see on a project."""

    DRAFT = "draft"
    REFUSED = "refused"
    OPEN = "open"
    CLOSED = "closed"


class ContestState(StrEnum):
    """What people see on a contest."""

    DRAFT = "draft"
    REFUSED = "refused"
    AWAITING_FUNDS = "awaiting_funds"
    OPEN = "open"
    JUDGING = "judging"
    DISTRIBUTING = "distributing"
    HANDING_OVER = "handing_over"
    CLOSED = "closed"
    LAPSED = "lapsed"


class BasketState(StrEnum):
    """What people see on a basket."""

    DRAFT = "draft"
    REFUSED = "refused"
    BOUGHT = "bought"


LoneState = (
    DepositState
    | RemittanceState
    | WithdrawalState
    | RefundState
    | ChargebackState
    | ProjectState
    | ContestState
    | BasketState
)

LONE_OVER: frozenset[StrEnum] = frozenset(
    {
        DepositState.REFUSED,
        RemittanceState.REFUSED,
        WithdrawalState.REFUSED,
        RefundState.REFUSED,
        ChargebackState.REFUSED,
        DepositState.CREDITED,
        DepositState.EXPIRED,
        DepositState.FAILED,
        DepositState.ENDED,
        RemittanceState.CLEARED,
        RemittanceState.BOUNCED,
        RemittanceState.RETURNED,
        RemittanceState.LAPSED,
        WithdrawalState.CLOSED,
        WithdrawalState.FAILED,
        WithdrawalState.RETURNED,
        WithdrawalState.CANCELLED,
        RefundState.CLOSED,
        RefundState.DECLINED,
        RefundState.WITHDRAWN,
        RefundState.FAILED,
        RefundState.RETURNED,
        ChargebackState.WON,
        ChargebackState.LOST,
        ProjectState.REFUSED,
        ProjectState.CLOSED,
        ContestState.REFUSED,
        ContestState.CLOSED,
        ContestState.LAPSED,
        BasketState.REFUSED,
        BasketState.BOUGHT,
    }
)
"""The states of which nothing comes any more."""

UNSEEN: frozenset[StrEnum] = frozenset(
    {
        ProjectState.DRAFT,
        ProjectState.REFUSED,
        ContestState.DRAFT,
        ContestState.REFUSED,
        ContestState.AWAITING_FUNDS,
        ContestState.LAPSED,
    }
)
"""The states in which nobody else learns of what a client posts for everybody."""
