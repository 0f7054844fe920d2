"""The movements of the platform's own money, and of corrections; the others are in `flows.py`."""

from collections.abc import Sequence

from domain.accounts import PLATFORM, Entry, Kind, Parts, Posting
from domain.postings import entry, from_parts, move, ours

# The platform's own.


def processor_fee(cause: str, amount_minor: int, currency: str) -> Entry:
    """What the payment processor keeps."""
    return entry(
        "processor_fee",
        f"{cause}/processor-fee",
        ours(Kind.PROCESSOR_COSTS, Kind.PROCESSOR_CLEARING, amount_minor, currency),
    )


def processor_fee_back(cause: str, amount_minor: int, currency: str) -> Entry:
    """What the payment processor did not keep after all."""
    return entry(
        "processor_fee_back",
        f"{cause}/processor-fee-back",
        ours(Kind.PROCESSOR_CLEARING, Kind.PROCESSOR_COSTS, amount_minor, currency),
    )


def processor_payout(payout_id: str, amount_minor: int, currency: str) -> Entry:
    """The processor pays what it holds to the platform's bank account.

    Clearing accounts mirror the outside: what goes out there comes in here.
    """
    return entry(
        "processor_payout",
        f"processor-payout/{payout_id}",
        ours(Kind.BANK_CLEARING, Kind.PROCESSOR_CLEARING, amount_minor, currency),
    )


def processor_payout_back(payout_id: str, amount_minor: int, currency: str) -> Entry:
    """A payout to the platform's bank account failed: the processor holds the money again."""
    return entry(
        "processor_payout_back",
        f"processor-payout/{payout_id}/back",
        ours(Kind.PROCESSOR_CLEARING, Kind.BANK_CLEARING, amount_minor, currency),
    )


def rewards_accrue(month: str, amount_minor: int, currency: str) -> Entry:
    """A month's rewards are set aside out of the commission earned in it."""
    return entry(
        "rewards_accrue",
        f"rewards/{month}/accrue",
        move(Kind.PLATFORM_FEES, PLATFORM, Kind.REWARDS_PAYABLE, PLATFORM, amount_minor, currency),
    )


def reward_pay(month: str, user: str, amount_minor: int, currency: str) -> Entry:
    """One member's rewards of a month."""
    return entry(
        "reward_pay",
        f"rewards/{month}/pay/{user}",
        move(Kind.REWARDS_PAYABLE, PLATFORM, Kind.EARNINGS, user, amount_minor, currency),
    )


def chargeback_rest(
    chargeback_id: str, source: Kind, target: Kind, amount_minor: int, currency: str
) -> Entry:
    """By so much the client has more, or less, than a network gave back: the platform has it."""
    return entry(
        "chargeback_rest",
        f"chargeback/{chargeback_id}/rest",
        ours(source, target, amount_minor, currency),
    )


def chargeback_given_again(
    chargeback_id: str, clearance_id: str, client: str, back: Parts, lost_minor: int, currency: str
) -> Entry:
    """What a network gave back later is the client's; what was the platform's loss is none."""
    return entry(
        "chargeback_given_again",
        f"chargeback/{chargeback_id}/given/{clearance_id}",
        *(
            move(Kind.PROCESSOR_CLEARING, PLATFORM, kind, client, part, currency)
            for kind, part in back.by_kind()
        ),
        ours(Kind.PROCESSOR_CLEARING, Kind.LOSSES, lost_minor, currency),
    )


def chargeback_taken_again(
    chargeback_id: str, clearance_id: str, client: str, taken: Parts, currency: str
) -> Entry:
    """What a network took again later leaves the client's credits; the rest they owe."""
    return entry(
        "chargeback_taken_again",
        f"chargeback/{chargeback_id}/taken/{clearance_id}",
        *from_parts(client, taken, Kind.PROCESSOR_CLEARING, PLATFORM, currency),
    )


def difference_cleared(
    clearance_id: str, source: Kind, target: Kind, amount_minor: int, currency: str
) -> Entry:
    """What the outside has and the book had not gets a place in it, or the reverse."""
    return entry(
        "difference_cleared",
        f"clearance/{clearance_id}/amount",
        ours(source, target, amount_minor, currency),
    )


def staff_correction(correction_id: str, wrong: Entry, right: Sequence[Posting]) -> Entry:
    """A correction mirrors the wrong entry and adds the right one; nothing is ever edited."""
    return entry(
        "staff_correction",
        f"correction/{correction_id}",
        *(Posting(p.target, p.source, p.amount_minor) for p in wrong.postings),
        *right,
    )
