"""Every number of the policy; a contract freezes them into its terms when it starts."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.calendar import BankingDays, BusinessDays, BusinessTime, Period
from domain.confidentiality import Fingerprint
from domain.fees import Commission, MediationFee, WithdrawalFees
from domain.money import Currency, Minor
from domain.paydays import Paydays

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def _known(timezone: str) -> str:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{timezone} is no time zone") from None
    return timezone


class Policy(BaseModel):
    """What new contracts get. A change here never touches a running one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int = 1
    timezone: Annotated[str, AfterValidator(_known)] = "America/New_York"
    """Where business days begin and end (an IANA name)."""

    # A job.
    smallest_price_minor: Minor = 10_00
    largest_price_minor: Minor = 1_000_000_00
    offer_period: timedelta = 72 * HOUR
    funding_period: timedelta = 7 * DAY
    late_after: timedelta = 24 * HOUR
    abandoned_after: timedelta = 14 * DAY
    revision_period: timedelta = 5 * DAY
    revision_overdue_after: timedelta = 14 * DAY
    review_period: timedelta = 20 * DAY
    review_at_least: timedelta = 5 * DAY
    """What is left for the review when a rejection is withdrawn."""
    mediation_after_rounds: int = 6
    mediation_after: timedelta = 60 * DAY
    commission: Commission = Commission()

    # A dispute.
    rejection_period: timedelta = 20 * DAY
    rejection_reminders: tuple[timedelta, ...] = tuple(n * DAY for n in (1, 10, 15, 18, 19))
    rejection_last_reminder: timedelta = 6 * HOUR
    rejections_withdrawable: int = 2
    free_ruling_up_to_minor: Minor = 50_00
    mediation_fee: MediationFee = MediationFee()
    appointment_period: timedelta = 48 * HOUR
    veto_period: timedelta = 24 * HOUR
    mediators_asked: int = 3
    mediation_period: timedelta = 20 * DAY
    proposal_period: Period = BusinessDays(business_days=5)
    staff_review_period: Period = BusinessDays(business_days=5)
    ruling_period: Period = BusinessDays(business_days=2)
    escalation_period: timedelta = 24 * HOUR
    second_confirmation_above_minor: Minor = 1_000_00
    longest_pause: timedelta = 14 * DAY

    # A project.
    project_period: timedelta = 30 * DAY
    project_extensions: int = 11
    """How often a project may be extended, each time by its period."""

    # A contest.
    contest_at_least: timedelta = 3 * DAY
    contest_at_most: timedelta = 30 * DAY
    most_prizes: Annotated[int, Field(ge=1)] = 50
    entries_of_one: Annotated[int, Field(ge=1)] = 10
    """How many contest entries one freelancer may have in a contest at once."""
    judging_period: timedelta = 14 * DAY
    judging_extensions: int = 1
    """How often judging may be extended, each time by its period."""
    distributing_period: timedelta = 30 * DAY
    handover_period: timedelta = 5 * DAY
    smallest_share_minor: Minor = 1_00
    rating_that_shares: Annotated[int, Field(ge=1, le=5)] = 3
    """From which rating on an entrant shares, when there is no finalist."""
    # A purchase.
    refunds_before_viewing: Annotated[int, Field(ge=1)] = 3
    """After so many refunded purchases a client downloads only what they have approved."""
    refunds_count_for: timedelta = 365 * DAY
    """How long a refunded purchase counts."""

    # A deposit.
    smallest_deposit_minor: Minor = 5_00
    largest_deposit_minor: Minor = 100_000_00
    checkout_period: timedelta = 24 * HOUR
    """How long the processor's page can be paid on; Stripe's longest."""
    most_open_deposits: Annotated[int, Field(ge=1)] = 20
    """How many of one client's deposits may wait for their money at once."""
    last_chance_period: timedelta = HOUR
    """How long the processor may still answer, once staff want a deposit ended without it."""

    # A refund to the source.
    refund_decision_period: Period = BusinessDays(business_days=5)
    refund_sending_period: Period = BusinessDays(business_days=5)
    """How long one by hand waits to be sent at the bank before staff look at it."""

    # Money that no processor carries.
    largest_remittance_minor: Minor = 1_000_000_00
    notice_period: timedelta = 30 * DAY
    crediting_period: BusinessTime = BusinessTime(length=24 * HOUR)
    crediting_alarms: tuple[int, int, int] = (50, 80, 100)
    """Percent of the period for crediting after which those who must act are told."""
    search_period: Period = BusinessDays(business_days=10)
    correction_period: Period = BusinessDays(business_days=10)
    second_look_period: Period = BusinessDays(business_days=2)
    """How long a correction waits for its second person before staff look at it."""
    provisional_period: Period = BusinessDays(business_days=10)
    clearing_pause: timedelta = 24 * HOUR
    """How often what an escrow still holds of cleared money is looked for."""

    # A withdrawal.
    smallest_withdrawal_minor: Minor = 20_00
    withdrawal_fees: WithdrawalFees = WithdrawalFees()
    paydays: Paydays = Paydays()
    payout_cool_down: timedelta = 3 * DAY
    """How long new bank details wait before anything is paid to them."""
    second_approval_above_minor: Minor = 10_000_00
    unapproved_again_after: timedelta = HOUR
    payout_answer_period: Period = BankingDays(banking_days=5)
    return_period: timedelta = 30 * DAY
    """How long a bank may send a payout back; later it comes like money from a stranger."""

    # A payment that is disputed with the card network.
    evidence_before: timedelta = 48 * HOUR
    """How long before the network's deadline the evidence goes out."""
    longest_freeze: timedelta = 365 * DAY
    """No network takes as long: so far the clocks of a frozen job are moved away."""
    refill_period: timedelta = 7 * DAY
    network_answer_period: timedelta = 120 * DAY
    debt_period: timedelta = 90 * DAY
    """After so long, what a lost payment left owing is written off."""

    # Proof of notice.
    reminders_before_end: tuple[timedelta, ...] = (5 * DAY, 2 * DAY, 1 * DAY, 6 * HOUR)
    mails_that_prove: Annotated[int, Field(ge=1)] = 2
    proof_extension: timedelta = 5 * DAY


class CaseTerms(BaseModel):
    """What a case lives under: its currency, and the policy of the day it began."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    policy: Policy
    currency: Currency = "USD"


class Terms(CaseTerms):
    """What one contract was signed under: its price and its time besides."""

    price_minor: Minor
    work_period: timedelta
    start_when_funded: bool = True
    confidentiality: Fingerprint | None = None
    """What the client asks of the freelancer besides the agreement in force."""
