"""Every movement of money there is: one function each, its whole content a single literal."""

from collections.abc import Sequence

from domain.accounts import PLATFORM, Entry, Kind, Parts
from domain.postings import Cut, Earned, back_to_parts, cut, earned, entry, from_parts, move

# Money comes in.


def deposit(deposit_id: str, user: str, amount_minor: int, clearing: Kind, currency: str) -> Entry:
    """A cleared deposit becomes the client's credits."""
    return entry(
        "deposit",
        f"deposit/{deposit_id}/credit",
        move(clearing, PLATFORM, Kind.CREDITS, user, amount_minor, currency),
    )


def deposit_provisional(
    deposit_id: str, user: str, amount_minor: int, clearing: Kind, currency: str
) -> Entry:
    """A deposit that has not cleared yet becomes provisional credits."""
    return entry(
        "deposit",
        f"deposit/{deposit_id}/credit",
        move(clearing, PLATFORM, Kind.CREDITS_PROVISIONAL, user, amount_minor, currency),
    )


def deposit_reversed(
    deposit_id: str, user: str, taken: Parts, clearing: Kind, currency: str
) -> Entry:
    """A bounced deposit is taken back along its way; what is lacking is the client's receivable."""
    return entry(
        "deposit_reversed",
        f"deposit/{deposit_id}/reversed/{user}",
        *from_parts(user, taken, clearing, PLATFORM, currency),
    )


def deposit_reversed_held(
    deposit_id: str, escrows: Sequence[tuple[str, int]], clearing: Kind, currency: str
) -> Entry:
    """What of a bounced deposit was held in escrows is taken back from them."""
    return entry(
        "deposit_reversed",
        f"deposit/{deposit_id}/reversed/escrows",
        *(
            move(Kind.ESCROW, owner, clearing, PLATFORM, amount_minor, currency)
            for owner, amount_minor in escrows
        ),
    )


def bounce_recovered(
    deposit_id: str, user: str, found: Parts, client: str, sequence: int, currency: str
) -> Entry:
    """Money of a bounced deposit that comes out of an escrow settles the client's debt."""
    return entry(
        "bounce_recovered",
        f"deposit/{deposit_id}/recovered/{user}/{sequence}",
        *from_parts(user, found, Kind.RECEIVABLE, client, currency),
    )


def deposit_refund(refund_id: str, user: str, amount_minor: int, currency: str) -> Entry:
    """Unspent credits leave the wallet for the card, account or payer they came from."""
    return entry(
        "deposit_refund",
        f"refund/{refund_id}/start",
        move(Kind.CREDITS, user, Kind.IN_TRANSIT, refund_id, amount_minor, currency),
    )


def deposit_refund_settle(
    refund_id: str, amount_minor: int, clearing: Kind, currency: str
) -> Entry:
    """They are back where they came from."""
    return entry(
        "deposit_refund_settle",
        f"refund/{refund_id}/settle",
        move(Kind.IN_TRANSIT, refund_id, clearing, PLATFORM, amount_minor, currency),
    )


def deposit_refund_return(refund_id: str, user: str, amount_minor: int, currency: str) -> Entry:
    """A refund that was declined, withdrawn or not taken is the client's credits again."""
    return entry(
        "deposit_refund_return",
        f"refund/{refund_id}/return",
        move(Kind.IN_TRANSIT, refund_id, Kind.CREDITS, user, amount_minor, currency),
    )


def deposit_refund_returned(
    refund_id: str, user: str, amount_minor: int, clearing: Kind, currency: str
) -> Entry:
    """What had been given back came again, and is the client's credits."""
    return entry(
        "deposit_refund_returned",
        f"refund/{refund_id}/returned",
        move(clearing, PLATFORM, Kind.CREDITS, user, amount_minor, currency),
    )


def provisional_clear(
    deposit_id: str, user: str, parts: Parts, sequence: int, currency: str
) -> Entry:
    """Provisional money that has cleared becomes ordinary money of the same kind."""
    return entry(
        "provisional_clear",
        f"deposit/{deposit_id}/clear/{user}/{sequence}",
        move(
            Kind.CREDITS_PROVISIONAL, user, Kind.CREDITS, user, parts.credits_provisional, currency
        ),
        move(
            Kind.EARNINGS_PROVISIONAL,
            user,
            Kind.EARNINGS,
            user,
            parts.earnings_provisional,
            currency,
        ),
    )


def receipt_unmatched(receipt_id: str, amount_minor: int, currency: str) -> Entry:
    """Money whose owner is unknown waits in suspense."""
    return entry(
        "receipt_unmatched",
        f"receipt/{receipt_id}/suspense",
        move(Kind.BANK_CLEARING, PLATFORM, Kind.SUSPENSE, PLATFORM, amount_minor, currency),
    )


