"""The words for what the tables of the law only name: people, states, beginnings and numbers."""

from collections.abc import Mapping
from datetime import timedelta

from docs.markdown import periods
from domain.calendar import BusinessDays, words
from domain.cases import Role
from domain.fees import Commission, MediationFee
from domain.money import show
from domain.policy import Policy

ABOUT = """
# The law of jobs and disputes

This page is written from the tables in `domain/` by `python -m docs.generate`; nobody edits it. The
same tables decide what the running system allows, so the page cannot promise anything else.

Every state that waits says whose turn it is, what each person may do, and what happens by itself if
nobody acts. The numbers are those for new contracts; a contract keeps the numbers it was signed
under. A decision names what its maker saw: if that has changed, the decision is refused and nothing
happens. Whatever is decided, both parties are told.

**Time.** Days are periods of 24 hours. Business days are those of New York, without Saturdays,
Sundays and public holidays of the United States; they keep the time of day there. While staff have
paused the clock of a job, all its due times move alike, and the parties may still act.

**People go before the clock.** A decision that reached the server before an automatic step was
written wins over that step.

**Proof of notice.** Where silence moves money, it does so only when the person whose silence counts
was provably told: by mails that their mail server accepted (how many, is among the numbers below),
by one notice opened in the app, or by a permanent refusal of their own mailbox. Otherwise the end
moves, again and again, the reminders go out again, and a staff task stays open that is escalated
every day.
"""

NUMBERS = "What new contracts get. Running contracts keep the numbers they were signed under."

STATES: Mapping[str, Mapping[str, str]] = {
    "job": {
        "draft": "the client has written the job down, nobody else sees it",
        "offered": "the freelancer has been offered the job",
        "awaiting_funds": "both agree, and the price is not in escrow yet",
        "in_progress": "the price is in escrow and the freelancer works, or revises",
        "in_review": "a delivery waits for the client",
        "rejection_open": "a dispute over the job runs",
        "completed": "the work was approved and paid; it belongs to the client",
        "cancelled": "the client has everything back; the work stays with the freelancer",
        "settled": "the escrow was divided, by agreement, proposal or ruling",
        "declined": "the freelancer did not take the job",
        "lapsed": "the offer ended before any money moved",
    },
    "dispute": {
        "open": "rejection was requested and the parties can settle it",
        "appointing": "a mediator is being asked",
        "in_mediation": "the mediator hears both sides",
        "proposed": "the mediator has proposed an end and the parties answer",
        "staff_review": "staff rule on it",
        "ruled": "staff have ruled and a second person has to confirm it",
        "accepted": "the freelancer agreed to the rejection",
        "not_settled_in_time": "nobody settled the rejection in time",
        "dismissed": "the client approved the work after all, or it was released",
        "withdrawn": "the client took the rejection back and the job goes on",
        "settled": "the parties agreed to divide the escrow",
        "executed": "a proposal or a ruling was carried out",
    },
}
"""What each state means to the people in it."""

BEGINS: Mapping[tuple[str, str], str] = {
    ("offer_lapses", "offered"): "the offer",
    ("funding_lapses", "awaiting_funds"): "the offer was accepted",
    ("late", "in_progress"): "the due date, when nothing was ever delivered",
    ("abandoned", "in_progress"): "the due date, when nothing was ever delivered",
    ("revision_overdue", "in_progress"): "the due date of a revision",
    ("mediation_opens", "in_progress"): "the first delivery",
    ("mediation_opens", "in_review"): "the first delivery",
    ("review_over", "in_review"): "the last delivery",
    ("not_settled", "open"): "the request",
    ("appointment_over", "appointing"): "the mediator was asked",
    ("veto_closes", "appointing"): "the mediator was asked, while the client has a veto",
    ("mediation_over", "in_mediation"): "the first mediator took the case",
    ("mediation_over_again", "in_mediation"): "the second mediator took the case",
    ("proposal_over", "proposed"): "the proposal",
    ("escalate", "staff_review"): "the case came to staff",
    ("escalate", "ruled"): "the ruling",
}
"""When the period of each row of silence begins."""

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
    "reminders_before_end": "Usual reminders, besides half time, before the end",
    "mails_that_prove": "Mails accepted by a party's mail server that prove notice",
    "proof_extension": "When notice was not proven, the end moves by",
}
"""What each number of the policy is for."""


def who(role: Role) -> str:
    """The person, as a sentence names them."""
    return role.value if role is Role.STAFF else f"the {role.value.replace('_', ' ')}"


def number(policy: Policy, name: str) -> tuple[str, str]:
    """What a number of the policy is for, and how much it is."""
    value = getattr(policy, name)
    return LABELS[name], _shown(name, value)


def _shown(name: str, value: object) -> str:
    match value:
        case timedelta() | BusinessDays():
            return words(value)
        case tuple():
            return periods(value)
        case Commission():
            rate, share = f"{value.rate:.0%}", f"{value.largest_share:.0%}"
            least = show(value.minimum_minor)
            return f"{rate} of what is released, at least {least}, at most {share} of it"
        case MediationFee():
            least, most = show(value.minimum_minor), show(value.maximum_minor)
            return f"{value.rate:.0%} of the escrow, at least {least}, at most {most}"
        case str():
            return value
        case int():
            return show(value) if name.endswith("_minor") else str(value)
    raise TypeError(f"no words for {name}")
