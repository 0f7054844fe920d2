"""How a movement of money and the accounts it touches are called when a person looks at them."""

from collections.abc import Mapping

from domain.accounts import Kind

WORDS: Mapping[str, str] = {
    "deposit": "A deposit was credited to the wallet.",
    "deposit_reversed": "A deposit bounced and was taken back.",
    "bounce_recovered": "Money of a bounced deposit came out of an escrow and was taken back.",
    "deposit_refund": "Unspent credits left the wallet, to go back to where they had come from.",
    "deposit_refund_settle": "Unspent credits went back to where they had come from.",
    "deposit_refund_return": "A refund of unspent credits came back to the wallet.",
    "deposit_refund_returned": "What had been refunded was not taken, and came back to the wallet.",
    "provisional_clear": "Provisional money cleared.",
    "receipt_unmatched": "Money came whose owner was not known.",
    "receipt_match": "Money that had come without a name found its owner.",
    "receipt_return": "Money nobody claimed went back to its payer.",
    "hold": "The price was set aside in the job's escrow.",
    "release": "The escrow was released to the freelancer, less the platform's fee.",
    "refund": "The escrow was refunded to the client.",
    "split": "The escrow was divided between client and freelancer.",
    "prize_hold": "The prizes were set aside in the contest's escrow.",
    "prize_extra": "A further prize was set aside in the contest's escrow.",
    "prize_award": "A prize moved to the escrow of the winner's job.",
    "prize_return": "A prize went back from a job that failed to its contest.",
    "prize_refund": "Prizes that were not awarded were refunded to the client.",
    "prize_distribution": "A prize nobody was awarded was shared among the entrants.",
    "mediation_fee_hold": "The mediator's fee was set aside.",
    "mediation_fee_pay": "The mediator's fee was paid.",
    "mediation_fee_return": "The mediator's fee was returned.",
    "withdrawal_start": "A withdrawal left the wallet.",
    "withdrawal_settle": "The bank paid a withdrawal.",
    "withdrawal_return": "A withdrawal came back to the wallet.",
    "withdrawal_returned": "The bank sent a withdrawal back that it had paid.",
    "chargeback_open": "A payment was disputed with the card network, and its sum set aside.",
    "chargeback_won": "A disputed payment was upheld, and its sum put back.",
    "chargeback_rest": "The platform's part of what a card network gave back.",
    "chargeback_given_again": "The card network gave a disputed payment back after its decision.",
    "chargeback_taken_again": "The card network took a disputed payment again.",
    "escrow_refill": "The client filled an escrow again from which a payment had been taken back.",
    "receivable_settle": "A debt was settled from money that had just arrived.",
    "receivable_write_off": "A debt nobody paid was written off.",
    "processor_fee": "The payment processor took its fee.",
    "processor_fee_back": "The payment processor had kept less than its fee was taken to be.",
    "processor_payout": "The payment processor paid out to the platform's bank account.",
    "processor_payout_back": "A payout to the platform's bank account failed and came back.",
    "rewards_accrue": "A month's rewards were set aside.",
    "reward_pay": "A month's rewards were paid.",
    "difference_cleared": "A difference with the bank or the payment processor was cleared.",
    "staff_correction": "Staff corrected an earlier entry.",
}
"""By the kind of the journal entry."""

OF_THE_PLATFORM: Mapping[Kind, str] = {
    Kind.SUSPENSE: "receipts without an owner",
    Kind.PLATFORM_FEES: "the platform's fee",
    Kind.REWARDS_PAYABLE: "rewards that were set aside",
    Kind.PROCESSOR_CLEARING: "the platform's account with the payment processor",
    Kind.BANK_CLEARING: "the platform's bank account",
    Kind.PROCESSOR_COSTS: "the payment processor's fee",
    Kind.LOSSES: "the platform's losses",
}


def in_words(kind: str) -> str:
    """What an entry of this kind does; one the law does not know has only its name."""
    return WORDS.get(kind) or kind.replace("_", " ").capitalize() + "."


def called(account: Kind, owner: str, party: str | None, entry_kind: str) -> str:
    """What somebody else's account is called; `party` is who its owner is in the entry's case.

    Of other people it says no more than that: how their wallets are made up is theirs.
    """
    if account in OF_THE_PLATFORM:
        return OF_THE_PLATFORM[account]
    if account is Kind.ESCROW:
        return f"the escrow of {owner}"
    if account is Kind.IN_TRANSIT:
        return f"money on its way out: {owner}"
    if party is None and entry_kind.startswith("mediation_fee"):
        return "the mediator"
    return f"the {party}" if party else "other people"