def receipt_match(
    receipt_id: str, user: str, amount_minor: int, currency: str, target: Kind = Kind.CREDITS
) -> Entry:
    """A receipt finds its owner."""
    return entry(
        "receipt_match",
        f"receipt/{receipt_id}/match",
        move(Kind.SUSPENSE, PLATFORM, target, user, amount_minor, currency),
    )


def receipt_return(receipt_id: str, amount_minor: int, currency: str) -> Entry:
    """A receipt nobody claimed goes back to its payer."""
    return entry(
        "receipt_return",
        f"receipt/{receipt_id}/return",
        move(Kind.SUSPENSE, PLATFORM, Kind.BANK_CLEARING, PLATFORM, amount_minor, currency),
    )


# A job's escrow.


def hold(job_id: str, client: str, parts: Parts, currency: str) -> Entry:
    """The price of a job is set aside in its escrow."""
    return entry(
        "hold", f"job/{job_id}/hold", *from_parts(client, parts, Kind.ESCROW, job_id, currency)
    )


def release(job_id: str, freelancer: str, held: Parts, fee_minor: int, currency: str) -> Entry:
    """The whole escrow goes to the freelancer, less the platform's fee."""
    return entry(
        "release",
        f"job/{job_id}/release",
        *earned(job_id, freelancer, cut(held, held.total, fee_minor), currency),
    )


def refund(job_id: str, client: str, held: Parts, currency: str) -> Entry:
    """The whole escrow returns to the client, each part to where it came from."""
    return entry("refund", f"job/{job_id}/refund", *back_to_parts(job_id, client, held, currency))


def split(job_id: str, client: str, freelancer: str, parted: Cut, currency: str) -> Entry:
    """The escrow is divided between the two, by agreement or ruling."""
    return entry(
        "split",
        f"job/{job_id}/split",
        *earned(job_id, freelancer, parted, currency),
        *back_to_parts(job_id, client, parted.client, currency),
    )


# A contest's prizes.


def prize_hold(contest_id: str, client: str, parts: Parts, currency: str) -> Entry:
    """All prizes are set aside before a contest opens."""
    return entry(
        "prize_hold",
        f"contest/{contest_id}/hold",
        *from_parts(client, parts, Kind.ESCROW, contest_id, currency),
    )


def prize_extra(contest_id: str, prize: int, client: str, parts: Parts, currency: str) -> Entry:
    """A further prize is set aside while the contest runs."""
    return entry(
        "prize_extra",
        f"contest/{contest_id}/extra/{prize}",
        *from_parts(client, parts, Kind.ESCROW, contest_id, currency),
    )


def prize_award(contest_id: str, job_id: str, amount_minor: int, currency: str) -> Entry:
    """A prize moves to the escrow of its winner's handover job."""
    return entry(
        "prize_award",
        f"job/{job_id}/prize",
        move(Kind.ESCROW, contest_id, Kind.ESCROW, job_id, amount_minor, currency),
    )


def prize_return(contest_id: str, job_id: str, amount_minor: int, currency: str) -> Entry:
    """The prize of a handover that failed goes back to the contest."""
    return entry(
        "prize_return",
        f"job/{job_id}/prize-return",
        move(Kind.ESCROW, job_id, Kind.ESCROW, contest_id, amount_minor, currency),
    )


def prize_refund(contest_id: str, client: str, held: Parts, sequence: int, currency: str) -> Entry:
    """Prizes that were not awarded return to the client."""
    return entry(
        "prize_refund",
        f"contest/{contest_id}/refund/{sequence}",
        *back_to_parts(contest_id, client, held, currency),
    )


def prize_distribution(
    contest_id: str, prize: int, shares: Sequence[Earned], fee_minor: int, currency: str
) -> Entry:
    """A prize nobody was awarded is shared among entrants; the fee is taken once, before."""
    theirs = ((one.user, kind, minor) for one in shares for kind, minor in one.by_kind())
    return entry(
        "prize_distribution",
        f"contest/{contest_id}/distribution/{prize}",
        move(Kind.ESCROW, contest_id, Kind.PLATFORM_FEES, PLATFORM, fee_minor, currency),
        *(
            move(Kind.ESCROW, contest_id, kind, user, minor, currency)
            for user, kind, minor in theirs
        ),
    )


# Mediation.


def mediation_fee_hold(dispute_id: str, freelancer: str, parts: Parts, currency: str) -> Entry:
    """The mediator's fee is set aside; what the freelancer's wallet lacks is advanced to them."""
    return entry(
        "mediation_fee_hold",
        f"dispute/{dispute_id}/fee-hold",
        *from_parts(freelancer, parts, Kind.ESCROW, dispute_id, currency),
    )


def mediation_fee_pay(dispute_id: str, mediator: str, held: Parts, currency: str) -> Entry:
    """The fee goes to the mediator who proposed."""
    return entry(
        "mediation_fee_pay",
        f"dispute/{dispute_id}/fee-pay",
        *earned(dispute_id, mediator, cut(held, held.total, 0), currency),
    )


