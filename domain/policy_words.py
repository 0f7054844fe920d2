"""What each number of a policy is for, and how much it is, in words."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from domain.calendar import BankingDays, BusinessDays, BusinessTime, words
from domain.fees import Commission, MediationFee, WithdrawalFees
from domain.money import show
from domain.paydays import Paydays
from domain.policy import DAY, Policy

LABELS: Mapping[str, str] = {
    "timezone": "Business days begin and end at midnight in",
    "smallest_price_minor": "The smallest price of a job",
    "largest_price_minor": "The largest price of a job",
    "offer_period": "An offer waits for the freelancer",
    "funding_period": "An accepted offer waits for its money",
    "late_after": "After its due date, a job counts as late",
    "abandoned_after": "After its due date, a job without any delivery is cancelled",
    "revision_period": "Time for a revision, unless the client gives more",
    "revision_overdue_after": "After its due date, a missing revision leads to a rejection",
    "review_period": "A delivery waits for the client's review",
    "review_at_least": "Time left for the review when a rejection is withdrawn, at least",
    "mediation_after_rounds": "Revisions after which the freelancer may hire a mediator",
    "mediation_after": "Time since the first delivery after which they may, too",
    "commission": "The platform's commission",
    "rejection_period": "A rejection can be settled for",
    "rejection_reminders": "Reminders in a rejection, after the request",
    "rejection_last_reminder": "The last reminder in a rejection, before the end",
    "rejections_withdrawable": "Rejections of one job that the client may withdraw",
    "free_ruling_up_to_minor": "Up to this escrow, staff rule for free instead of a mediator",
    "mediation_fee": "The mediator's fee",
    "appointment_period": "A mediator has time to take the case",
    "veto_period": "The client may veto a mediator, once, within",
    "mediators_asked": "Mediators asked before staff rule",
    "mediation_period": "A mediator has time to propose",
    "proposal_period": "A proposal waits for the parties",
    "staff_review_period": "Staff have time to rule, before the head of support is told",
    "ruling_period": "A ruling waits for the second person, before the head of support is told",
    "escalation_period": "What is overdue is escalated again every",
    "second_confirmation_above_minor": "Above this escrow, a second person confirms a ruling",
    "longest_pause": "The longest pause of a clock",
    "contest_at_least": "A contest takes entries for at least",
    "contest_at_most": "A contest takes entries for at most",
    "most_prizes": "Prizes of one contest",
    "entries_of_one": "Entries of one freelancer in a contest at once",
    "judging_period": "The client has time to judge, and again when a handover fails",
    "judging_extensions": "Times that judging may be extended, each time by its period",
    "distributing_period": "Prizes can still be awarded before they are shared, for",
    "handover_period": "A winner has time to hand over",
    "smallest_share_minor": "The smallest share of a prize that nobody was awarded",
    "rating_that_shares": "Without finalists, entrants share from this rating on",
    "smallest_deposit_minor": "The smallest deposit",
    "largest_deposit_minor": "The largest deposit by card, PayPal or Alipay",
    "checkout_period": "A deposit can be paid for",
    "most_open_deposits": "Deposits of one client that may wait for their money at once",
    "last_chance_period": "The processor may still answer after staff want a deposit ended",
    "refund_decision_period": "Staff have time to approve a refund, before their head is told",
    "refund_sending_period": "An approved refund by hand is to be sent within",
    "largest_remittance_minor": "The largest bank transfer, money order or check to be announced",
    "notice_period": "A remittance notice waits for its money",
    "crediting_period": "What reached the bank is credited within",
    "crediting_alarms": "Alarms while it is not credited, in percent of that time, after",
    "search_period": "The owner of a receipt without a notice is searched for",
    "correction_period": "What was typed of a bank transfer can be corrected for",
    "second_look_period": "A correction waits for a second person, before staff look at it",
    "provisional_period": "Checks and money orders are provisional for",
    "clearing_pause": "Cleared money that is still in an escrow is looked for every",
    "smallest_withdrawal_minor": "The smallest withdrawal",
    "withdrawal_fees": "What a payout costs",
    "paydays": "Payment dates",
    "payout_cool_down": "New bank details wait before anything is paid to them",
    "second_approval_above_minor": "Above this sum, a second person approves a payment run",
    "unapproved_again_after": "The head of accounting is told of an unapproved run again every",
    "payout_answer_period": "A payout waits for its answer before accounting look at it",
    "return_period": "A bank may send a payout back for",
    "project_period": "A project is open for",
    "project_extensions": "A project may be extended by as much again, times",
    "refunds_before_viewing": "Refunded purchases after which a client downloads after approving",
    "refunds_count_for": "A refunded purchase counts for",
    "evidence_before": "Evidence goes to the card network before its deadline, by",
    "longest_freeze": "A job whose payment is disputed is frozen for at most",
    "refill_period": "The client has time to refill an escrow",
    "network_answer_period": "A disputed payment waits for the network before staff look at it",
    "debt_period": "What a lost payment left owing is written off after",
    "reminders_before_end": "Usual reminders, besides half time, before the end",
    "mails_that_prove": "Mails accepted by a party's mail server that prove notice",
    "proof_extension": "When notice was not proven, the end moves by",
}
"""What each number of the policy is for."""


def number(policy: Policy, name: str) -> tuple[str, str]:
    """What a number of the policy is for, and how much it is."""
    value = getattr(policy, name)
    return LABELS[name], _shown(name, value)


def listed(items: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *first, end = items
    return f"{', '.join(first)} {last} {end}" if first else end


def periods(values: Iterable[timedelta]) -> str:
    """`5, 2 and 1 days`, `1, 10 and 15 days`, `5 days and 6 hours`."""
    whole = [value for value in values if not value % DAY]
    rest = [words(value) for value in values if value % DAY]
    days = [str(value // DAY) for value in whole]
    unit = "day" if days == ["1"] else "days"
    return listed([f"{listed(days)} {unit}", *rest] if days else rest)


def _shown(name: str, value: object) -> str:
    match value:
        case timedelta() | BusinessDays() | BusinessTime() | BankingDays():
            return words(value)
        case (int(), *_):
            return f"{listed(map(str, value))} %"
        case tuple():
            return periods(value)
        case Commission():
            rate, share = f"{value.rate:.0%}", f"{value.largest_share:.0%}"
            least = show(value.minimum_minor)
            return f"{rate} of what is released, at least {least}, at most {share} of it"
        case MediationFee():
            least, most = show(value.minimum_minor), show(value.maximum_minor)
            return f"{value.rate:.0%} of the escrow, at least {least}, at most {most}"
        case WithdrawalFees():
            bank, iban = show(value.us_bank_minor), show(value.iban_minor)
            return (
                f"{bank} in the United States, {iban} abroad, {show(value.stripe_minor)} by Stripe"
            )
        case Paydays():
            return (
                f"the {value.middle}th and the last banking day of a month, before days off;"
                f" asked for until the end of the banking day {value.cut_off_days} before"
            )
        case str():
            return value
        case int():
            return show(value) if name.endswith("_minor") else str(value)
    raise TypeError(f"no words for {name}")
