"""One sample of every movement of money, with figures that show what it does."""

from collections.abc import Callable, Mapping

from domain import flows, own_flows
from domain.accounts import Account, Entry, Kind, Parts, Posting
from domain.postings import Earned, cut

USD = "USD"
CLIENT, FREELANCER, MEDIATOR = "client", "freelancer", "mediator"
JOB, CONTEST, DISPUTE = "<job>", "<contest>", "<dispute>"
HELD = Parts(credits_provisional=30_00, credits=60_00, earnings=10_00)
"""A price of 100.00 as one client's wallet paid it."""
FEE_HELD = Parts(earnings=6_00, advanced=4_00)
"""A mediator's fee of 10.00 of which the freelancer lacked 4.00."""
STRIPE, BANK = Kind.PROCESSOR_CLEARING, Kind.BANK_CLEARING
TAKEN = Parts(credits=70_00, advanced=5_00)
"""What a bounced or disputed payment finds in a wallet, and what it does not find."""
WRONG = flows.deposit("<deposit>", CLIENT, 52_00, BANK, USD)
RIGHT = Posting(Account(BANK, "platform", USD), Account(Kind.CREDITS, CLIENT, USD), 25_00)

SAMPLES: Mapping[str, Callable[[], Entry]] = {
    "deposit": lambda: flows.deposit("<deposit>", CLIENT, 100_00, STRIPE, USD),
    "deposit_provisional": lambda: flows.deposit_provisional("<deposit>", CLIENT, 30_00, BANK, USD),
    "deposit_reversed": lambda: flows.deposit_reversed("<deposit>", CLIENT, TAKEN, BANK, USD),
    "deposit_reversed_held": lambda: flows.deposit_reversed_held(
        "<deposit>", [(JOB, 20_00)], BANK, USD
    ),
    "bounce_recovered": lambda: flows.bounce_recovered(
        "<deposit>", FREELANCER, Parts(earnings_provisional=9_00), CLIENT, 1, USD
    ),
    "deposit_refund": lambda: flows.deposit_refund("<refund>", CLIENT, 40_00, USD),
    "deposit_refund_settle": lambda: flows.deposit_refund_settle("<refund>", 40_00, STRIPE, USD),
    "deposit_refund_return": lambda: flows.deposit_refund_return("<refund>", CLIENT, 40_00, USD),
    "deposit_refund_returned": lambda: flows.deposit_refund_returned(
        "<refund>", CLIENT, 40_00, STRIPE, USD
    ),
    "provisional_clear": lambda: flows.provisional_clear(
        "<deposit>", CLIENT, Parts(credits_provisional=20_00, earnings_provisional=10_00), 1, USD
    ),
    "receipt_unmatched": lambda: flows.receipt_unmatched("<receipt>", 80_00, USD),
    "receipt_match": lambda: flows.receipt_match("<receipt>", CLIENT, 80_00, USD),
    "receipt_return": lambda: flows.receipt_return("<receipt>", 80_00, USD),
    "hold": lambda: flows.hold(JOB, CLIENT, HELD, USD),
    "release": lambda: flows.release(JOB, FREELANCER, HELD, 10_00, USD),
    "refund": lambda: flows.refund(JOB, CLIENT, HELD, USD),
    "split": lambda: flows.split(JOB, CLIENT, FREELANCER, cut(HELD, 60_00, 6_00), USD),
    "prize_hold": lambda: flows.prize_hold(CONTEST, CLIENT, Parts(credits=300_00), USD),
    "prize_extra": lambda: flows.prize_extra(CONTEST, 2, CLIENT, Parts(credits=50_00), USD),
    "prize_award": lambda: flows.prize_award(CONTEST, JOB, 300_00, USD),
    "prize_return": lambda: flows.prize_return(CONTEST, JOB, 300_00, USD),
    "prize_refund": lambda: flows.prize_refund(CONTEST, CLIENT, Parts(credits=300_00), 6, USD),
    "prize_distribution": lambda: flows.prize_distribution(
        CONTEST,
        1,
        [Earned("first entrant", 20_00, 115_00), Earned("second entrant", 0, 135_00)],
        30_00,
        USD,
    ),
    "mediation_fee_hold": lambda: flows.mediation_fee_hold(DISPUTE, FREELANCER, FEE_HELD, USD),
    "mediation_fee_pay": lambda: flows.mediation_fee_pay(DISPUTE, MEDIATOR, FEE_HELD, USD),
    "mediation_fee_return": lambda: flows.mediation_fee_return(DISPUTE, FREELANCER, FEE_HELD, USD),
    "withdrawal_start": lambda: flows.withdrawal_start(
        "<withdrawal>", FREELANCER, 90_00, 2_00, USD
    ),
    "withdrawal_settle": lambda: flows.withdrawal_settle("<withdrawal>", 90_00, 2_00, BANK, USD),
    "withdrawal_return": lambda: flows.withdrawal_return(
        "<withdrawal>", FREELANCER, 90_00, 2_00, USD
    ),
    "withdrawal_returned": lambda: flows.withdrawal_returned(
        "<withdrawal>", FREELANCER, 90_00, BANK, USD
    ),
    "chargeback_open": lambda: flows.chargeback_open(
        "<chargeback>", CLIENT, TAKEN, [(JOB, 25_00)], USD
    ),
    "chargeback_given_again": lambda: own_flows.chargeback_given_again(
        "<chargeback>", "<clearance>", CLIENT, TAKEN, 15_00, USD
    ),
    "chargeback_taken_again": lambda: own_flows.chargeback_taken_again(
        "<chargeback>", "<clearance>", CLIENT, TAKEN, USD
    ),
    "chargeback_rest": lambda: own_flows.chargeback_rest(
        "<chargeback>", Kind.LOSSES, STRIPE, 5_00, USD
    ),
    "chargeback_won": lambda: flows.chargeback_won(
        "<chargeback>", CLIENT, TAKEN, [(JOB, 25_00)], USD
    ),
    "escrow_refill": lambda: flows.escrow_refill(
        "chargeback/<chargeback>", JOB, CLIENT, Parts(credits=25_00), 4, USD
    ),
    "receivable_settle": lambda: flows.receivable_settle(
        "job/<job>/release", FREELANCER, 4_00, Kind.EARNINGS, USD
    ),
    "receivable_write_off": lambda: flows.receivable_write_off(
        "chargeback/<chargeback>", CLIENT, 5_00, USD
    ),
    "processor_fee": lambda: own_flows.processor_fee("deposit/<deposit>", 3_20, USD),
    "processor_fee_back": lambda: own_flows.processor_fee_back("clearance/<clearance>", 20, USD),
    "processor_payout": lambda: own_flows.processor_payout("<payout>", 500_00, USD),
    "processor_payout_back": lambda: own_flows.processor_payout_back("<payout>", 500_00, USD),
    "rewards_accrue": lambda: own_flows.rewards_accrue("2026-01", 123_00, USD),
    "reward_pay": lambda: own_flows.reward_pay("2026-01", FREELANCER, 67_90, USD),
    "difference_cleared": lambda: own_flows.difference_cleared(
        "<clearance>", STRIPE, Kind.SUSPENSE, 50_00, USD
    ),
    "staff_correction": lambda: own_flows.staff_correction("<correction>", WRONG, [RIGHT]),
}
"""By the name of the movement; one without a sample stops the page from being written."""