def mediation_fee_return(dispute_id: str, freelancer: str, held: Parts, currency: str) -> Entry:
    """The fee returns in full when the dispute ends without a proposal."""
    return entry(
        "mediation_fee_return",
        f"dispute/{dispute_id}/fee-return",
        *back_to_parts(dispute_id, freelancer, held, currency),
    )


# Money goes out.


def withdrawal_start(
    withdrawal_id: str, user: str, amount_minor: int, fee_minor: int, currency: str
) -> Entry:
    """Earnings leave the wallet, and with them the fee that was quoted."""
    return entry(
        "withdrawal_start",
        f"withdrawal/{withdrawal_id}/start",
        move(Kind.EARNINGS, user, Kind.IN_TRANSIT, withdrawal_id, amount_minor, currency),
        move(Kind.EARNINGS, user, Kind.IN_TRANSIT, withdrawal_id, fee_minor, currency),
    )


def withdrawal_settle(
    withdrawal_id: str, amount_minor: int, fee_minor: int, clearing: Kind, currency: str
) -> Entry:
    """The bank has paid, and the fee is the platform's."""
    return entry(
        "withdrawal_settle",
        f"withdrawal/{withdrawal_id}/settle",
        move(Kind.IN_TRANSIT, withdrawal_id, clearing, PLATFORM, amount_minor, currency),
        move(Kind.IN_TRANSIT, withdrawal_id, Kind.PLATFORM_FEES, PLATFORM, fee_minor, currency),
    )


def withdrawal_return(
    withdrawal_id: str, user: str, amount_minor: int, fee_minor: int, currency: str
) -> Entry:
    """A withdrawal that was cancelled or refused goes back, its fee too."""
    return entry(
        "withdrawal_return",
        f"withdrawal/{withdrawal_id}/return",
        move(Kind.IN_TRANSIT, withdrawal_id, Kind.EARNINGS, user, amount_minor, currency),
        move(Kind.IN_TRANSIT, withdrawal_id, Kind.EARNINGS, user, fee_minor, currency),
    )


def withdrawal_returned(
    withdrawal_id: str, user: str, amount_minor: int, clearing: Kind, currency: str
) -> Entry:
    """What the bank had paid it sent back; the fee was earned."""
    return entry(
        "withdrawal_returned",
        f"withdrawal/{withdrawal_id}/returned",
        move(clearing, PLATFORM, Kind.EARNINGS, user, amount_minor, currency),
    )


# Chargebacks and debts.


def chargeback_open(
    chargeback_id: str, client: str, taken: Parts, escrows: Sequence[tuple[str, int]], currency: str
) -> Entry:
    """The disputed sum leaves the client's wallet, then escrows, then becomes their receivable."""
    return entry(
        "chargeback_open",
        f"chargeback/{chargeback_id}/open",
        *from_parts(client, taken, Kind.PROCESSOR_CLEARING, PLATFORM, currency),
        *(
            move(Kind.ESCROW, owner, Kind.PROCESSOR_CLEARING, PLATFORM, amount_minor, currency)
            for owner, amount_minor in escrows
        ),
    )


def chargeback_won(
    chargeback_id: str, client: str, taken: Parts, escrows: Sequence[tuple[str, int]], currency: str
) -> Entry:
    """A won chargeback puts everything back where it came from."""
    return entry(
        "chargeback_won",
        f"chargeback/{chargeback_id}/won",
        *(
            move(Kind.PROCESSOR_CLEARING, PLATFORM, kind, client, part, currency)
            for kind, part in taken.by_kind()
        ),
        *(
            move(Kind.PROCESSOR_CLEARING, PLATFORM, Kind.ESCROW, owner, amount_minor, currency)
            for owner, amount_minor in escrows
        ),
    )


def escrow_refill(
    cause: str, job_id: str, client: str, parts: Parts, sequence: int, currency: str
) -> Entry:
    """The client fills an escrow again from which a payment was taken back."""
    return entry(
        "escrow_refill",
        f"{cause}/refill/{job_id}/{sequence}",
        *from_parts(client, parts, Kind.ESCROW, job_id, currency),
    )


def receivable_settle(
    cause: str, user: str, amount_minor: int, source: Kind, currency: str
) -> Entry:
    """What a person owes is settled from money that just arrived for them."""
    return entry(
        "receivable_settle",
        f"{cause}/receivable",
        move(source, user, Kind.RECEIVABLE, user, amount_minor, currency),
    )


def receivable_write_off(cause: str, user: str, amount_minor: int, currency: str) -> Entry:
    """A debt nobody paid in time becomes a loss."""
    return entry(
        "receivable_write_off",
        f"{cause}/write-off",
        move(Kind.LOSSES, PLATFORM, Kind.RECEIVABLE, user, amount_minor, currency),
    )
